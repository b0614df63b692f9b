"""timm's own schedulers, random arguments of them, and where timm is wrong."""

import math
import sys
from contextlib import suppress
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import torch

from lehr.dialects.timm import SCHEDULERS

BASES = (0.1, 3e-4, 1.7)
CURVES = {d.name: d.curve for d in SCHEDULERS if d.curve}


def optimizer_with(bases=BASES):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": b} for b in bases]
    return torch.optim.SGD(groups, lr=1.0)


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def timm_scheduler():
    """Return the module `timm.scheduler`, without the torchvision that timm needs."""
    if "timm" not in sys.modules:
        found = find_spec("timm")
        if found is None:
            raise ModuleNotFoundError("timm is not installed", name="timm")
        package = ModuleType("timm")
        package.__path__ = list(found.submodule_search_locations)
        package.__spec__ = found
        sys.modules["timm"] = package
    return import_module("timm.scheduler")


def played(name, arguments, times, bases=BASES):
    """Yield time and values: the constructor's at 0, then those of step(t).

    They end where timm fails, since all cycles of a cycle_mul < 1 are over. A restart
    that timm rounds to a time before 0, whose power is complex, is left out.
    """
    optimizer = optimizer_with(bases)
    with suppress(ValueError):
        theirs = getattr(timm_scheduler(), name)(optimizer, **arguments)
        for t in times:
            if t:
                try:
                    theirs.step(t)
                except TypeError:
                    continue
            yield t, rates(optimizer)


def shared(rng):
    """Return random warmup and noise."""
    drawn = {}
    if rng.random() < 0.6:
        drawn["warmup_t"] = rng.choice([1, 2, 5, 13])
        drawn["warmup_lr_init"] = rng.choice([0.0, 1e-5, 0.2])
    if rng.random() < 0.3:
        begin = rng.randrange(40)
        end = begin + rng.choice([0, 1, 10, 60])
        drawn["noise_range_t"] = rng.choice([begin, [begin, end], (7.5, 30.2)])
        drawn["noise_pct"] = rng.choice([0.67, 0.1, 2.0])
        drawn["noise_std"] = rng.choice([1.0, 0.3, 0.01])
        drawn["noise_seed"] = rng.choice([42, 0, -3, 2**32 - 20, 2**45])
    return drawn


def cyclic(rng):
    drawn = shared(rng) | {
        "t_initial": rng.choice([1, 3, 10, 24, 100, 12.5]),
        "lr_min": rng.choice([0.0, 1e-6, 0.02]),
        "cycle_limit": rng.choice([0, 1, 1, 2, 3, 7, 10**6]),
        "warmup_prefix": rng.random() < 0.5,
    }
    if rng.random() < 0.6:
        drawn["cycle_decay"] = rng.choice([0.5, 0.1, 0.9])
    if rng.random() < 0.5:
        drawn["cycle_mul"] = rng.choice([2, 3, 1.5, 1.1, 1.25, 0.5])
    return drawn


def cosine(rng):
    return cyclic(rng) | {"k_decay": rng.choice([1.0, 1.0, 0.7, 2.0])}


def tanh(rng):
    drawn = cyclic(rng)
    if rng.random() < 0.5:
        drawn |= {"lb": rng.choice([-7.0, -2.0, 0.5]), "ub": rng.choice([3.0, 1.0])}
    return drawn


def poly(rng):
    drawn = cyclic(rng) | {
        "power": rng.choice([0.5, 1.0, 0.9, 2]),
        "k_decay": rng.choice([1.0, 0.7, 2.0]),
    }
    if 1 not in (drawn["k_decay"], drawn["power"]):
        drawn["cycle_limit"] = min(drawn["cycle_limit"], 7)
    return drawn


def step(rng):
    return shared(rng) | {
        "decay_t": rng.choice([1, 7, 30, 2.4]),
        "decay_rate": rng.choice([1.0, 0.5, 0.97, 0.0]),
        "warmup_prefix": rng.random() < 0.5,
    }


def multi_step(rng):
    return shared(rng) | {
        "decay_t": sorted(rng.choices(range(120), k=rng.randrange(5))),
        "decay_rate": rng.choice([1.0, 0.5, 0.1, 1.5]),
        "warmup_prefix": rng.random() < 0.5,
    }


def wsd(rng):
    drawn = shared(rng) | {
        "t_initial": rng.choice([10, 60, 150]),
        "decay_t": rng.choice([1, 4, 10]),
        "lr_min": rng.choice([0.0, 1e-6, 0.02]),
        "stable_fn": rng.choice(["constant", "rsqrt", "power"]),
        "stable_power": rng.choice([0.5, 0.9]),
        "decay_fn": rng.choice(
            ["linear", "1-sqrt", "cosine", "power", "exp", math.acos, math.exp]
        ),
        "decay_power": rng.choice([0.5, 2.0]),
        "decay_ratio": rng.choice([0.1, 0.6]),
    }
    if "warmup_t" not in drawn or rng.random() < 0.5:
        drawn["stable_timescale"] = rng.choice([3, 20.5])
    return drawn


MAKERS = {
    "CosineLRScheduler": cosine,
    "TanhLRScheduler": tanh,
    "PolyLRScheduler": poly,
    "StepLRScheduler": step,
    "MultiStepLRScheduler": multi_step,
    "WSDLRScheduler": wsd,
}


def misses_a_restart(arguments, t):
    """Return whether timm's logarithm finds another cycle at t than a plain count.

    Not where it finds none, since all cycles of a cycle_mul < 1 are over.
    """
    mul, length = arguments.get("cycle_mul", 1.0), arguments.get("t_initial", 0)
    warmup = arguments.get("warmup_t", 0)
    if mul == 1 or t < warmup:
        return False
    t -= warmup if arguments.get("warmup_prefix") else 0
    part = 1 - t / length * (1 - mul)
    if part <= 0:
        return False
    found = math.floor(math.log(part, mul))
    end = part = Fraction(length)
    cycle = 0
    while t >= end:
        part *= Fraction(str(mul))
        end += part
        cycle += 1
    return found != cycle
