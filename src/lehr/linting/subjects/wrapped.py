"""A live scheduler out of what wraps it, and how that drives it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lehr.linting.base import Unit

_MODULES = (
    *("torch.optim.lr_scheduler", "torch.optim.swa_utils", "timm.scheduler."),
    *("transformers.", "accelerate.scheduler", "lehr.bindings.torch", "lehr.dropin."),
    *("pytorch_optimizer."),
)
_SCHEDULERS = ("LRScheduler", "_LRScheduler", "Scheduler", "ReduceLROnPlateau")


@dataclass(frozen=True)
class Wrapped:
    """A scheduler and what its wrapper says of its steps.

    Args:
        scheduler: the object inside.
        per: what one step is, if the wrapper says it.
        times: steps per such unit.
        every: units from one step to the next.
        metric: the name of what it follows.
        monitored: whether the wrapper needs that name.
    """

    scheduler: Any
    per: Unit | None = None
    times: int = 1
    metric: str = ""
    monitored: bool = False
    every: int = 1


def is_live(given: Any) -> bool:
    """Return whether something is a live scheduler, without importing its framework.

    Args:
        given: anything. Schedulers of torch, timm, transformers, accelerate and
            pytorch_optimizer are; so are optax's functions, lehr's own bound
            schedulers, and the dictionary that Lightning takes, alone or as
            `configure_optimizers` returns it.

    >>> is_live({"name": "StepLR"}), is_live(0.1), is_live(len)
    (False, False, False)
    """
    if isinstance(given, Mapping):
        inner = given.get("scheduler", given.get("lr_scheduler"))
        if isinstance(inner, Mapping) and "scheduler" not in given:
            inner = inner.get("scheduler")
        return inner is not None and not isinstance(inner, Mapping) and is_live(inner)
    if isinstance(given, type):
        return False
    if getattr(given, "__qualname__", None) is not None:
        return str(getattr(given, "__module__", "")).startswith("optax.schedules")
    kinds = type(given).__mro__
    known = any(kind.__module__.startswith(_MODULES) for kind in kinds)
    named = any(kind.__name__ in _SCHEDULERS for kind in kinds)
    return (hasattr(given, "optimizer") and (known or named)) or _is_accelerates(given)


def _is_accelerates(given: Any) -> bool:
    return any(kind.__name__ == "AcceleratedScheduler" for kind in type(given).__mro__)


def unwrapped(given: Any, world_size: int | None = None) -> Wrapped:
    """Return the scheduler inside Lightning's dictionary or accelerate's wrapper.

    Args:
        given: a live scheduler, or what wraps one.
        world_size: processes, if that is known; else accelerate's own count.
    """
    if isinstance(given, Mapping) and "scheduler" not in given:
        inner = given["lr_scheduler"]  # of what configure_optimizers returns
        return unwrapped(
            inner if isinstance(inner, Mapping) else {"scheduler": inner}, world_size
        )
    if isinstance(given, Mapping):
        found = unwrapped(given["scheduler"], world_size)
        per: Unit = "epoch" if given.get("interval", "epoch") == "epoch" else "update"
        metric = given.get("monitor")
        every = given.get("frequency") or 1
        return Wrapped(
            found.scheduler, per, found.times, str(metric or ""), True, int(every)
        )
    if _is_accelerates(given):
        alone = given.split_batches or not given.step_with_optimizer
        times = 1 if alone else world_size or _processes()
        return Wrapped(given.scheduler, None, times)
    return Wrapped(given)


def _processes() -> int:
    """Return accelerate's number of processes, as far as it has been set."""
    state = getattr(sys.modules.get("accelerate.state"), "PartialState", None)
    shared = getattr(state, "_shared_state", {})
    return int(shared.get("num_processes") or 1)
