"""The JSON Schema of schedules and their reader say the same, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import schedules

from config.mutations import FEWER, broken
from lehr import Plan
from lehr.config import (
    ConfigError,
    build_schedule,
    from_mapping,
    json_schema,
    names,
    to_mapping,
)
from lehr.config.schedule_schema import CHOICES
from lehr.config.spelling import spelled

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json_schema()
ONE = jsonschema.Draft202012Validator(
    {"$ref": "#/$defs/schedule", "$defs": SCHEMA["$defs"]}
)
PLAN = Plan(dataset_size=6400, batch_size=64, sequence_length=128, updates=1000)

lengths = st.one_of(
    st.integers(1, 9),
    st.sampled_from(["1%", "2 %", "1ep", "640 samples", "64k tok", "0.1k", "2% + 3"]),
    st.sampled_from([{"updates": 5}, {"percent": 1}, {"tokens": 81920}]),
)
numbers = st.sampled_from([0.5, 1, 3e-4, "0.5", "1e-3 / 2", "-(2 - 3)"])
recipes = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["wsd", "warmup_stable_decay"]),
            "peak": numbers,
            "warmup": lengths,
            "decay": lengths,
        },
        optional={
            "floor": numbers,
            "shape": st.sampled_from(["linear", "1-sqrt"]),
            "start": st.none() | numbers,
            "total": st.just("100%"),
        },
    ),
    st.fixed_dictionaries(
        {"kind": st.just("noam"), "dimension": st.just(512), "warmup": lengths}
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("Scale"),
            "factor": numbers,
            "schedule": st.just("linear(1, 0, 5%)"),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("multi_step"),
            "start": numbers,
            "factor": numbers,
            "milestones": st.just([10, "5%", "500"]) | st.just("(10, 5%)"),
        }
    ),
)
written = st.one_of(
    numbers, recipes, schedules.map(to_mapping), schedules.map(repr).map(spelled)
)


def schedule_is_read(value):
    try:
        build_schedule(from_mapping({"lr": value}), ("lr",), PLAN)
    except ConfigError:
        return False
    return True


@FEWER
@given(written)
def test_good_schedules_are_taken_by_both(value):
    assert schedule_is_read(value)
    assert ONE.is_valid(value), value


@FEWER
@given(recipes | schedules.map(to_mapping), st.data())
def test_broken_schedules_are_refused_by_both(value, data):
    wrong = broken(value, data)
    assert not ONE.is_valid(wrong), wrong
    assert not schedule_is_read(wrong)


@pytest.mark.parametrize("name", sorted(set(names.known().values())))
def test_every_kind_explains_itself(name):
    kind = SCHEMA["$defs"][name]
    assert kind["description"]
    for key in names.parameters(name):
        assert kind["properties"][key]["description"], (name, key)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (
            "blend",
            {
                "first": "linear(1, 0, 9)",
                "second": "linear(1, 0, 9)",
                "begin": 1,
                "length": 2,
            },
        ),
        ("interpolated", {"points": [[0, 1.0], [9, 0.5]]}),
        ("triangular", {"low": 0, "high": 1, "up": 5}),
        ("noise", {"scale": 0.1, "seed": 1}),
        ("one_cycle", {"peak": 1, "floor": 0.1, "total": 100}),
    ],
)
def test_words_to_choose_from_are_those_that_the_class_takes(kind, arguments):
    for key in CHOICES.keys() & names.parameters(kind).keys():
        for word in CHOICES[key]:
            assert schedule_is_read({"kind": kind, **arguments, key: word})
        assert not schedule_is_read({"kind": kind, **arguments, key: "x"})


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("5%", True),
        ("1.5Btok", True),
        ("2.5k samples", True),
        ("2.5 k samples", False),
        ("5% + 100", True),
        ("(3ep - 1) * 2", True),
        ("inf", True),
        ("5 parsecs", False),
        ("abc", False),
        ("", False),
        ({"tokens": 10}, True),
        ({"tokens": 1, "samples": 2}, False),
        ({"steps": 5}, False),
        (True, False),
        (None, False),
    ],
)
def test_a_length_is_a_number_a_text_or_a_clock(value, fine):
    schedule = {"kind": "window", "schedule": "repeat(linear(1, 0, 5))", "start": 0}
    assert ONE.is_valid({**schedule, "stop": value}) == fine
    assert schedule_is_read({**schedule, "stop": value}) == fine


def test_a_node_of_hydra_is_known():
    hydra = {"_target_": "lehr.warmup_cosine", "peak": 1.0, "warmup": 1, "total": 9}
    assert ONE.is_valid(hydra)
    assert not ONE.is_valid({**hydra, "_target_": "os.system"})
