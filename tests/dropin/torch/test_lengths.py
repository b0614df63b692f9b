"""Phases without a length divide nothing by zero."""

import pytest

from dropin.torch.playing import ours, rates, run, sgd
from lehr.dialects.torch import constant, linear, one_cycle, polynomial

CASES = [
    (ours.ConstantLR, {"factor": 0.5, "total_iters": 0}, constant),
    (ours.ConstantLR, {"factor": 0.0, "total_iters": 3}, constant),
    (ours.LinearLR, {"total_iters": 0}, linear),
    (ours.PolynomialLR, {"total_iters": 0}, polynomial),
    (ours.OneCycleLR, {"max_lr": 1.0, "total_steps": 10, "pct_start": 0.1}, one_cycle),
    (ours.OneCycleLR, {"max_lr": 1.0, "total_steps": 8, "pct_start": 0.0}, one_cycle),
]


@pytest.mark.parametrize(("scheduler", "given", "curve"), CASES)
def test_the_curve_is_the_dialects(scheduler, given, curve):
    expected = curve(0.1, **given)
    found = run(scheduler(sgd(0.1), **given), 8)
    assert found == pytest.approx([expected(n) for n in range(8)], abs=1e-15)


def test_one_cycle_of_three_phases_without_a_fall():
    given = {"max_lr": 1.0, "total_steps": 10, "pct_start": 0.1, "three_phase": True}
    expected = one_cycle(0.1, **given)
    found = run(ours.OneCycleLR(sgd(0.1), **given), 10)
    assert found == pytest.approx([expected(n) for n in range(10)], abs=1e-12)


def test_a_cosine_without_a_length_is_at_its_floor_after_a_step():
    assert run(ours.CosineAnnealingLR(sgd(0.1), 0, 0.01), 4) == [0.1, 0.01, 0.01, 0.01]


@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")
def test_they_can_be_sought_too():
    optimizer = sgd(0.1)
    scheduler = ours.LinearLR(optimizer, start_factor=0.5, total_iters=0)
    optimizer.step()
    scheduler.step(7)
    assert rates(optimizer) == [0.05]
    scheduler = ours.PolynomialLR(sgd(0.1), total_iters=0)
    scheduler.optimizer.step()
    scheduler.step(7)
    assert rates(scheduler.optimizer) == [0.1]


def test_a_cycle_that_only_falls_begins_at_its_peak():
    given = {"base_lr": 0.0, "max_lr": 1.0, "step_size_up": 0, "step_size_down": 4}
    scheduler = ours.CyclicLR(sgd(0.1), **given)
    assert run(scheduler, 5) == [1.0, 0.75, 0.5, 0.25, 1.0]


def test_a_growth_past_every_float_is_infinite_as_in_torch():
    optimizer = sgd(0.1)
    scheduler = ours.ExponentialLR(optimizer, 10.0)
    scheduler.last_epoch = 400
    assert scheduler._get_closed_form_lr() == [float("inf")]
