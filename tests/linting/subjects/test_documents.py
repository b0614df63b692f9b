"""What is read from a document: lengths as written, the optimizer, the run, places."""

import pytest

from lehr.config.documents import from_mapping
from lehr.linting.subjects import subject_of
from lehr.linting.subjects.documents import plan_of, written
from lehr.linting.subjects.lengths import durations_of
from lehr.linting.subjects.optimizers import optimizer_of

DOCUMENT = """\
schema: 1
plan: {batch_size: 32, updates: 1000}
optimizer: {name: AdamW, betas: [0.9, 0.95]}
schedules:
  lr: wsd(3e-4, warmup=5%, decay=20%)
  weight_decay:
    head: {kind: linear, start: 1, end: 0, steps: {percent: 5}}
"""


def lengths(schedules, **sections):
    document = from_mapping({"schedules": schedules, **sections})
    return {path[1:]: text for path, text in durations_of(document).items()}


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("wsd(1, warmup=5%, decay=2ep)", {("warmup",): "5%", ("decay",): "2ep"}),
        ("linear(1, 0, 5%)", {("steps",): "5%"}),
        ("linear(1, 0, 2k)", {("steps",): "2k"}),
        ("linear(1, 0, 100)", {}),
        ("0.5 * linear(1, 0, 5%)", {("steps",): "5%"}),
        ("linear(1, 0, 10% - 5)", {("steps",): "10%"}),
        (
            "linear(1, 0, 5%) + linear(1, 0, 2ep)",
            {(0, "steps"): "5%", (1, "steps"): "2ep"},
        ),
        ("chain((linear(0, 1, 5%), 1))", {("pieces", 0, "steps"): "5%"}),
        ("unknown(5%, x=1ep)", {(0,): "5%", ("x",): "1ep"}),
        ("linear(1, 0", {}),
        ({"kind": "linear", "start": 1, "end": 0, "steps": "5%"}, {("steps",): "5%"}),
        (
            {"kind": "linear", "start": 1, "end": 0, "steps": {"tokens": 10}},
            {("steps",): "10tok"},
        ),
        (
            {"kind": "chain", "pieces": ["linear(0, 1, 5%)"]},
            {("pieces", 0, "steps"): "5%"},
        ),
        (1e-3, {}),
    ],
)
def test_lengths_are_found_as_they_were_written(schedule, expected):
    found = lengths({"lr": schedule})
    assert found == {("lr", *path): text for path, text in expected.items()}


def test_lengths_of_the_run_are_found_too():
    found = durations_of(
        from_mapping(
            {
                "plan": {"length": "3ep", "batch_size": 32},
                "train": {"evaluate_every": "2ep", "device": "auto"},
                "data": {"text": "5%"},
            }
        )
    )
    assert found == {("plan", "length"): "3ep", ("train", "evaluate_every"): "2ep"}


def test_a_document_gives_all_its_facts():
    subject = subject_of(written(DOCUMENT, "run.yaml"))
    assert subject.plan.updates == 1000
    assert subject.optimizer.kind == "adamw"
    assert subject.optimizer.values["beta2"] == 0.95
    assert subject.written["optimizer"]["name"] == "AdamW"
    assert subject.source == "run.yaml"
    place = subject.places["weight_decay.head"]
    assert (place.line, place.column) == (7, 11)
    assert subject.line(("optimizer", "betas", 1)) == (3, 39)
    assert subject.line(("optimizer", "gone")) == (3, 12)
    assert subject.line(("gone",)) == (None, None)
    assert ("schedules", "lr", "decay") in subject.durations


@pytest.mark.parametrize(
    ("given", "kind", "values"),
    [
        (
            {"kind": "adamw"},
            "adamw",
            {"beta2": 0.999, "weight_decay": 0.01},
        ),
        ({"kind": "sgd"}, "sgd", {"momentum": 0.9}),
        ({"name": "SGD", "lr": 0.1}, "sgd", {"momentum": 0.0, "lr": 0.1}),
        ("torch.optim.Adam", "adam", {"weight_decay": 0.0}),
        (
            {"_target_": "torch.optim.AdamW", "betas": (0.8, 0.9)},
            "adamw",
            {"beta1": 0.8},
        ),
        ({"class_name": "SGD", "args": {"momentum": 0.5}}, "sgd", {"momentum": 0.5}),
        ({"name": "Mine", "x": 3, "flag": True}, "mine", {"x": 3.0}),
        ({"learning_rate": 1}, "", {"lr": 1.0}),
        (None, "", {}),
    ],
)
def test_the_optimizers_settings_are_those_in_force(given, kind, values):
    optimizer = optimizer_of(given)
    assert optimizer.kind == kind
    assert {**optimizer.values, **values} == optimizer.values
    assert "flag" not in optimizer.values


@pytest.mark.parametrize(
    ("data", "updates"),
    [
        ({"train": {"updates": 500}}, 500),
        ({"train": {"samples": 640, "batch_size": 32}}, 20),
        ({"train": {"tokens": 1280, "batch_size": 1}, "data": {"context": 128}}, 10),
        ({"train": {"epochs": 3}}, None),
        ({"train": {"epochs": 3}, "plan": {"dataset_size": 640}}, 30),
        ({"plan": {"updates": 5}}, None),
        ({"plan": {"updates": 5, "batch_size": "x"}}, None),
        ({"train": 5, "plan": None}, None),
        ({}, None),
        (
            {
                "plan": {
                    "batch_size": 1,
                    "samples": 30,
                    "ramp": {"sizes": [1, 2], "until": [10], "clock": "updates"},
                }
            },
            None,
        ),
        ({"plan": {"batch_size": 1, "samples": 30, "ramp": {"sizes": 5}}}, None),
    ],
)
def test_the_run_is_read_from_its_numbers_alone(data, updates):
    plan = plan_of(data)
    assert (plan and plan.updates) == updates
