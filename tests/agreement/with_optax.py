"""optax's schedules, in float64, at all counts of a trial at once."""

import random
from importlib.metadata import version

import jax
import numpy as np
import optax

from agreement.comparison import Comparison, Trial
from lehr.dialects import Named, dialect

NUMBER = 20
LIBRARY = f"optax {version('optax')}"
COUNTS = 32  # always so many, so that JAX compiles each operation once


def value(rng):
    return rng.choice([1.0, 0.1, 3e-4, 2.5])


def steps(rng):
    return rng.choice([1, 2, 10, 33, 400])


def constant(rng):
    return {"value": rng.choice([0.0, 0.1, 3.0])}


def linear(rng):
    drawn = {"init_value": value(rng), "end_value": rng.choice([0.0, 0.7])}
    drawn["transition_steps"] = rng.choice([0, -3, 1, 10, 400])
    return drawn | {"transition_begin": rng.choice([0, 0, 5])}


def polynomial(rng):
    return linear(rng) | {"power": rng.choice([0, 0.5, 1, 2, 3.3])}


def cosine_decay(rng):
    return {
        "init_value": value(rng),
        "decay_steps": steps(rng),
        "alpha": rng.choice([0.0, 0.1, 1.5]),
        "exponent": rng.choice([1.0, 1.0, 0.5, 2.0]),
    }


def exponential_decay(rng):
    rate = rng.choice([0.1, 0.5, 0.99, 1.0, 1.02])
    return {
        "init_value": value(rng),
        "transition_steps": rng.choice([10, 33, 400]),
        "decay_rate": rate,
        "transition_begin": rng.choice([0, 0, 7]),
        "staircase": rng.random() < 0.5,
        "end_value": rng.choice([None, 0.01, 4.0 if rate > 1 else 0.05]),
    }


def piecewise_constant(rng):
    marks = rng.sample(range(60), rng.choice([0, 3]))
    return {
        "init_value": value(rng),
        "boundaries_and_scales": {t: rng.choice([0.1, 0.5, 2.0]) for t in marks},
    }


def piecewise_interpolate(rng):
    return piecewise_constant(rng) | {
        "interpolate_type": rng.choice(["linear", "cosine"])
    }


def cosine_onecycle(rng):
    return {
        "transition_steps": rng.choice([10, 33, 400]),
        "peak_value": value(rng),
        "pct_start": rng.choice([0.3, 0.0, 0.1, 0.77]),
        "div_factor": rng.choice([25.0, 2.0, 0.5]),
        "final_div_factor": rng.choice([1e4, 10.0]),
    }


def linear_onecycle(rng):
    return cosine_onecycle(rng) | {"pct_final": rng.choice([0.85, 0.9])}


def warmup_constant(rng):
    drawn = {"init_value": rng.choice([0.0, 0.01]), "peak_value": value(rng)}
    return drawn | {"warmup_steps": steps(rng)}


def warmup_cosine_decay(rng):
    drawn = warmup_constant(rng) | {"warmup_steps": rng.choice([0, 1, 5, 40])}
    drawn["decay_steps"] = drawn["warmup_steps"] + steps(rng)
    drawn["end_value"] = rng.choice([0.0, 0.01, 5.0])
    return drawn | {"exponent": rng.choice([1.0, 1.0, 0.5, 2.0])}


def warmup_exponential_decay(rng):
    drawn = exponential_decay(rng)
    drawn["peak_value"] = drawn["init_value"]
    return drawn | {"init_value": 0.0, "warmup_steps": rng.choice([0, 1, 5, 40])}


def sgdr(rng):
    cycles = range(rng.randint(1, 4))
    return {"cosine_kwargs": [warmup_cosine_decay(rng) for _ in cycles]}


def join_schedules(rng):
    names = rng.choices(
        [n for n in DRAWN if n not in ("join_schedules", "sgdr_schedule")],
        k=rng.randint(1, 4),
    )
    marks = sorted(rng.choices([0, 3, 10, 50, 200], k=len(names) - 1))
    children = [Named(dialect("optax", n), DRAWN[n](rng)) for n in names]
    return {"schedules": children, "boundaries": marks}


DRAWN = {
    "constant_schedule": constant,
    "linear_schedule": linear,
    "polynomial_schedule": polynomial,
    "cosine_decay_schedule": cosine_decay,
    "exponential_decay": exponential_decay,
    "piecewise_constant_schedule": piecewise_constant,
    "piecewise_interpolate_schedule": piecewise_interpolate,
    "warmup_constant_schedule": warmup_constant,
    "warmup_cosine_decay_schedule": warmup_cosine_decay,
    "warmup_exponential_decay_schedule": warmup_exponential_decay,
    "linear_onecycle_schedule": linear_onecycle,
    "cosine_onecycle_schedule": cosine_onecycle,
    "join_schedules": join_schedules,
    "sgdr_schedule": sgdr,
}
ONE_CYCLE = "Two boundaries on one update make a part of no length; there one is lost."
REPAIRED = "Lengths and rates that optax repairs in silence are refused."
BELOW = "Boundaries below 0 are refused."
DIFFERENCES = {
    "linear_schedule": "A transition_begin below 0 is refused.",
    "polynomial_schedule": "A transition_begin below 0 is refused.",
    "exponential_decay": f"{REPAIRED} Growth is held before a float would overflow.",
    "warmup_exponential_decay_schedule": REPAIRED,
    "piecewise_constant_schedule": BELOW,
    "piecewise_interpolate_schedule": BELOW,
    "join_schedules": f"{BELOW} So are more or fewer schedules than they part.",
    "warmup_constant_schedule": "No warmup is the peak at once; there it is never.",
    "warmup_cosine_decay_schedule": "A peak of 0 goes to end_value; there to 0.",
    "linear_onecycle_schedule": ONE_CYCLE,
    "cosine_onecycle_schedule": ONE_CYCLE,
}


def built(name, arguments):
    """Return optax's own schedule."""
    own = dict(arguments)
    if name == "join_schedules":
        own["schedules"] = [
            built(child.dialect.name, child.arguments) for child in own["schedules"]
        ]
    return getattr(optax, name)(**own)


def times_of(arguments, rng):
    """Return updates around every joint, at the end, and far past it."""
    joints, at = {0}, 0
    for cycle in arguments.get("cosine_kwargs", [arguments]):
        at += max(0, cycle.get("warmup_steps", cycle.get("transition_begin", 0)))
        joints |= {at, at + cycle.get("transition_steps", 0)}
        at = max(at, cycle.get("decay_steps", 0))
        joints.add(at)
    marks = arguments.get("boundaries_and_scales", arguments.get("boundaries", []))
    joints |= set(marks)
    end = max(joints)
    near = {t + d for t in joints for d in (-1, 0, 1)}
    kept = [t for t in near if t >= 0]
    rng.shuffle(kept)
    far = [0, 1, end * 3 // 2 + 1, 2 * end, 10 * end + 3]
    some = [rng.randrange(end + 10) for _ in range(COUNTS)]
    return sorted([*far, *kept, *some][:COUNTS])


def values_of(theirs, times):
    """Return optax's values; float64 is JAX's default here, and nowhere else."""
    with jax.enable_x64(True):
        return np.asarray(jax.vmap(theirs)(np.asarray(times, float))).tolist()


def trials_of(name):
    def trials(number):
        for seed in range(number):
            rng = random.Random(f"{name} {seed}")
            arguments = DRAWN[name](rng)
            ours = dialect("optax", name).curve(**arguments)
            times = times_of(arguments, rng)
            theirs = built(name, arguments)
            if name == "constant_schedule":  # it takes no notice of the shape
                values = [theirs(t) for t in times]
            else:
                values = values_of(theirs, times)
            yield Trial(arguments, ours, times, np.broadcast_to(values, len(times)))

    return trials


def comparisons():
    return [
        Comparison(LIBRARY, name, trials_of(name), 1e-12, DIFFERENCES.get(name, ""))
        for name in DRAWN
    ]
