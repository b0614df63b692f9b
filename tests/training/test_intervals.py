"""Intervals by any clock of a run: how they are read, and when they are due."""

from datetime import timedelta
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.training import BaseTrainer
from lehr.training.intervals import Every, Progress


@pytest.mark.parametrize(
    ("value", "amount", "unit"),
    [
        (500, 500, "updates"),
        ("500", 500, "updates"),
        ("2ep", 2, "epochs"),
        ("10k samples", 10_000, "samples"),
        ("1.5Mtok", 1_500_000, "tokens"),
        ("30m", 1800.0, "seconds"),
        ("1h30m", 5400.0, "seconds"),
        (timedelta(minutes=2), 120.0, "seconds"),
    ],
)
def test_an_interval_is_read_as_people_write_it(value, amount, unit):
    every = Every.of(value)
    assert (every.amount, every.unit, str(every)) == (amount, unit, str(value))
    assert Every.of(every) is every


@pytest.mark.parametrize(
    "value", [0, -3, 2.5, "5%", "1.5ep", "often", True, None, "0s"]
)
def test_what_is_no_interval_is_refused_by_its_name(value):
    with pytest.raises(ValueError, match="evaluate_every must be"):
        Every.of(value, "evaluate_every")


@given(
    st.integers(1, 50),
    st.lists(st.integers(1, 120), min_size=1, max_size=30),
    st.sampled_from(["updates", "samples", "tokens"]),
)
def test_it_is_due_once_for_each_place_that_passes_a_multiple(amount, steps, unit):
    every = Every(amount, unit)
    place = due = 0
    for step in steps:
        before, place = place, place + step
        passed = any(n % amount == 0 for n in range(before + 1, place + 1))
        assert every.due(_at(unit, before), _at(unit, place)) == passed
        due += passed
    assert due <= place // amount


def _at(unit, value):
    return Progress(**{unit: value})


def test_time_is_due_by_the_seconds_of_all_parts_of_a_run():
    every = Every.of("10s")
    places = [0.0, 3.0, 9.9, 10.0, 19.0, 41.0, 41.5]
    due = [
        every.due(Progress(seconds=a), Progress(seconds=b)) for a, b in pairwise(places)
    ]
    assert due == [False, False, True, False, True, False]


@pytest.mark.parametrize("options", [{}, {"accumulation": 2}])
def test_evaluations_by_tokens_have_them_counted(options):
    data = [(torch.ones(2, 3, 1), torch.ones(2, 3, dtype=torch.long))] * 8
    model = torch.nn.Linear(1, 2)
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        evaluate_every="12 tok",
        **options,
    )
    result = one.fit(data, data[:1], num_epochs=1)
    assert result.tokens == 48
    each = 2 // options.get("accumulation", 1)
    last = [row["update"] + 1 for row in result.evaluations]
    assert last == list(range(each, result.updates + 1, each))


def test_nothing_is_due_on_the_way_back():
    every = Every.of(5)
    assert not every.due(Progress(updates=6), Progress(updates=4))
    assert every.due(Progress(updates=4), Progress(updates=5))
