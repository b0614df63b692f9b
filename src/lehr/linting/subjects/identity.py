"""Whose a live scheduler is: its dialect, its arguments, its curves by field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lehr.dialects import Dialect, schedulers
from lehr.importing.errors import CannotImport
from lehr.linting.base import Feedback, Unit
from lehr.linting.subjects.following import driven_by, feedback_of, greedy, of_plateau
from lehr.schedules import Schedule

Curves = Callable[[], Iterator[tuple[str, Schedule]]]


def _none() -> Iterator[tuple[str, Schedule]]:
    return iter(())


@dataclass(frozen=True)
class Identity:
    """What a live scheduler is.

    Args:
        library: as `lehr.dialects.LIBRARIES` names it; "lehr" for its own; else the
            package that it is from.
        name: the scheduler's name there.
        arguments: by the library's own parameter names.
        curves: gives its curves by field, on its own clock; none if they are not known.
        feedback: what follows a metric.
        per: what one step is, where the library says it.
        lost: parts of its state that its state dict leaves out.
        why: why there is no curve.
    """

    library: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    curves: Curves = _none
    feedback: Feedback | None = None
    per: Unit | None = None
    lost: tuple[str, ...] = ()
    why: str = ""


def identified(scheduler: Any, metric: str = "") -> Identity:
    """Return what a live scheduler is, from its class and attributes alone.

    Args:
        scheduler: the object inside of all wrappers; nothing in it is called.
        metric: the name of what it follows, if it is known.
    """
    kinds = [kind.__name__ for kind in type(scheduler).__mro__]
    homes = [kind.__module__ for kind in type(scheduler).__mro__]
    if any(home.startswith("lehr.bindings.torch") for home in homes):
        return _lehrs(scheduler, metric)
    if hasattr(scheduler, "__qualname__"):
        return _optaxs(scheduler)
    if "GreedyLR" in kinds:
        return _greedy(scheduler, metric)
    if "ReduceLROnPlateau" in kinds:
        return _plateau("torch", "ReduceLROnPlateau", scheduler, metric)
    if "PlateauLRScheduler" in kinds:
        return _timms_plateau(scheduler, metric)
    if any(home.startswith("timm.scheduler") for home in homes):
        return _timms(scheduler)
    return _torchs(scheduler)


def _lehrs(scheduler: Any, metric: str) -> Identity:
    def curves() -> Iterator[tuple[str, Schedule]]:
        for name, bound in scheduler._fields.items():
            found = [
                None if rule is None else bound.followed(index)
                for index, rule in enumerate(bound.rules)
            ]
            yield from _by_group(name, [c for c in found if c is not None])

    plateau = getattr(scheduler, "controller", None)
    feedback = None if plateau is None else of_plateau(plateau, metric)
    return Identity("lehr", type(scheduler).__name__, {}, curves, feedback)


def _by_group(name: str, found: list[Schedule]) -> Iterator[tuple[str, Schedule]]:
    """Yield one curve where all groups have the same one, else one per group."""
    if len({repr(each) for each in found}) == 1:
        yield name, found[0]
        return
    for index, each in enumerate(found):
        yield f"{name}.{index}", each


def _optaxs(function: Any) -> Identity:
    from lehr.importing.optax_functions import from_optax

    name = function.__qualname__.partition(".")[0]
    given = _optax_arguments(function)

    def curves() -> Iterator[tuple[str, Schedule]]:
        try:
            yield "lr", from_optax(function)
        except CannotImport:
            return

    return Identity("optax", name, given, curves, None, "update")


def _optax_arguments(function: Any) -> dict[str, Any]:
    """Return the numbers in a closure; of joined ones, the name and those of each."""
    from lehr.importing.optax_functions import cells_of

    cells = cells_of(function)
    found: dict[str, Any] = {
        k: v for k, v in cells.items() if isinstance(v, int | float)
    }
    if function.__qualname__.startswith("polynomial_schedule") and "power" not in cells:
        found["transition_steps"] = 0  # of <= 0 steps, optax makes a constant
    parts = cells.get("schedules") or ()
    if parts:
        found["boundaries"] = [int(each) for each in cells["boundaries"]]
        found["schedules"] = [
            (part.__qualname__.partition(".")[0], _optax_arguments(part))
            for part in parts
            if hasattr(part, "__qualname__")
        ]
    return found


def _torchs(scheduler: Any) -> Identity:
    from lehr.importing.torch_schedulers import from_torch, named_of

    own = type(scheduler)
    try:
        made = named_of(scheduler)
    except (CannotImport, TypeError, AttributeError) as error:
        library = own.__module__.partition(".")[0]
        return Identity(library, own.__name__, why=str(error))
    theirs = schedulers("transformers").get(made.dialect.name)
    library = "transformers" if theirs == made.dialect else "torch"
    arguments = dict(made.arguments)
    if "cycle_momentum" in arguments:
        arguments["cycle_momentum"] = scheduler.cycle_momentum

    def curves() -> Iterator[tuple[str, Schedule]]:
        count = len(scheduler.optimizer.param_groups)
        try:
            found = [from_torch(scheduler, group=index) for index in range(count)]
        except (ValueError, TypeError, ArithmeticError, LookupError):
            return
        yield from _by_group("lr", found)

    return Identity(library, made.dialect.name, arguments, curves)


def _timms(scheduler: Any) -> Identity:
    from lehr.importing.timm_schedulers import from_timm, named_of

    per: Unit = "epoch" if getattr(scheduler, "t_in_epochs", True) else "update"
    try:
        made = named_of(scheduler)
    except (CannotImport, TypeError) as error:
        return Identity("timm", type(scheduler).__name__, per=per, why=str(error))

    def curves() -> Iterator[tuple[str, Schedule]]:
        count = len(scheduler.optimizer.param_groups)
        try:
            found = [from_timm(scheduler, group=index) for index in range(count)]
        except (ValueError, TypeError, ArithmeticError, LookupError):
            return
        yield from _by_group("lr", found)

    return Identity("timm", made.dialect.name, made.arguments, curves, None, per)


def _plateau(
    library: str, name: str, scheduler: Any, metric: str, **more: Any
) -> Identity:
    """Return what torch's plateau, or one that holds such, follows."""
    names = ("mode", "factor", "patience", "threshold", "threshold_mode", "cooldown")
    given = {key: getattr(scheduler, key) for key in names if hasattr(scheduler, key)}
    least = [float(each) for each in scheduler.min_lrs]
    given |= {"min_lr": least[0] if len(set(least)) == 1 else least}
    given |= {"eps": scheduler.eps}
    dialect: Dialect = schedulers("torch")["ReduceLROnPlateau"]
    base = getattr(scheduler.optimizer, "param_groups", [{}])[0].get("lr")
    try:
        made = driven_by(dialect, given)
    except (ValueError, TypeError):
        return Identity(library, name, given)
    feedback = feedback_of(made, metric, base=float(base), **more)
    return Identity(library, name, given, feedback=feedback)


def _timms_plateau(scheduler: Any, metric: str) -> Identity:
    found = _plateau("timm", "PlateauLRScheduler", scheduler.lr_scheduler, metric)
    warmup = getattr(scheduler, "warmup_t", 0)
    return Identity(
        found.library,
        found.name,
        {**found.arguments, "warmup_t": warmup},
        feedback=found.feedback,
        per="epoch",
        lost=("num_bad_epochs", "cooldown_counter"),
    )


def _greedy(scheduler: Any, metric: str) -> Identity:
    names = ("mode", "factor", "patience", "threshold", "cooldown")
    given = {key: getattr(scheduler, key) for key in names if hasattr(scheduler, key)}
    given |= {"min_lr": float(min(scheduler.min_lrs))}
    base = float(scheduler.optimizer.param_groups[0]["lr"])
    feedback = greedy(given, metric, base=base)
    return Identity("transformers", "greedy", given, feedback=feedback)
