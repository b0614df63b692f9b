"""Linear ramp: warmup, warmdown."""

from dataclasses import dataclass

from lehr._typing import Any
from lehr.schedules.base import Pair
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Linear(Ramp):
    """Go from `start` to `end` in a straight line, then hold `end`.

    With x = t / steps, the value at t is (1 - x) start + x end.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.

    Raises:
        ValueError: `start` or `end` is not finite, or `steps` is negative or not
            finite.

    Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, arXiv:1706.02677,
        section 2.2 (as warmup).

    >>> warmup = Linear(start=0.0, end=1e-3, steps=100)
    >>> [warmup(t) for t in (0, 50, 100, 10_000)]
    [0.0, 0.0005, 0.001, 0.001]
    """

    shape = "linear"

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        return rest / self.steps, t / self.steps

    def integral(self, a: float, b: float) -> float:
        return 0.5 * (self(a) + self(b)) * (b - a)

    def _pair(self) -> Pair:
        if self.steps == 0:
            return super()._pair()
        start, end, steps = self.start, self.end, self.steps
        change = end - start

        def value(t: float, rest: float) -> float:
            if t <= rest:
                return start + change * (t / steps)
            return end - change * (rest / steps)

        return value
