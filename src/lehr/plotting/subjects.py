"""What was given to be drawn, as panels of curves by name."""

from collections.abc import Mapping, Sequence
from typing import Any

from lehr.plotting.lettering import printable
from lehr.schedules import Schedule

Points = Sequence[tuple[float, float]]
Source = Schedule | Points
Panels = dict[str, dict[str, Any]]

_RATES = {"lr", "learning_rate", "weight_decay", "momentum", "dampening"}
_BETAS = {"beta1", "beta2", "beta3", "eps", "epsilon", "alpha", "rho"}
_SIZES = {"batch_size", "accumulation", "sequence_length"}
_DROPS = {"dropout", "drop_path", "drop_rate", "label_smoothing", "ema_decay"}
_LIMITS = {"clip_norm", "clip_value", "grad_clip", "temperature"}
FIELDS = _RATES | _BETAS | _SIZES | _DROPS | _LIMITS
"""Names that are hyper-parameters, each with a scale of its own."""


def panels_of(subject: Any, fields: bool = False) -> Panels:
    """Return the curves by field and name.

    The names of a mapping are fields, each with a panel of its own, if every one is (or
    begins with, before a dot) the name of a hyper-parameter and they are not all of the
    same; or if a value holds groups. Else they are curves of one panel.

    Args:
        subject: as for `describe`.
        fields: whether the names of a mapping are fields in any case.

    Raises:
        ValueError: there is nothing that can be drawn.

    >>> from lehr import Constant
    >>> one = Constant(1.0)
    >>> list(panels_of({"lr": one, "momentum": one})), list(panels_of({"a": one}))
    (['lr', 'momentum'], [''])
    """
    if isinstance(subject, Schedule):
        return {"": {"": subject}}
    if isinstance(held := getattr(subject, "schedules", None), Mapping):
        subject, fields = held, True
    if isinstance(subject, Mapping):
        return _of_mapping(subject, fields)
    if _is_points(subject):
        return {"": {"": _checked("", subject)}}
    if isinstance(subject, Sequence) and not isinstance(subject, str) and subject:
        named = {_called(one, i): one for i, one in enumerate(subject, 1)}
        return {"": {name: _checked(name, one) for name, one in named.items()}}
    raise ValueError(f"there must be at least one schedule to draw, got {subject!r}")


def _of_mapping(named: Mapping[Any, Any], fields: bool) -> Panels:
    if not named:
        raise ValueError("schedules must hold at least one schedule, got none")
    split = {str(name): printable(str(name)).partition(".") for name in named}
    heads = {head.replace(" ", "_") for head, _, _ in split.values()}
    nested = any(isinstance(value, Mapping) for value in named.values())
    if not (fields or nested or heads <= FIELDS):
        return {"": {printable(str(n)): _checked(str(n), v) for n, v in named.items()}}
    panels: Panels = {}
    for name, value in named.items():
        head, _, group = split[str(name)]
        groups = value if isinstance(value, Mapping) else {group: value}
        if not groups:
            raise ValueError(f"{name} has no group to draw")
        into = panels.setdefault(head, {})
        for inner, one in groups.items():
            into[printable(str(inner))] = _checked(str(name), one)
    return {field: _sharing(groups) for field, groups in panels.items()}


def _sharing(groups: Mapping[str, Source]) -> dict[str, Source]:
    """Return the groups, those that follow the same schedule as one."""
    names: dict[Any, list[str]] = {}
    for name, one in groups.items():
        key = one if isinstance(one, Schedule) else id(one)
        names.setdefault(key, []).append(name)
    if len(names) == 1 and len(groups) > 1:
        return {"": next(iter(groups.values()))}
    return {together(same): groups[same[0]] for same in names.values()}


def together(groups: Sequence[str]) -> str:
    """Return one label for groups that follow the same.

    >>> together(["a", "b"]), together(["a", "b", "c", "d"])
    ('a, b', 'a and 3 more')
    """
    if len(groups) <= 2:
        return ", ".join(filter(None, groups))
    return f"{groups[0]} and {len(groups) - 1} more"


def _called(one: Any, number: int) -> str:
    """Return a name for a curve that has none: its number and its shapes."""
    if not isinstance(one, Schedule):
        return str(number)
    shapes = list(dict.fromkeys(phase.shape for phase in one.phases)) or [one.shape]
    more = ", ..." if len(shapes) > 3 else ""
    return f"{number}: {', '.join(shapes[:3])}{more}"


def _is_points(value: Any) -> bool:
    """Return whether a value is pairs of numbers."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return False
    return all(
        isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
        for pair in value
    )


def _checked(name: str, value: Any) -> Source:
    """Return a schedule, or points without what is not finite."""
    if isinstance(value, Schedule):
        return value
    if _is_points(value):
        points = [(float(t), float(v)) for t, v in value]
        if finite := [(t, v) for t, v in points if abs(t) + abs(v) < float("inf")]:
            return finite
        raise ValueError(f"{name or 'points'} must hold a finite value, got none")
    hint = f"; write Constant({value!r})" if isinstance(value, int | float) else ""
    raise ValueError(
        f"{name or 'each'} must be drawn from a schedule, got {value!r}{hint}"
    )


def applied_to(named: Panels, applied: Any) -> dict[str, dict[str, Points]]:
    """Return what a run has used, by field and name, of the fields that are drawn.

    Args:
        named: the panels.
        applied: pairs of update and value, if there is one panel; those by field; or
            what has `names` and `column(name)`, as a stored run does.

    Raises:
        ValueError: nothing of it belongs to what is drawn.

    >>> applied_to({"": {"": None}}, [(0, 1.0), (1, 0.5)])
    {'': {'applied': [(0.0, 1.0), (1.0, 0.5)]}}
    """
    if applied is None:
        return {}
    if callable(column := getattr(applied, "column", None)):
        columns = {name: column(name) for name in applied.names}
        applied = {
            name: [pair for pair in zip(*found, strict=True) if _is_number(pair[1])]
            for name, found in columns.items()
        }
    if not isinstance(applied, Mapping):
        if len(named) > 1:
            raise ValueError(
                f"applied must say the field of its values, one of {', '.join(named)}: "
                "pass {field: points}"
            )
        applied = {next(iter(named)): applied}
    found = {field: _of_field(field, applied) for field in named}
    if not any(found.values()):
        raise ValueError(
            f"applied has nothing of {', '.join(filter(None, named)) or 'lr'}; it has "
            f"{', '.join(map(str, applied)) or 'nothing'}"
        )
    return {field: curves for field, curves in found.items() if curves}


def _of_field(field: str, applied: Mapping[Any, Any]) -> dict[str, Points]:
    """Return the points of a field; a panel that has no name is that of the rate."""
    curves: dict[str, Points] = {}
    for name, points in applied.items():
        head, _, group = str(name).replace("/", ".").partition(".")
        if (head == field or (not field and head in ("", "lr"))) and points:
            label = f"{printable(group)} applied".strip()
            curves[label] = _checked(str(name), points)  # type: ignore[assignment]  # no schedule
    return curves


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
