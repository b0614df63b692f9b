"""Minimum and maximum, against all updates of random compositions."""

import time

import pytest
from compositions import SEEN, ended, schedules, values_of
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    Blend,
    Cosine,
    InverseSqrt,
    Linear,
    Noise,
    Repeat,
    Triangular,
    warm_restarts,
    warmup_cosine,
)


@given(schedules)
def test_minimum_and_maximum_are_those_of_all_updates(schedule):
    cut = ended(schedule)
    brute = values_of(cut)
    slack = 1e-15 * max(map(abs, brute))
    assert cut.minimum == pytest.approx(min(brute), abs=slack, rel=1e-15)
    assert cut.maximum == pytest.approx(max(brute), abs=slack, rel=1e-15)


@given(schedules)
def test_an_endless_schedule_is_bounded_by_its_extremes(schedule):
    brute = values_of(schedule)
    slack = 1e-15 * max(map(abs, brute))
    assert schedule.minimum <= min(brute) + slack
    assert schedule.maximum >= max(brute) - slack


@given(schedules, st.floats(0, SEEN), st.floats(0, SEEN), st.floats(0, 1))
def test_bounds_hold_between_updates_too(schedule, a, b, x):
    a, b = sorted((a, b))
    low, high = schedule.bounds(a, b)
    value = schedule(a + x * (b - a))
    assert low - 1e-13 <= value <= high + 1e-13


def test_what_an_endless_schedule_comes_near_to_counts():
    assert InverseSqrt(1.0, 10).minimum == 0.0
    assert (0.1 + InverseSqrt(1.0, 10)).minimum == 0.1
    assert warm_restarts(1.0, period=10, stretch=2, floor=0.01).minimum == 0.01
    assert Triangular(0.1, 1.0, up=10, mode="triangular2").minimum == 0.1
    assert (Noise(0.1, seed=0) + 1.0).maximum == pytest.approx(2.3)


AWKWARD = {
    "a product with a top inside": (
        Linear(0.0, 1.0, 10**6) * Cosine(1.0, 0.0, 10**6),
        0.0,
        0.2622550567595058,
    ),
    "a sum that nearly cancels": (
        Linear(0.0, 1.0, 10**5) + Linear(1.0, 0.0, 10**5),
        1.0,
        1.0,
    ),
    "waves that cancel": (Cosine(0.0, 1.0, 10**5) + Cosine(1.0, 0.0, 10**5), 1.0, 1.0),
    "a crossfade of opposites": (
        Blend(Cosine(1.0, 0.0, 10**5), Cosine(0.0, 1.0, 10**5), 0, 10**5),
        0.5,
        1.0,
    ),
    "an endless sum of cycles": (
        Repeat(Cosine(1.0, 0.0, 1_000)) + Repeat(Cosine(1.0, 0.0, 777)),
        0.0,
        2.0,
    ),
    "a hump over 10**12 updates": (
        warmup_cosine(1.0, warmup=10**9, total=10**12) * 2.0,
        0.0,
        2.0,
    ),
    "an endless product": (
        Linear(0.0, 1.0, 10**6) * InverseSqrt(1.0, 100),
        0.0,
        0.009999500037496875,
    ),
}


@pytest.mark.parametrize(("schedule", "low", "high"), AWKWARD.values(), ids=AWKWARD)
def test_awkward_compositions_are_decided_soon(schedule, low, high):
    begun = time.process_time()
    assert schedule.minimum == pytest.approx(low, rel=1e-6, abs=1e-4)
    assert schedule.maximum == pytest.approx(high, rel=1e-12)
    assert time.process_time() - begun < 10


def test_noise_over_a_long_run_is_searched_exactly():
    shaken = Cosine(1.0, 0.5, 3_000) * Noise(0.1, seed=1)
    brute = [shaken(t) for t in range(3_000)]
    assert shaken[:2_999].minimum == min(brute)
    assert shaken[:2_999].maximum == max(brute)
