"""Warmup: the original's numbers, all its shapes, and the joint with what follows."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.training.schedulers import (
    CosineAnnealingLR,
    ExponentialLR,
    StepLR,
    WarmupCosineAnnealingLR,
    WarmupLR,
    WarmupScheduler,
    WarmupStepLR,
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1.0, 10), {0: 0.0, 1: 0.1, 5: 0.5, 10: 1.0, 11: 1.0}),
        ((0.1, 5), {0: 0.0, 5: 0.1, 20: 0.1}),
        ((1.0, 2), {1: 0.5, 2: 1.0}),
        ((1.0, 100), {1: 0.01, 25: 0.25, 50: 0.5, 75: 0.75, 100: 1.0}),
        ((1.0, 1), {0: 0.0, 1: 1.0}),
        ((0.5, 20), {epoch: 0.025 * epoch for epoch in range(21)}),
        ((1.0, 0), {0: 1.0, 1: 1.0}),
        ((1.0, 10_000), {10: 0.001, 5000: 0.5, 10_000: 1.0}),
    ],
)
def test_the_rates_are_those_of_the_original(arguments, expected):
    scheduler = WarmupLR(*arguments)
    rates = {epoch: scheduler.get_lr(epoch) for epoch in expected}
    assert rates == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_the_rise_has_equal_increments():
    rates = [WarmupLR(1.0, 10).get_lr(epoch) for epoch in range(11)]
    for low, high in pairwise(rates):
        assert high - low == pytest.approx(0.1, abs=1e-10)


def test_a_warmup_may_begin_anywhere():
    rates = [WarmupLR(1.0, 4, start_lr=0.2).get_lr(epoch) for epoch in range(6)]
    assert rates == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    level = WarmupLR(0.5, 4, start_lr=0.5)
    assert {level.get_lr(epoch) for epoch in range(6)} == {0.5}


def test_an_exponential_warmup_rises_by_equal_ratios():
    scheduler = WarmupLR(1.0, 4, start_lr=1 / 16, shape="exponential")
    rates = [scheduler.get_lr(epoch) for epoch in range(6)]
    assert rates == pytest.approx([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0, 1.0])


def test_a_cosine_warmup_is_half_a_wave():
    scheduler = WarmupLR(1.0, 4, shape="cosine")
    rates = [scheduler.get_lr(epoch) for epoch in range(6)]
    wave = [0.5 * (1 - math.cos(math.pi * x / 4)) for x in range(5)]
    assert rates == pytest.approx([*wave, 1.0])


def test_warmup_then_cosine_is_the_originals():
    scheduler = WarmupCosineAnnealingLR(0.1, 10, 100, 0.0)
    expected = {0: 0.0, 5: 0.05, 9: 0.09, 10: 0.1, 50: 0.0586824089, 55: 0.05, 100: 0.0}
    rates = {epoch: scheduler.get_lr(epoch) for epoch in (*expected, 120)}
    assert rates == pytest.approx({**expected, 120: 0.0}, abs=1e-10)
    fall = [scheduler.get_lr(epoch) for epoch in range(10, 101)]
    assert fall == sorted(fall, reverse=True)
    assert WarmupCosineAnnealingLR(0.1, 10, 100, 0.02).get_lr(500) == 0.02


def test_warmup_then_steps_is_the_originals():
    scheduler = WarmupStepLR(0.1, 10, 30, 0.1)
    rates = [scheduler.get_lr(epoch) for epoch in range(100)]
    rise = [0.01 * epoch for epoch in range(10)]
    stairs = [0.1] * 30 + [0.01] * 30 + [0.001] * 30
    assert rates == pytest.approx(rise + stairs, rel=1e-12)


@given(
    st.integers(0, 50), st.integers(1, 200), st.integers(0, 300), st.floats(0.001, 2.0)
)
def test_at_the_joint_what_follows_begins(warmup, length, epoch, base):
    cosine = WarmupCosineAnnealingLR(base, warmup, warmup + length)
    steps = WarmupStepLR(base, warmup, length, 0.5)
    alone = WarmupLR(base, warmup)
    assert cosine.get_lr(warmup) == steps.get_lr(warmup) == alone.get_lr(warmup) == base
    if epoch < warmup:
        rate = alone.get_lr(epoch)
        assert rate == pytest.approx(base * epoch / warmup, rel=1e-14)
        assert cosine.get_lr(epoch) == steps.get_lr(epoch) == rate
    else:
        after = epoch - warmup
        assert cosine.get_lr(epoch) == CosineAnnealingLR(base, length).get_lr(after)
        assert steps.get_lr(epoch) == StepLR(base, length, 0.5).get_lr(after)


def test_schedules_are_chained_by_hand_too():
    by_hand = WarmupLR(0.1, 10).schedule.then(CosineAnnealingLR(0.1, 90).schedule)
    assert by_hand == WarmupCosineAnnealingLR(0.1, 10, 100).schedule
    tail = WarmupLR(0.1, 10).schedule.then(ExponentialLR(0.1, 0.5).schedule)
    assert [tail(epoch) for epoch in (5, 10, 11)] == [0.05, 0.1, 0.05]


@pytest.mark.parametrize(
    "options",
    [{}, {"start_lr": 0.01, "shape": "exponential"}, {"shape": "cosine"}],
)
def test_the_one_that_counts_is_the_same_curve(options):
    scheduler = WarmupScheduler(0.1, warmup_steps=5, **options)
    value = WarmupLR(0.1, 5, **options)
    for step in range(8):
        assert scheduler.get_lr() == value.get_lr(step)
        scheduler.step()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WarmupLR(1.0, -5), "warmup_epochs must be >= 0, got -5"),
        (lambda: WarmupLR(1.0, 2.5), "warmup_epochs must be a whole number"),
        (lambda: WarmupLR(1.0, 5, start_lr=-0.1), "start_lr must be >= 0"),
        (lambda: WarmupLR(1.0, 5, shape="cosin"), "did you mean 'cosine'"),
        (
            lambda: WarmupLR(1.0, 5, shape="exponential"),
            "start_lr must be > 0 for equal ratios, got 0.0; pass start_lr",
        ),
        (
            lambda: WarmupCosineAnnealingLR(0.1, 10, 10),
            r"T_max \(10\) must exceed warmup_epochs \(10\): it is the length of both",
        ),
        (lambda: WarmupCosineAnnealingLR(0.1, 1, 9, 0.2), "exceeds base_lr"),
        (lambda: WarmupStepLR(0.1, 10, 0, 0.1), "step_size must be >= 1"),
        (lambda: WarmupStepLR(0.1, 10, 5, 2.0), "gamma must be in"),
        (lambda: WarmupScheduler(0.1, -1), "warmup_steps must be >= 0"),
        (lambda: WarmupScheduler(0.1, 5, shape="s"), "shape must be one of"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
