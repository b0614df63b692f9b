"""Random configurations of timm's schedulers, and how one of them is played."""

import math
import random
from importlib import import_module

import torch

FACTORY = ("cosine", "tanh", "poly", "step", "multistep", "constant", "wsd", "rsqrt")


def optimizer(rates, *, tensors=False, scales=None):
    """Return an SGD with a group for each rate; a scale of None leaves it out."""
    groups = [
        {
            "params": [torch.nn.Parameter(torch.zeros(1))],
            "lr": torch.tensor(rate, dtype=torch.float64) if tensors else rate,
        }
        for rate in rates
    ]
    for group, scale in zip(groups, scales or [None] * len(groups), strict=True):
        if scale is not None:
            group["lr_scale"] = scale
    return torch.optim.SGD(groups, lr=0.1)


def rates(made):
    held = [group["lr"] for group in made.param_groups]
    return [rate if isinstance(rate, float) else rate.item() for rate in held]


def shape(draw, name):
    """Return random arguments of one scheduler."""
    length = draw.randint(1, 60)
    warmup = draw.choice([0, 0, draw.randint(1, 20)])
    found = {
        "warmup_t": warmup,
        "warmup_lr_init": draw.choice([0.0, 1e-5, 0.3]),
        "t_in_epochs": draw.random() < 0.5,
    }
    if draw.random() < 0.4:
        first = draw.randint(0, 30)
        found["noise_range_t"] = draw.choice([first, (first, first + 20)])
        found["noise_pct"] = draw.choice([0.67, 0.3])
        found["noise_std"] = draw.choice([1.0, 0.2])
        found["noise_seed"] = draw.randint(0, 10**6)
    if name != "WSDLRScheduler":
        found["warmup_prefix"] = draw.random() < 0.5
    return found | globals()[f"_{name}"](draw, length)


def _cycles(draw, length):
    return {
        "t_initial": length,
        "lr_min": draw.choice([0.0, 1e-6, 0.02]),
        "cycle_mul": draw.choice([1.0, 1.0, 2.0, 1.5]),
        "cycle_decay": draw.choice([1.0, 0.5, 0.1]),
        "cycle_limit": draw.randint(1, 4),
    }


def _CosineLRScheduler(draw, length):
    return _cycles(draw, length) | {"k_decay": draw.choice([1.0, 0.5, 2.0])}


def _TanhLRScheduler(draw, length):
    return _cycles(draw, length) | {"lb": draw.uniform(-8, 0), "ub": draw.uniform(1, 5)}


def _PolyLRScheduler(draw, length):
    power = {"power": draw.choice([0.5, 1.0, 2.0]), "k_decay": draw.choice([1.0, 2.0])}
    return _cycles(draw, length) | power


def _StepLRScheduler(draw, length):
    rate = draw.choice([1.0, 0.5, 0.97, 1.1])
    return {"decay_t": draw.choice([length, length + 0.5]), "decay_rate": rate}


def _MultiStepLRScheduler(draw, length):
    milestones = sorted(draw.sample(range(1, 100), draw.randint(0, 4)))
    return {"decay_t": milestones, "decay_rate": draw.choice([0.1, 0.5, 1.5])}


def _WSDLRScheduler(draw, length):
    return {
        "t_initial": length,
        "decay_t": draw.randint(1, length),
        "lr_min": draw.choice([0.0, 1e-6, 0.02]),
        "stable_fn": draw.choice(["constant", "rsqrt", "power"]),
        "stable_timescale": draw.uniform(1, 50),
        "decay_fn": draw.choice(["linear", "1-sqrt", "cosine", "power", "exp"]),
        "decay_power": draw.choice([0.5, 2.0]),
    }


def times(arguments, missed):
    """Return the times to look at: begin, joints and neighbours, ends, past them."""
    length = arguments.get("t_initial", 30)
    joints = {0, 1, length, arguments["warmup_t"], 30, 50, 3 * length, 10 * length}
    near = {int(j) + d for j in joints for d in (-1, 0, 1)} | set(range(0, 90, 7))
    return sorted(t for t in near if t >= 0 and not missed(t))


def restarts(arguments):
    """Return the times near which timm's floor of a logarithm may go wrong."""
    mul, t, found = arguments.get("cycle_mul", 1.0), 0.0, set()
    shift = arguments["warmup_t"] if arguments.get("warmup_prefix") else 0
    for i in range(12 if mul != 1.0 else 0):
        found.add(round(t) + shift)
        t += arguments["t_initial"] * mul**i
    return found


def play(scheduler, t):
    """Go to a time by the method that the scheduler reacts to."""
    scheduler.step(t)
    scheduler.step_update(t)


def close(ours, theirs):
    """Tell whether all rates agree to 1e-12 of themselves, or of a rate of 0.01."""
    pairs = zip(ours, theirs, strict=True)
    return all(math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-14) for a, b in pairs)


def dropin(name):
    return getattr(import_module("lehr.dropin.timm"), name)


def draws(seed, count):
    return [random.Random(seed * 1000 + i) for i in range(count)]
