"""lrsched's dialect: its documented meaning, its edges and its refusals."""

import math

import pytest

from lehr.dialects import Named, dialect, lrsched, schedulers
from lehr.schedules import Constant, Linear

WSD = {
    "base_lr": 1.0,
    "warmup_steps": 0,
    "decay_steps": 0,
    "total_steps": 5,
    "final_lr": 0.25,
    "warmup_start": 0.5,
    "decay_shape": "linear",
}


def test_every_schedule_of_the_library_is_there():
    import lrsched as original

    own = {"Schedule", "GroupSchedule", "sample", "scale_by_group"}
    assert set(schedulers("lrsched")) == set(original.__all__) - own


def test_one_cycle_gives_the_recorded_vector():
    lr = lrsched.one_cycle(
        max_lr=1.0, total_steps=10, pct_start=0.3, initial_div=25.0, final_div=1e4
    )
    wanted = [0.04, 0.28, 0.76, 1.0, 0.950489]
    assert [lr(t) for t in range(5)] == pytest.approx(wanted, abs=1e-6)
    assert lr(10) == lr(10**9) == 1e-4


def test_a_sequence_holds_the_value_that_its_last_phase_comes_to():
    down = lrsched.cosine(base_lr=1.0, min_lr=0.0, total_steps=100)
    lr = lrsched.sequential([(10, Constant(0.5)), (100, down)])
    assert lr(109) > 0.0
    assert lr(110) == lr(10**6) == 0.0


def test_an_exact_sequence_holds_the_value_before():
    down = Linear(1.0, 0.0, 4)
    lr = lrsched.sequential([(2, Constant(0.5)), (4, down)], exact=True)
    assert [lr(t) for t in (1, 2, 5, 6, 99)] == [0.5, 1.0, 0.25, 0.25, 0.25]


def test_an_exact_sequence_of_one_update_holds_its_first_value():
    lr = lrsched.sequential([(1, Linear(1.0, 0.0, 4))], exact=True)
    assert [lr(0), lr(9)] == [1.0, 1.0]


def test_a_cut_phase_holds_where_it_was_cut():
    lr = lrsched.sequential([(2, Linear(1.0, 0.0, 4)), (3, Linear(1.0, 0.0, 4))])
    assert [lr(t) for t in (1, 2, 4, 5, 99)] == [0.75, 1.0, 0.5, 0.25, 0.25]


def test_parts_are_given_by_name_too():
    named = Named(
        dialect("lrsched", "linear"),
        {
            "base_lr": 1.0,
            "end_lr": 0.0,
            "total_steps": 4,
        },
    )
    lr = lrsched.with_warmup(named, warmup_steps=2, start_lr=0.0)
    assert [lr(t) for t in (0, 1, 2, 4, 6)] == [0.0, 0.5, 1.0, 0.5, 0.0]


def test_no_decay_ends_at_the_final_rate_or_exactly_does_not():
    documented = lrsched.warmup_stable_decay(**WSD)
    original = lrsched.warmup_stable_decay(**WSD, exact=True)
    assert [documented(t) for t in (0, 4, 5, 99)] == [1.0, 1.0, 0.25, 0.25]
    assert [original(t) for t in (0, 4, 5, 99)] == [1.0] * 4


def test_restarts_far_out_have_the_value_of_a_restart():
    lr = lrsched.cosine_restarts(base_lr=1.0, min_lr=0.0, period=1, t_mult=3)
    assert lr(121) == 1.0  # the floor of a logarithm misses it
    assert lr((3**20 - 1) // 2) == 1.0


def test_what_grows_is_held_before_it_overflows():
    assert math.isfinite(lrsched.exponential(base_lr=1.0, gamma=2.0)(10**9))


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "step_decay",
            {"base_lr": 0, "drop": 0.5, "step_size": 1},
            "base_lr must be >",
        ),
        ("step_decay", {"base_lr": 1, "drop": 0.0, "step_size": 1}, "drop must be > 0"),
        ("step_decay", {"base_lr": 1, "drop": 1.5, "step_size": 1}, "drop must be in"),
        (
            "multi_step",
            {"base_lr": 1, "milestones": [0], "gamma": 0.1},
            r"milestones\[0",
        ),
        (
            "exponential_decay",
            {"base_lr": 1, "decay_rate": 1.0, "decay_steps": 1},
            "decay_rate must be in",
        ),
        (
            "polynomial",
            {"base_lr": 1, "end_lr": 0, "total_steps": 2, "power": -1},
            "power must be >= 0",
        ),
        (
            "polynomial_decay",
            {"start_lr": 1, "end_lr": 0, "total_steps": 2, "power": 0},
            "power must be > 0",
        ),
        (
            "linear",
            {"base_lr": 1, "end_lr": 0, "total_steps": 0},
            "total_steps must be",
        ),
        ("inverse_sqrt", {"base_lr": 1, "warmup_steps": 0}, "warmup_steps must be"),
        ("warmup_stable_decay", {**WSD, "warmup_steps": 6}, "<= total_steps, got 6"),
        ("warmup_stable_decay", {**WSD, "decay_shape": "sqrt"}, "decay_shape must be"),
        ("warmup_stable_decay", {**WSD, "final_lr": -1}, "final_lr must be >= 0"),
        ("sequential", {"phases": []}, "at least one phase"),
        ("sequential", {"phases": [(0, Constant(1.0))]}, r"phases\[0\]\[0\] must be"),
    ],
)
def test_refuses_what_cannot_be(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        dialect("lrsched", name).curve(**arguments)


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_one_cycle_refuses_a_rise_of_nothing_or_all(fraction):
    with pytest.raises(ValueError, match="pct_start must be in"):
        lrsched.one_cycle(
            max_lr=1, total_steps=9, pct_start=fraction, initial_div=2, final_div=2
        )


def test_refuses_parts_that_are_no_schedules():
    with pytest.raises(TypeError, match="must be a schedule"):
        lrsched.with_warmup(0.1, warmup_steps=2, start_lr=0.0)
    with pytest.raises(TypeError, match="needs a starting value"):
        step = Named(dialect("torch", "StepLR"), {"step_size": 3})
        lrsched.with_warmup(step, warmup_steps=2, start_lr=0.0)
    with pytest.raises(TypeError, match=r"phases\[0\] must be a pair"):
        lrsched.sequential([Constant(1.0)])
