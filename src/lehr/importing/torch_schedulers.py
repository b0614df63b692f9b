"""from_torch: the schedule of a live torch scheduler, read from its attributes."""

from functools import partial
from operator import mul
from typing import Any

from lehr.dialects import Dialect, Named, dialect
from lehr.importing.errors import CannotImport
from lehr.importing.groups import one_of
from lehr.importing.torch_arguments import PLAIN, READERS, annealed
from lehr.importing.transformers_lambdas import named_lambda
from lehr.schedules import Constant, Schedule

_HOMES = ("torch.optim.lr_scheduler", "torch.optim.swa_utils")
_OWN = {"get_lr", "_get_closed_form_lr", "step", "scale_fn", "_anneal_func"}
_MULTIPLYING = (
    *("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR"),
    *("PolynomialLR", "CosineAnnealingLR", "MultiplicativeLR"),
)
_RECORD = (
    "record its get_last_lr() step by step and pass that to lehr.recognize(steps, "
    "rates)"
)


def from_torch(scheduler: Any, *, group: int | None = None) -> Schedule:
    """Return the schedule of a live torch scheduler's learning rate.

    What the scheduler was made with is read from its attributes, so that it does not
    matter how often it was stepped: value 0 is that of its step 0. Read are all classes
    of `torch.optim.lr_scheduler` and `SWALR`, one in another too, schedules of
    transformers (as formulas, not as functions), lehr's own Scheduler, and what lehr's
    drop-ins make. The functions of LambdaLR, MultiplicativeLR and CyclicLR are kept, as
    a `Function`.

    A step is one call of `step()`: update t, if that follows each update; epoch t, if
    it follows each epoch (`Stretch` makes updates of epochs).

    Args:
        scheduler: the object.
        group: the param group whose schedule is wanted; None if all groups have the
            same one.

    Raises:
        CannotImport: it follows a metric; it is of a class that is not torch's, or has
            methods of its own; or `group` is needed and not given.
        TypeError: it is no scheduler.

    >>> import torch
    >>> from lehr.importing import from_torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30, gamma=0.5)
    >>> from_torch(scheduler)
    Step(start=0.1, factor=0.5, every=30)
    """
    _refuse_metric(scheduler)
    if _is_lehrs(scheduler):
        return _of_lehr(scheduler, group)
    groups = getattr(getattr(scheduler, "optimizer", None), "param_groups", None)
    if type(scheduler).__module__.startswith("accelerate."):
        raise CannotImport(
            "accelerate steps what it wraps once per process and update; pass "
            "scheduler.scheduler, and mind that its clock counts those steps"
        )
    if groups is None:
        raise TypeError(
            f"scheduler must be a torch scheduler, got {scheduler!r}; for timm's and "
            "optax's see from_timm and from_optax"
        )

    def curve(index: int) -> Schedule:
        return named_of(scheduler, index).curve(_base(scheduler, index))

    return one_of(curve, len(groups), group)


def named_of(scheduler: Any, index: int = 0) -> Named:
    """Return the scheduler of a group by its name, with its arguments.

    It is one of torch's dialects, or of transformers' where its function is theirs.

    Args:
        scheduler: the object, which is only read.
        index: which param group.

    Raises:
        CannotImport: it follows a metric, or is of a class that is not torch's.
    """
    _refuse_metric(scheduler)
    kind = _kind(scheduler)
    if kind in ("LambdaLR", "MultiplicativeLR"):
        function = scheduler.lr_lambdas[index]
        found = _fixed_lambda(function) if kind == "LambdaLR" else None
        return found or Named(dialect("torch", kind), {"lr_lambda": function})
    if kind == "SequentialLR":
        arguments = {
            "schedulers": _in_sequence(scheduler, index),
            "milestones": list(scheduler._milestones),
        }
        return Named(dialect("torch", kind), arguments)
    if kind == "ChainedScheduler":
        parts = tuple(_part(each, scheduler, index) for each in scheduler._schedulers)
        return Named(dialect("torch", kind), {"schedulers": parts})
    if kind == "SWALR":
        return annealed(scheduler, index)
    if kind in PLAIN:
        arguments = {name: getattr(scheduler, name) for name in PLAIN[kind]}
        return Named(dialect("torch", kind), arguments)
    return Named(dialect("torch", kind), READERS[kind](scheduler, index))


def _in_sequence(whole: Any, index: int) -> tuple[Named, ...]:
    """Return the parts of a SequentialLR, each on the value that it starts from.

    One that was made after an OneCycleLR or a CyclicLR has that one's first value for
    its base; and torch starts the first part, where it multiplies, from what was left.
    """
    common, parts = _base(whole, index), []
    theirs = type(whole).__module__ in _HOMES
    for place, each in enumerate(whole._schedulers):
        found, own = _part(each, whole, index), _base(each, index)
        if theirs and not place and _kind(each) in _MULTIPLYING:
            group = each.optimizer.param_groups[index]
            own = float(group.get("initial_lr", own))
        if own != common:
            curve = partial(_fixed, found, own)
            found = Named(Dialect(found.dialect.name, curve), {})
        parts.append(found)
    return tuple(parts)


def _fixed(found: Named, own: float, base: float) -> Schedule:
    return found.curve(own)


def _part(scheduler: Any, whole: Any, index: int) -> Named:
    if _kind(scheduler) == "SWALR":
        raise CannotImport(
            f"SWALR in {type(whole).__name__} starts from the value that it finds, "
            f"which is not among its attributes; {_RECORD}"
        )
    return named_of(scheduler, index)


def _fixed_lambda(function: Any) -> Named | None:
    """Return what a LambdaLR's function is known to be; None if it is a user's own."""
    schedule = getattr(function, "schedule", function)
    if isinstance(schedule, Schedule):
        return Named(Dialect("LambdaLR", partial(mul, schedule)), {})
    return named_lambda(function)


def _base(scheduler: Any, index: int) -> float:
    while not hasattr(scheduler, "base_lrs"):
        scheduler = scheduler._schedulers[0]
    return float(scheduler.base_lrs[index])


def _kind(scheduler: Any) -> str:
    """Return the name of torch's class; refuse a subclass with other curves."""
    changed: set[str] = set()
    for each in type(scheduler).__mro__:
        if each.__module__ in _HOMES:
            if each.__name__ in _KNOWN and not changed:
                return each.__name__
        elif not each.__module__.startswith("lehr.dropin."):
            changed |= _OWN & set(vars(each))
    own = f"has its own {', '.join(sorted(changed))}" if changed else "is not torch's"
    raise CannotImport(f"{type(scheduler).__name__} {own}: {_RECORD}")


_KNOWN = (
    *PLAIN,
    *READERS,
    *("LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler", "SWALR"),
)


def _refuse_metric(scheduler: Any) -> None:
    kinds = {each.__name__ for each in type(scheduler).__mro__}
    if kinds & {"ReduceLROnPlateau", "GreedyLR"}:
        raise CannotImport(
            f"{type(scheduler).__name__} follows a metric, so it has no schedule by "
            "itself; lehr.bindings.torch.PlateauScheduler does what it does, on any "
            "schedule"
        )


def _is_lehrs(scheduler: Any) -> bool:
    homes = [each.__module__ for each in type(scheduler).__mro__]
    return any(home.startswith("lehr.bindings.torch") for home in homes)


def _of_lehr(scheduler: Any, group: int | None) -> Schedule:
    """Return what lehr's own scheduler follows."""
    bound = scheduler._fields.get("lr")
    if bound is None:
        raise CannotImport(f"it schedules {', '.join(scheduler.fields)}, and no lr")

    def curve(index: int) -> Schedule:
        rule = bound.rules[index]
        if rule is None:
            return Constant(bound.captured[index])
        schedule: Schedule = rule.schedule
        return bound.bases[index] * schedule if rule.relative else schedule

    return one_of(curve, len(bound.rules), group)
