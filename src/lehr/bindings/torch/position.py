"""Where a run is: applied updates, and the samples and tokens they consumed."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Clock = Literal["updates", "samples", "tokens"]
CLOCKS: tuple[Clock, ...] = get_args(Clock)


@dataclass(frozen=True)
class Position:
    """The clocks of a run. Update number `updates`, counted from 0, comes next.

    Args:
        updates: optimizer updates applied so far.
        samples: samples that those updates consumed.
        tokens: tokens that those updates consumed.

    >>> Position(updates=3, samples=96)
    Position(updates=3, samples=96, tokens=0)
    """

    updates: int = 0
    samples: int = 0
    tokens: int = 0


def whole(name: str, value: Any) -> int:
    """Return `value` as a whole number >= 0, or say what is wrong with it."""
    if type(value) is int and value >= 0:
        return value
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0 or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number >= 0, got {value!r}")
    return number


def require_clock(clock: Any) -> Clock:
    """Return `clock` if it is one of the three, or say which there are."""
    if clock not in CLOCKS:
        known = ", ".join(repr(name) for name in CLOCKS)
        raise ValueError(f"clock must be one of {known}, got {clock!r}")
    return clock  # type: ignore[no-any-return]  # Any, just found among CLOCKS


def read_position(saved: Mapping[str, Any]) -> list[int]:
    """Return the clocks of a saved position, in the order of `CLOCKS`."""
    return [whole(f"position.{clock}", saved.get(clock, 0)) for clock in CLOCKS]
