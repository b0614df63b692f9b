"""The error-free steps are exact, and what is built on them is right to an ulp."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from lehr._numerics import accurate, numpy, python
from lehr._numerics import torch as tensors

numbers = st.floats(1e-60, 1e60) | st.floats(-1e60, -1e-60) | st.just(0.0)
lengths = st.integers(1, 2**53) | st.floats(1e-3, 1e15)
fractions = st.floats(0, 1)


def ulps(value, truth):
    """Return the relative error in units of 2**-52."""
    with mpmath.workdps(60):
        return float(abs(mpf(value) / truth - 1)) * 2**52


@given(numbers, numbers)
def test_two_sum_loses_nothing(a, b):
    s, e = accurate.two_sum(a, b)
    assert s == a + b
    assert Fraction(s) + Fraction(e) == Fraction(a) + Fraction(b)


@given(numbers, numbers)
def test_two_product_loses_nothing(a, b):
    p, e = accurate.two_product(a, b, python)
    assert p == a * b
    assert Fraction(p) + Fraction(e) == Fraction(a) * Fraction(b)


@given(numbers, numbers)
def test_arrays_lose_nothing_either(a, b):
    tensor = torch.tensor([a], dtype=torch.float64)
    for xp, array in ((numpy, np.array([a])), (tensors, tensor)):
        p, e = accurate.two_product(array, b, xp)
        exact = Fraction(array.item()) * Fraction(b)
        assert Fraction(p.item()) + Fraction(e.item()) == exact


@given(lengths, lengths)
def test_a_quotient_has_twice_the_precision(a, b):
    q, e = accurate.quotient(float(a), b, python)
    assert q == float(a) / b
    exact = Fraction(float(a)) / Fraction(b)
    assert abs((Fraction(q) + Fraction(e)) / exact - 1) < Fraction(1, 2**100)


@given(lengths, fractions)
def test_a_quarter_sine_is_right(steps, fraction):
    t = fraction * steps
    with mpmath.workdps(60):
        x = mpf(t) / mpf(Fraction(steps).numerator) * Fraction(steps).denominator
        truth = mpmath.sin(mpmath.pi / 2 * x)
    if truth > 1e-290:
        assert ulps(accurate.quarter_sine(t, steps, python), truth) <= 1.5
        array = accurate.quarter_sine(np.array([t]), steps, numpy)
        assert ulps(array[0], truth) <= 2


@given(st.floats(1e-9, 2), lengths, st.floats(1e-9, 1))
def test_a_power_of_a_fraction_is_right(base, steps, fraction):
    t = fraction * steps
    with mpmath.workdps(60):
        truth = mpf(base) ** (mpf(t) / mpf(steps))
    assert (
        ulps(accurate.power_fraction(base, t, steps, math.log(base), python), truth)
        <= 2
    )


@given(st.floats(1e-12, 1), st.floats(1e-9, 700))
def test_an_exponential_is_right_however_large_its_argument(rate, size):
    t = size / rate
    with mpmath.workdps(60):
        truth = mpmath.exp(-mpf(rate) * mpf(t))
    assert ulps(accurate.exp_product(-rate, t, python), truth) <= 2


@given(st.integers(2, 2**53), st.floats(0, 1), st.floats(0.05, 60))
def test_a_power_and_what_it_leaves_of_1_are_each_right(steps, fraction, k):
    t = min(max(1, int(fraction * steps)), steps - 1)
    with mpmath.workdps(120):
        truth = (mpf(t) / steps) ** mpf(k)
        left = 1 - truth
    power, complement = accurate.fraction_power(t, steps - t, steps, k, python)
    assert truth < 1e-290 or ulps(power, truth) <= 3
    assert ulps(complement, left) <= 4


def test_at_its_ends_a_power_is_exact():
    ends = np.array([0.0]), np.array([10.0])
    for k in (1e-3, 0.5, 1.0, 3.0):
        for xp, zero, end in ((python, 0, 10), (numpy, *ends)):
            assert accurate.fraction_power(zero, end, 10, k, xp) == (0.0, 1.0)
            assert accurate.fraction_power(end, zero, 10, k, xp) == (1.0, 0.0)


def test_half_a_wave_begins_and_turns_where_it_should():
    angle, change = accurate.quarter_wave(1.0, 0.0, 10**12)
    assert angle == pytest.approx(math.pi / 2e12, rel=3e-16)
    assert change == pytest.approx(-1.0, rel=5e-16)
    assert accurate.quarter_wave(0.3, 0.3, 7)[1] == 0.0


def test_half_a_wave_makes_good_what_its_angle_was_rounded_by():
    for steps in range(3, 400):
        angle, change = accurate.quarter_wave(0.0, 1.0, steps)
        with mpmath.workdps(60):
            # For small angles, c sin^2(a t) is c a^2 t^2.
            assert (
                ulps(mpf(change) * mpf(angle) ** 2, (mpmath.pi / 2 / steps) ** 2) < 0.6
            )
