"""pytorch_optimizer's dialect: its clock, its edges and its refusals."""

import math

import pytest

from lehr.dialects import Named, dialect, named, pytorch_optimizer, schedulers
from lehr.schedules import Constant, Linear


def test_every_scheduler_of_the_registry_is_there_by_word_and_by_class():
    from pytorch_optimizer import get_supported_lr_schedulers, lr_scheduler

    ours = schedulers("pytorch_optimizer")
    words = get_supported_lr_schedulers()
    assert set(words) <= set(ours)
    classes = {lr_scheduler.load_lr_scheduler(word).__name__ for word in words}
    assert set(ours) - set(words) == classes


def test_a_word_has_the_curve_of_its_class():
    for word, name in (("one_cycle", "OneCycleLR"), ("rex", "REXScheduler")):
        curve = dialect("pytorch_optimizer", word).curve
        assert curve is dialect("pytorch_optimizer", name).curve
    assert dialect("pytorch_optimizer", "step").curve(1.0, step_size=3)(3) == 0.1


def test_two_updates_use_0_and_the_peak_comes_one_late():
    lr = pytorch_optimizer.cosine(t_max=10, max_lr=1.0, warmup_steps=4)
    assert [lr(t) for t in range(6)] == [0.0, 0.0, 0.25, 0.5, 0.75, 1.0]


def test_the_line_turns_negative_past_its_end():
    lr = pytorch_optimizer.linear(t_max=10, max_lr=1.0, min_lr=0.1, warmup_steps=2)
    assert lr(11) == pytest.approx(0.1)
    assert lr(12) == pytest.approx(-0.0125)
    assert lr(13) == pytest.approx(-0.125)
    assert lr(10**6) == pytest.approx(1.0 - 0.9 * (10**6 - 3) / 8)


def test_the_cosine_climbs_back_past_its_end():
    lr = pytorch_optimizer.cosine(t_max=10, max_lr=1.0, warmup_steps=2)
    assert [lr(11), lr(19)] == pytest.approx([0.0, 1.0])


def test_the_power_grows_for_ever():
    lr = pytorch_optimizer.poly(t_max=10, max_lr=1.0, poly_order=0.5)
    assert lr(99) == pytest.approx(math.sqrt(98))
    steep = pytorch_optimizer.poly(t_max=10, max_lr=1.0, poly_order=200.0)
    assert math.isfinite(steep(10**9))


@pytest.mark.parametrize("curve", [pytorch_optimizer.linear, pytorch_optimizer.cosine])
def test_without_a_decay_the_peak_is_used_once(curve):
    lr = curve(t_max=2, max_lr=1.0, min_lr=0.1, warmup_steps=2)
    assert [lr(t) for t in (0, 1, 2, 3, 4, 99)] == [0.1, 0.0, 0.5, 1.0, 0.1, 0.1]


def test_no_update_uses_the_peak_of_rex():
    lr = pytorch_optimizer.rex(total_steps=100)
    assert lr(0) == 0.0
    assert 0.99 < lr(1) < 1.0
    short = pytorch_optimizer.rex(total_steps=0, min_lr=0.5)
    assert [short(0), short(9)] == [0.5, 0.5]


def test_a_cooldown_other_than_the_cosine_jumps_up_to_its_floor():
    given = {"num_warmup_steps": 0, "num_stable_steps": 0, "num_decay_steps": 4}
    lr = pytorch_optimizer.wsd(2.0, **given, min_lr_ratio=0.5, cooldown_type="linear")
    assert [lr(t) for t in range(6)] == [2.0, 1.5, 1.0, 0.5, 1.0, 1.0]
    wave = pytorch_optimizer.wsd(2.0, **given, min_lr_ratio=0.5, cooldown_type="cosine")
    assert wave(2) == pytest.approx(1.5)


@pytest.mark.parametrize("kind", ["cosine", "1-sqrt", "linear", "1-square"])
def test_phases_of_no_length_vanish(kind):
    given = {"num_warmup_steps": 0, "num_stable_steps": 0, "num_decay_steps": 0}
    lr = pytorch_optimizer.wsd(2.0, **given, min_lr_ratio=0.5, cooldown_type=kind)
    assert [lr(0), lr(9)] == [1.0, 1.0]


def test_a_cosine_of_no_cycles_stays_up():
    given = {"num_warmup_steps": 0, "num_stable_steps": 0, "num_decay_steps": 4}
    lr = pytorch_optimizer.wsd(1.0, **given, num_cycles=0, cooldown_type="cosine")
    assert [lr(3), lr(4)] == [1.0, 0.0]


def test_restarts_shorten_to_one_step_and_go_on():
    lr = pytorch_optimizer.cosine_annealing_warmup_restarts(
        first_cycle_steps=5, cycle_mult=0.4, max_lr=1.0, min_lr=0.0, warmup_steps=1
    )
    # 4 steps down, then 1, and 1 for ever, each after a warmup of 1
    assert [lr(t) for t in (1, 6, 8, 10)] == pytest.approx([1.0, 0.9, 0.81, 0.729])
    assert lr(10**6) == pytest.approx(0.0, abs=1e-300)


def test_restarts_may_grow_until_a_float_would_overflow():
    lr = pytorch_optimizer.cosine_annealing_warmup_restarts(
        first_cycle_steps=5, max_lr=1.0, gamma=2.0
    )
    assert lr(50) == pytest.approx(1024.0)
    assert math.isfinite(lr(10**9))


def test_chebyshev_reaches_17_times_the_base():
    lr = pytorch_optimizer.chebyshev(1.0, num_epochs=8)
    assert max(lr(t) for t in range(20)) == pytest.approx(16.9, abs=0.05)
    assert pytorch_optimizer.chebyshev(0.5, num_epochs=8, is_warmup=True)(3) == 0.5


def test_a_proportional_value_never_changes_by_default():
    value = pytorch_optimizer.proportion(lr_scheduler=Linear(1.0, 0.0, 9), max_lr=1.0)
    assert {value(t) for t in range(12)} == {2.0}
    equal = pytorch_optimizer.proportion(
        lr_scheduler=Linear(1.0, 0.0, 9), max_lr=0.0, max_value=0.3
    )
    assert equal(5) == 0.3
    cosine = named(
        pytorch_optimizer.SCHEDULERS,
        "cosine_annealing_with_warmup",
        first_cycle_steps=4,
        max_lr=1.0,
        min_lr=0.5,
    )
    for rate in (Linear(0.5, 0.0, 9), Constant(0.5), cosine):
        value = pytorch_optimizer.proportion(
            lr_scheduler=rate, max_lr=1.0, max_value=4.0, min_value=0.0, exact=True
        )
        assert value(0) == 2.0


def test_a_proportional_value_goes_with_the_rate_or_exactly_does_not():
    words = pytorch_optimizer.SCHEDULERS
    given = {"max_lr": 1.0, "max_value": 3.0, "min_value": 1.0}
    rex = named(words, "rex", total_steps=4)
    line = named(words, "linear", t_max=4, max_lr=1.0, min_lr=0.5, init_lr=0.25)
    for child, used, shown in ((rex, 1.0, 3.0), (line, 2.0, 1.5)):
        of = dialect("pytorch_optimizer", "proportion").curve
        assert of(lr_scheduler=child, **given)(0) == used
        assert of(lr_scheduler=child, exact=True, **given)(0) == shown
        assert of(lr_scheduler=child, exact=True, **given)(2) == of(
            lr_scheduler=child, **given
        )(2)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "linear",
            {"t_max": 3, "max_lr": 1.0, "warmup_steps": 4},
            "t_max .3. must be >=",
        ),
        ("cosine", {"t_max": 3, "max_lr": -1.0}, "max_lr must be >= 0"),
        (
            "poly",
            {"t_max": 3, "max_lr": 1.0, "poly_order": 0},
            "poly_order must be > 0",
        ),
        (
            "cosine_annealing_with_warmup",
            {"first_cycle_steps": 3, "warmup_steps": 3},
            "first_cycle_steps must be >= 4",
        ),
        (
            "cosine_annealing_with_warmup",
            {"first_cycle_steps": 3, "gamma": -1},
            "gamma must be >= 0",
        ),
        ("rex", {"total_steps": -1}, "total_steps must be >= 0"),
        ("chebyshev", {"num_epochs": 0}, "num_epochs must be >= 1"),
        ("chebyshev", {"num_epochs": 2**21}, "num_epochs must be <= 2"),
        (
            "warmup_stable_decay",
            {
                "num_warmup_steps": 1,
                "num_stable_steps": 1,
                "num_decay_steps": 1,
                "cooldown_type": "sqrt",
            },
            "cooldown_type must be one of",
        ),
    ],
)
def test_refuses_what_cannot_be(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        named(pytorch_optimizer.SCHEDULERS, name, **arguments).curve(1.0)


def test_a_rate_that_needs_a_starting_value_is_refused():
    child = Named(dialect("torch", "StepLR"), {"step_size": 3})
    with pytest.raises(TypeError, match="lr_scheduler must be a schedule"):
        pytorch_optimizer.proportion(lr_scheduler=child, max_lr=1.0)
