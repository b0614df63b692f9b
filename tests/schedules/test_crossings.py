"""First step below: against a scan, and on runs too long for one."""

import math
import time

import pytest
from compositions import ended, schedules, values_of
from hypothesis import given
from hypothesis import strategies as st

from lehr import Cosine, InverseSqrt, Linear, Repeat, warm_restarts, warmup_cosine


@given(schedules, st.data())
def test_first_step_below_is_that_of_a_scan(schedule, data):
    cut = ended(schedule)
    brute = values_of(cut)
    x = data.draw(st.sampled_from(brute) | st.floats(-3, 3))
    expected = next((t for t, value in enumerate(brute) if value < x), None)
    assert cut.first_step_below(x) == expected


@given(st.integers(0, 10**12))
def test_a_crossing_of_a_long_run_is_found_exactly(t):
    lr = Linear(1.0, 0.0, 10**12)
    assert lr.first_step_below(lr(t)) == (t + 1 if t < 10**12 else None)


LONG = {
    "10**12 steps": (warmup_cosine(1.0, warmup=10, total=10**12)[10:], 1e-9),
    "an endless decay": (InverseSqrt(1.0, 10), 1e-6),
    "endless cycles": (Repeat(Cosine(1.0, 0.0, 10**6), decay=0.9), 1e-9),
    "sgdr": (warm_restarts(1.0, period=10**5, stretch=2), 1e-9),
}


@pytest.mark.parametrize(("schedule", "x"), LONG.values(), ids=LONG)
def test_long_and_endless_ones_are_searched_in_milliseconds(schedule, x):
    begun = time.process_time()
    found = schedule.first_step_below(x)
    assert time.process_time() - begun < 0.5
    assert schedule(found) < x <= schedule(found - 1)
    assert schedule.first_step_below(-1) is None


@pytest.mark.parametrize("x", [math.nan, "0.1", None])
def test_a_crossing_needs_a_number(x):
    with pytest.raises((ValueError, TypeError), match="x must be a number"):
        Linear(1.0, 0.0, 10).first_step_below(x)
