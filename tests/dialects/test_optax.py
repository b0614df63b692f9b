"""optax's schedules: recorded figures, its updates' clock, its plateau, its edges."""

import random
from inspect import Parameter, signature

import jax
import jax.numpy as jnp
import optax
import optax.contrib
import pytest

from lehr.config import read_schedule, write_schedule
from lehr.dialects import dialect, named
from lehr.dialects.optax import SCHEDULERS
from lehr.schedules import Constant, Linear

PEAK = {"init_value": 0.0, "peak_value": 1.0}
# Recorded from optax, updates 0, 1, 2, ...
FIGURES = [
    (
        "warmup_cosine_decay_schedule",
        PEAK | {"warmup_steps": 2, "decay_steps": 10, "end_value": 0.1},
        "0 .5 1 .965746 .868198 .722208 .55 .377792 .231802 .134254 .1 .1",
    ),
    (
        "cosine_onecycle_schedule",
        {"transition_steps": 10, "peak_value": 1.0},
        ".04 .28 .76 1 .950485 .811746 .611262 .388742 .188258 .049519 4e-6 4e-6",
    ),
]


def curve(name, **arguments):
    return dialect("optax", name).curve(**arguments)


@pytest.mark.parametrize(("name", "arguments", "figures"), FIGURES)
def test_gives_the_figures_of_optax(name, arguments, figures):
    ours = curve(name, **arguments)
    for t, figure in enumerate(figures.split()):
        assert ours(t) == pytest.approx(float(figure), abs=1e-6)


@pytest.mark.parametrize("entry", SCHEDULERS, ids=lambda entry: entry.name)
def test_parameters_and_defaults_are_those_of_optax(entry):
    theirs = signature(
        getattr(optax, entry.name, None) or optax.contrib.reduce_on_plateau
    )
    taken = entry.curve or entry.metric_driven
    ours = {k: p.default for k, p in signature(taken).parameters.items()}
    assert ours.pop("exact", False) is False
    assert ours == {k: p.default for k, p in theirs.parameters.items()}
    assert {*entry.lengths, entry.horizon} <= {*ours, None}
    assert entry.absolute == (entry.curve is not None)


OTHERS = {"exponential_decay", "join_schedules", "reduce_on_plateau"}


def test_every_schedule_of_optax_is_there():
    theirs = {n for n in dir(optax.schedules) if n.endswith("_schedule")}
    assert theirs - {"_schedule"} | OTHERS == {entry.name for entry in SCHEDULERS}


def test_an_update_uses_the_value_of_its_number():
    arguments = PEAK | {"warmup_steps": 2, "decay_steps": 6}
    ours = curve("warmup_cosine_decay_schedule", **arguments)
    optimizer = optax.sgd(optax.warmup_cosine_decay_schedule(**arguments))
    weight = jnp.zeros(())
    state = optimizer.init(weight)
    for t in range(8):
        change, state = optimizer.update(jnp.ones(()), state)
        assert -float(change) == pytest.approx(ours(t), abs=1e-7)


def test_plateau_scales_each_update_as_in_optax():
    rng = random.Random(0)
    for margin in [{"rtol": 0.1}, {"rtol": 0.0, "atol": 0.05}] * 2:
        arguments = margin | {
            "factor": rng.choice([0.5, 0.9]),
            "patience": rng.randint(1, 4),
            "cooldown": rng.randint(0, 3),
            "min_scale": rng.choice([0.0, 0.3]),
        }
        sign = rng.choice([1, -1])
        losses = [sign * rng.choice([0.5, 0.7, 1.0, jnp.nan]) for _ in range(90)]
        driven = dialect("optax", "reduce_on_plateau").metric_driven(**arguments)
        ours = [verdict.factor for verdict in driven.controller.replay(losses)]
        with jax.enable_x64(True):
            theirs = optax.contrib.reduce_on_plateau(**arguments)
            state, scales = theirs.init(jnp.zeros(())), []
            update = jax.jit(lambda s, v, u=theirs.update: u(jnp.ones(()), s, value=v))
            for loss in losses:
                _, state = update(state, loss)
                scales.append(float(state.scale))
        assert ours == pytest.approx(scales), arguments


def test_a_flat_loss_is_first_cut_at_the_fourth_call():
    driven = dialect("optax", "reduce_on_plateau").metric_driven(patience=3)
    cuts = [verdict.cut for verdict in driven.controller.replay([1.0] * 6)]
    assert cuts.index(True) + 1 == 4


def test_a_length_of_zero():
    held = {"init_value": 0.2, "end_value": 1.0, "transition_steps": 0}
    assert curve("linear_schedule", **held) == Constant(0.2)  # as optax documents
    none = PEAK | {"warmup_steps": 0}
    assert curve("warmup_constant_schedule", **none)(10**6) == 1.0
    exact = curve("warmup_constant_schedule", **none, exact=True)
    assert exact(10**6) == 0.0 == optax.warmup_constant_schedule(**none)(10**6)
    ours = curve("warmup_cosine_decay_schedule", **none, decay_steps=10)
    assert ours(0) == 1.0


def test_boundaries_on_one_update_keep_the_peak_and_the_end():
    ours = curve("linear_onecycle_schedule", transition_steps=1, peak_value=1.0)
    assert ours == Linear(0.04, 4e-6, 1)
    rising = {"transition_steps": 10, "peak_value": 1.0, "pct_start": 1.0}
    ours = curve("cosine_onecycle_schedule", **rising)
    assert [ours(0), round(ours(5), 3), ours(10)] == [0.04, 0.52, 4e-06]
    ours = curve("linear_onecycle_schedule", **rising, pct_final=1.0)
    assert [ours(0), ours(10)] == [0.04, 4e-06]
    jump = {"init_value": 2.0, "boundaries_and_scales": {0: 0.5}}
    assert curve("piecewise_constant_schedule", **jump) == Constant(1.0)
    jump["interpolate_type"] = "cosine"
    assert curve("piecewise_interpolate_schedule", **jump) == Constant(1.0)


def test_a_peak_of_zero_goes_to_its_end():
    own = {"init_value": 1.0, "peak_value": 0.0, "warmup_steps": 2, "decay_steps": 4}
    assert curve("warmup_cosine_decay_schedule", **own, end_value=0.5)(4) == 0.5


def test_growth_stops_before_it_overflows():
    for staircase in (False, True):
        ours = curve(
            "exponential_decay",
            init_value=1.0,
            transition_steps=2,
            decay_rate=10.0,
            staircase=staircase,
        )
        assert ours(600) == pytest.approx(1e300)
        assert ours(10**9) == ours(10**6) > 1e300


def test_joins_our_own_schedules_with_theirs():
    theirs = named(SCHEDULERS, "constant_schedule", value=0.5)
    ours = curve(
        "join_schedules", schedules=[Linear(0.0, 1.0, 4), theirs], boundaries=[10]
    )
    assert [ours(t) for t in (2, 4, 9, 10, 99)] == [0.5, 1.0, 1.0, 0.5, 0.5]


ONE_CYCLE = {"transition_steps": 10, "peak_value": 1.0}
DECAY = {"init_value": 1.0, "transition_steps": 10, "decay_rate": 0.5}
RAMP = {"init_value": 1.0, "end_value": 0.0, "transition_steps": 10}
JOINED = {"schedules": [Constant(1.0), Constant(2.0)]}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("constant_schedule", {"value": float("nan")}, "value must be finite"),
        ("linear_schedule", RAMP | {"transition_begin": -1}, "transition_begin must"),
        ("polynomial_schedule", RAMP | {"power": -1}, "power must be >= 0, got -1"),
        ("cosine_decay_schedule", {"init_value": 1.0, "decay_steps": 0}, "decay_steps"),
        ("exponential_decay", DECAY | {"decay_rate": 0}, "decay_rate must be > 0"),
        ("exponential_decay", DECAY | {"transition_steps": 0}, "transition_steps must"),
        (
            "piecewise_constant_schedule",
            {"init_value": 1.0, "boundaries_and_scales": {3: -1}},
            r"boundaries_and_scales\[3\] must be >= 0, got -1",
        ),
        (
            "piecewise_interpolate_schedule",
            {"init_value": 1.0, "interpolate_type": "cos"},
            "did you mean 'cosine'",
        ),
        (
            "warmup_cosine_decay_schedule",
            PEAK | {"warmup_steps": 5, "decay_steps": 5},
            r"decay_steps must exceed warmup_steps \(5\), got 5",
        ),
        ("linear_onecycle_schedule", ONE_CYCLE | {"pct_final": 0.2}, "pct_final must"),
        ("cosine_onecycle_schedule", ONE_CYCLE | {"pct_start": 30}, "pct_start must"),
        ("cosine_onecycle_schedule", ONE_CYCLE | {"div_factor": 0}, "div_factor must"),
        ("sgdr_schedule", {"cosine_kwargs": []}, "at least one cycle"),
        ("join_schedules", JOINED | {"boundaries": []}, "one less than schedules"),
        (
            "join_schedules",
            {"schedules": [Constant(1.0)] * 3, "boundaries": [3, 1]},
            "boundaries must not decrease, got 3 before 1",
        ),
        (
            "join_schedules",
            {"schedules": [named(SCHEDULERS, "reduce_on_plateau")], "boundaries": []},
            "follows a metric",
        ),
    ],
)
def test_refuses_what_cannot_be_meant(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        curve(name, **arguments)


def test_refuses_what_is_no_schedule():
    with pytest.raises(TypeError, match=r"schedules\[0\] must be a schedule, got 1"):
        curve("join_schedules", schedules=[1], boundaries=[])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rtol": 1.0}, r"rtol must be in \[0, 1\), got 1.0"),
        ({"atol": -1}, "atol must be >= 0, got -1"),
        ({"atol": 0.1}, "just one of rtol and atol"),
        ({"rtol": 0.0}, "just one of rtol and atol"),
        ({"accumulation_size": 5}, "accumulation_size must be 1, got 5"),
        ({"patience": 0}, "patience must be >= 1, got 0"),
        ({"min_scale": 1}, r"min_scale must be in \[0, 1\), got 1"),
        ({"factor": 1.0}, r"factor must be in \(0, 1\), got 1.0"),
    ],
)
def test_refuses_a_plateau_that_no_controller_is(arguments, message):
    with pytest.raises(ValueError, match=message):
        dialect("optax", "reduce_on_plateau").metric_driven(**arguments)


@pytest.mark.parametrize("entry", SCHEDULERS[:-3], ids=lambda entry: entry.name)
def test_every_curve_can_be_written_as_text(entry):
    taken = signature(entry.curve).parameters
    needed = [k for k, p in taken.items() if p.default is Parameter.empty]
    arguments = dict.fromkeys(needed, 3.0) | {"interpolate_type": "linear"}
    arguments |= {"decay_steps": 9, "transition_steps": 5, "decay_rate": 0.5}
    ours = entry.curve(**{k: v for k, v in arguments.items() if k in taken})
    assert read_schedule(write_schedule(ours)) == ours
