"""A schedule played again and again."""

import math
from bisect import bisect_right
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import CLOCK_END, python
from lehr._typing import Any
from lehr.schedules.base import Number, Pair, Schedule, require_schedule
from lehr.schedules.evaluation import after, held_from
from lehr.schedules.repetition import Repetition


@dataclass(frozen=True, repr=False, eq=False)
class Repeat(Repetition):
    """Play `schedule` `count` times, or for ever.

    Cycle i begins at S_i = L (stretch^i - 1) / (stretch - 1) with L the length of
    `schedule`, lasts L stretch^i, and its values are multiplied by decay^i. A cycle
    owns the updates from S_i (included) to S_(i+1) (excluded): at a restart the next
    cycle decides. S_i is found in exact arithmetic, never by a logarithm.

    Args:
        schedule: what to repeat; it must end, and not be empty.
        count: number of cycles, >= 1; None for ever.
        stretch: each cycle is this many times as long as the one before, > 0.
        decay: each cycle's values are this many times those of the one before, >= 0.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `schedule` has no end or no length, `count` < 1, `stretch` <= 0 or
            `decay` < 0; or there is no `count` with `stretch` < 1, where all cycles
            together end at a finite update, or with `decay` > 1, which has no bound.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, section 3 (T_mult is
        `stretch`).

    >>> from lehr import Cosine
    >>> sgdr = Repeat(Cosine(1.0, 0.0, 10), stretch=2, decay=0.5)
    >>> [round(sgdr(t), 6) for t in (0, 5, 10, 20, 30, 70)]
    [1.0, 0.5, 0.5, 0.25, 0.25, 0.125]
    """

    schedule: Schedule
    count: int | None = None
    stretch: float = 1.0
    decay: float = 1.0

    shape = "repeat"

    def __post_init__(self) -> None:
        inner = require_schedule("schedule", self.schedule)
        if not 0 < inner.steps < math.inf:
            raise ValueError(
                f"schedule must have a length > 0, got steps={inner.steps!r}; "
                "give it steps=..., or cut it: schedule[:n]"
            )
        stretch = _checks.positive("stretch", self.stretch)
        decay = _checks.finite("decay", self.decay)
        if decay < 0:
            raise ValueError(f"decay must be >= 0, got {self.decay!r}")
        if self.count is not None:
            self._set(count=_checks.count("count", self.count, 1))
        elif stretch < 1:
            raise ValueError(f"stretch < 1 needs a count, got stretch={self.stretch!r}")
        elif decay > 1:
            raise ValueError(
                f"decay > 1 grows without end, got decay={self.decay!r}; give a count"
            )
        self._set(stretch=stretch, decay=decay)
        growth = math.log(max(stretch, decay, 1.0))
        if self.count and (self.count - 1) * growth > 600:
            raise ValueError(
                f"count={self.count} cycles at stretch={stretch}, decay={decay} go "
                "beyond any float; lower one of them"
            )

    @property
    def steps(self) -> float:
        if self.count is None:
            return math.inf
        if self.stretch == 1.0:
            return self.schedule.steps * self.count
        return self._cycles().total

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        steps, length = self.steps, self.schedule.steps
        t = xp.clip(t, 0, steps)
        if self.stretch == 1.0:
            i, e = xp.real(xp.floor_divide(t, length)), xp.fmod(t, length)
            if self.count is not None:
                i = xp.where(t < steps, i, self.count - 1.0)
                e = xp.where(t < steps, e, length)
            r = length - e
        else:
            t = xp.real(t)
            table = self._cycles().table()
            i = xp.real(xp.minimum(xp.search(table.begins, t) - 1, table.last))
            e = (t - xp.take(table.begins, i)) - xp.take(table.lows, i)
            r = (xp.take(table.ends, i) - t) + xp.take(table.end_lows, i)
            scale = xp.take(table.scales, i)
            e, r = e / scale, r / scale
            if self.count is not None:  # `steps` is rounded, and may be too early
                e = xp.where(t < steps, e, length)
                r = xp.where(t < steps, r, 0.0)
        value = self.schedule.at(e, r, xp)
        return value if self.decay == 1.0 else value * xp.power(self.decay, i)

    def _scalar(self) -> Number:
        if self.stretch != 1.0:
            return self._stretched()
        length, decay, steps = self.schedule.steps, self.decay, self.steps
        pair, end = self.schedule._bound_pair(), after(self._bound_pair(), steps)
        limit = held_from(steps)

        def value(t: float) -> float:
            if t <= 0:
                return pair(0, length)
            if t < limit:
                i, e = divmod(t, length)
                x = pair(e, length - e)
                return x if decay == 1.0 else x * decay**i
            return end(t)

        return value

    def _end(self) -> float:
        last = self.schedule(self.schedule.steps)
        return float(last * self.decay ** (self.count - 1)) if self.count else math.nan

    def _pair(self) -> Pair:
        if self.stretch == 1.0:
            at = self.at
            return lambda t, rest: at(t, rest, python)
        value = self._stretched()
        return lambda t, rest: value(t)

    def _stretched(self) -> Number:
        cycles, pair, decay = self._cycles(), self.schedule._bound_pair(), self.decay
        begins, lows, scales = cycles.begins, cycles.lows, cycles.scales
        length, steps, end = self.schedule.steps, self.steps, self._end()
        limit = held_from(steps)

        def value(t: float) -> float:
            if t <= 0:
                return pair(0, length)
            if not t < limit:
                if t != t:
                    return t
                if limit == steps:  # it is rounded: the last value holds from there on
                    return end
                t = CLOCK_END
            if t >= begins[-1]:
                cycles.extend(t)
            i = bisect_right(begins, t)  # the number of the cycle after t's
            if i > len(scales):
                i = len(scales)
            scale = scales[i - 1]
            e = (t - begins[i - 1] - lows[i - 1]) / scale
            r = (begins[i] - t + lows[i]) / scale
            x = pair(e if e > 0 else 0.0, r if r > 0 else 0.0)
            return x if decay == 1.0 else x * decay ** (i - 1)

        return value
