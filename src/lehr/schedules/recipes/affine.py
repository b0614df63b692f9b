"""A straight line through a schedule's values, drawn into the pieces themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant

_RAMPS = frozenset(
    (
        *("Cosine", "Linear", "Logistic", "MirrorCosine", "OneMinusSqrt"),
        *("Polynomial", "Rex", "Tanh"),
    )
)
"""Ramps whose value is a weighted mean of their ends."""

_INNER = frozenset(("Reverse", "Shift", "Stretch", "Window"))
"""Combinators that move only the clock of `schedule`."""

_FIRST = {
    "ExponentialDecay": "start",
    "InverseSqrt": "peak",
    "InverseTime": "start",
    "NaturalExponential": "start",
    "Power": "start",
    "Step": "start",
}
"""Families that are a multiple of one of their fields."""


@dataclass(frozen=True)
class Affine:
    """The line that takes `x0` to `y0` and `x1` to `y1`, both exactly.

    >>> line = Affine(0.0, 1.0, 3e-4, 0.1)
    >>> line(0.0), line(3e-4), line(1.5e-4)
    (1.0, 0.1, 0.55)
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __call__(self, x: float) -> float:
        if x == self.x0:
            return self.y0
        if x == self.x1:
            return self.y1
        share = (x - self.x0) / (self.x1 - self.x0)
        return self.y0 * (1.0 - share) + self.y1 * share

    @property
    def is_multiple(self) -> bool:
        """Whether it takes 0 to 0, and so is a factor."""
        return self.x0 == 0 == self.y0

    @property
    def factor(self) -> float:
        return (self.y1 - self.y0) / (self.x1 - self.x0)


def along(line: Affine, schedule: Schedule) -> Schedule:
    """Return the schedule whose values are those of `schedule` along the line.

    The pieces keep their families where these are closed under it, so that their ends
    are exact; anything else is a sum and a multiple of it.

    >>> from lehr import Cosine, Linear
    >>> line = Affine(0.0, 0.0, 1.0, 0.5)
    >>> for piece in along(line, Chain((Linear(0.1, 1, 9), Cosine(1, 0, 9)))).pieces:
    ...     print(piece)
    Linear(start=0.05, end=0.5, steps=9)
    Cosine(start=0.5, end=0.0, steps=9)
    """
    kind = type(schedule)
    # A class of one's own may have a name of ours, and another formula.
    name = kind.__name__ if kind.__module__.startswith("lehr.schedules.") else ""
    made: Callable[..., Any] = replace
    given: Any = schedule
    if isinstance(schedule, Chain):
        return Chain(tuple(along(line, piece) for piece in schedule.pieces))
    if isinstance(schedule, Constant):
        return replace(schedule, value=line(schedule.value))
    if name in _RAMPS:
        return _made(made(given, start=line(given.start), end=line(given.end)))
    if name in ("PiecewiseConstant", "Table"):
        return _made(made(given, values=tuple(map(line, given.values))))
    if name == "Interpolated":
        points = tuple((t, line(value)) for t, value in given.points)
        return _made(made(given, points=points))
    if name in _INNER or (name == "Repeat" and _keeps(line, given)):
        return _made(made(given, schedule=along(line, given.schedule)))
    if name == "Clip":
        ends = [None if end is None else line(end) for end in (given.low, given.high)]
        low, high = reversed(ends) if line.factor < 0 else ends
        inner = along(line, given.schedule)
        return _made(made(given, schedule=inner, low=low, high=high))
    if line.is_multiple and name == "Exponential":
        return _made(made(given, start=line(given.start), end=line(given.end)))
    if line.is_multiple and name in _FIRST:
        field = _FIRST[name]
        return _made(made(given, **{field: line(getattr(given, field))}))
    return _moved(line, schedule)


def _keeps(line: Affine, repeat: Any) -> bool:
    """Tell whether the line of a repetition is the repetition of the line."""
    return bool(repeat.decay == 1 or line.is_multiple)


def _moved(line: Affine, schedule: Schedule) -> Schedule:
    scaled = _checks.finite("factor", line.factor) * schedule
    if line.is_multiple:
        return scaled
    return scaled + (line.y0 - line.factor * line.x0)


def _made(schedule: Any) -> Schedule:
    made: Schedule = schedule
    return made
