"""ignite itself: its schedulers, called at each event as an engine calls them."""

import random
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import torch
from torch.optim import lr_scheduler

from agreement.comparison import Comparison, Trial
from lehr.dialects import Named, dialect

LIBRARY = "ignite 0.5.5"
NUMBER = 20
BASE = 0.3
TORCHS = (
    "ExponentialLR",
    "StepLR",
    "CosineAnnealingLR",
    "LambdaLR",
    "OneCycleLR",
    "PolynomialLR",
)


def _ignite() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what torch has deprecated
        from ignite import handlers

    return handlers


def _times(*marks: int, first: int = 0) -> list[int]:
    end = max(marks)
    near = {m + d for m in marks for d in (-1, 0, 1)}
    wanted = {0, 1, end * 3 // 2, 2 * end, 10 * end, *near}
    return sorted(t for t in wanted if t >= first)


def _points(rng: random.Random) -> list[tuple[int, float]]:
    events = sorted(rng.randint(0, 60) for _ in range(rng.randint(1, 6)))
    return [(event, rng.uniform(0, 1)) for event in events]


def _drawn(rng: random.Random, name: str) -> tuple[dict[str, Any], list[int]]:
    n = rng.randint(2, 40)
    if name.startswith("Piecewise"):
        points = _points(rng)
        return {"milestones_values": points}, _times(*(event for event, _ in points), 1)
    if name.endswith("StateScheduler"):
        arguments: dict[str, Any] = {"initial_value": 0.5, "gamma": rng.uniform(0.5, 1)}
        if name == "LambdaStateScheduler":
            return {"lambda_obj": lambda event: event % n}, _times(n)
        if name == "StepStateScheduler":
            return {**arguments, "step_size": n}, _times(n, 2 * n)
        if name == "MultiStepStateScheduler":
            arguments["milestones"] = sorted(rng.choices(range(40), k=n))
        return arguments, _times(n, *arguments.get("milestones", ()))
    arguments = {"start_value": rng.uniform(0, 1), "cycle_size": n}
    arguments |= {"end_value": rng.choice((0.0, rng.uniform(0, 1)))}
    mult = rng.choice((1.0, 2.0, 1.5, 0.7, rng.uniform(1, 2)))
    arguments |= {"cycle_mult": mult}
    arguments |= {"start_value_mult": rng.choice((1.0, 0.5, 1.1))}
    arguments |= {"end_value_mult": rng.choice((1.0, 0.5))}
    monotonic = name == "CosineAnnealingScheduler" or rng.random() < 0.5
    if monotonic:
        arguments["warmup_duration"] = rng.choice((0, rng.randint(1, 20)))
    if name == "LinearCyclicalScheduler":
        arguments["monotonic"] = monotonic
    cycle = n + arguments.get("warmup_duration", 0)
    return arguments, _times(n, cycle, 2 * cycle, int(cycle * (1 + mult)))


def _optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)


def _played(scheduler: Any, optimizer: torch.optim.Optimizer, last: int) -> list[float]:
    """Return the values at events 0 to `last`; fewer if ignite divides by 0."""
    used = []
    for _ in range(last + 1):
        try:
            scheduler(None)
        except ZeroDivisionError:
            break
        used.append(float(optimizer.param_groups[0]["lr"]))
    return used


def _trial(named: Named, given: Any, times: list[int], used: list[float]) -> Trial:
    times = [t for t in times if t < len(used)]
    return Trial(given, named.curve(BASE), times, [used[t] for t in times])


def _plain(name: str) -> Callable[[int], Iterator[Trial]]:
    def trials(number: int) -> Iterator[Trial]:
        rng = random.Random(name)
        for _ in range(number):
            arguments, times = _drawn(rng, name)
            optimizer = _optimizer()
            scheduler = getattr(_ignite(), name)(optimizer, "lr", **arguments)
            used = _played(scheduler, optimizer, times[-1])
            yield _trial(
                Named(dialect("ignite", name), arguments), arguments, times, used
            )

    return trials


def _states(name: str) -> Callable[[int], Iterator[Trial]]:
    def trials(number: int) -> Iterator[Trial]:
        rng = random.Random(name)
        for _ in range(number):
            arguments, times = _drawn(rng, name)
            scheduler = getattr(_ignite(), name)(**arguments, param_name="x")
            engine, used = SimpleNamespace(state=SimpleNamespace()), [0.0]
            for _ in range(times[-1]):
                scheduler(engine)
                used.append(engine.state.x)
            named = Named(dialect("ignite", name), arguments)
            yield _trial(named, arguments, [t for t in times if t], used)

    return trials


def _torchs(rng: random.Random) -> tuple[str, dict[str, Any]]:
    name, n = rng.choice(TORCHS), rng.randint(2, 30)
    arguments: dict[str, dict[str, Any]] = {
        "ExponentialLR": {"gamma": rng.uniform(0.8, 1.0)},
        "StepLR": {"step_size": n, "gamma": 0.5},
        "CosineAnnealingLR": {"T_max": n, "eta_min": 0.01},
        "LambdaLR": {"lr_lambda": lambda epoch: 1 / (1 + epoch)},
        "PolynomialLR": {"total_iters": n, "power": 2.0},
        "OneCycleLR": {"max_lr": 1.0, "total_steps": 1000, "cycle_momentum": False},
    }
    return name, arguments[name]


def _child(rng: random.Random, optimizer: torch.optim.Optimizer) -> tuple[Named, Any]:
    """Return a scheduler by name, and ignite's or torch's own."""
    if rng.random() < 0.4:
        name, arguments = _torchs(rng)
        own = getattr(lr_scheduler, name)(optimizer, **arguments)
        return Named(dialect("torch", name), arguments), own
    name = rng.choice(("LinearCyclicalScheduler", "PiecewiseLinear"))
    arguments, _ = _drawn(rng, name)
    arguments.pop("cycle_mult", None)
    own = getattr(_ignite(), name)(optimizer, "lr", **arguments)
    return Named(dialect("ignite", name), arguments), own


def _wrapped(number: int) -> Iterator[Trial]:
    rng = random.Random("LRScheduler")
    for _ in range(number):
        name, arguments = _torchs(rng)
        legacy = name not in ("StepLR", "LambdaLR", "OneCycleLR")
        optimizer, child = _optimizer(), Named(dialect("torch", name), arguments)
        own = getattr(lr_scheduler, name)(optimizer, **arguments)
        first = [float(optimizer.param_groups[0]["lr"])] if legacy else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says which event to attach it to
            scheduler = _ignite().LRScheduler(own, use_legacy=legacy)
        used = first + _played(scheduler, optimizer, 300)
        named = Named(dialect("ignite", "LRScheduler"), {"lr_scheduler": child})
        yield _trial(named, child, _times(30), used)


def _joined(number: int) -> Iterator[Trial]:
    rng = random.Random("ConcatScheduler")
    for _ in range(number):
        optimizer, own, named, durations = _optimizer(), [], [], []
        for _ in range(rng.randint(2, 4)):
            name = rng.choice(("LinearCyclicalScheduler", "PiecewiseLinear"))
            arguments, _ = _drawn(rng, name)
            arguments.pop("cycle_mult", None)
            own.append(getattr(_ignite(), name)(optimizer, "lr", **arguments))
            named.append(Named(dialect("ignite", name), arguments))
            durations.append(rng.randint(1, 50))
        scheduler = _ignite().ConcatScheduler(own, durations[:-1])
        ends = [sum(durations[:i]) for i in range(1, len(durations))]
        times = _times(*ends)
        used = _played(scheduler, optimizer, times[-1])
        given = {"schedulers": named, "durations": durations[:-1]}
        yield _trial(
            Named(dialect("ignite", "ConcatScheduler"), given), given, times, used
        )


def _warmed(number: int) -> Iterator[Trial]:
    name = "create_lr_scheduler_with_warmup"
    rng = random.Random(name)
    for _ in range(number):
        optimizer = _optimizer()
        child, own = _child(rng, optimizer)
        up = rng.choice((2, 3, rng.randint(2, 40)))
        given = {"warmup_start_value": rng.choice((0.0, 0.1)), "warmup_duration": up}
        given["warmup_end_value"] = rng.choice((None, BASE, 0.7))
        if isinstance(own, lr_scheduler.OneCycleLR):  # torch leaves its first value
            given["warmup_end_value"] = None
        scheduler = _ignite().create_lr_scheduler_with_warmup(own, **given)
        times = _times(up, 2 * up)
        used = _played(scheduler, optimizer, times[-1])
        given["lr_scheduler"] = child
        yield _trial(Named(dialect("ignite", name), given), given, times, used)


def comparisons() -> list[Comparison]:
    cycles = ("LinearCyclicalScheduler", "CosineAnnealingScheduler", "PiecewiseLinear")
    kinds = ("Lambda", "PiecewiseLinear", "Exp", "Step", "MultiStep")
    states = [f"{kind}StateScheduler" for kind in kinds]
    twice = "without use_legacy ignite takes the first step of some twice"
    held = "where cycles come to a length of 0, ignite divides by it"
    return [
        *(Comparison(LIBRARY, n, _plain(n), differences=held) for n in cycles[:2]),
        Comparison(LIBRARY, cycles[2], _plain(cycles[2])),
        Comparison(LIBRARY, "ConcatScheduler", _joined),
        Comparison(LIBRARY, "create_lr_scheduler_with_warmup", _warmed),
        Comparison(LIBRARY, "LRScheduler", _wrapped, differences=twice),
        *(Comparison(LIBRARY, n, _states(n)) for n in states),
    ]
