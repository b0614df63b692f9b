"""Keras's schedules on the torch back end, in float64."""

import math
import os
import random
from fractions import Fraction
from importlib.metadata import version

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import torch

from agreement.comparison import Comparison, Trial
from lehr.dialects import dialect

NUMBER = 30
LIBRARY = f"keras {version('keras')}"


def value(rng):
    return rng.choice([1.0, 0.1, 3e-4, 2.5])


def exponential(rng):
    return {
        "initial_learning_rate": value(rng),
        "decay_steps": rng.choice([10, 33, 400]),
        "decay_rate": rng.choice([0.1, 0.5, 0.99, 1.0, 1.02]),
        "staircase": rng.random() < 0.5,
    }


def inverse_time(rng):
    return exponential(rng) | {"decay_rate": rng.choice([0.0, 0.5, 3.0])}


def piecewise_constant(rng):
    marks = sorted(rng.sample(range(60), rng.randint(1, 5)))
    values = [rng.choice([0.1, 0.5, 2.0]) for _ in range(len(marks) + 1)]
    return {"boundaries": marks, "values": values}


def polynomial(rng):
    return {
        "initial_learning_rate": value(rng),
        "decay_steps": rng.choice([1, 2, 10, 33, 400]),
        "end_learning_rate": rng.choice([1e-4, 0.0, 0.7]),
        "power": rng.choice([0.5, 1.0, 2.0, 3.3]),
        "cycle": rng.random() < 0.6,
    }


def cosine(rng):
    drawn = {
        "initial_learning_rate": rng.choice([0.0, 0.1, 3e-4]),
        "decay_steps": rng.choice([1, 2, 10, 33, 400]),
        "alpha": rng.choice([0.0, 0.1, 1.5]),
        "warmup_steps": rng.choice([0, 1, 5, 40]),
    }
    return drawn | {"warmup_target": rng.choice([None, value(rng)])}


def restarts(rng):
    return {
        "initial_learning_rate": value(rng),
        "first_decay_steps": rng.choice([1, 2, 10, 33]),
        "t_mul": rng.choice([2.0, 1.0, 3.0, 1.5, 1.1]),
        "m_mul": rng.choice([1.0, 0.5, 0.9, 1.1, 0.0]),
        "alpha": rng.choice([0.0, 0.1]),
    }


DRAWN = {
    "ExponentialDecay": exponential,
    "PiecewiseConstantDecay": piecewise_constant,
    "PolynomialDecay": polynomial,
    "InverseTimeDecay": inverse_time,
    "CosineDecay": cosine,
    "CosineDecayRestarts": restarts,
}
GROWTH = "Growth is held before a float would overflow."
DIFFERENCES = {
    "ExponentialDecay": GROWTH,
    "PiecewiseConstantDecay": "Without boundaries it is constant; there it fails.",
    "CosineDecayRestarts": "Every restart is one; there some are missed. A t_mul below "
    f"1 is refused. {GROWTH}",
}


def cycle_of(arguments, t):
    """Return the cycle that owns t, by plain addition, and where Keras may slip."""
    mul = Fraction(str(arguments["t_mul"]))
    end = length = Fraction(arguments["first_decay_steps"])
    cycle = 0
    while t >= end:
        length *= mul
        end += length
        cycle += 1
    return cycle


def misses_a_restart(arguments, t):
    """Return whether the floor of a logarithm finds another cycle at t."""
    mul, part = arguments["t_mul"], t / arguments["first_decay_steps"]
    if mul == 1.0:
        return math.floor(part) != cycle_of(arguments, t)
    found = math.log(1.0 - part * (1.0 - mul)) / math.log(mul)
    cycle = cycle_of(arguments, t)
    return not cycle <= found < cycle + 1 or abs(found - round(found)) < 1e-12


def times_of(arguments, rng):
    """Return updates around every joint, at the end, and far past it."""
    warmup = arguments.get("warmup_steps", 0)
    length = arguments.get("decay_steps", arguments.get("first_decay_steps", 0))
    joints = {0, warmup, length, warmup + length, 2 * length, 3 * length}
    joints |= {4 * length, 7 * length, *arguments.get("boundaries", [])}
    end = max(joints)
    near = {t + d for t in joints for d in (-1, 0, 1)}
    far = {end * 3 // 2 + 1, 2 * end, 10 * end + 3, rng.randrange(2 * end + 1)}
    return sorted(t for t in near | far if t >= 0)


def in_float64(arguments):
    """Return the arguments such that Keras computes in float64."""
    wide = {"initial_learning_rate", "values"} & set(arguments)
    made = {name: torch.tensor(arguments[name], dtype=torch.float64) for name in wide}
    return {**arguments, **made}


def trials_of(name):
    def trials(number):
        for seed in range(number):
            rng = random.Random(f"{name} {seed}")
            arguments = DRAWN[name](rng)
            ours = dialect("keras", name).curve(**arguments)
            times = times_of(arguments, rng)
            if name == "CosineDecayRestarts":
                times = [t for t in times if not misses_a_restart(arguments, t)]
            theirs = getattr(keras.optimizers.schedules, name)(**in_float64(arguments))
            values = [float(theirs(t)) for t in times]
            yield Trial(arguments, ours, times, values)

    return trials


def comparisons():
    return [
        Comparison(LIBRARY, name, trials_of(name), 1e-11, DIFFERENCES.get(name, ""))
        for name in DRAWN
    ]
