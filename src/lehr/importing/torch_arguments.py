"""The arguments of torch's schedulers, from the attributes that they keep."""

from collections.abc import Callable, Mapping
from typing import Any

from lehr.dialects import Dialect, Named
from lehr.schedules import Cosine, Linear, Schedule

PLAIN: Mapping[str, tuple[str, ...]] = {
    "StepLR": ("step_size", "gamma"),
    "ConstantLR": ("factor", "total_iters"),
    "LinearLR": ("start_factor", "end_factor", "total_iters"),
    "ExponentialLR": ("gamma",),
    "PolynomialLR": ("total_iters", "power"),
    "CosineAnnealingLR": ("T_max", "eta_min"),
    "CosineAnnealingWarmRestarts": ("T_0", "T_mult", "eta_min"),
}
"""The schedulers whose attributes are their parameters, by the same names."""


def written(value: float, holds: Callable[[float], bool]) -> float:
    """Return the number with the fewest digits that fits; `value` if none does.

    >>> written(25.000000000000004, lambda div: 1 / div == 0.04)
    25.0
    """
    for digits in range(1, 17):
        short = float(f"{value:.{digits}g}")
        if holds(short):
            return short
    return value


def divided(whole: float, part: float) -> float:
    """Return what `whole` was divided by to give `part`."""
    if part == 0:
        return float("inf") if whole else 1.0
    return written(whole / part, lambda by: by != 0 and whole / by == part)


def _multi_step(scheduler: Any, index: int) -> dict[str, Any]:
    places = sorted(scheduler.milestones.elements())
    return {"milestones": places, "gamma": scheduler.gamma}


def _cyclic(scheduler: Any, index: int) -> dict[str, Any]:
    up = round(scheduler.step_ratio * scheduler.total_size)
    return {
        "base_lr": float(scheduler.base_lrs[index]),
        "max_lr": float(scheduler.max_lrs[index]),
        "step_size_up": up,
        "step_size_down": round(scheduler.total_size) - up,
        "mode": scheduler.mode,
        "gamma": scheduler.gamma,
        "scale_fn": scheduler._scale_fn_custom,
        "scale_mode": scheduler.scale_mode,
        "cycle_momentum": False,
    }


def _one_cycle(scheduler: Any, index: int) -> dict[str, Any]:
    group = scheduler.optimizer.param_groups[index]
    peak, start, low = (float(group[k]) for k in ("max_lr", "initial_lr", "min_lr"))
    total, phases = scheduler.total_steps, scheduler._schedule_phases
    rise = phases[0]["end_step"]
    part = min(max((rise + 1) / total, 0.0), 1.0)
    return {
        "max_lr": peak,
        "total_steps": total,
        "pct_start": written(part, lambda p: p <= 1 and p * total - 1 == rise),
        "anneal_strategy": scheduler._anneal_func_type,
        "cycle_momentum": False,
        "div_factor": divided(peak, start),
        "final_div_factor": divided(start, low),
        "three_phase": len(phases) == 3,
    }


READERS: Mapping[str, Callable[[Any, int], dict[str, Any]]] = {
    "MultiStepLR": _multi_step,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
}
"""The other schedulers: what their attributes come to, for a group."""


def annealed(scheduler: Any, index: int) -> Named:
    """Return SWALR: from the group's initial value to `swa_lr`, which is held."""
    goal = float(scheduler.optimizer.param_groups[index]["swa_lr"])
    steps = scheduler.anneal_epochs
    straight = scheduler.anneal_func.__name__ == "_linear_anneal"
    ramp = Linear if straight else Cosine

    def curve(base: float) -> Schedule:
        return ramp(base, goal, steps)

    return Named(Dialect("SWALR", curve), {})
