"""Logarithmic: by hand, its symmetries, its area, and what it refuses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lehr import Linear, Logarithmic

scales = st.sampled_from([0.25, 1, 7, 1_000])


def test_powers_of_two_are_a_straight_line():
    lr = Logarithmic(0.0, 10.0, steps=2**10 - 1)
    assert [lr(2**n - 1) for n in range(11)] == pytest.approx(range(11), rel=1e-15)


@given(st.floats(0, 99), scales)
def test_only_the_ratio_of_clock_and_timescale_counts(t, scale):
    lr = Logarithmic(1.0, 0.2, 99, scale)
    slow = Logarithmic(1.0, 0.2, 99 * 8, scale * 8)
    assert lr(t) == slow(8 * t)


def test_a_long_timescale_is_nearly_a_line():
    lr, line = Logarithmic(0.0, 1.0, 100, timescale=10**9), Linear(0.0, 1.0, 100)
    assert [lr(t) for t in range(101)] == pytest.approx(line.curve(101), rel=1e-7)


def test_the_last_step_of_a_long_ramp_keeps_all_digits():
    steps = 10**12
    last = Logarithmic(1.0, 0.0, steps)(steps - 1)
    assert last == pytest.approx(math.log1p(1 / steps) / math.log1p(steps), rel=1e-15)


@given(scales, st.floats(0, 120), st.floats(0, 120))
def test_area_is_that_of_numeric_integration(scale, a, b):
    lr, (a, b) = Logarithmic(2.0, 0.5, 99, scale), sorted((a, b))
    expected = quad(lr, a, b, points=[99] if a < 99 < b else None)[0]
    assert lr.area(a, b) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_area_of_a_whole_one_by_hand():
    # The integral of log(x) over [1, 8] is 8 log 8 - 7; over that of log 8 it is
    whole = (8 * math.log(8) - 7) / math.log(8)
    assert Logarithmic(0.0, 1.0, 7).area() == pytest.approx(whole, rel=1e-14)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": math.nan}, "start must be finite, got nan"),
        ({"steps": math.inf}, "steps must be >= 0 and finite, got inf"),
        ({"timescale": 0}, "timescale must be > 0 and finite, got 0"),
        ({"steps": 1e300, "timescale": 1e-300}, "steps / timescale must be finite"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Logarithmic(**{"start": 1.0, "end": 0.0, "steps": 10} | wrong)
