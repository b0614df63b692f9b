"""Axes: round ticks, short numbers, and every value between bottom and top."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lehr._figures import short
from lehr.plotting.axes import DECADES, axis_of, count, ticks

values = st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-12)


@given(st.floats(1e-300, 1e300))
def test_a_short_number_is_near_and_short(value):
    assert float(short(value)) == pytest.approx(value, rel=1e-3)
    assert len(short(value)) <= 11


@given(st.integers(0, 10**15))
def test_a_count_reads_back_exactly(updates):
    text = count(updates)
    sizes = {"k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
    number, size = (text[:-1], sizes[text[-1]]) if text[-1] in sizes else (text, 1)
    if updates < 10**6:
        assert round(float(number) * size) == updates
    assert float(number) * size == pytest.approx(updates, rel=1e-5)


@given(st.lists(values, min_size=1, max_size=20), st.booleans())
def test_every_value_lies_on_the_axis(points, log):
    axis = axis_of(points, log=log)
    assert axis.low < axis.high
    for value in points:
        place = axis.place(value)
        if axis.log and place == -1.0:
            assert axis.has_zero
        else:
            assert -1e-9 <= place <= 1 + 1e-9
    assert all(-1e-9 <= axis.place(mark) <= 1 + 1e-9 for mark in axis.marks)


@given(st.integers(1, 10**12), st.integers(2, 40))
def test_updates_have_whole_and_round_ticks(end, most):
    marks = ticks(0, end, most, whole=True)
    assert len(marks) <= most
    assert all(mark == int(mark) for mark in marks)
    assert marks[0] == 0 and marks[-1] <= end * (1 + 1e-9)


@given(values, values, st.integers(2, 12))
def test_a_linear_axis_wastes_less_than_half_of_itself(low, high, marks):
    assume(low < high and (high - low) > 1e-6 * max(abs(low), abs(high)))
    axis = axis_of([low, high], marks=marks)
    used = max(high, 0.0) - min(low, 0.0) if low * high <= 0 else high - low
    assert used >= 0.2 * (axis.high - axis.low)


def test_values_near_one_another_are_not_drawn_from_zero():
    assert axis_of([0.85, 0.95]).low == 0.85
    assert axis_of([1e-5, 3e-4]).low == 0.0
    assert axis_of([-3.0, -1.0]).high == 0.0


def test_one_value_gets_an_axis_too():
    assert (axis_of([3e-4]).low, axis_of([3e-4]).high) == (0.0, 3e-4)
    assert (axis_of([-2.0]).low, axis_of([-2.0]).high) == (-2.0, 0.0)
    assert (axis_of([0.0]).low, axis_of([0.0]).high) == (0.0, 1.0)


def test_equal_factors_are_equal_distances_on_a_logarithmic_axis():
    axis = axis_of([1e-6, 1e-3], log=True)
    places = [axis.place(10.0**e) for e in (-6, -5, -4, -3)]
    gaps = [b - a for a, b in pairwise(places)]
    assert gaps == pytest.approx([gaps[0]] * 3)
    assert not axis.has_zero


def test_a_logarithmic_axis_has_a_band_for_zero_and_for_what_is_too_small():
    assert axis_of([0.0, 1e-3, 1.0], log=True).has_zero
    far = axis_of([1e-30, 1.0], log=True)
    assert far.has_zero
    assert far.low == pytest.approx(10.0**-DECADES)
    assert far.place(1e-30) == -1.0


def test_nothing_above_zero_is_drawn_on_a_linear_axis():
    assert not axis_of([-1.0, 0.0], log=True).log


@given(st.floats(1e-6, 1e9), st.integers(2, 12))
def test_ticks_are_even_and_inside(end, most):
    marks = ticks(0.0, end, most)
    assert 1 <= len(marks) <= most
    assert marks[0] == 0.0
    assert marks[-1] <= end * (1 + 1e-8)
    steps = [b - a for a, b in pairwise(marks)]
    assert all(math.isclose(step, steps[0], rel_tol=1e-6) for step in steps)


def test_the_smallest_number_and_the_widest_range_have_an_axis():
    assert axis_of([5e-324]).high > 5e-324
    assert not axis_of([5e-324], log=True).log
    wide = axis_of([-8e307, 1.2e308])
    assert 0 <= wide.place(-8e307) < wide.place(0.0) < wide.place(1.2e308) <= 1


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_numbers_have_an_axis_too(sign):
    axis = axis_of([0.0, sign * 1.7e308])
    assert all(math.isfinite(mark) for mark in axis.marks)
    assert 0 <= axis.place(sign * 1.7e308) <= 1
