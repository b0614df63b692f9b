"""transformers' schedules: get_scheduler on an optimizer of three groups."""

import random
import warnings
from importlib.metadata import version
from math import ceil, floor

import torch
from transformers.optimization import get_scheduler

from agreement.comparison import Comparison, Trial
from lehr.dialects import dialect

NUMBER = 40
TOLERANCE = 1e-11  # far past the end their angles are large, and rounded
BASES = (0.5, 3e-4, 1.7)
DEFAULT = 0.5
WARMUPS = (0, 1, 2, 10, 57, 400, 0.5, 1.25, 8.75, 12.5)  # as 0.1 * steps may be
TOTALS = (1, 10, 90, 1000, 0, 9.5, 99.75)
LIBRARY = f"transformers {version('transformers')}"


def optimizer_with(bases=BASES):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": b} for b in bases]
    return torch.optim.SGD(groups, lr=DEFAULT)


def misses_a_restart(cycles, run):
    """Return whether rounding may find the floor where a cycle begins.

    transformers' does now and then; ours only where a length is broken.
    """
    span = max(1, run[1] - run[0])
    begun = [(t - run[0]) / span for t in range(ceil(run[0]), ceil(run[0] + span))]
    near = [x * cycles for x in begun if abs(x * cycles - round(x * cycles)) < 1e-9]
    broken = any(length % 1 for length in run)
    return any(broken or x % 1.0 > 0.5 for x in near)


def nothing(rng, run):
    return {}


def cosine(rng, run):
    return {
        "num_cycles": rng.choice([0.5, 0.5, 1, 2, 1.5, 0.75, 0.1, 0, 3.7, -0.5, -1.2])
    }


def cosine_with_restarts(rng, run):
    cycles = rng.choice([1, 2, 3, 4, 7, 10, 49, 1.5, 0.4, 0, -1, -2, -0.6, -3.5])
    return {"num_cycles": 1 if misses_a_restart(cycles, run) else cycles}


def polynomial(rng, run):
    return {
        "lr_end": rng.choice([1e-7, 0.0, 0.1, 0.49, -0.1]),
        "power": rng.choice([1.0, 2, 0.5, 3.3]),
    }


def inverse_sqrt(rng, run):
    return rng.choice([{}, {"timescale": rng.choice([1, 30, 10_000, 2.5])}])


def cosine_with_min_lr(rng, run):
    floor = rng.choice(["min_lr", "min_lr_rate"])
    return {**cosine(rng, run), floor: rng.choice([0.0, 0.1, 0.02, 0.6, -0.3])}


def cosine_warmup_with_min_lr(rng, run):
    drawn = cosine_with_min_lr(rng, run)
    if rng.random() < 0.5:
        drawn["warmup_lr_rate"] = rng.choice([0.0, 0.1, 1.0, 1.5, -0.1])
    return drawn


def warmup_stable_decay(rng, run):
    drawn = {
        "num_decay_steps": rng.choice([0, 1, 4, 10, 33, run[1], 0.75, 12.5]),
        "warmup_type": rng.choice(["linear", "cosine", "1-sqrt"]),
        "decay_type": rng.choice(["linear", "cosine", "1-sqrt"]),
        "min_lr_ratio": rng.choice([0, 0.1, 0.5, 1.2, -0.2]),
        "num_cycles": rng.choice([0.5, 0.5, 1.5, 0.2, 0, -0.3]),
    }
    if rng.random() < 0.3:
        drawn["num_stable_steps"] = rng.choice([0, 5, 20.5, -2])
    return drawn


DRAWN = {
    "linear": nothing,
    "cosine": cosine,
    "cosine_with_restarts": cosine_with_restarts,
    "polynomial": polynomial,
    "constant": nothing,
    "constant_with_warmup": nothing,
    "inverse_sqrt": inverse_sqrt,
    "cosine_with_min_lr": cosine_with_min_lr,
    "cosine_warmup_with_min_lr": cosine_warmup_with_min_lr,
    "warmup_stable_decay": warmup_stable_decay,
}
FLOORS = (
    "Every group's floor is the one given; there it is a part of the optimizer's "
    "default rate, and here with lr_init."
)
DIFFERENCES = {
    "polynomial": "A warmup as long as the run ends at lr_end; there 0 is divided by. "
    f"{FLOORS}",
    "cosine_with_min_lr": FLOORS,
    "cosine_warmup_with_min_lr": FLOORS,
    "cosine_with_restarts": "Every restart on an update is one; there some round away.",
}


def times_of(run, arguments):
    """Return updates around every joint, at the end, and far past it."""
    warmup, total = run
    decay = arguments.get("num_decay_steps", 0)
    stable = arguments.get("num_stable_steps", total - warmup - decay)
    joints = {0, warmup, total, warmup + (total - warmup) / 2}
    joints |= {warmup + stable, warmup + decay, warmup + stable + decay}
    near = {floor(t) + d for t in joints for d in (-1, 0, 1, 2)}
    far = {floor(total * 1.5) + 1, floor(2 * total), floor(10 * total) + 3}
    return sorted(t for t in near | far if t >= 0)


def trials_of(name):
    def trials(number):
        for seed in range(number):
            rng = random.Random(f"{name} {seed}")
            run = rng.choice(WARMUPS), rng.choice(TOTALS)
            if name == "polynomial" and run[0] == run[1]:
                run = 0, run[1] + 1
            yield trial(name, run, DRAWN[name](rng, run), rng.randrange(3))

    return trials


def trial(name, run, arguments, group):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a length that changes nothing
        theirs = get_scheduler(name, optimizer_with(), *run, dict(arguments))
    drawn = dict(arguments)
    curve = dialect("transformers", name).curve
    if name != "constant":
        drawn["num_warmup_steps"] = run[0]
        if name not in ("constant_with_warmup", "inverse_sqrt"):
            drawn["num_training_steps"] = run[1]
    if name == "polynomial" or "min_lr" in drawn:
        drawn["lr_init"] = DEFAULT
    base = BASES[group]
    times = times_of(run, arguments)
    values = [base * theirs.lr_lambdas[group](t) for t in times]
    return Trial(drawn | {"base": base}, curve(base, **drawn), times, values)


def comparisons():
    return [
        Comparison(LIBRARY, name, trials_of(name), TOLERANCE, DIFFERENCES.get(name, ""))
        for name in DRAWN
    ]
