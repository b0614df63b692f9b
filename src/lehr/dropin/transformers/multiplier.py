"""What transformers' schedules multiply the starting rates by."""

import math
from collections.abc import Callable
from typing import Any

from lehr.dropin._ahead import ahead
from lehr.schedules import Schedule


class Multiplier:
    """A function of the step, as torch's LambdaLR wants it, on a schedule of ours.

    It is picklable, and has no attributes that a state of LambdaLR would hold.

    Args:
        schedule: the multiplier of update t.
        end: the step at which the run was said to end; None if it was not.
        fit: the multiplier of a group with another starting rate; None if it is this.

    >>> from lehr import Linear
    >>> Multiplier(Linear(1.0, 0.0, 10), 10)(5)
    0.5
    """

    __slots__ = ("__dict__", "end", "fit", "schedule", "value_at")

    def __init__(
        self,
        schedule: Schedule,
        end: float | None = None,
        fit: Callable[[float], "Multiplier"] | None = None,
    ) -> None:
        self.schedule, self.fit = schedule, fit
        self.end = math.inf if end is None else end
        self.value_at = ahead(schedule)

    def __call__(self, step: float) -> float:
        """Return the multiplier of update `step`, counted from 0."""
        return self.value_at(step) if type(step) is int else self.schedule(float(step))

    def __reduce__(self) -> tuple[Any, ...]:
        return Multiplier, (self.schedule, self.end, self.fit)

    def __repr__(self) -> str:
        return f"Multiplier({self.schedule!r}, {self.end!r})"
