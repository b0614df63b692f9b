"""Area: against numeric integration, and itself in parts."""

import math
from itertools import pairwise

import pytest
from compositions import ended, leaves, schedules
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lehr import Clip, Cosine, InverseSqrt, Linear, Maximum, Minimum


@given(leaves, st.floats(-20, 80), st.floats(-20, 80))
def test_area_is_that_of_numeric_integration(schedule, a, b):
    a, b = sorted((a, b))
    inner = [0, *schedule.joints(0, 90), min(schedule.steps, 90)]
    edges = sorted({a, b, *(t for t in inner if a < t < b)})
    expected = sum(
        quad(schedule, low, high, limit=400, epsabs=1e-11, epsrel=1e-11)[0]
        for low, high in pairwise(edges)
        if high - low > 1e-9
    )
    assert schedule.area(a, b) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@given(schedules, *[st.floats(-50, 150)] * 3)
def test_areas_add_up(schedule, a, b, c):
    whole = schedule.area(a, b) + schedule.area(b, c)
    assert schedule.area(a, c) == pytest.approx(whole, rel=1e-9, abs=1e-8)


@given(schedules, st.floats(1, 100))
def test_before_and_after_the_held_values_count(schedule, length):
    cut = ended(schedule)
    end = cut.steps
    assert cut.area(-length, 0) == pytest.approx(length * cut(0), rel=1e-13)
    assert cut.area(end, end + length) == pytest.approx(length * cut(end), rel=1e-12)
    assert cut.area(3, 1) == -cut.area(1, 3)


def test_area_needs_an_end():
    with pytest.raises(
        ValueError, match="ends of an area must be finite, got 0 to inf"
    ):
        InverseSqrt(1.0, 10).area()
    with pytest.raises(TypeError, match="a must be a number, got '0'"):
        InverseSqrt(1.0, 10).area("0", 5)


def test_area_of_a_short_stretch_of_a_long_run_keeps_its_digits():
    for family in (Linear, Cosine):
        lr = family(1.0, 0.0, 10**12)
        t = 3 * 10**11
        assert lr.area(t, t + 1) == pytest.approx(lr(t + 0.5), rel=1e-14)


def test_a_corner_is_a_breakpoint_and_its_area_exact():
    line = Linear(0.0, 1.0, 10)
    for cut in (Clip(line, high=0.3), Minimum((line, 0.3))):
        assert cut.breakpoints == pytest.approx((3,))
        assert cut.area() == pytest.approx(0.45 + 2.1, rel=1e-14)
        assert [phase.name for phase in cut.phases] == ["warmup", "stable"]
    raised = Maximum((InverseSqrt(1.0, 1), 0.1))
    assert raised.breakpoints == pytest.approx((99,))
    assert raised.area(0, 199) == pytest.approx(18 + 10, rel=1e-13)
    assert raised.next_change(150) == math.inf
