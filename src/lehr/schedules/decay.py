"""What the decays without an end have in common: a first value and no last one."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import CLOCK_END
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.phases import Phase


@dataclass(frozen=True, repr=False, eq=False)
class Decay(Schedule):
    """A schedule that begins at a value and goes on for ever, or for `steps`."""

    monotone = True

    def _check(self, *, grows: bool) -> None:
        """Check `steps`; what grows must end, and end at a finite value."""
        steps = _checks.length("steps", self.steps, endless=True)
        self._set(steps=steps)
        if not grows:
            return
        if steps == math.inf:
            raise ValueError("steps must be given: these values grow without end")
        try:
            finite = math.isfinite(self(steps))
        except OverflowError:
            finite = False
        if not finite:
            raise ValueError(f"steps is too large: the value at {steps} is not finite")

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        if self.stairs:
            return super().at(t, rest, xp)
        t = xp.real(xp.clip(t, 0, min(self.steps, CLOCK_END)))
        return self.formula(t, rest, xp)

    def _limit(self) -> float:
        """Return the value at the end, or for ever: 0, unless it never changes."""
        last = self(self.steps)
        return last if self.steps < math.inf or last == self(0) else 0.0

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        if self.steps == 0:
            return ()
        return (Phase.of(self.shape, 0, self.steps, self(0), self._limit()),)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        ends = self(a), self(b) if b < math.inf else self._limit()
        return min(ends), max(ends)
