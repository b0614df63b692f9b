"""Where a run ends: totals by any of its clocks, or a metric that is good enough."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import ge, gt, le, lt
from typing import Any

from lehr._checks import count
from lehr.training.intervals import Progress
from lehr.training.wall_time import Duration, seconds_of

GOALS = ("epochs", "updates", "samples", "tokens", "time", "metric")
_CLOCKS = ("epochs", "updates", "samples", "tokens", "seconds")
_ORDER = tuple(Progress._fields.index(name) for name in _CLOCKS)

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": ge,
    "<=": le,
    ">": gt,
    "<": lt,
}
_TEXT = re.compile(r"\s*([A-Za-z_][\w./-]*)\s*(>=|<=|>|<)\s*(\S+)\s*")


@dataclass(frozen=True)
class Threshold:
    """A metric that is good enough, such as `val_accuracy >= 0.99`.

    >>> enough = Threshold.of("val_loss < 0.1")
    >>> enough.met({"val_loss": 0.05}), enough.met({}), str(enough)
    (True, False, 'val_loss < 0.1')
    """

    metric: str
    sign: str
    value: float

    @classmethod
    def of(cls, text: Any) -> "Threshold":
        """Read `NAME >= NUMBER`, with >=, <=, > or <.

        Raises:
            ValueError: the text is none.
        """
        found = _TEXT.fullmatch(text) if isinstance(text, str) else None
        try:
            if found is None:
                raise ValueError
            name, sign, number = found.groups()
            return cls(name, sign, float(number))
        except ValueError:
            raise ValueError(
                "until must be a metric, a sign and a number, such as "
                f"'val_accuracy >= 0.99', got {text!r}"
            ) from None

    def met(self, metrics: Mapping[str, float]) -> bool:
        """Tell whether the metrics of an evaluation are good enough; NaN never is."""
        value = metrics.get(self.metric)
        return value is not None and _COMPARE[self.sign](value, self.value)

    def __str__(self) -> str:
        return f"{self.metric} {self.sign} {self.value:g}"


@dataclass(frozen=True)
class Goal:
    """Where a run ends: totals of all its parts; the first that is reached wins.

    Args:
        epochs, updates, samples, tokens: >= 1.
        time: of training: seconds, a `timedelta`, or text such as "2h".
        until: a metric that is good enough, such as "val_accuracy >= 0.99".

    Raises:
        ValueError: none is given, or one is out of range.
    """

    epochs: int | None = None
    updates: int | None = None
    samples: int | None = None
    tokens: int | None = None
    time: Duration | None = None
    until: str | None = None
    seconds: float | None = field(init=False, default=None)
    threshold: Threshold | None = field(init=False, default=None)
    # What is looked at after each update: name, its place in `Progress`, the total.
    _totals: tuple[tuple[str, int, float], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check each; read the last two."""
        given = (self.epochs, self.updates, self.samples, self.tokens, self.time)
        if all(one is None for one in given):
            # A metric may never be good enough: it is no end by itself.
            raise ValueError(
                "the run has no end: pass num_epochs=..., updates=..., samples=..., "
                "tokens=... or time=..."
            )
        for name in ("updates", "samples", "tokens"):
            if (value := getattr(self, name)) is not None:
                count(name, value, minimum=1)
        if self.epochs is not None:
            count("num_epochs", self.epochs, minimum=1)
        if self.time is not None:
            object.__setattr__(self, "seconds", seconds_of("time", self.time))
        if self.until is not None:
            object.__setattr__(self, "threshold", Threshold.of(self.until))
        limits = (self.epochs, self.updates, self.samples, self.tokens, self.seconds)
        named = zip(GOALS, _ORDER, limits, strict=False)
        totals = ((n, place, total) for n, place, total in named if total is not None)
        object.__setattr__(self, "_totals", tuple(totals))

    def reached(self, done: Progress) -> str | None:
        """Name the goal that is reached after so much, if one is."""
        for name, place, total in self._totals:
            if done[place] >= total:
                return name
        return None

    def is_met(self, metrics: Mapping[str, float]) -> bool:
        """Tell whether the metrics of an evaluation end the run."""
        return self.threshold is not None and self.threshold.met(metrics)

    def total_updates(
        self, per_epoch: int | None, samples_per_update: int | None = None
    ) -> int | None:
        """Return the updates of the whole run at most, where that can be known."""
        totals = [] if self.updates is None else [self.updates]
        if self.epochs is not None and per_epoch is not None:
            totals.append(self.epochs * per_epoch)
        if self.samples is not None and samples_per_update:
            totals.append(-(-self.samples // samples_per_update))
        return min(totals, default=None)
