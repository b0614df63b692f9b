"""Megatron-LM's scheduler: known values, joints, refusals, and its arguments."""

import pytest

from lehr import Chain, Linear
from lehr.dialects import dialect, megatron

PLAIN = {"init_lr": 0.0, "min_lr": 0.0, "lr_warmup_steps": 2, "lr_decay_steps": 10}


def rate(style, **changes):
    arguments = {**PLAIN, "lr_decay_style": style, **changes}
    return megatron.optimizer_param_scheduler(1.0, **arguments)


def wsd(length, style, **changes):
    return rate("WSD", wsd_decay_steps=length, lr_wsd_decay_style=style, **changes)


@pytest.mark.parametrize(
    ("curve", "numbers"),
    [
        (
            rate("linear", min_lr=0.1),
            "0 .5 1 .8875 .775 .6625 .55 .4375 .325 .2125 .1 .1 .1",
        ),
        (
            rate("cosine"),
            "0 .5 1 .961940 .853553 .691342 .5 .308658 .146447 .038060 0 0 0",
        ),
        (
            wsd(4, "exponential"),
            "0 .5 1 1 1 1 1 .681793 .414214 .189207 0 0",
        ),
        (wsd(4, "minus_sqrt"), "0 .5 1 1 1 1 1 .5 .292893 .133975 0 0"),
        (rate("constant"), "0 .5 1 1 1 1 1 1 1 1 1 1 1"),
    ],
)
def test_values_are_the_known_ones(curve, numbers):
    values = [curve(t) for t in range(len(numbers.split()))]
    assert values == pytest.approx([float(x) for x in numbers.split()], abs=1e-6)


def test_the_inverse_square_root_falls_to_the_floor_after_the_end():
    lr = rate("inverse-square-root", min_lr=0.1)
    assert lr(8) == pytest.approx(0.5)
    assert lr(10) == pytest.approx(0.2**0.5)
    assert lr(11) == lr(10**9) == 0.1


def test_the_inverse_square_root_never_goes_below_the_floor():
    lr = rate("inverse-square-root", min_lr=0.6)
    assert lr(5) > 0.6
    assert lr(6) == lr(10) == lr(11) == 0.6


def test_without_warmup_the_first_two_samples_are_at_the_peak():
    lr = rate("inverse-square-root", lr_warmup_steps=0)
    assert (lr(0), lr(1), lr(4)) == (1.0, 1.0, 0.5)


def test_a_decay_that_begins_under_the_warmup_shows_after_it():
    lr = wsd(10, "linear")
    assert [lr(t) for t in (1, 2, 3)] == pytest.approx([0.5, 1.0, 0.7])


def test_a_decay_that_began_before_the_run_shows_at_once():
    lr = wsd(20, "linear", lr_warmup_steps=0)
    assert [lr(t) for t in (0, 4, 10)] == pytest.approx([0.5, 0.3, 0.0])


def test_a_decay_of_no_length_drops_after_the_end():
    lr = wsd(0, "cosine", min_lr=0.1)
    assert (lr(9), lr(10), lr(11)) == (1.0, 1.0, 0.1)


def test_samples_are_counted_by_the_batch():
    samples = {"lr_warmup_steps": 2 * 256, "lr_decay_steps": 10 * 256}
    batches = rate("linear", global_batch_size=256, **samples)
    assert batches == rate("linear")
    assert batches == Chain((Linear(0.0, 1.0, 2), Linear(1.0, 0.0, 8)))


def test_the_peak_is_the_groups_own_value_unless_it_is_told():
    assert rate("constant")(5) == 1.0
    assert rate("constant", max_lr=0.5)(5) == 0.5


def test_the_weight_decay_rises():
    rise = {"start_wd": 0.01, "end_wd": 0.03, "wd_incr_steps": 8}
    line = megatron.weight_decay(0.0, wd_incr_style="linear", **rise)
    wave = megatron.weight_decay(0.0, wd_incr_style="cosine", **rise)
    assert [line(t) for t in (0, 2, 8, 99)] == pytest.approx([0.01, 0.015, 0.03, 0.03])
    assert [wave(t) for t in (0, 4, 8, 99)] == pytest.approx([0.01, 0.02, 0.03, 0.03])


def test_a_weight_decay_of_no_length_is_its_end():
    rise = {"start_wd": 0.0, "end_wd": 0.1, "wd_incr_steps": 0}
    assert megatron.weight_decay(0.0, wd_incr_style="linear", **rise)(0) == 0.1


def test_a_weight_decay_that_nobody_tells_is_left_alone():
    others = dialect("megatron", "OptimizerParamScheduler").others
    arguments = {**PLAIN, "lr_decay_style": "linear"}
    assert others["weight_decay"](0.1, **arguments) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_lr": -0.1}, r"min_lr must be in \[0, max_lr=1.0\], got -0.1"),
        ({"min_lr": 2.0}, "min_lr must be in"),
        ({"init_lr": 2.0}, "init_lr must be <= max_lr"),
        ({"lr_warmup_steps": 10}, r"lr_warmup_steps must be < lr_decay_steps \(10\)"),
        ({"lr_decay_style": "cosin"}, "did you mean 'cosine'"),
        ({"lr_decay_style": "WSD"}, "wsd_decay_steps must be given"),
        ({"lr_decay_style": "WSD", "wsd_decay_steps": 3}, "lr_wsd_decay_style must be"),
    ],
)
def test_refuses_a_rate_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        rate(**{"style": "linear", **_renamed(changes)})


def _renamed(changes):
    return {"style" if k == "lr_decay_style" else k: v for k, v in changes.items()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start_wd": 0.1}, "go together"),
        ({"start_wd": 0.2, "end_wd": 0.1}, r"start_wd must be in \[0, end_wd=0.1\]"),
        ({"start_wd": 0.1, "end_wd": 0.2}, "must be the same for"),
        (
            {"start_wd": 0.1, "end_wd": 0.2, "wd_incr_style": "linear"},
            "wd_incr_steps must be given",
        ),
    ],
)
def test_refuses_a_weight_decay_that_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        megatron.weight_decay(0.0, **arguments)


RUN = {"lr": 1.0, "global_batch_size": 256}


def test_arguments_in_iterations_and_in_samples_are_the_same_run():
    iters = megatron.from_arguments(
        **RUN, train_iters=100, lr_warmup_iters=10, lr_decay_iters=80, min_lr=0.1
    )
    samples = megatron.from_arguments(
        **RUN,
        train_samples=100 * 256,
        lr_warmup_samples=10 * 256,
        lr_decay_samples=80 * 256,
        min_lr=0.1,
    )
    assert iters == samples
    lr, decay = iters
    assert [lr(t) for t in (0, 5, 10, 45, 80, 99)] == pytest.approx(
        [0.0, 0.5, 1.0, 0.55, 0.1, 0.1]
    )
    assert decay(99) == 0.01


def test_arguments_of_a_stable_phase_and_a_rising_weight_decay():
    lr, decay = megatron.from_arguments(
        **RUN,
        train_iters=100,
        lr_decay_style="WSD",
        lr_wsd_decay_iters=20,
        lr_warmup_fraction=0.1,
        weight_decay_incr_style="linear",
        start_weight_decay=0.0,
        end_weight_decay=0.1,
    )
    assert lr(10) == lr(80) == 1.0
    assert lr(90) == pytest.approx(2**0.5 - 1)
    assert decay(50) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "exactly one of train_iters and train_samples"),
        ({"train_iters": 9, "train_samples": 9}, "exactly one of"),
        ({"train_iters": 9, "lr_decay_samples": 9}, "write lr_decay_iters"),
        (
            {"train_iters": 9, "lr_warmup_iters": 1, "lr_warmup_fraction": 0.1},
            "leave one of them out",
        ),
        ({"train_iters": 9, "start_weight_decay": 0.1}, "need weight_decay_incr_style"),
        (
            {"train_iters": 9, "weight_decay_incr_style": "linear"},
            "start_weight_decay and end_weight_decay must be given",
        ),
    ],
)
def test_refuses_arguments_that_contradict_each_other(arguments, message):
    with pytest.raises(ValueError, match=message):
        megatron.from_arguments(**RUN, **arguments)
