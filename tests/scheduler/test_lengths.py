"""Lengths in a scheduler's own steps: counts, fractions, durations."""

import pytest

from lehr import Plan
from lehr.scheduler.lengths import Lengths

PLAN = Plan(dataset_size=1_000, batch_size=10, sequence_length=8, epochs=10)
"""Ten epochs of a hundred updates, of 80 tokens each."""


@pytest.mark.parametrize(
    ("value", "updates", "epochs"),
    [
        (3, 3, 3),
        (30.0, 30, 30),
        (0, 0, 0),
        (0.0, 0, 0),
        (1, 1, 1),
        (1.0, 1_000, 10),
        (0.75, 750, 8),
        (0.25, 250, 2),
        (1e-9, 1, 1),
        ("7", 7, 7),
        ("2ep", 200, 2),
        ("5%", 50, 1),
        ("25%", 250, 3),
        ("300 updates", 300, 3),
        ("301 updates", 301, 4),
        ("1k samples", 100, 1),
        ("16ktok", 200, 2),
        ([0.25, 1e-9, "5%", 7], [250, 0, 50, 7], [2, 0, 1, 7]),
        ([[0, 0.5], [0.5, None]], [[0, 500], [500, None]], [[0, 5], [5, None]]),
        (2.5, 2.5, 2.5),
        (-1.5, -1.5, -1.5),
        (None, None, None),
        (True, True, True),
    ],
)
def test_a_length_is_read_in_updates_or_in_epochs(value, updates, epochs):
    assert Lengths(PLAN, "update").read(value) == updates
    assert Lengths(PLAN, "epoch").read(value) == epochs


def test_a_broken_last_epoch_counts_for_the_run():
    broken = Lengths(Plan(dataset_size=1_000, batch_size=10, updates=950), "epoch")
    assert broken.updates == 10
    assert broken.read("50%") == 5
    assert broken.read(0.5) == 5


@pytest.mark.parametrize(
    ("value", "per", "plan", "message"),
    [
        (0.5, "update", None, "0.5 is a fraction of the run, .* pass plan"),
        ("5%", "update", None, "5% cannot be resolved without the run"),
        ("2ep", "update", None, "pass plan"),
        ("2 updates", "epoch", None, "pass plan"),
        ("2.5ep", "epoch", PLAN, "no whole number of epochs"),
        ("5%", "epoch", Plan(batch_size=1, updates=9), "dataset_size"),
        ("5 laps", "update", PLAN, "unknown unit"),
    ],
)
def test_what_cannot_be_resolved_says_what_is_missing(value, per, plan, message):
    with pytest.raises(ValueError, match=message):
        Lengths(plan, per).read(value)


def test_counts_of_its_own_steps_need_no_plan():
    assert Lengths(None, "epoch").read(["2ep", "2", 3.0]) == [2, 2, 3]
    assert Lengths(None, "update").read(["2", "2 updates"]) == [2, 2]


@pytest.mark.parametrize(
    ("pair", "plan", "length"),
    [
        ([3, 8], None, 5),
        ([3, None], PLAN, 7),
        ((3, float("inf")), PLAN, 7),
        ([3, None], None, None),
        ([3, None], Plan(batch_size=1, updates=9), None),
        ([3, 3], PLAN, None),
        ([3], PLAN, None),
        (3, PLAN, None),
        (["a", 8], PLAN, None),
    ],
)
def test_the_length_between_two_places(pair, plan, length):
    assert Lengths(plan, "epoch").between(pair) == length
