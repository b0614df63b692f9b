"""The scheduler of another library as an `Origin`: its arguments and its horizon."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from lehr.dialects import LIBRARIES, Named, schedulers
from lehr.schedules import Schedule

_FAR = 2**20
"""A curve that ends later goes on past its horizon: an end that no run reaches."""

_NO_ARGUMENTS = ("exact", "plan", "last_epoch", "verbose")


def defaults(library: str, scheduler: str) -> dict[str, Any]:
    """Return the parameters of a library's scheduler that have a default.

    Args:
        library: as `lehr.dialects.LIBRARIES` names it; {} for another.
        scheduler: its name there; {} for another.

    >>> defaults("torch", "CosineAnnealingLR")
    {'eta_min': 0.0}
    """
    if library not in LIBRARIES:
        return {}
    dialect = schedulers(library).get(scheduler)
    made = None if dialect is None else dialect.curve or dialect.metric_driven
    if made is None:
        return {}
    return {
        name: each.default
        for name, each in inspect.signature(made).parameters.items()
        if each.default is not each.empty and name not in _NO_ARGUMENTS
    }


def full(library: str, scheduler: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scheduler's arguments, with the library's defaults where none is given.

    >>> full("torch", "CosineAnnealingLR", {"T_max": 90})
    {'eta_min': 0.0, 'T_max': 90}
    """
    return {**defaults(library, scheduler), **given}


def horizon_of(
    library: str,
    scheduler: str,
    given: Mapping[str, Any],
    curve: Schedule | None = None,
) -> int | None:
    """Return the steps after which a scheduler has done what it was made for.

    That is the length that its parameters name, warmup included; None where they name
    none, as of a decay every so many steps, or of one that restarts.

    Args:
        library: as `lehr.dialects.LIBRARIES` names it.
        scheduler: its name there.
        given: its arguments.
        curve: its schedule, on its own clock: where a curve that is held says more
            about its length than the parameters do.

    >>> horizon_of("torch", "CosineAnnealingLR", {"T_max": 90})
    90
    >>> horizon_of("torch", "StepLR", {"step_size": 30}) is None
    True
    """
    arguments = full(library, scheduler, given)
    own = _OWN.get((library, scheduler))
    if own is not None:
        return own(arguments)
    if (library, scheduler) == ("optax", "join_schedules"):
        end = _held(curve)
        falls = curve is not None and end and curve(end) < 0.5 * curve.maximum
        return end if falls else None
    if library in ("timm", "composer"):
        names = ("t_initial", "t_max")
        return _held(curve) if any(name in arguments for name in names) else None
    dialect = schedulers(library).get(scheduler) if library in LIBRARIES else None
    if dialect is None or dialect.horizon is None:
        return None
    return _whole(arguments.get(dialect.horizon))


def longest_of(library: str, scheduler: str, given: Mapping[str, Any]) -> float | None:
    """Return the longest length of a scheduler of torch that names no end.

    0 for a factor per step, which has no length, and which torch shows per epoch; None
    for a user's function and for other libraries', which say what a step is.

    >>> longest_of("torch", "MultiStepLR", {"milestones": [30, 60]})
    60
    >>> longest_of("torch", "ExponentialLR", {"gamma": 0.95})
    0
    """
    dialect = schedulers(library).get(scheduler) if library == "torch" else None
    if dialect is None or scheduler == "LambdaLR":
        return None
    arguments = full(library, scheduler, given)
    lengths: list[float] = [0]
    for name in dialect.lengths:
        value = arguments.get(name)
        several = value if isinstance(value, list | tuple) else [value]
        lengths += (each for each in several if isinstance(each, int | float))
    return max(lengths)


def _held(curve: Schedule | None) -> int | None:
    return None if curve is None or not curve.steps < _FAR else round(curve.steps)


def _whole(value: Any) -> int | None:
    """Return a length as a number; None for a duration, and for what is no length."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value) if 0 < value < math.inf else None


def _sum(*names: str) -> Callable[[Mapping[str, Any]], int | None]:
    def whole(arguments: Mapping[str, Any]) -> int | None:
        parts = [arguments.get(name) or 0 for name in names]
        numbers = [part for part in parts if isinstance(part, int | float)]
        return _whole(sum(numbers)) if len(numbers) == len(parts) else None

    return whole


def _first(*names: str) -> Callable[[Mapping[str, Any]], int | None]:
    def whole(arguments: Mapping[str, Any]) -> int | None:
        found = (_whole(arguments.get(name)) for name in names)
        return next((each for each in found if each is not None), None)

    return whole


def _falling(
    length: str, start: str, end: str
) -> Callable[[Mapping[str, Any]], int | None]:
    """Return the length of a line that falls; of one that rises it is a warmup."""

    def whole(arguments: Mapping[str, Any]) -> int | None:
        first, last = arguments.get(start), arguments.get(end)
        if not isinstance(first, int | float) or not isinstance(last, int | float):
            return None
        return _whole(arguments.get(length)) if last < first else None

    return whole


def _of_part(part: Any) -> int | None:
    if not isinstance(part, Named):
        return None
    library = "torch"  # the only one whose composites have a horizon here
    return horizon_of(library, part.dialect.name, part.arguments)


def _sequence(arguments: Mapping[str, Any]) -> int | None:
    parts, places = arguments.get("schedulers"), arguments.get("milestones")
    if not parts or not places or len(parts) != len(places) + 1:
        return None
    last = _of_part(parts[-1])
    return None if last is None else _whole(places[-1] + last)


def _chain(arguments: Mapping[str, Any]) -> int | None:
    found = [_of_part(part) for part in arguments.get("schedulers") or ()]
    return max((each for each in found if each is not None), default=None)


def _one_cycle(arguments: Mapping[str, Any]) -> int | None:
    if arguments.get("total_steps") is not None:
        return _whole(arguments["total_steps"])
    epochs, each = arguments.get("epochs"), arguments.get("steps_per_epoch")
    if not isinstance(epochs, int) or not isinstance(each, int):
        return None
    return _whole(epochs * each)


_OWN: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], int | None]] = {
    ("torch", "SequentialLR"): _sequence,
    ("torch", "ChainedScheduler"): _chain,
    ("torch", "OneCycleLR"): _one_cycle,
    ("torch", "PolynomialLR"): _first("total_iters"),
    ("torch", "LinearLR"): _falling("total_iters", "start_factor", "end_factor"),
    ("torchtitan", "lr_scheduler"): _first("total_steps", "training_steps"),
    ("megatron", "OptimizerParamScheduler"): _first(
        "lr_decay_iters", "lr_decay_steps", "train_iters"
    ),
    ("keras", "CosineDecay"): _sum("decay_steps", "warmup_steps"),
    ("olmo", "CosWithWarmup"): _first("t_max", "max_steps"),
    ("olmo", "LinearWithWarmup"): _first("t_max", "max_steps"),
    ("olmo", "HalfCosWithWarmup"): _first("t_max", "max_steps"),
    ("optax", "linear_schedule"): _falling(
        "transition_steps", "init_value", "end_value"
    ),
    ("pytorch_optimizer", "get_wsd_schedule"): _sum(
        "num_warmup_steps", "num_stable_steps", "num_decay_steps"
    ),
    ("pytorch_optimizer", "warmup_stable_decay"): _sum(
        "num_warmup_steps", "num_stable_steps", "num_decay_steps"
    ),
    # The length of the run, by their own accounts, so that nothing can differ from it.
    ("nanotron", "lr_scheduler_builder"): lambda _: None,
    ("mmengine", "CosineAnnealingLR"): lambda _: None,
    ("mmengine", "OneCycleLR"): lambda _: None,
    ("nemo", "T5InverseSquareRootAnnealing"): lambda _: None,
}
