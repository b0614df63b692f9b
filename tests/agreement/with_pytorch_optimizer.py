"""pytorch_optimizer itself: its schedulers, stepped after optimizer.step()."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from agreement.comparison import Comparison, Trial
from lehr.dialects import Named, dialect

LIBRARY = "pytorch_optimizer 4.1.0"
NUMBER = 20
WARMED = ("LinearScheduler", "CosineScheduler", "PolyScheduler")


def _times(*marks: int) -> list[int]:
    end = max(marks)
    near = {m + d for m in marks for d in (-1, 0, 1, 2)}
    return sorted({0, 1, end * 3 // 2, 2 * end, 10 * end, *near} - {-1})


def _warmed(rng: random.Random, name: str) -> tuple[dict[str, Any], list[int]]:
    end = rng.randint(2, 60)
    up = rng.choice((0, rng.randint(0, end - 1)))
    arguments = {"t_max": end, "max_lr": rng.uniform(0, 1), "warmup_steps": up}
    arguments |= {"min_lr": rng.choice((0.0, 0.1)), "init_lr": rng.choice((0.0, 0.05))}
    if name == "PolyScheduler":
        arguments["poly_order"] = rng.choice((0.5, 1.0, rng.uniform(0.1, 3)))
    return arguments, _times(end, up)


def _drawn(rng: random.Random, name: str) -> tuple[dict[str, Any], list[int]]:
    n = rng.randint(1, 50)
    if name in WARMED:
        return _warmed(rng, name)
    if name == "CosineAnnealingWarmupRestarts":
        up = rng.choice((0, rng.randint(0, n)))
        mult = rng.choice((1.0, 2.0, 1.5, 0.5, rng.uniform(0.5, 2)))
        arguments = {"first_cycle_steps": up + n, "warmup_steps": up}
        arguments |= {
            "cycle_mult": mult,
            "max_lr": 0.1,
            "min_lr": rng.choice((0.0, 0.01)),
        }
        arguments["gamma"] = rng.choice((1.0, 0.9, 0.5, 1.1))
        return arguments, _times(n, up, up + n)
    if name == "REXScheduler":
        arguments = {"total_steps": n, "max_lr": 0.3, "min_lr": rng.choice((0.0, 0.1))}
        return arguments, _times(n)
    if name == "get_chebyshev_schedule":
        warmup = rng.random() < 0.1
        return {"num_epochs": n, "is_warmup": warmup}, _times(*range(n + 3))
    up, level, down = (rng.choice((0, rng.randint(0, 30))) for _ in range(3))
    arguments = {"num_warmup_steps": up, "num_stable_steps": level}
    arguments |= {"num_decay_steps": down, "min_lr_ratio": rng.choice((0.0, 0.1))}
    arguments["num_cycles"] = rng.choice((0.5, 1.0, 1.7))
    arguments["cooldown_type"] = rng.choice(("cosine", "1-sqrt", "linear", "1-square"))
    return arguments, _times(up + level + down + 1, up, up + level, up + level + down)


def _optimizer(base: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)


def _played(
    name: str, arguments: dict[str, Any], base: float, last: int
) -> list[float]:
    """Return what updates 0 to `last` use."""
    from pytorch_optimizer import lr_scheduler as theirs

    optimizer = _optimizer(base)
    scheduler = getattr(theirs, name)(optimizer, **arguments)
    used = []
    for _ in range(last + 1):
        used.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return used


def _of(name: str) -> Callable[[int], Iterator[Trial]]:
    def trials(number: int) -> Iterator[Trial]:
        rng = random.Random(name)
        for _ in range(number):
            arguments, times = _drawn(rng, name)
            base = rng.uniform(0, 1)
            ours = Named(dialect("pytorch_optimizer", name), arguments).curve(base)
            used = _played(name, arguments, base, times[-1])
            yield Trial(arguments, ours, times, [used[t] for t in times])

    return trials


def _proportions(number: int) -> Iterator[Trial]:
    rng = random.Random("proportion")
    for _ in range(number):
        name = rng.choice((*WARMED, "REXScheduler"))
        given, times = _drawn(rng, name)
        arguments = {"max_lr": rng.uniform(0, 1), "min_lr": rng.choice((0.0, 0.1))}
        arguments |= {"max_value": rng.uniform(0, 2), "min_value": rng.uniform(0, 2)}
        child = Named(dialect("pytorch_optimizer", name), given)
        ours = dialect("pytorch_optimizer", "ProportionScheduler").curve(
            lr_scheduler=child, exact=True, **arguments
        )
        used = _proportional(name, given, arguments, times)
        yield Trial({"of": (name, given), **arguments}, ours, times, used)


def _proportional(
    name: str, given: dict[str, Any], arguments: dict[str, Any], times: Sequence[int]
) -> list[float]:
    from pytorch_optimizer import lr_scheduler as theirs

    optimizer = _optimizer(1.0)
    rate = getattr(theirs, name)(optimizer, **given)
    value = theirs.ProportionScheduler(rate, **arguments)
    used = []
    for _ in range(times[-1] + 1):
        used.append(value.get_lr())
        optimizer.step()
        rate.step()
        value.step()
    return [used[t] for t in times]


def comparisons() -> list[Comparison]:
    names = (
        *WARMED,
        "CosineAnnealingWarmupRestarts",
        "REXScheduler",
        "get_chebyshev_schedule",
        "get_wsd_schedule",
    )
    proportion = Comparison(
        LIBRARY,
        "ProportionScheduler",
        _proportions,
        differences="value 0 is that of the rate used; compared with exact=True",
    )
    return [*(Comparison(LIBRARY, name, _of(name)) for name in names), proportion]
