"""timm's schedulers: known values, restarts that timm misses, and refusals."""

import math

import pytest

from lehr import Cosine, Repeat
from lehr.dialects import timm

GOLDEN = [
    (
        timm.cosine(0.1, t_initial=10, lr_min=1e-6, warmup_t=2, warmup_lr_init=1e-4),
        "0.0001 0.05005 0.0904509452 0.0793894687 0.0654511952 0.0500005 0.0345498048 "
        "0.0206115313 0.0095500548 0.0024481497 0.000001",
    ),
    (
        timm.poly(0.1, t_initial=10, lr_min=1e-6),
        "0.1 0.0948683811 0.0894428247 0.083666166 0.0774598923 0.070710971 "
        "0.0632459207 0.054772708 0.0447219123 0.0316234604 0.000001",
    ),
    (
        timm.step(0.1, decay_t=3, decay_rate=0.5),
        "0.1 0.1 0.1 0.05 0.05 0.05 0.025 0.025 0.025 0.0125 0.0125 0.0125 0.00625",
    ),
    (
        timm.multi_step(0.1, decay_t=[3, 6], decay_rate=0.1),
        "0.1 0.1 0.01 0.01 0.01 0.001 0.001 0.001",
    ),
    (
        timm.tanh(0.1, t_initial=10, lr_min=1e-6),
        "0.1 0.0999993856 0.0999954603 0.0999664653 0.0997527402 0.098201397 "
        "0.088079827 0.0500005 0.011921173 0.001799603 0.000001",
    ),
]


@pytest.mark.parametrize(("curve", "numbers"), GOLDEN)
def test_values_are_the_golden_ones_in_all_their_decimals(curve, numbers):
    for t, number in enumerate(numbers.split()):
        decimals = len(number.partition(".")[2])
        assert abs(curve(t) - float(number)) <= 0.5000001 * 10 ** -max(decimals, 10)


@pytest.mark.parametrize("mul", [2, 3, 5, 7, 10])
def test_every_restart_of_a_whole_multiple_is_met_however_late(mul):
    curve = timm.cosine(0.1, t_initial=10, lr_min=0.01, cycle_mul=mul, cycle_limit=99)
    begin, length = 0, 10
    while begin < 2**50:
        assert curve(begin) == pytest.approx(0.1, rel=1e-12)
        if begin:
            assert curve(begin - 1) < 0.0125
        begin, length = begin + length, length * mul


def test_a_restart_that_timm_misses_is_a_restart(timm_scheduler):
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    arguments = {"t_initial": 10, "cycle_mul": 3, "cycle_limit": 9}
    theirs = timm_scheduler.CosineLRScheduler(optimizer, **arguments)
    theirs.step(1210)
    assert optimizer.param_groups[0]["lr"] == 0.0
    assert timm.cosine(0.1, **arguments)(1210) == 0.1


def test_a_decimal_multiple_restarts_at_the_whole_times_that_its_decimals_say():
    for mul, restarts in ((1.1, (100, 210, 331)), (1.2, (100, 220, 364))):
        curve = timm.poly(1.0, t_initial=100, cycle_mul=mul, cycle_limit=9)
        for t in restarts:
            assert curve(t) == pytest.approx(1.0)
            assert curve(t - 1) < 0.11


def test_the_plain_case_is_a_plain_schedule():
    assert timm.cosine(0.1, t_initial=90) == Cosine(0.1, 0.0, 90)
    doubling = timm.cosine(0.1, t_initial=9, cycle_mul=2, cycle_limit=3)
    assert doubling == Repeat(Cosine(0.1, 0.0, 9), 3, 2)


def test_where_t_is_counted_does_not_change_the_curve():
    for name, own in (("cosine", {"t_initial": 9}), ("step", {"decay_t": 2})):
        make = getattr(timm, name)
        assert make(0.1, **own, t_in_epochs=False) == make(0.1, **own)


def test_milestones_may_stand_in_any_order():
    one = timm.multi_step(1.0, decay_t=(60, 30, 30), decay_rate=0.1)
    assert one == timm.multi_step(1.0, decay_t=[30, 30, 60], decay_rate=0.1)
    assert [one(t) for t in (28, 29, 59)] == pytest.approx([1.0, 0.01, 0.001])


def test_cycles_of_falling_length_end_in_the_lower_limit():
    arguments = {"t_initial": 10, "cycle_mul": 0.5, "cycle_limit": 50, "lr_min": 0.01}
    assert timm.cosine(1.0, **arguments)(10**9) == 0.01


def test_many_cycles_go_on_to_the_end_of_the_clock():
    endless = timm.cosine(0.1, t_initial=10, cycle_mul=2, cycle_limit=10**9)
    assert endless(10 * (2**49 - 1)) == pytest.approx(0.1, rel=1e-12)
    even = timm.cosine(0.1, t_initial=10, cycle_limit=10**9)
    assert even(10**10 - 10) == 0.1
    assert even(10**10) == 0.0


def test_noise_without_end_can_be_asked_anywhere():
    curve = timm.step(1.0, decay_t=1, noise_range_t=3)
    assert curve.steps == math.inf
    assert 0.33 < curve(10**12) < 1.67
    assert curve(2) == 1.0
    assert curve(3) != 1.0
    assert timm.step(1.0, decay_t=1, noise_range_t=3, noise_std=0)(5) == 1.0
    unseeded = timm.step(1.0, decay_t=1, noise_range_t=3, noise_seed=None)
    assert unseeded == curve


WRONG = [
    ("cosine", {"t_initial": 0}, "t_initial must be > 0 and finite, got 0"),
    ("cosine", {"lr_min": -1e-3}, "lr_min must be >= 0, got -0.001"),
    ("cosine", {"cycle_mul": 0}, "cycle_mul must be > 0 and finite, got 0"),
    ("cosine", {"cycle_decay": -1}, "cycle_decay must be >= 0, got -1"),
    ("cosine", {"cycle_limit": 1.5}, "cycle_limit must be a whole number, got 1.5"),
    ("cosine", {"warmup_t": -1}, "warmup_t must be >= 0 and finite, got -1"),
    ("cosine", {"k_decay": 0}, "k_decay must be > 0 and finite, got 0"),
    ("cosine", {"noise_range_t": [1]}, r"one number, or a pair .*, got \[1\]"),
    ("cosine", {"noise_range_t": 1, "noise_pct": 0}, "noise_pct must be > 0"),
    ("cosine", {"noise_range_t": 1, "noise_std": -1}, "noise_std must be >= 0, got -1"),
    ("tanh", {"lb": 3.0, "ub": 3.0}, "lb < ub .*got lb=3.0, ub=3.0"),
    ("poly", {"power": 0}, "power must be > 0 and finite, got 0"),
    (
        "poly",
        {"t_initial": 10**7, "k_decay": 2},
        r"t_initial=10000000 .* table of 1e\+07 values, more than 1000000",
    ),
    ("step", {"decay_t": 0}, "decay_t must be > 0 and finite, got 0"),
    ("step", {"decay_rate": 1.1}, r"decay_rate must be in \[0, 1\], got 1.1"),
    ("multi_step", {"decay_rate": -0.1}, "decay_rate must be >= 0, got -0.1"),
    ("wsd", {"decay_t": 11}, r"decay_t \(11\) exceeds t_initial \(10\)"),
    ("wsd", {"stable_fn": "flat"}, "stable_fn must be one of .*, got 'flat'"),
    ("wsd", {"stable_fn": "rsqrt"}, "needs stable_timescale > 0"),
    ("wsd", {"decay_fn": "cos"}, "decay_fn must be one of .*did you mean 'cosine'"),
    ("wsd", {"decay_ratio": 1}, r"decay_ratio must be in \(0, 1\), got 1"),
]
NEEDED = {
    "step": {"decay_t": 3},
    "multi_step": {"decay_t": [3]},
    "wsd": {"t_initial": 10, "decay_t": 3},
}


@pytest.mark.parametrize(("name", "wrong", "message"), WRONG)
def test_names_the_argument_it_refuses(name, wrong, message):
    needed = NEEDED.get(name, {"t_initial": 10})
    with pytest.raises(ValueError, match=message):
        getattr(timm, name)(0.1, **needed | wrong)


def test_one_milestone_is_not_a_list():
    with pytest.raises(TypeError, match=r"decay_t must be a list .*got 3;.*\[3\]"):
        timm.multi_step(0.1, decay_t=3)


def test_a_multiplier_next_to_1_that_makes_countless_cycles_is_refused():
    with pytest.raises(ValueError, match=r"cycle_mul=1.0000001 is so near to 1"):
        timm.cosine(0.1, t_initial=10, cycle_mul=1.0000001, cycle_limit=10**9)


def test_milestones_that_all_lie_at_the_start_hold_after_the_warmup():
    # timm 1.0.31: MultiStepLRScheduler(decay_t=[1], decay_rate=0.5, warmup_t=2).
    curve = timm.multi_step(1.0, decay_t=[1], decay_rate=0.5, warmup_t=2)
    assert [curve(t) for t in (0, 1, 2, 5)] == [0.0, 0.5, 0.5, 0.5]
