"""ChainedScheduler with ranges: golden values, and torch stepped as the original is."""

import math

import pytest
import torch

from lehr.config import read_schedule, write_schedule
from lehr.dialects import template
from lehr.dialects import torch as torch_dialect
from lehr.dialects.base import named
from lehr.dialects.template import chained

RISE = {"start_factor": 0.1, "total_iters": 3}
DROPS = {"milestones": [5, 8], "gamma": 0.1}


def child(name, **arguments):
    return named(
        (*template.SCHEDULERS[:2], *torch_dialect.SCHEDULERS), name, **arguments
    )


@pytest.fixture
def golden():
    return [child("LinearLR", **RISE), child("MultiStepLR", **DROPS)]


RANGES = [[0, 3], [3, None]]


@pytest.mark.parametrize(
    ("exact", "values"),
    [
        (False, [0.01, 0.04, 0.07, *[0.1] * 5, *[0.01] * 3, 0.001, 0.001]),
        (True, [0.01, 0.04, *[0.07] * 5, *[0.007] * 3, 0.0007, 0.0007]),
    ],
)
def test_values_are_the_golden_ones(golden, exact, values):
    lr = chained(0.1, schedulers=golden, step_ranges=RANGES, exact=exact)
    assert [lr(t) for t in range(len(values))] == pytest.approx(values, rel=1e-12)
    assert lr(10**9) == pytest.approx(values[-1])
    assert read_schedule(write_schedule(lr)) == lr


def make(optimizer, name, arguments):
    return getattr(torch.optim.lr_scheduler, name)(optimizer, **arguments)


def stepped(base, children, ranges, epochs):
    """Yield what torch's schedulers give where each is stepped within its range."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    made = [(name, make(optimizer, name, arguments)) for name, arguments in children]
    optimizer.step()
    yield optimizer.param_groups[0]["lr"]
    for epoch in range(1, epochs):
        for (name, scheduler), (start, end) in zip(made, ranges, strict=True):
            if start <= epoch < (math.inf if end is None else end):
                at = (epoch,) if name == "CosineAnnealingWarmRestarts" else ()
                scheduler.step(*at)
        yield optimizer.param_groups[0]["lr"]


SGDR = ("CosineAnnealingWarmRestarts", {"T_0": 4, "T_mult": 2, "eta_min": 1e-6})
LINEAR, MULTI = ("LinearLR", RISE), ("MultiStepLR", DROPS)
STEP = ("StepLR", {"step_size": 2, "gamma": 0.5})
CASES = [
    ([LINEAR, MULTI], [[0, 3], [3, None]]),
    ([LINEAR, MULTI], [[0, 10], [10, 10_000]]),
    ([LINEAR, SGDR], [[0, 4], [4, None]]),
    ([SGDR, STEP], [[0, 6], [6, 20]]),
    ([STEP, LINEAR, SGDR], [[0, 1], [1, 7], [7, 15]]),
    ([SGDR], [[0, None]]),
    ([LINEAR], [[0, 2]]),
    ([MULTI, STEP], [[0, 9], [9, 12]]),
]


@pytest.mark.parametrize(("children", "ranges"), CASES)
def test_exact_values_are_those_of_torch_stepped_by_the_trainer(children, ranges):
    schedulers = [child(name, **arguments) for name, arguments in children]
    for base in (0.1, 3e-4):
        lr = chained(base, schedulers=schedulers, step_ranges=ranges, exact=True)
        for t, value in enumerate(stepped(base, children, ranges, 40)):
            assert lr(t) == pytest.approx(value, rel=1e-12), t


def test_each_child_counts_from_its_own_begin_and_from_the_same_value():
    children = [child("StepLR", step_size=2), child("StepLR", step_size=3, gamma=0.5)]
    lr = chained(1.0, schedulers=children, step_ranges=[[0, 5], [5, 9]])
    values = [1, 1, 0.1, 0.1, 0.01, 1, 1, 1, 0.5, 0.5, 0.5]
    assert [lr(t) for t in range(11)] == pytest.approx(values)


def test_after_the_last_end_the_value_that_was_come_to_is_held():
    for name, arguments, held in (
        ("CosineAnnealingLR", {"T_max": 7}, 0.0),
        ("CosineAnnealingWarmRestarts", {"T_0": 7}, 0.0),
        ("StepLR", {"step_size": 7}, 1.0),
        ("StepLR", {"step_size": 2}, 1e-3),
        ("LinearLR", {"start_factor": 0.5, "total_iters": 7}, 1.0),
    ):
        only = [child(name, **arguments)]
        lr = chained(1.0, schedulers=only, step_ranges=[[0, 7]])
        assert lr(7) == lr(10**9) == pytest.approx(held, abs=1e-15)


def test_the_end_may_be_none_or_infinite_and_the_order_any(golden):
    lr = chained(0.1, schedulers=golden, step_ranges=RANGES)
    infinite = [[0, 3], [3, math.inf]]
    assert chained(0.1, schedulers=golden, step_ranges=infinite) == lr
    backwards = {"schedulers": golden[::-1], "step_ranges": RANGES[::-1]}
    assert chained(0.1, **backwards) == lr


def test_a_child_may_be_one_of_the_templates_own():
    decay = child("PolynomialLRDecay", max_decay_steps=10, end_learning_rate=0.0)
    wave = child("CosineAnnealingWarmupReduceRestarts", T_0=10, eta_min=0.0)
    lr = chained(1.0, schedulers=[decay, wave], step_ranges=[[0, 5], [5, None]])
    assert [lr(t) for t in (0, 4, 5, 10, 15)] == pytest.approx([1, 0.6, 1, 0.5, 1])
    exact = chained(
        1.0, schedulers=[decay, wave], step_ranges=[[0, 5], [5, None]], exact=True
    )
    assert [exact(t) for t in (4, 5, 10, 15)] == pytest.approx([0.6, 0.5, 1, 0.5])


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ([[0, 3]], "must be as many, and at least one, got 2 and 1"),
        ([[1, 3], [3, 4]], r"first range must start at 0, got step_ranges\[0\]\[0\]=1"),
        ([[0, 3], [4, 9]], r"\[0\] and step_ranges\[1\] leave a gap: .* 3, .* at 4"),
        ([[0, 5], [3, 9]], r"\[0\] and step_ranges\[1\] overlap: .* at 5, .* at 3"),
        ([[0, None], [3, 9]], r"\[0\] and step_ranges\[1\] overlap: .* at inf"),
        ([[0, 3], [3, 3]], r"step_ranges\[1\] is empty: .* got \[3, 3\]"),
        ([[0, 3.5], [3.5, 9]], r"step_ranges\[0\]\[1\] must be a whole number"),
    ],
)
def test_ranges_that_do_not_fit_are_refused(golden, ranges, message):
    with pytest.raises(ValueError, match=message):
        chained(0.1, schedulers=golden, step_ranges=ranges)


def test_what_is_no_range_and_what_is_no_scheduler_is_refused(golden):
    with pytest.raises(TypeError, match=r"step_ranges\[1\] must be a pair"):
        chained(0.1, schedulers=golden, step_ranges=[[0, 3], 3])
    with pytest.raises(
        TypeError, match=r"schedulers\[0\] must be a Named, got 'StepLR'"
    ):
        chained(0.1, schedulers=["StepLR"], step_ranges=[[0, 3]])
    metric = child("ReduceLROnPlateau")
    with pytest.raises(ValueError, match="ReduceLROnPlateau follows a metric"):
        chained(0.1, schedulers=[metric], step_ranges=[[0, 3]])


def test_ranges_that_are_no_list_are_refused():
    with pytest.raises(TypeError, match=r"step_ranges must list a pair .* got 3"):
        template.chained(0.1, schedulers=[], step_ranges=3)
