"""Schedules in documents: three ways to write one, every mistake at its place."""

import math

import pytest
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

import lehr
from lehr import Chain, Constant, Linear, Plan, Schedule, read_config, warmup_cosine
from lehr.config import ConfigError, build_schedule, from_mapping, parse_document

RUN = Plan(dataset_size=1_000, batch_size=10, sequence_length=100, epochs=20)


def built(text, plan=None):
    return build_schedule(parse_document(text, source="run.yaml"), ("lr",), plan)


def problems(text, plan=None):
    with pytest.raises(ConfigError) as caught:
        built(text, plan)
    return caught.value.problems


def as_data(value):
    """Return a schedule as a document would hold it: kind and arguments."""
    if isinstance(value, Schedule):
        names = value.__dataclass_fields__
        fields = {name: as_data(getattr(value, name)) for name in names}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, tuple):
        return [as_data(item) for item in value]
    return value


WRITABLE = [each for each in EXAMPLES if "Function(" not in repr(each)]


@pytest.mark.parametrize("schedule", WRITABLE, ids=repr)
def test_every_schedule_is_built_from_its_fields(schedule):
    document = from_mapping({"lr": as_data(schedule)})
    assert build_schedule(document, ("lr",)) == schedule


@pytest.mark.parametrize(
    "text",
    [
        "lr: warmup_cosine(3e-4, warmup=5%, total=100%)",
        "lr: warmup_cosine(3e-4, warmup=5%)",
        "lr: {kind: warmup_cosine, peak: 3e-4, warmup: 5%, total: 100%}",
        "lr: {kind: warmup_cosine, peak: 3e-4, warmup: 1ep}",
        "lr: {kind: warmup_cosine, peak: 3e-4, warmup: {epochs: 1}, total: 2Mtok}",
        "lr: {kind: warmup_cosine, peak: 3e-4, warmup: 100, total: {tokens: 2e6}}",
        "lr:\n  kind: warmup_cosine\n  peak: 3e-4\n  warmup: 50 + 50",
        "lr: >\n  warmup_cosine(3e-4,\n  warmup=5%)",
    ],
)
def test_one_schedule_may_be_written_in_many_ways(text):
    assert built(text, RUN) == warmup_cosine(3e-4, warmup=100, total=2000)


def test_a_number_is_a_constant():
    assert built("lr: 1e-3") == Constant(0.001)


def test_expressions_and_mappings_mix():
    text = """
    lr:
      kind: chain
      pieces:
        - linear(0, 1, 10)
        - {kind: linear, start: 1, end: 0, steps: 5}
        - 0.5 * linear(0, 1, 4)
    """
    ramp = Linear(0.0, 1.0, 4)
    pieces = Linear(0.0, 1.0, 10), Linear(1.0, 0.0, 5), 0.5 * ramp
    assert built(text) == Chain(pieces)


def test_a_parameter_that_takes_a_word_takes_it_without_quotes():
    text = "lr: {kind: wsd, peak: 1, warmup: 1, decay: 2, total: 9, shape: cosine}"
    assert built(text).phases[-1].shape == "cosine"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_constant_survives_a_document(number):
    assert built(f"lr: {number!r}") == Constant(number)


MISTAKES = [
    ("lr: linear(0, 1, stps=3)", ("LH103", 1, 18, "lr")),
    ("lr: 'linear(0, 1, stps=3)'", ("LH103", 1, 19, "lr")),
    ('lr: "linear(0, 1, -3)"', ("LH106", 1, 19, "lr")),
    ("lr: {kind: cosin}", ("LH102", 1, 12, "lr.kind")),
    ("lr: {kind: [linear]}", ("LH107", 1, 12, "lr.kind")),
    ("lr: {start: 1, end: 0}", ("LH104", 1, 5, "lr")),
    ("lr: {kind: linear, start: 0, end: 1}", ("LH104", 1, 12, "lr.kind")),
    (
        "lr: {kind: linear, start: 0, end: 1, steps: -1}",
        ("LH106", 1, 45, "lr.steps"),
    ),
    (
        "lr: {kind: linear, start: 0, end: yes, steps: 1}",
        ("LH102", 1, 35, "lr.end"),
    ),
    (
        "lr: {kind: linear, start: 0, end: 1, stesp: 1, steps: 1}",
        ("LH103", 1, 38, "lr.stesp"),
    ),
    (
        "lr: {kind: linear, start: 5%, end: 1, steps: 1}",
        ("LH107", 1, 27, "lr.start"),
    ),
    (
        "lr: {kind: linear, start: 0, end: 1, steps: {epochs: x}}",
        ("LH107", 1, 45, "lr.steps"),
    ),
    ("lr: 5%", ("LH107", 1, 5, "lr")),
    ("lr: null", ("LH107", 1, 5, "lr")),
    ("lr: [1, 2]", ("LH107", 1, 5, "lr")),
    ("lr: true", ("LH107", 1, 5, "lr")),
    ("lr: {kind: function, function: 'os:getcwd'}", ("LH109", 1, 12, "lr.kind")),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_a_mistake_is_named_at_its_place(text, expected):
    found = [(p.code, p.line, p.column, p.path) for p in problems(text, RUN)]
    assert found == [expected]


def test_all_mistakes_of_a_schedule_are_found_at_once():
    text = """
lr:
  kind: chain
  pieces:
    - linear(0, 1, stps=4)
    - {kind: cosin}
    - {kind: linear, start: 0, end: 1, steps: 3epo}
    - linear(0
"""
    found = [(p.code, p.line, p.path) for p in problems(text, RUN)]
    assert found == [
        ("LH103", 5, "lr.pieces[0]"),
        ("LH102", 6, "lr.pieces[1].kind"),
        ("LH108", 7, "lr.pieces[2].steps"),
        ("LH100", 8, "lr.pieces[3]"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lr: >\n  linear(0,\n  1, stps=4)", (3, 6)),
        ("lr: >- # folded\n\n  linear(0,\n\n  1,\n   stps=4)\nb: 1", (6, 4)),
        ("lr: |\n  linear(0, # from\n    1, stps=4)\n", (3, 8)),
        ("lr: linear(0,\n  1, stps=4)", (2, 6)),
        ('lr: "linear(0,\n  1, stps=4)"', (2, 6)),
        ('lr: "linear(0, \\\n  1, stps=4)"', (1, 5)),  # with an escape: its start
    ],
)
def test_a_problem_of_a_text_over_several_lines_has_its_own_place(text, place):
    [problem] = problems(text)
    assert (problem.code, problem.line, problem.column) == ("LH103", *place)


def test_a_text_over_several_lines_that_ends_too_soon_has_its_end():
    [problem] = problems("lr: >\n  linear(0,\n  1 +\nb: 1")
    assert (problem.code, problem.line, problem.column) == ("LH100", 3, 6)


def test_an_endless_length_may_be_written():
    assert (
        built("lr: {kind: exponential_decay, start: 1, factor: 0.9}").steps == math.inf
    )


def test_a_target_by_a_short_name_is_the_one_that_python_has_too():
    lr = {"_target_": "lehr.wsd", "peak": 1, "warmup": 1, "decay": 1, "total": 9}
    expected = lehr.wsd(1, warmup=1, decay=1, total=9)
    assert read_config({"schedules": {"lr": lr}}).schedules == {"lr": expected}
