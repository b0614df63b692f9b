"""NeMo's schedulers: known values, edges, and what is refused.

Its own figures are compared in tests/agreement.
"""

import math

import pytest

from dialects.recorded_signatures import differences
from lehr import Constant
from lehr.dialects import dialect, schedulers, torch
from lehr.dialects.nemo import (
    cosine_annealing,
    inverse_square_root_annealing,
    noam_annealing,
    noam_hold_annealing,
    polynomial_decay_annealing,
    polynomial_hold_decay_annealing,
    square_annealing,
    square_root_annealing,
    t5_inverse_square_root_annealing,
    warmup,
    warmup_annealing,
    warmup_hold,
    warmup_hold_anneal_linear,
    warmup_hold_anneal_one_minus_square_root,
)

ANNEALED = (
    square_annealing,
    square_root_annealing,
    cosine_annealing,
    warmup_annealing,
    inverse_square_root_annealing,
    polynomial_decay_annealing,
    polynomial_hold_decay_annealing,
    warmup_hold_anneal_linear,
    warmup_hold_anneal_one_minus_square_root,
)
each_annealed = pytest.mark.parametrize("curve", ANNEALED)


def values(schedule, number):
    return [schedule(t) for t in range(number)]


def test_parameters_and_defaults_are_nemos():
    assert differences("nemo", added=["exact"]) == []


def test_torchs_own_schedulers_are_torchs():
    theirs = schedulers("torch")
    for name in ("StepLR", "ExponentialLR", "CyclicLR", "ReduceLROnPlateau"):
        assert dialect("nemo", name) is theirs[name]
    assert len(schedulers("nemo")) == 18
    assert torch.SCHEDULERS  # which they come from


def test_a_warmup_policy_drops_after_max_steps():
    known = [1 / 3, 2 / 3, 1, 1, 1, 1, 1, 0, 0]
    assert values(warmup(1.0, warmup_steps=2, max_steps=6), 9) == pytest.approx(known)


def test_a_cosine_has_known_values():
    known = [0.2, 0.4, 0.6, 0.8, 1, 0.939711, 0.775, 0.55, 0.325, 0.160289, 0.1, 0.1]
    lr = cosine_annealing(1.0, max_steps=10, min_lr=0.1, warmup_steps=4)
    assert values(lr, 12) == pytest.approx(known, abs=1e-6)


def test_constant_steps_bring_another_warmup_and_end_early():
    lr = cosine_annealing(1.0, max_steps=10, warmup_steps=4, constant_steps=2)
    assert values(lr, 6)[:5] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert lr(6) == pytest.approx(0.5)
    assert [lr(t) for t in (8, 9, 10, 11, 10**9)] == [0.0] * 5


def test_constant_steps_that_leave_no_wave_end_at_once():
    lr = cosine_annealing(1.0, max_steps=10, warmup_steps=4, constant_steps=6)
    assert [lr(t) for t in (3, 4, 5, 10)] == [0.75, 1.0, 0.0, 0.0]
    flat = cosine_annealing(1.0, max_steps=10, min_lr=0.1, constant_ratio=1.0)
    assert [flat(t) for t in (0, 9, 10**9)] == [0.1] * 3


@each_annealed
def test_without_a_warmup_it_begins_at_the_groups_value(curve):
    assert curve(0.5, max_steps=10)(0) == 0.5


@each_annealed
def test_a_warmup_of_the_whole_run_reaches_the_peak_and_ends(curve):
    lr = curve(1.0, max_steps=4, warmup_steps=4, min_lr=0.125)
    known = [0.2, 0.4, 0.6, 0.8, 1.0, 0.125, 0.125]
    assert values(lr, 7) == pytest.approx(known)


@each_annealed
def test_a_warmup_longer_than_the_run_is_played_to_its_end(curve):
    lr = curve(1.0, max_steps=2, warmup_steps=4, min_lr=0.125)
    assert values(lr, 7) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 0.125, 0.125])


@each_annealed
def test_min_lr_is_held_for_ever_after_max_steps(curve):
    lr = curve(1.0, max_steps=10, warmup_steps=3, min_lr=0.125)
    assert [lr(t) for t in (11, 15, 10**6, 10**15)] == [0.125] * 4


def test_a_square_root_jumps_after_the_warmup():
    lr = square_root_annealing(1.0, max_steps=8, warmup_steps=3)
    assert lr(3) == 1.0
    assert lr(4) == pytest.approx(math.sqrt(0.5))


def test_an_inverse_square_root_is_not_limited_before_the_end():
    lr = inverse_square_root_annealing(1.0, max_steps=99, min_lr=0.3)
    assert lr(99) == pytest.approx(0.1)
    assert lr(100) == 0.3


def test_annealing_after_no_hold_begins_at_the_peak_or_exactly_as_in_nemo():
    given = {"max_steps": 10, "warmup_steps": 5}
    assert warmup_hold_anneal_linear(1.0, **given)(6) == pytest.approx(0.8)
    assert warmup_hold_anneal_linear(1.0, **given, exact=True)(6) == pytest.approx(0.4)
    root = warmup_hold_anneal_one_minus_square_root
    assert root(1.0, **given)(6) == pytest.approx(1 - math.sqrt(0.2))
    assert root(1.0, **given, exact=True)(6) == pytest.approx(1 - math.sqrt(0.6))


def test_a_hold_outlives_max_steps():
    lr = warmup_hold(1.0, warmup_steps=1, hold_steps=8, max_steps=5, min_lr=0.1)
    assert values(lr, 11) == [0.5, *[1.0] * 8, 0.1, 0.1]
    assert warmup_hold(1.0, hold_steps=3)(10**9) == 1.0


@pytest.mark.parametrize(
    "curve",
    [
        polynomial_hold_decay_annealing,
        warmup_hold_anneal_linear,
        warmup_hold_anneal_one_minus_square_root,
    ],
)
def test_a_hold_up_to_max_steps_leaves_the_end_value(curve):
    lr = curve(1.0, max_steps=6, hold_steps=6, min_lr=0.25)
    assert [lr(t) for t in (0, 5, 6, 7, 10**9)] == [1.0, 1.0, 0.25, 0.25, 0.25]


def test_a_polynomial_under_the_warmup_may_begin_anew():
    given = {"max_steps": 10, "warmup_steps": 6, "power": 2.0}
    once = polynomial_hold_decay_annealing(1.0, **given)
    assert [once(t) for t in (6, 7, 10, 11)] == [1.0, 0.0, 0.0, 0.0]
    again = polynomial_hold_decay_annealing(1.0, **given, cycle=True)
    assert again(7) == pytest.approx((1 - 7 / 8) ** 2)
    assert again(9) == pytest.approx((1 - 9 / 12) ** 2)


def test_power_0_holds_the_peak_up_to_max_steps():
    lr = polynomial_decay_annealing(1.0, max_steps=3, power=0)
    assert values(lr, 6) == [1.0, 1.0, 1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("steps", [0, 1])
def test_noam_without_a_rise_begins_at_its_peak(steps):
    lr = noam_annealing(1.0, d_model=4, warmup_steps=steps)
    assert [lr(t) for t in (0, 1, 4)] == pytest.approx([0.5, 0.5, 0.25])


def test_noam_is_limited_after_the_warmup_only():
    lr = noam_annealing(1.0, d_model=100, warmup_steps=4, min_lr=0.5)
    assert lr(4) == pytest.approx(0.05)
    assert [lr(5), lr(10**9)] == [0.5, 0.5]
    assert noam_annealing(1.0, d_model=100, min_lr=0.5) == Constant(0.5)


def test_a_hold_of_noam_may_not_decay():
    given = {"max_steps": 9, "warmup_steps": 1}
    assert noam_hold_annealing(1.0, **given, decay_rate=-1.0)(9) == 1.0


def test_t5_takes_no_notice_of_the_base():
    given = {"max_steps": 50, "constant_ratio": 0.1}
    lr = t5_inverse_square_root_annealing(7.0, **given)
    assert [lr(0), lr(5), lr(20)] == pytest.approx([5**-0.5, 5**-0.5, 20**-0.5])
    long = t5_inverse_square_root_annealing(7.0, max_steps=3, constant_steps=16)
    assert [long(t) for t in (16, 17)] == [0.25, 0.0]


@pytest.mark.parametrize(
    ("curve", "given", "message"),
    [
        (warmup, {"warmup_steps": 1, "warmup_ratio": 0.1}, "exclude each other"),
        (warmup, {"warmup_ratio": 0.1}, "a part of max_steps, which is not given"),
        (warmup, {"warmup_steps": 1.5}, "warmup_steps must be a whole number"),
        (warmup, {"max_steps": -1}, "max_steps must be >= 1, got -1"),
        (warmup, {"min_lr": -0.1}, "min_lr must be >= 0, got -0.1"),
        (warmup, {"last_epoch": 3}, "last_epoch must be -1"),
        (cosine_annealing, {"max_steps": 9, "min_lr": 2.0}, "min_lr must be <= the"),
        (noam_annealing, {"d_model": 0}, "d_model must be > 0"),
        (noam_hold_annealing, {"max_steps": 9}, "warmup_steps must be >= 1"),
        (polynomial_decay_annealing, {"max_steps": 9, "power": -1}, "power must be >="),
    ],
)
def test_what_cannot_work_is_refused(curve, given, message):
    with pytest.raises(ValueError, match=message):
        curve(1.0, **given)
