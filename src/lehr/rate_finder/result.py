"""What a sweep has found: the curve, the suggestions, and what they are worth."""

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lehr._figures import short
from lehr.rate_finder.smoothing import averaged
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = list[tuple[float, float]]
StoppedBy = Literal["divergence", "non-finite loss", "end of the sweep"]


@dataclass(frozen=True)
class Suggestion:
    """A rate that one rule suggests, and how firmly the curve supports it.

    The confidence is the share of 33 variants of the curve, smoothed more and less, and
    with noise of its own added, for which the same rule gives a rate within a factor
    of 2. It says how well the rule can be read on this curve. It does not say that the
    rule is right, or that the rate is the best one of a whole run.

    Attributes:
        rule: "steepest", "valley", "minimum" or "slide".
        rate: the suggestion.
        confidence: in [0, 1].
        low, high: between these are 80 % of the variants' rates.

    >>> Suggestion("valley", 1e-3, 0.94, 8e-4, 1.3e-3)
    Suggestion(rule='valley', rate=0.001, confidence=0.94, low=0.0008, high=0.0013)
    """

    rule: str
    rate: float
    confidence: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class RateSearch:
    """The loss over the rate of one sweep, and what each rule makes of it.

    Attributes:
        rates: the rate of each update.
        losses: the loss after the update with that rate, of the next batch.
        smoothed: the mean of the losses so far, exponentially weighted.
        suggestions: by rule; empty if the sweep shows nothing.
        rule: the rule of `suggestion`.
        stopped_by: "divergence", "non-finite loss" or "end of the sweep".
        sweep: the schedule of the rate.
        first: the loss before the first update.
        smoothing: weight of a loss over that of the next one.
        problem: why there are no suggestions, and what to change; or "".
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggestions: Mapping[str, Suggestion]
    rule: str
    stopped_by: StoppedBy
    sweep: Schedule
    first: float
    smoothing: float
    problem: str = ""

    @property
    def suggestion(self) -> Suggestion:
        """What the default rule suggests.

        Raises:
            ValueError: the sweep shows nothing, or the rule finds nothing on it; the
                message says what to change.
        """
        if self.problem:
            raise ValueError(self.problem)
        if self.rule not in self.suggestions:
            others = ", ".join(self.suggestions) or "no other does either"
            raise ValueError(
                f"the rule {self.rule!r} finds no rate on this curve; those that do: "
                f"{others}; or sweep with more updates"
            )
        return self.suggestions[self.rule]

    @property
    def smoothed_rates(self) -> tuple[float, ...]:
        """Where the smoothed losses stand: the mean of the rates that they average.

        The rates are weighted as the losses are, and averaged by their logarithms.
        """
        places = averaged(map(math.log, self.rates), self.smoothing)
        return tuple(map(math.exp, places))

    @property
    def turning_point(self) -> float:
        """The rate at which the smoothed loss is least; above it training suffers.

        Raises:
            ValueError: there is no loss.
        """
        if not self.rates:
            raise ValueError(self.problem)
        pairs = zip(self.smoothed, self.smoothed_rates, strict=True)
        return min(pairs)[1]

    def __repr__(self) -> str:
        if self.problem:
            found = "nothing found"
        else:
            shown = (f"{s.rule} {short(s.rate)}" for s in self.suggestions.values())
            found = ", ".join(shown)
        return (
            f"<RateSearch of {len(self.rates)} rates, stopped by {self.stopped_by}: "
            f"{found}>"
        )

    def __str__(self) -> str:
        """Return a report of a few lines."""
        lines = [f"{len(self.rates)} rates, stopped by {self.stopped_by}"]
        if self.rates:
            lines[0] += f", {short(self.rates[0])} to {short(self.rates[-1])}"
            best = min(self.smoothed)
            turn = short(self.turning_point)
            lines += [
                f"loss {short(self.first)} at first, least {short(best)} at {turn}"
            ]
        if self.problem:
            return "\n".join([*lines, self.problem])
        lines += [f"{'rule':<10} {'rate':>9}  confidence  80 % of variants"]
        for one in self.suggestions.values():
            mark = "  <- suggestion" if one.rule == self.rule else ""
            spread = f"{short(one.low)} to {short(one.high)}"
            lines.append(
                f"{one.rule:<10} {short(one.rate):>9}  {one.confidence:>10.0%}  "
                f"{spread:<18}{mark}".rstrip()
            )
        return "\n".join(lines)

    def draw(self, **options: Any) -> str:
        """Return a drawing of loss over rate in text.

        Args:
            **options: width, height, ascii, as for `lehr.plotting.draw_points`.
        """
        from lehr.plotting.rates import draw_rates

        return draw_rates(*self._shown(), **options)

    def draw_svg(self, *, width: int = 720, height: int = 360) -> str:
        """Return a picture of loss over rate as the text of an SVG file."""
        from lehr.plotting.rates import draw_rates_svg

        return draw_rates_svg(*self._shown(), width=width, height=height)

    def plot(self, files: Iterable[str | os.PathLike[str]] = ()) -> "Figure":
        """Draw loss over rate by matplotlib; save it to files, by their endings.

        Raises:
            ImportError: matplotlib is not installed.
            OSError: a file cannot be written.
        """
        from lehr.plotting.rates import plot_rates

        points, mean, marks = self._shown()
        return plot_rates(points, mean, marks, files)

    def _shown(self) -> tuple[Points, Points, dict[str, float]]:
        """Return the losses, the smoothed losses, and the marks of a picture."""
        if not self.rates:
            raise ValueError(self.problem)
        points = list(zip(self.rates, self.losses, strict=True))
        mean = list(zip(self.smoothed_rates, self.smoothed, strict=True))
        return points, mean, {s.rule: s.rate for s in self.suggestions.values()}
