"""Sawtooth: its teeth by the definition, its facts, and what it refuses."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lehr import Polynomial, Sawtooth

SAW = Sawtooth(1.0, 0.1, every=4, power=2.0)
powers = st.sampled_from([0.5, 1.0, 2.0, 3.3])


@given(st.integers(0, 10**6), st.integers(1, 400), powers)
def test_puts_off_its_end(t, every, power):
    k = max(1, math.ceil(t / every))
    expected = 0.1 + 0.9 * ((k * every - t) / (k * every)) ** power
    assert Sawtooth(1.0, 0.1, every, power)(t) == pytest.approx(expected, rel=1e-14)


@given(st.integers(0, 40), powers)
def test_the_first_tooth_is_the_plain_decay(t, power):
    plain = Polynomial(0.3, 0.7, 40, power)
    assert Sawtooth(0.3, 0.7, 40, power)(t) == pytest.approx(plain(t), rel=1e-15)


def test_an_end_is_held_for_its_update():
    assert SAW(4) == SAW(4.9) == SAW(8) == 0.1
    assert SAW(5) == pytest.approx(0.1 + 0.9 * (3 / 8) ** 2)
    assert Sawtooth(1e-6, 1.0, 10)(0) == 1e-6


def test_one_update_per_tooth_is_an_end_for_ever():
    lr = Sawtooth(1.0, 0.1, every=1)
    assert [lr(t) for t in (0, 1, 2, 10**9)] == [1.0, 0.1, 0.1, 0.1]
    assert lr.breakpoints == (1,)
    assert (lr.is_continuous, lr.next_change(1)) == (True, math.inf)


def test_knows_where_it_breaks():
    assert SAW.breakpoints == (4, 5)
    assert list(SAW.joints(3, 13)) == [4, 5, 8, 9, 12]
    assert not SAW.is_continuous
    assert [SAW.next_change(t) for t in (3, 4, 5)] == [4, 5, 6]
    assert Sawtooth(0.1, 0.1, 4).next_change(0) == math.inf
    assert [p.span for p in SAW.phases] == [(0, 4)]
    assert [p.name for p in SAW[:9].phases] == ["decay", "stable", "decay", "stable"]


@pytest.mark.parametrize(("start", "end"), [(1.0, 0.1), (0.1, 1.0), (-1.0, 0.5)])
@given(a=st.integers(0, 60), n=st.integers(0, 60), every=st.integers(1, 9))
def test_bounds_are_reached(start, end, a, n, every):
    lr = Sawtooth(start, end, every)
    values = [lr(t) for t in range(a, a + n + 1)]
    assert lr.bounds(a, a + n) == (min(values), max(values))


def test_extremes_are_start_and_end():
    assert (SAW.minimum, SAW.maximum) == (0.1, 1.0)
    assert SAW.bounds(-10, math.inf) == (0.1, 1.0)
    assert SAW.first_step_below(0.2) == 3


@given(st.floats(0, 50), st.floats(0, 50), st.integers(1, 9), powers)
def test_area_is_that_of_its_parts(a, b, every, power):
    lr, (a, b) = Sawtooth(1.0, 0.1, every, power), sorted((a, b))
    marks = [a, *lr.joints(a, b), b]
    expected = sum(quad(lr, x, y)[0] for x, y in pairwise(marks) if y - x > 1e-9)
    assert lr.area(a, b) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_the_area_of_a_late_update_keeps_its_digits():
    late = Sawtooth(1.0, 0.0, every=1_000)
    t = 10**9 + 500
    assert late.area(t, t + 1) == pytest.approx(late(t + 0.5), rel=1e-13)


def test_is_one_curve_for_numbers_and_arrays():
    times = np.array([0, 3, 4, 5, 8, 9, 2**53, 1e300])
    assert SAW(times) == pytest.approx([SAW(t) for t in times.tolist()], rel=1e-15)
    assert SAW.curve(0, 50) == pytest.approx([SAW(t) for t in range(50)], rel=1e-15)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": math.nan}, "start must be finite, got nan"),
        ({"start": 1e308, "end": -1e308}, "end - start must be finite"),
        ({"every": 0}, "every must be >= 1, got 0"),
        ({"every": 2.5}, "every must be a whole number, got 2.5"),
        ({"power": 0}, "power must be > 0 and finite, got 0"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Sawtooth(**{"start": 1.0, "end": 0.0, "every": 4} | wrong)
