"""from_optax: the schedule behind a function of optax, read from its closure."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from lehr import _checks
from lehr.dialects import dialect
from lehr.importing.errors import CannotImport
from lehr.schedules import Constant, Schedule

_HOME = "optax.schedules."
_FLAT = {
    "constant_schedule.<locals>.<lambda>": "value",
    "polynomial_schedule.<locals>.<lambda>": "init_value",
    "exponential_decay.<locals>.<lambda>": "init_value",
}
_PLAIN = {
    f"{name}.<locals>.schedule": name
    for name in (
        *("polynomial_schedule", "cosine_decay_schedule", "exponential_decay"),
        *("piecewise_constant_schedule", "piecewise_interpolate_schedule"),
        "join_schedules",
    )
}
_DERIVED = ("clip_fn", "interpolate_fn", "boundaries", "scales", "schedules")
_MOST = 2000
"""Values that are sampled of a function that cannot be read."""
_CLOSE = 1e-6
"""How near they have to be, relative to the largest: optax computes in float32."""


class RecognizedWarning(UserWarning):
    """A schedule was found by its values; the message says how near they are."""


def from_optax(schedule: Callable[[int], Any], *, steps: int | None = None) -> Schedule:
    """Return the schedule of a function that optax made.

    optax's schedules are closures. What they were made with is read from their cells,
    through `join_schedules` and the functions built on it. A function that is not
    optax's is sampled at up to 2000 of `steps` updates, and the schedule behind the
    values is found by `recognize`; a `RecognizedWarning` then says how near it is.

    Args:
        schedule: a function of the update's number, from 0.
        steps: how many updates to sample where the function cannot be read, >= 2.

    Raises:
        CannotImport: the function cannot be read, and no `steps` are given, or nothing
            within 1e-6 of the largest value was recognized.
        TypeError: it is no function.

    >>> from lehr.importing import from_optax
    >>> def halves(count):
    ...     return 0.5 ** (count // 10)
    >>> from_optax(halves)
    Traceback (most recent call last):
    lehr.importing.errors.CannotImport: halves is not one of optax's functions, so its
    parameters cannot be read; pass steps=... to find the schedule by its values
    """
    if not callable(schedule):
        raise TypeError(
            f"schedule must be a function of the update, got {schedule!r}; optax takes "
            "a number for a constant: lehr.Constant is one"
        )
    if isinstance(schedule, Schedule):
        return schedule
    found = _read(schedule)
    return _recognized(schedule, steps) if found is None else found


def _read(function: Any) -> Schedule | None:
    """Return what the cells of a closure come to; None if it is not optax's."""
    name = getattr(function, "__qualname__", "")
    if not str(getattr(function, "__module__", "")).startswith(_HOME):
        return None
    cells = cells_of(function)
    if name in _FLAT:
        return Constant(float(cells[_FLAT[name]]))
    if name not in _PLAIN:
        return None
    kind = _PLAIN[name]
    arguments = {k: _number(v) for k, v in cells.items() if k not in _DERIVED}
    if kind == "join_schedules":
        parts = [_read(each) for each in cells["schedules"]]
        if None in parts:
            return None
        places = [int(place) for place in cells["boundaries"]]
        arguments = {"schedules": parts, "boundaries": places}
    elif kind == "piecewise_interpolate_schedule":
        shape = cells["interpolate_fn"].__name__
        pairs = zip(cells["boundaries"], cells["scales"], strict=True)
        arguments["boundaries_and_scales"] = {int(k): float(v) for k, v in pairs}
        arguments["interpolate_type"] = "linear" if "linear" in shape else "cosine"
    curve = dialect("optax", kind).curve
    return None if curve is None else curve(**arguments)


def cells_of(function: Any) -> dict[str, Any]:
    """Return the variables of a closure; one that was never set is left out."""
    found = {}
    names = function.__code__.co_freevars
    for name, cell in zip(names, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def _number(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {int(k): float(v) for k, v in value.items()}
    return float(value)


def _recognized(function: Callable[[int], Any], steps: int | None) -> Schedule:
    name = getattr(function, "__qualname__", repr(function)).rpartition(".")[2]
    if steps is None:
        raise CannotImport(
            f"{name} is not one of optax's functions, so its parameters cannot be "
            "read; pass steps=... to find the schedule by its values"
        )
    from lehr.recognition import recognize

    last = _checks.count("steps", steps, 2) - 1
    places = sorted({round(i * last / _MOST) for i in range(_MOST + 1)})
    found = recognize(places, [float(function(t)) for t in places])
    if not found.recognized or found.relative > _CLOSE:
        raise CannotImport(
            f"{name} was not recognized from {len(places)} of its values ({found}); "
            "lehr.Function(...) takes a function of numbers as it is"
        )
    warnings.warn(f"{name}: {found}", RecognizedWarning, stacklevel=3)
    return found.schedule
