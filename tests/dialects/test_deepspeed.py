"""DeepSpeed's schedulers: known values, the two first updates, stairs, refusals."""

import pickle

import numpy as np
import pytest

from lehr.dialects import deepspeed, dialect

LINEAR = {"warmup_type": "linear", "warmup_num_steps": 4}
CYCLE = {"cycle_min_lr": 0.0, "cycle_max_lr": 1.0, "cycle_first_step_size": 10}


def test_the_value_that_each_update_uses_is_the_known_one():
    lr = deepspeed.warmup_decay(9.0, total_num_steps=10, warmup_max_lr=1.0, **LINEAR)
    known = "0 0 .25 .5 .75 1 .8333 .6667 .5 .3333 .1667 0 0"
    values = [lr(t) for t in range(13)]
    assert values == pytest.approx([float(x) for x in known.split()], abs=1e-4)


def test_the_logarithmic_warmup_is_steep_at_first():
    lr = deepspeed.warmup(1.0)
    assert lr(0) == lr(1) == 0.0
    assert lr(11) == pytest.approx(0.347, abs=1e-3)
    assert lr(101) == pytest.approx(0.668, abs=1e-3)
    assert lr(1000) == lr(1001) == lr(10**9) == 1.0


def test_the_logarithmic_warmup_is_a_value_for_arrays_too():
    lr = deepspeed.warmup(1.0, warmup_num_steps=9, warmup_min_lr=0.1)
    assert pickle.loads(pickle.dumps(lr)) == lr
    assert lr(np.arange(12)).tolist() == pytest.approx([lr(t) for t in range(12)])


def test_a_linear_warmup_before_a_cosine_never_reaches_the_peak():
    lr = deepspeed.warmup_cosine(1.0, total_num_steps=10, **LINEAR)
    assert max(lr(t) for t in range(20)) == pytest.approx(0.9330, abs=1e-4)
    assert lr(9) > lr(10) == lr(11) == lr(10**9) == 1e-4


def test_the_first_update_before_a_cosine_uses_0():
    ratio = {"warmup_min_ratio": 0.5}
    lr = deepspeed.warmup_cosine(2.0, total_num_steps=10, **ratio, **LINEAR)
    assert [lr(t) for t in (0, 1, 3)] == [0.0, 1.0, 1.5]


@pytest.mark.parametrize("total", [1, 4, 5])
def test_a_run_that_ends_with_its_warmup_falls_at_once(total):
    run = {"total_num_steps": total, "warmup_num_steps": 4, "warmup_type": "linear"}
    cosine = deepspeed.warmup_cosine(1.0, **run)
    decay = deepspeed.warmup_decay(1.0, warmup_max_lr=1.0, **run)
    assert (cosine(4), cosine(5)) == (0.75, 1e-4)
    assert (decay(4), decay(6)) == (0.75, 0.0)
    assert decay(5) == (1.0 if total == 5 else 0.0)


def test_one_step_of_warmup_is_two():
    one = deepspeed.warmup(1.0, warmup_num_steps=1, warmup_type="linear")
    two = deepspeed.warmup(1.0, warmup_num_steps=2, warmup_type="linear")
    assert one == two


def test_the_range_test_rises_without_end():
    size = {"lr_range_test_min_lr": 0.5, "lr_range_test_step_size": 8}
    line = deepspeed.range_test(9.0, **size)
    stairs = deepspeed.range_test(9.0, lr_range_test_staircase=True, **size)
    assert [line(t) for t in (0, 4, 8, 8 * 10**6)] == [0.5, 0.75, 1.0, 500_000.5]
    steps = [stairs(t) for t in (0, 7, 8, 15, 16, 8 * 10**6 + 7)]
    assert steps == pytest.approx([0.5, 0.5, 1.0, 1.0, 1.5, 500_000.5])


def test_after_the_cycle_the_rate_decays_by_time():
    decay = {"decay_lr_rate": 1.0, "decay_step_size": 5}
    lr = deepspeed.one_cycle(9.0, **{**CYCLE, "cycle_min_lr": 0.5}, **decay)
    assert [lr(t) for t in (0, 5, 10, 15, 20)] == [0.5, 0.75, 1.0, 0.75, 0.5]
    assert [lr(t) for t in (25, 35)] == [0.25, 0.125]


def test_stairs_are_held_and_the_peak_is_reached():
    stairs = {"cycle_first_stair_count": 2, "cycle_second_stair_count": 5}
    lr = deepspeed.one_cycle(9.0, **CYCLE, **stairs)
    up = [lr(t) for t in range(11)]
    assert up == [0.0] * 5 + [0.5] * 5 + [1.0]
    down = [lr(t) for t in range(11, 22)]
    assert down == pytest.approx([0.8, 0.8, 0.6, 0.6, 0.4, 0.4, 0.2, 0.2, 0, 0, 0])


def test_a_fall_of_no_length_drops():
    lr = deepspeed.one_cycle(9.0, cycle_second_step_size=0, **CYCLE)
    assert (lr(9), lr(10), lr(11)) == (0.9, 0.0, 0.0)


def test_the_momentum_starts_high_unless_it_is_to_be_exact():
    documented = deepspeed.one_cycle_momentum(0.0, **CYCLE)
    original = deepspeed.one_cycle_momentum(0.0, exact=True, **CYCLE)
    assert (documented(0), original(0)) == (0.9, 0.8)
    for t in (1, 5, 10, 20, 99):
        assert documented(t) == pytest.approx(original(t))


def test_the_momentum_grows_past_the_cycle_as_in_the_original():
    decay = {"decay_mom_rate": 0.1, "decay_step_size": 10}
    momentum = deepspeed.one_cycle_momentum(0.0, **CYCLE, **decay)
    assert momentum(30) == pytest.approx(0.99)


def test_momentum_is_driven_unless_it_is_switched_off():
    others = dialect("deepspeed", "OneCycle").others
    assert others["momentum"](0.0, **CYCLE)(10) == 0.8
    assert others["momentum"](0.0, cycle_momentum=False, **CYCLE) is None


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: deepspeed.warmup(1.0, warmup_type="lin"), "did you mean 'linear'"),
        (lambda: deepspeed.warmup(1.0, warmup_num_steps=0), "warmup_num_steps must be"),
        (
            lambda: deepspeed.warmup_cosine(1.0, total_num_steps=9, cos_min_ratio=-1),
            "cos_min_ratio must be >= 0, got -1",
        ),
        (
            lambda: deepspeed.range_test(1.0, lr_range_test_step_size=0),
            "lr_range_test_step_size must be >= 1, got 0",
        ),
        (
            lambda: deepspeed.one_cycle(1.0, **{**CYCLE, "cycle_first_step_size": 0}),
            "cycle_first_step_size must be > 0",
        ),
        (
            lambda: deepspeed.one_cycle(1.0, decay_lr_rate=-1, **CYCLE),
            "decay_lr_rate must be >= 0",
        ),
    ],
)
def test_refuses_what_cannot_be(build, message):
    with pytest.raises(ValueError, match=message):
        build()
