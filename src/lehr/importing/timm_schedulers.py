"""from_timm: the schedule of a live timm scheduler, read from its attributes."""

import inspect
from typing import Any

from lehr.dialects import Dialect, Named, schedulers
from lehr.dialects.base import Curve
from lehr.importing.errors import CannotImport
from lehr.importing.groups import one_of
from lehr.schedules import Schedule

_OWN = {"_get_lr", "get_epoch_values", "get_update_values", "_get_values", "_add_noise"}


def from_timm(scheduler: Any, *, group: int | None = None) -> Schedule:
    """Return the schedule of a live timm scheduler.

    What it was made with is read from its attributes, so that it does not matter how
    far it is. Value t is that of `step(t)`, an epoch, or of `step_update(t)` if it was
    made with `t_in_epochs=False`. A group's `lr_scale` multiplies its schedule, as in
    timm.

    Args:
        scheduler: of a class of `timm.scheduler`, or of `lehr.dropin.timm`.
        group: the param group whose schedule is wanted; None if all groups have the
            same one.

    Raises:
        CannotImport: it follows a metric; it is of a class that is not timm's, or has
            noise of a kind that lehr has not; or `group` is needed and not given.
        TypeError: it is no scheduler of timm's kind.

    >>> from lehr.importing import from_timm
    >>> class CosineLRScheduler:  # as timm's, which most do not have at hand
    ...     __module__ = "timm.scheduler.cosine_lr"
    ...     optimizer = type("Optimizer", (), {"param_groups": [{"lr": 0.02}]})
    ...     base_values, t_initial, lr_min, warmup_t = [0.1], 100, 0.0, 0
    >>> from_timm(CosineLRScheduler())
    Cosine(start=0.1, end=0.0, steps=100)
    """
    made = named_of(scheduler)
    groups = scheduler.optimizer.param_groups

    def curve(index: int) -> Schedule:
        schedule = made.curve(float(scheduler.base_values[index]))
        scale = groups[index].get("lr_scale", 1.0)
        return schedule if scale == 1 else float(scale) * schedule

    return one_of(curve, len(groups), group)


def named_of(scheduler: Any) -> Named:
    """Return a timm scheduler by its name, with its arguments.

    Args:
        scheduler: the object, which is only read.

    Raises:
        CannotImport: it follows a metric, or has methods or a noise of its own.
        TypeError: it is no scheduler of timm's.
    """
    dialect = _dialect(scheduler)
    curve = dialect.curve
    return Named(dialect, {} if curve is None else _arguments(scheduler, curve))


def _dialect(scheduler: Any) -> Dialect:
    """Return timm's class as a dialect; refuse a subclass with other curves."""
    known = schedulers("timm")
    changed: set[str] = set()
    for kind in type(scheduler).__mro__:
        ours = kind.__module__.startswith("lehr.dropin.")
        if kind.__name__ in known and (ours or kind.__module__.startswith("timm.")):
            break
        changed |= set() if ours else _OWN & set(vars(kind))
    else:
        raise TypeError(
            f"scheduler must be one of timm.scheduler, got {scheduler!r}; for torch's "
            "see from_torch"
        )
    dialect = known[kind.__name__]
    if dialect.curve is None:
        raise CannotImport(
            f"{dialect.name} follows a metric, so it has no schedule by itself; "
            "lehr.scheduler.build_scheduler builds what does the same, by that name"
        )
    if changed:
        raise CannotImport(
            f"{type(scheduler).__name__} has its own {', '.join(sorted(changed))}; "
            "record its values and pass them to lehr.recognize(steps, rates)"
        )
    return dialect


def _arguments(scheduler: Any, curve: Curve) -> dict[str, Any]:
    """Return the parameters, which timm keeps by their names."""
    noise = getattr(scheduler, "noise_range_t", None)
    kind = getattr(scheduler, "noise_type", "normal")
    if noise is not None and kind != "normal":
        raise CannotImport(
            f"noise_type must be 'normal', got {kind!r}; lehr has no other noise"
        )
    names = inspect.signature(curve).parameters
    return {n: getattr(scheduler, n) for n in names if hasattr(scheduler, n)}
