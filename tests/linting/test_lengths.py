"""Lengths and arguments where they are written, and edits of them."""

from dataclasses import replace

import pytest

import lehr
from lehr.linting.base import Subject
from lehr.linting.lengths import lengths_of
from lehr.linting.rewriting import with_argument, written_at
from linting.reading import subject_of_text

LR = lehr.warmup_cosine(1e-3, warmup=50, total=1000)


def document(lr):
    plan = "plan: {dataset_size: 32000, batch_size: 32, epochs: 10}"
    return subject_of_text(f"{plan}\nschedules:\n  lr: {lr}\n")


@pytest.mark.parametrize(
    ("lr", "expected"),
    [
        ("cosine(1, 0, 10ep)", [("steps", "10ep")]),
        ("wsd(1, warmup=2k, decay=20%)", [("warmup", "2k"), ("decay", "20%")]),
        ("0.5 * cosine(1, 0, steps=100)", [("steps", "100")]),
        (
            "chain((linear(0, 1, 5%), constant(1, {updates: 7})))".replace(
                "{updates: 7}", "7"
            ),
            [("steps", "5%"), ("steps", "7")],
        ),
        (
            "multi_step(1, factor=0.5, milestones=(3ep, 60%))",
            [("milestones", "3ep"), ("milestones", "60%")],
        ),
        (
            "{kind: cosine, start: 1, end: 0, steps: {epochs: 3}}",
            [("steps", "3 epochs")],
        ),
        (
            "{kind: chain, pieces: [{kind: linear, start: 0, end: 1, steps: 10}]}",
            [("steps", "10")],
        ),
        (
            "{kind: multi_step, start: 1, factor: 0.5, milestones: [10, 20]}",
            [("milestones", "10"), ("milestones", "20")],
        ),
        ("-cosine(-1, 0, 10)", [("steps", "10")]),
        ("3e-4", []),
    ],
)
def test_lengths_are_read_as_they_were_written(lr, expected):
    lengths = lengths_of(document(lr), "lr")
    assert [(each.argument, each.text) for each in lengths] == expected


def test_nothing_is_known_of_lengths_without_a_document():
    assert lengths_of(Subject({"lr": LR}), "lr") == []


@pytest.mark.parametrize(
    ("lr", "argument", "value", "edited"),
    [
        ("cosine(1, 0, steps=10)", "steps", "100%", "cosine(1, 0, steps=100%)"),
        (
            "warmup_cosine(1, total=10, warmup=1)",
            "total",
            None,
            "warmup_cosine(1, warmup=1)",
        ),
        (
            "warmup_cosine(1, warmup=1, total=10)",
            "total",
            None,
            "warmup_cosine(1, warmup=1)",
        ),
        ("cosine(1, 0, 10)", "steps", "100%", None),
        (
            "chain((cosine(1, 0, steps=5), cosine(1, 0, steps=5)))",
            "steps",
            "100%",
            None,
        ),
    ],
)
def test_an_argument_is_changed_only_where_it_is_written_once(
    lr, argument, value, edited
):
    edits = with_argument(document(lr), "lr", argument, value)
    assert edits == (edited and {("schedules", "lr"): edited})


def test_a_key_that_a_mapping_lacks_is_not_changed():
    subject = document("{kind: cosine, start: 1, end: 0, steps: 9}")
    assert with_argument(subject, "lr", "total", "100%") is None
    path = ("schedules", "lr", "steps")
    assert with_argument(subject, "lr", "steps", "100%") == {path: "100%"}


def test_a_document_that_has_changed_since_says_nothing():
    subject = document("1e-3")
    assert written_at(subject, "lr") == 1e-3
    assert written_at(subject, "momentum") is None
    moved = replace(subject, written={"schedules": {}})
    assert written_at(moved, "lr") is None
    assert with_argument(moved, "lr", "total", "100%") is None
