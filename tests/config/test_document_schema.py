"""The JSON Schema of documents and their reader say the same, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.mutations import FEWER, broken
from lehr.config import ConfigError, from_mapping, json_schema
from lehr.config.document_schema import NOT_SAID
from lehr.config.run_document import read_run

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json_schema()
WHOLE = jsonschema.Draft202012Validator(SCHEMA)

BASE = {
    "schema": 1,
    "data": {"kind": "synthetic", "samples": 200},
    "model": {"kind": "mlp", "width": 8},
    "optimizer": {"kind": "sgd", "momentum": 0.9},
    "schedules": {"lr": 0.1},
    "train": {"epochs": 2, "batch_size": 10},
}
sections = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["run-7", "a.b_c"]),
        "seed": st.integers(0, 9),
        "output": st.just("runs/x"),
        "data": st.sampled_from(
            [
                {"kind": "digits", "augment": False},
                {"kind": "table", "path": "a.csv"},
                {"kind": "synthetic", "noise": None, "classes": 3},
            ]
        ),
        "model": st.sampled_from([{"kind": "mlp", "dropout": 0, "layers": 1}]),
        "optimizer": st.sampled_from(
            [
                {"kind": "adamw", "beta2": 0.95, "fused": False},
                {"kind": "sgd", "fused": "auto"},
            ]
        ),
        "train": st.sampled_from(
            [
                {"updates": 5, "evaluate_every": "2ep", "compile": {"mode": "default"}},
                {
                    "epochs": 1,
                    "patience": None,
                    "checkpoint_every": 5,
                    "precision": "bf16",
                },
                {"samples": 50, "strategy": "ddp", "clip_norm": 1, "compile": True},
            ]
        ),
        "schedules": st.fixed_dictionaries(
            {"lr": st.just("linear(0.1, 0, 100%)") | st.just(1)}
        ),
    },
)


def reader_takes(data):
    try:
        read_run(from_mapping(data), lambda data: 200)
    except ConfigError:
        return False
    return True


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for section in SCHEMA["properties"]:
        alone = json_schema(section)
        jsonschema.Draft202012Validator.check_schema(alone)
        assert alone["$schema"] == SCHEMA["$schema"]
    part = jsonschema.Draft202012Validator(json_schema("schedules"))
    assert part.is_valid({"lr": {"kind": "linear", "start": 1, "end": 0, "steps": 5}})
    assert not part.is_valid({"lr": {"kind": "linear", "start": 1, "end": 0}})
    with pytest.raises(ValueError, match="did you mean 'schedules'"):
        json_schema("schedule")


@FEWER
@given(sections)
def test_good_documents_are_taken_by_both(given):
    document = {**BASE, **given}
    assert reader_takes(document)
    assert WHOLE.is_valid(document), document


@FEWER
@given(sections, st.data())
def test_broken_documents_are_refused_by_both(given, data):
    wrong = broken({**BASE, **given}, data)
    # A field of any name may be scheduled, and torch.compile has many options.
    if "no_such_key" in wrong["schedules"] or _opened(wrong):
        return
    assert not WHOLE.is_valid(wrong), wrong
    assert not reader_takes(wrong)


def _opened(document):
    compiled = document.get("train")
    compiled = compiled.get("compile") if isinstance(compiled, dict) else None
    return isinstance(compiled, dict)


def test_groups_and_other_optimizers_are_known():
    document = {
        "schedules": {"weight_decay": {"no_decay": 0, "default": "linear(1, 0, 9)"}}
    }
    assert WHOLE.is_valid(document)
    document["optimizer"] = {"name": "Lion", "lr": 1e-3}
    assert WHOLE.is_valid(document)
    assert not WHOLE.is_valid({**document, "optimizer": {"lr": 1e-3}})
    assert not WHOLE.is_valid({"train": {"epochs": 1}})
    document["groups"] = {"no_decay": ["*.bias", "*norm*"], "head": "head.*"}
    assert WHOLE.is_valid(document)
    assert not WHOLE.is_valid({**document, "groups": {"head": 5}})


@pytest.mark.parametrize(
    "document",
    [
        {**BASE, "schedules": {"lr": "linear(1"}},
        {**BASE, "schedules": {"lr": {"kind": "clip", "schedule": "linear(1, 0, 9)"}}},
        {
            **BASE,
            "schedules": {"lr": {"kind": "noam", "dimension": 8, "warmup": "1k tok"}},
        },
        {**BASE, "train": {"epochs": 1, "updates": 5}},
        {"schedules": {"lr": 0.1}},
        {**BASE, "schedules": {"lr": 0.1, "beta1": 0.9}},
        {**BASE, "optimizer": {"kind": "sgd", "momentum": 0.0, "nesterov": True}},
        {**BASE, "seed": 5.0},
    ],
)
def test_what_a_schema_cannot_say_the_reader_refuses(document):
    assert WHOLE.is_valid(document)
    assert not reader_takes(document)
    assert len(NOT_SAID) > 8 and all(NOT_SAID.values())
