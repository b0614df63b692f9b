"""Keras's schedules: recorded figures, the optimizer's clock, its callback, edges."""

import os
import random
from inspect import signature
from types import SimpleNamespace

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import pytest

from lehr.dialects import dialect
from lehr.dialects.keras import SCHEDULERS
from lehr.schedules import Constant

nan = float("nan")


def curve(name, **arguments):
    return dialect("keras", name).curve(**arguments)


def original(name):
    return getattr(keras.optimizers.schedules, name, None) or getattr(
        keras.callbacks, name
    )


def test_gives_the_figures_of_keras():
    ours = curve(
        "CosineDecay",
        initial_learning_rate=0.0,
        decay_steps=10,
        alpha=0.1,
        warmup_target=1.0,
        warmup_steps=2,
    )
    figures = [0, 0.5, 1, 0.977975, 0.914058]
    assert [ours(t) for t in range(5)] == pytest.approx(figures, abs=1e-6)
    assert ours(11) == pytest.approx(0.122025, abs=1e-6)
    assert [ours(12), ours(13)] == [0.1, 0.1]


@pytest.mark.parametrize("entry", SCHEDULERS, ids=lambda entry: entry.name)
def test_parameters_and_defaults_are_those_of_keras(entry):
    theirs = {
        k: p.default
        for k, p in signature(original(entry.name)).parameters.items()
        if k not in ("self", "kwargs")
    }
    taken = signature(entry.curve or entry.metric_driven).parameters
    assert {k: p.default for k, p in taken.items()} == theirs
    assert {*entry.lengths, entry.horizon} <= {*taken, None}
    assert entry.absolute == (entry.curve is not None)


def test_every_schedule_of_keras_is_there():
    theirs = {n for n in dir(keras.optimizers.schedules) if n[0].isupper()}
    ours = {entry.name for entry in SCHEDULERS}
    assert theirs - {"LearningRateSchedule"} | {"ReduceLROnPlateau"} == ours


def test_an_update_uses_the_value_of_its_number():
    arguments = {"initial_learning_rate": 1.0, "decay_steps": 4}
    ours = curve("CosineDecay", **arguments)
    optimizer = keras.optimizers.SGD(original("CosineDecay")(**arguments))
    weight = keras.Variable(0.0)
    before = 0.0
    for t in range(6):
        optimizer.apply([keras.ops.convert_to_tensor(1.0)], [weight])
        after = weight.value.detach().item()
        assert before - after == pytest.approx(ours(t), abs=1e-6)
        before = after


def test_a_boundary_keeps_the_value_before_it():
    own = {"boundaries": [3, 6], "values": [1.0, 0.5, 0.1]}
    theirs = original("PiecewiseConstantDecay")(**own)
    ours = curve("PiecewiseConstantDecay", **own)
    expected = [float(theirs(t)) for t in range(9)]
    assert [ours(t) for t in range(9)] == pytest.approx(expected)
    assert [ours(3), ours(4)] == [1.0, 0.5]
    assert curve("PiecewiseConstantDecay", boundaries=[], values=[0.5]) == Constant(0.5)


@pytest.mark.parametrize(("mul", "restart"), [(1.5, 25), (1.1, 21), (2.0, 30)])
def test_every_restart_is_found(mul, restart):
    own = {"initial_learning_rate": 1.0, "first_decay_steps": 10, "t_mul": mul}
    ours = curve("CosineDecayRestarts", **own)
    assert ours(restart - 1) < 0.05
    assert ours(restart) == 1.0
    theirs = original("CosineDecayRestarts")(**own)
    assert float(theirs(restart)) == pytest.approx(float(mul == 2.0), abs=1e-6)


def test_higher_cycles_are_held_before_they_overflow():
    own = {"initial_learning_rate": 1.0, "first_decay_steps": 10, "m_mul": 3.0}
    same = curve("CosineDecayRestarts", **own, t_mul=1.0)
    assert same(40) == 81.0
    assert np.isfinite(same(10**9))
    longer = curve("CosineDecayRestarts", **own)
    assert longer(30) == 9.0
    assert np.isfinite(longer(2**53))


def test_teeth_reach_the_end_at_each_multiple_also_of_one_update():
    own = {"initial_learning_rate": 1.0, "end_learning_rate": 0.2, "cycle": True}
    ours = curve("PolynomialDecay", **own, decay_steps=1)
    assert [ours(t) for t in (0, 1, 2, 999)] == [1.0, 0.2, 0.2, 0.2]
    ours = curve("PolynomialDecay", **own, decay_steps=5, power=2.0)
    theirs = original("PolynomialDecay")(**own, decay_steps=5, power=2.0)
    expected = [float(theirs(t)) for t in range(40)]
    assert [ours(t) for t in range(40)] == pytest.approx(expected, abs=1e-6)


def test_callback_cuts_as_in_keras():
    rng = random.Random(0)
    for _ in range(60):
        arguments = {
            "mode": rng.choice(["min", "max", "auto"]),
            "factor": rng.choice([0.5, 0.9]),
            "patience": rng.randint(0, 4),
            "cooldown": rng.randint(0, 4),
            "min_delta": rng.choice([0.0, 0.125]),
            "min_lr": rng.choice([0.0, 0.03]),
        }
        metrics = [rng.choice([-0.5, 0.25, 0.5, 1.0, nan]) for _ in range(40)]
        metrics[0] = 0.5
        driven = dialect("keras", "ReduceLROnPlateau").metric_driven(**arguments)
        theirs = keras.callbacks.ReduceLROnPlateau(**arguments)
        optimizer = SimpleNamespace(learning_rate=np.float64(0.1))
        theirs.set_model(SimpleNamespace(optimizer=optimizer))
        theirs.on_train_begin()
        value = 0.1
        for t, verdict in enumerate(driven.controller.replay(metrics)):
            theirs.on_epoch_end(t, {"val_loss": metrics[t]})
            if verdict.cut:
                value = max(value * driven.controller.factor, driven.minimum)
            assert value == pytest.approx(float(optimizer.learning_rate)), arguments


def test_a_flat_loss_is_first_cut_at_the_fourth_epoch():
    driven = dialect("keras", "ReduceLROnPlateau").metric_driven(patience=3)
    cuts = [verdict.cut for verdict in driven.controller.replay([-1.0] * 6)]
    assert cuts.index(True) + 1 == 4


FIRST = {"initial_learning_rate": 1.0, "decay_steps": 10}
RESTARTS = {"initial_learning_rate": 1.0, "first_decay_steps": 10}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("ExponentialDecay", FIRST | {"decay_rate": 0}, "decay_rate must be > 0"),
        ("PolynomialDecay", FIRST | {"decay_steps": 0}, "decay_steps must be > 0"),
        ("PolynomialDecay", FIRST | {"power": 0}, "power must be > 0"),
        (
            "PolynomialDecay",
            FIRST | {"decay_steps": 2.5, "cycle": True},
            "decay_steps must be a whole number, got 2.5",
        ),
        ("InverseTimeDecay", FIRST | {"decay_rate": -1}, "decay_rate must be >= 0"),
        (
            "PiecewiseConstantDecay",
            {"boundaries": [3], "values": [1.0]},
            "got 1 values and 1 boundaries",
        ),
        (
            "PiecewiseConstantDecay",
            {"boundaries": [3, 3], "values": [1.0, 2.0, 3.0]},
            "boundaries must increase, got 3 before 3",
        ),
        ("CosineDecay", FIRST | {"warmup_steps": -1}, "warmup_steps must be >= 0"),
        ("CosineDecayRestarts", RESTARTS | {"t_mul": 0.5}, "t_mul must be >= 1, got"),
        ("CosineDecayRestarts", RESTARTS | {"m_mul": -1}, "m_mul must be >= 0, got -1"),
    ],
)
def test_refuses_what_cannot_be_meant(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        curve(name, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"monitor": "accuracy"}, "mode must be 'min' or 'max' for monitor='accuracy'"),
        ({"mode": "mim"}, "did you mean 'min'"),
        ({"min_delta": -1}, "min_delta must be >= 0, got -1"),
        ({"patience": -1}, "patience must be >= 0, got -1"),
        ({"factor": 1.5}, r"factor must be in \(0, 1\)"),
    ],
)
def test_refuses_a_callback_that_no_controller_is(arguments, message):
    with pytest.raises(ValueError, match=message):
        dialect("keras", "ReduceLROnPlateau").metric_driven(**arguments)
