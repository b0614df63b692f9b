"""How far a run is, by all its clocks, and intervals of them: every 500, every 30m."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from lehr.plan import Duration
from lehr.training.wall_time import seconds_of


class Progress(NamedTuple):
    """What a run has done: the totals of all its parts."""

    updates: int = 0
    epochs: int = 0
    samples: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Every:
    """An interval by one of the clocks of a run.

    It is due after the update that reaches or passes a multiple of it.

    Args:
        amount: > 0.
        unit: "updates", "epochs", "samples", "tokens" or "seconds".

    >>> every = Every.of("10k samples")
    >>> every.due(Progress(samples=9_984), Progress(samples=10_048))
    True
    >>> str(Every.of("30m")), str(Every.of(500))
    ('30m', '500')
    """

    amount: int | float
    unit: str
    text: str = ""

    @classmethod
    def of(cls, value: Any, name: str = "every") -> "Every":
        """Read an interval: updates as a number, or text with a unit.

        Units: updates; samples; tok, tokens; ep, epochs; and s, m, h, d of time.
        Multiples of the others: k, M, B, T.

        Args:
            value: such as 500, "2ep", "10k samples", "1.5Mtok", "30m", a `timedelta`.
            name: of the argument, for the error.

        Raises:
            ValueError: it is no interval, or not > 0.
        """
        if isinstance(value, Every):
            return value
        try:
            length = Duration.of(value)
        except (TypeError, ValueError):
            try:
                if isinstance(value, int | float):  # a bare number is of updates
                    raise ValueError
                seconds = seconds_of(name, value)
            except (TypeError, ValueError):
                raise ValueError(
                    f"{name} must be a whole number of updates > 0, or an interval "
                    f"such as '2ep', '10k samples', '1Mtok', '30m', got {value!r}"
                ) from None
            return cls(seconds, "seconds", str(value))
        if length.unit == "percent" or not length.amount:
            raise ValueError(
                f"{name} must be > 0, in updates, epochs, samples, tokens or time, got "
                f"{value!r}"
            )
        if length.amount != int(length.amount):
            raise ValueError(f"{name} must be a whole number of epochs, got {value!r}")
        return cls(int(length.amount), length.unit, str(value))

    def due(self, before: Progress, now: Progress) -> bool:
        """Tell whether a multiple lies between two places, the second included."""
        then: float = getattr(before, self.unit)
        here: float = getattr(now, self.unit)
        return here // self.amount > then // self.amount

    def __str__(self) -> str:
        return self.text
