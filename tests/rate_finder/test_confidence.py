"""Confidence is high on a plain curve, lower on a noisy one, the same each time."""

import math

import pytest

from lehr.rate_finder import find_rate
from lehr.rate_finder.confidence import noise_of, suggestions
from rate_finder.quadratic import valley_shaped


def found(noise, seed=0):
    step = valley_shaped(noise=noise, seed=seed, per_update=0.8)
    return find_rate(step, low=1e-5, high=10.0)


def test_noise_lowers_the_confidence_and_widens_the_spread():
    plain, noisy = found(0.0).suggestion, found(0.15).suggestion
    assert plain.confidence > 0.9
    assert noisy.confidence < plain.confidence
    assert noisy.high / noisy.low > plain.high / plain.low


def test_confidence_is_a_share_and_the_suggestion_is_not_left_to_chance():
    one, again = found(0.03), found(0.03)
    assert one == again
    for each in one.suggestions.values():
        assert 0 <= each.confidence <= 1
        assert each.low <= each.high


def test_high_confidence_means_that_other_draws_agree():
    at = [found(0.01, seed).suggestion for seed in range(12)]
    rates = sorted(one.rate for one in at)
    middle = rates[len(rates) // 2]
    agreeing = sum(middle / 2 <= rate <= 2 * middle for rate in rates)
    mean = sum(one.confidence for one in at) / len(at)
    assert agreeing / len(at) >= mean - 0.25


def test_noise_is_free_of_a_trend_and_has_the_size_of_the_losses_own():
    assert noise_of([3.0, 2.0, 1.0, 0.0]) == pytest.approx([0.0, 0.0])
    draws = [math.sin(12.9898 * i * i) for i in range(2_000)]
    mine = noise_of([x - 0.01 * i for i, x in enumerate(draws)])
    size = math.sqrt(sum(x * x for x in mine) / len(mine))
    assert size == pytest.approx(math.sqrt(0.5), rel=0.05)


def test_a_rule_that_finds_nothing_is_left_out():
    rates = [10.0 ** (-5 + i / 10) for i in range(40)]
    rising = suggestions(rates, [1.0 + i for i in range(40)], 0.5)
    assert "steepest" not in rising
