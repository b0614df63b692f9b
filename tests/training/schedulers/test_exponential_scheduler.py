"""Exponential decay: the original's numbers."""

from fractions import Fraction

import pytest

from lehr.training.schedulers import ExponentialLR


def test_the_rates_are_those_of_the_original():
    scheduler = ExponentialLR(0.1, 0.95)
    expected = {0: 0.1, 1: 0.095, 10: 0.0598736939, 50: 0.0076944975}
    rates = {epoch: scheduler.get_lr(epoch) for epoch in expected}
    assert rates == pytest.approx(expected, abs=1e-10)
    rates = [scheduler.get_lr(epoch) for epoch in range(51)]
    assert rates == sorted(rates, reverse=True)
    assert ExponentialLR(0.1, 0.9).get_lr(10) <= ExponentialLR(0.1, 0.99).get_lr(10)


@pytest.mark.parametrize("epoch", [0, 1, 7, 100, 1000])
def test_each_epoch_has_the_exact_power(epoch):
    exact = Fraction(0.1) * Fraction(0.95) ** epoch
    rate = Fraction(ExponentialLR(0.1, 0.95).get_lr(epoch))
    assert abs(rate - exact) <= exact * Fraction(4 * 2.0**-52)


def test_a_factor_of_1_keeps_the_rate():
    assert ExponentialLR(0.1, 1.0).get_lr(10**6) == 0.1


@pytest.mark.parametrize("gamma", [0.0, -0.5, 1.01, float("inf")])
def test_other_factors_are_refused(gamma):
    with pytest.raises(ValueError, match=r"gamma must be in \(0, 1\], got"):
        ExponentialLR(0.1, gamma)
