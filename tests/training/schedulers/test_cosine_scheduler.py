"""Cosine annealing: the original's numbers, its symmetry, and its end."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Cosine
from lehr.training.schedulers import CosineAnnealingLR, CosineScheduler


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            (0.1, 100),
            {
                0: 0.1,
                25: 0.08535533905932738,
                50: 0.05,
                75: 0.014644660940672627,
                99: 2.467198171342e-05,
                100: 0.0,
                200: 0.0,
            },
        ),
        ((1.0, 100), {50: 0.5}),
        ((1.0, 100, 0.01), {25: 0.855017856687341, 50: 0.505, 100: 0.01}),
        ((0.1, 100, 0.01), {100: 0.01, 10_000: 0.01}),
        (
            (0.1, 10, 0.01),
            dict(
                enumerate(
                    (
                        *(0.1, 0.0977975433, 0.0914057647, 0.0814503364, 0.0689057647),
                        *(0.055, 0.0410942353, 0.0285496636, 0.0185942353),
                        *(0.0122024568, 0.01, 0.01),
                    )
                )
            ),
        ),
        ((1.0, 1), {0: 1.0, 1: 0.0}),
    ],
)
def test_the_rates_are_those_of_the_original(arguments, expected):
    scheduler = CosineAnnealingLR(*arguments)
    rates = {epoch: scheduler.get_lr(epoch) for epoch in expected}
    assert rates == pytest.approx(expected, rel=1e-9, abs=1e-10)


def test_a_longer_fall_is_higher_at_the_same_epoch():
    assert CosineAnnealingLR(1.0, 50).get_lr(50) <= CosineAnnealingLR(1.0, 200).get_lr(
        50
    )


def test_the_fall_is_smooth_and_never_below_its_end():
    rates = [CosineAnnealingLR(1.0, 100, 0.1).get_lr(epoch) for epoch in range(151)]
    assert rates == sorted(rates, reverse=True)
    assert min(rates) == 0.1
    assert max(a - b for a, b in pairwise(rates)) < 0.05


@given(
    st.floats(1e-6, 10.0), st.integers(1, 2_000), st.floats(0.0, 1.0), st.integers(0)
)
def test_it_is_symmetric_about_its_middle(base, length, share, epoch):
    epoch %= length + 1
    floor = base * share
    scheduler = CosineAnnealingLR(base, length, floor)
    both = scheduler.get_lr(epoch) + scheduler.get_lr(length - epoch)
    assert both == pytest.approx(base + floor, rel=1e-14)
    closed = floor + (base - floor) * (1 + math.cos(math.pi * epoch / length)) / 2
    assert scheduler.get_lr(epoch) == pytest.approx(closed, rel=1e-9, abs=1e-14 * base)


def test_a_length_of_a_million_is_stable_at_its_end():
    scheduler = CosineAnnealingLR(0.1, 10**6, 1e-10)
    assert scheduler.get_lr(10**6) == 1e-10
    # One epoch before it, sin(x)^2 = x^2 to all digits.
    angle = math.pi / 2 / 10**6
    assert scheduler.get_lr(10**6 - 1) - 1e-10 == pytest.approx(
        (0.1 - 1e-10) * angle**2, rel=1e-6
    )


def test_an_end_that_is_the_start_is_constant():
    scheduler = CosineAnnealingLR(0.1, 100, 0.1)
    assert {scheduler.get_lr(epoch) for epoch in range(151)} == {0.1}


def test_the_one_that_counts_is_the_same_curve():
    scheduler = CosineScheduler(0.1, T_max=10, eta_min=0.01)
    assert scheduler.schedule == Cosine(0.1, 0.01, 10)
    value = CosineAnnealingLR(0.1, 10, 0.01)
    for step in range(15):
        assert scheduler.get_lr() == value.get_lr(step)
        scheduler.step()


@pytest.mark.parametrize("kind", [CosineAnnealingLR, CosineScheduler])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.1, 0), "T_max must be >= 1, got 0"),
        ((0.1, -3), "T_max must be >= 1"),
        ((0.1, 10, 0.2), r"eta_min \(0.2\) exceeds \w+_lr \(0.1\), so the rate would"),
        ((0.1, 10, -0.01), "eta_min must be >= 0"),
        ((0.0, 10), "_lr must be > 0"),
        ((0.1, 10.5), "T_max must be a whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind(*arguments)
