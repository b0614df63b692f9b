"""One sweep: a rate, an update, a loss; and again, until the loss diverges."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from lehr.rate_finder.confidence import noise_of, suggestions
from lehr.rate_finder.result import RateSearch, StoppedBy
from lehr.rate_finder.rules import lowest
from lehr.rate_finder.smoothing import Average, averaged, smooth
from lehr.schedules import Schedule

StepFunction = Callable[[float], float]

FEWEST = 10
BACK = 0.1
"""Of its fall, the part by which a loss must have risen again to have diverged."""


@dataclass
class Sweep:
    """Sweeps the rate, and judges the losses as they come.

    Args:
        schedule: of the rate.
        updates: how many rates.
        smoothing: weight of a loss over that of the next one.
        stop: the smoothed loss has diverged above so many times its least value.
        rule: which suggestion is the default.
    """

    schedule: Schedule
    updates: int
    smoothing: float
    stop: float
    rule: str
    losses: list[float] = field(default_factory=list)

    def run(self, step: StepFunction) -> RateSearch:
        """Return what the sweep shows.

        The loss that a step returns is that before its update, so the one after an
        update is the next step's: one step more is done than there are rates.
        """
        first = step(self.schedule(0))
        if not math.isfinite(first):
            raise ValueError(
                f"the loss is {first!r} before any update: there is nothing to sweep; "
                "look at the model and its data"
            )
        stopped: StoppedBy = "end of the sweep"
        average, best = Average(self.smoothing), first
        for update in range(1, self.updates + 1):
            loss = step(self.schedule(min(update, self.updates - 1)))
            if not math.isfinite(loss):
                stopped = "non-finite loss"
                break
            self.losses.append(loss)
            mean = average.add(loss)
            best = min(best, mean)
            if mean > self._limit(first, best):
                stopped = "divergence"
                break
        return self._judged(first, stopped)

    def _limit(self, first: float, best: float) -> float:
        """Return the loss above which a sweep has diverged.

        A loss that has fallen close to 0 doubles by mere noise, and one that may be
        negative has no multiple; so it must also have risen by a part of its fall.
        """
        size = best if best > 0 else abs(best)
        return best + max((self.stop - 1.0) * size, BACK * (first - best))

    def _judged(self, first: float, stopped: StoppedBy) -> RateSearch:
        rates = [self.schedule(t) for t in range(len(self.losses))]
        problem = self._problem(rates, first, stopped)
        found = {} if problem else suggestions(rates, self.losses, self.smoothing)
        return RateSearch(
            tuple(rates),
            tuple(self.losses),
            tuple(averaged(self.losses, self.smoothing)),
            found,
            self.rule,
            stopped,
            self.schedule,
            first,
            self.smoothing,
            problem,
        )

    def _problem(self, rates: list[float], first: float, stopped: StoppedBy) -> str:
        """Return why no rate can be read from the losses; "" if it can."""
        low, high = self.schedule(0), self.schedule(self.updates - 1)
        if len(rates) < FEWEST:
            return (
                f"the sweep shows nothing: {stopped} after {len(rates)} updates; start "
                f"lower than low={low:g}, or use more updates than {self.updates}"
            )
        curve = smooth([math.log(rate) for rate in rates], self.losses, self.smoothing)
        at = lowest(curve)
        begin = sum(self.losses[:5]) / 5
        least = curve[at][1]
        if begin - least <= self._noise(max(at, FEWEST), begin):
            return (
                "the sweep shows nothing: the loss never fell by more than its noise, "
                f"from {begin:g} to {least:g} at best; sweep higher than high={high:g} "
                "if it did not diverge, take larger batches or accumulation, or look "
                "whether the model can learn at all"
            )
        risen = stopped != "end of the sweep" or curve[-1][1] - least > BACK * (
            begin - least
        )
        if not risen:
            return (
                f"the sweep shows no upper bound: the loss never rose again up to "
                f"high={high:g}; give a larger high"
            )
        return ""

    def _noise(self, upto: int, begin: float) -> float:
        """Return the fall that noise alone may show: 5 deviations of a smoothed loss.

        Of two means, that is: the first one, over 5 losses, has noise as well.
        """
        noise = noise_of(self.losses[:upto])
        variance = sum(one * one for one in noise) / len(noise)
        keep = self.smoothing
        spread = math.sqrt(variance * ((1 - keep) / (1 + keep) + 0.2))
        return max(5.0 * spread, 1e-3 * abs(begin))
