"""Step decay: cut at every boundary, exactly, and not before."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lehr import PiecewiseConstant, Step
from lehr.training.schedulers import MultiStepLR, StepLR, StepScheduler

ULPS = 4 * 2.0**-52


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1.0, 5, 0.1), {0: 1.0, 4: 1.0, 5: 0.1, 9: 0.1, 10: 0.01, 15: 0.001}),
        ((1.0, 1, 0.5), {0: 1.0, 1: 0.5, 2: 0.25}),
        ((1.0, 1, 0.9), {1: 0.9, 2: 0.81}),
        ((1.0, 5, 1.0), dict.fromkeys(range(11), 1.0)),
        ((1.0, 10, 0.5), {0: 1.0, 9: 1.0, 10: 0.5}),
        ((1.0, 1, 0.1), {10: 1e-10}),
        ((0.1, 30, 0.1), {0: 0.1, 29: 0.1, 30: 0.01, 60: 0.001, 90: 0.0001}),
        ((0.1, 50, 0.5), {49: 0.1, 50: 0.05, 100: 0.025}),
        ((0.1, 100, 0.9), {99: 0.1, 100: 0.09}),
    ],
)
def test_the_rates_are_those_of_the_original(arguments, expected):
    scheduler = StepLR(*arguments)
    rates = {epoch: scheduler.get_lr(epoch) for epoch in expected}
    assert rates == pytest.approx(expected, rel=1e-14)


def test_the_rate_never_rises():
    rates = [StepLR(1.0, 5, 0.5).get_lr(epoch) for epoch in range(51)]
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == 11


@given(
    st.floats(1e-6, 10.0),
    st.integers(1, 50),
    st.floats(0.01, 0.99),
    st.integers(0, 500),
)
def test_each_epoch_has_the_exact_power(base, size, gamma, epoch):
    exact = Fraction(base) * Fraction(gamma) ** (epoch // size)
    assume(exact > Fraction(1, 10**300))
    for rate in (
        StepLR(base, size, gamma).get_lr(epoch),
        stepped(StepScheduler(base, size, gamma), epoch).get_lr(),
    ):
        assert abs(Fraction(rate) - exact) <= exact * Fraction(ULPS)


def stepped(scheduler, times):
    for _ in range(times):
        scheduler.step()
    return scheduler


@pytest.mark.parametrize("milestones", [[30, 60], (60, 30), iter([60, 30])])
def test_milestones_cut_from_their_epoch_on_in_any_order(milestones):
    scheduler = MultiStepLR(0.1, milestones, 0.1)
    rates = [scheduler.get_lr(epoch) for epoch in (0, 29, 30, 45, 59, 60, 70, 100)]
    assert rates == pytest.approx([0.1] * 2 + [0.01] * 3 + [0.001] * 3, rel=1e-14)
    assert scheduler == MultiStepLR(0.1, [30, 60], 0.1)
    assert scheduler.milestones == (30, 60)


def test_a_milestone_named_twice_cuts_twice_and_epoch_0_is_one():
    twice = MultiStepLR(1.0, [5, 5], 0.5)
    assert [twice.get_lr(epoch) for epoch in (4, 5)] == [1.0, 0.25]
    first = MultiStepLR(1.0, [0, 5], 0.5)
    assert [first.get_lr(epoch) for epoch in (0, 4, 5)] == [0.5, 0.5, 0.25]
    never = MultiStepLR(1.0, [], 0.5)
    assert [never.get_lr(epoch) for epoch in (0, 1000)] == [1.0, 1.0]


def test_the_curve_is_one_of_lehrs_schedules():
    assert StepLR(0.1, 30, 0.1).schedule == Step(0.1, factor=0.1, every=30)
    assert StepScheduler(0.1).schedule == Step(0.1, factor=0.1, every=30)
    assert MultiStepLR(1.0, [2], 0.5).schedule == PiecewiseConstant((1.0, 0.5), (2,))


def test_the_defaults_are_those_of_the_plan():
    scheduler = StepScheduler(initial_lr=0.1)
    assert (scheduler.step_size, scheduler.gamma, scheduler.mode) == (30, 0.1, "step")
    assert (scheduler.counter, scheduler.get_lr()) == (0, 0.1)
    for steps, rate in ((29, 0.1), (1, 0.01), (29, 0.01), (1, 0.001), (30, 0.0001)):
        assert stepped(scheduler, steps).get_lr() == pytest.approx(rate, rel=1e-14)
    assert scheduler.counter == 90


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: StepLR(0.0, 5, 0.1), ValueError, "base_lr must be > 0"),
        (lambda: StepLR(0.1, 0, 0.1), ValueError, "step_size must be >= 1, got 0"),
        (lambda: StepLR(0.1, 2.5, 0.1), ValueError, "step_size must be a whole"),
        (lambda: StepLR(0.1, True, 0.1), TypeError, "step_size must be a number"),
        (lambda: StepLR(0.1, 5, -0.5), ValueError, r"gamma must be in \(0, 1\]"),
        (lambda: StepLR(0.1, 5, 0), ValueError, r"gamma must be in \(0, 1\], got 0"),
        (lambda: StepLR(0.1, 5, float("nan")), ValueError, "gamma must be in"),
        (lambda: StepLR(0.1, 5, 1.5), ValueError, r"grows, use lehr\.Exponential"),
        (lambda: MultiStepLR(0.1, 30, 0.1), TypeError, r"for one, write \[30\]"),
        (lambda: MultiStepLR(0.1, "30", 0.1), TypeError, "a list of epochs"),
        (lambda: MultiStepLR(0.1, [3, -1], 0.1), ValueError, r"milestones\[1\] must"),
        (lambda: StepScheduler(0.1, 0), ValueError, "step_size must be >= 1"),
        (lambda: StepScheduler(0.1, 3, 0.0), ValueError, "gamma must be in"),
        (lambda: StepScheduler(0.1, 3, 1.0), ValueError, "it would cut nothing"),
        (lambda: StepScheduler(0.1, 3, 1.5), ValueError, "gamma must be in"),
        (lambda: StepScheduler(-0.1), ValueError, "initial_lr must be > 0"),
        (lambda: StepScheduler(0.1, mode="steps"), ValueError, "did you mean 'step'"),
        (lambda: StepScheduler(0.1, order="then"), ValueError, "order must be one of"),
        (lambda: StepScheduler(0.1, on_change="x"), ValueError, "on_change must be"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
