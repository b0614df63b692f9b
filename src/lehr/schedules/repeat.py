"""A schedule played again and again."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import python
from lehr._typing import Any
from lehr.schedules.base import Number, Pair, Schedule, require_schedule
from lehr.schedules.cycles import Cycles
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Repeat(Wrapper):
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
            `decay` < 0; or `stretch` < 1 without a `count`, since then all cycles
            together end at a finite update.

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
        self._set(stretch=stretch, decay=decay)
        if self.count and (self.count - 1) * math.log(max(stretch, 1.0)) > 600:
            raise ValueError(
                f"count={self.count} cycles at stretch={stretch} are longer than any "
                "float; lower one of them, or leave count out"
            )

    def _cycles(self) -> Cycles:
        cycles = self.__dict__.get("_cycle_table")
        if cycles is None:
            cycles = Cycles(self.schedule.steps, self.stretch, self.count)
            self._set(_cycle_table=cycles)
        return cycles

    @property
    def steps(self) -> float:
        if self.count is None:
            return math.inf
        if self.stretch == 1.0:
            return self.schedule.steps * self.count
        return self._cycles().total

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        t = xp.real(xp.clip(t, 0, self.steps))
        length = self.schedule.steps
        if self.stretch == 1.0:
            i = xp.floor(t / length)
            i = i + xp.where(t - i * length >= length, 1.0, 0.0)
            i = i - xp.where(t - i * length < 0, 1.0, 0.0)
            if self.count is not None:
                i = xp.minimum(i, self.count - 1.0)
            e = t - i * length
            r = length - e
        else:
            horizon = self._cycles().upto(xp)
            i = xp.real(xp.minimum(xp.search(horizon.begins, t) - 1, horizon.last))
            e = (t - xp.take(horizon.begins, i)) - xp.take(horizon.lows, i)
            r = (xp.take(horizon.ends, i) - t) + xp.take(horizon.end_lows, i)
            scale = xp.take(horizon.scales, i)
            e, r = e / scale, r / scale
        value = self.schedule.at(e, r, xp)
        return value if self.decay == 1.0 else value * xp.power(self.decay, i)

    def _scalar(self) -> Number:
        if self.stretch != 1.0:
            return super()._scalar()
        length, decay, steps = self.schedule.steps, self.decay, self.steps
        pair, first = self.schedule._pair(), self.schedule(0)
        last = self._last()

        def value(t: float) -> float:
            if t <= 0:
                return first
            if t >= steps:
                return last
            i, e = divmod(t, length)
            x = pair(e, length - e)
            return x if decay == 1.0 else x * decay**i

        return value

    def _last(self) -> float:
        if self.count is None:
            return math.nan  # never reached: an endless schedule has no last value
        end = self.schedule(self.schedule.steps)
        return float(end * self.decay ** (self.count - 1))

    def _pair(self) -> Pair:
        if self.stretch == 1.0:
            at = self.at
            return lambda t, rest: at(t, rest, python)
        cycles, pair, decay = self._cycles(), self.schedule._pair(), self.decay

        def value(t: float, rest: float) -> float:
            if t >= cycles.known:
                cycles.extend(t)
            i = bisect_right(cycles.begins, t) - 1
            if i > cycles.last:
                i = cycles.last
            scale = cycles.scales[i]
            e = ((t - cycles.begins[i]) - cycles.lows[i]) / scale
            r = ((cycles.begins[i + 1] - t) + cycles.lows[i + 1]) / scale
            x = pair(e if e > 0 else 0.0, r if r > 0 else 0.0)
            return x if decay == 1.0 else x * decay**i

        return value

    def _phases(self) -> tuple[Phase, ...]:
        return tuple(
            Phase.of(
                p.shape,
                begin + p.begin * scale,
                begin + p.end * scale,
                p.start_value * factor,
                p.end_value * factor,
            )
            for begin, scale, factor in self._shown()
            for p in self.schedule._phases()
        )

    def _shown(self) -> Iterator[tuple[float, float, float]]:
        """Begin, stretch and decay of each cycle; of endless ones, the first."""
        begin: float = 0
        for i in range(1 if self.count is None else self.count):
            scale = self.stretch**i if self.stretch != 1.0 else 1
            yield begin, scale, self.decay**i
            begin += self.schedule.steps * scale

    def joints(self, a: float, b: float) -> Iterator[float]:
        if b == math.inf:
            yield from self.schedule.joints(a, self.schedule.steps)
            return
        i, begin = 0, 0.0
        while begin < b and (self.count is None or i < self.count):
            scale = self.stretch**i
            end = begin + self.schedule.steps * scale
            if end > a:
                if a < begin:
                    yield begin
                low, high = (a - begin) / scale, (min(b, end) - begin) / scale
                for joint in self.schedule.joints(max(0, low), high):
                    yield begin + joint * scale
            i, begin = i + 1, end

    def _cycle_of(self, t: float) -> int:
        if t <= 0:
            return 0
        if t >= self.steps:
            return (self.count or 1) - 1
        if self.stretch == 1.0:
            return int(t // self.schedule.steps)
        return self._cycles().index(t)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        low, high = self.schedule.bounds(0, self.schedule.steps)
        i = self._cycle_of(a)
        if b == math.inf and self.count is None:
            if self.decay > 1.0:
                return (-math.inf if low < 0 else low), (math.inf if high > 0 else high)
            factors = [self.decay**i, 1.0 if self.decay == 1.0 else 0.0]
        else:
            j = self._cycle_of(b)
            if i == j and self.stretch == 1.0:
                begin = i * self.schedule.steps
                low, high = self.schedule.bounds(max(a, 0) - begin, b - begin)
            factors = [self.decay**i, self.decay**j]
        corners = [f * x for f in factors for x in (low, high)]
        return min(corners), max(corners)

    def integral(self, a: float, b: float) -> float:
        length, total = self.schedule.steps, []
        whole = self.schedule.area()
        i, end = self._cycle_of(a), a
        while end < b and (self.count is None or i < self.count):
            scale, factor = self.stretch**i, self.decay**i
            begin, end = self._cycles().span(i)
            low, high = (max(a, begin) - begin) / scale, (min(b, end) - begin) / scale
            inside = low <= 0 and high >= length
            part = whole if inside else self.schedule.area(low, min(high, length))
            total.append(part * scale * factor)
            i += 1
        return math.fsum(total)

    @property
    def is_continuous(self) -> bool:
        length = self.schedule.steps
        joined = self.count == 1 or math.isclose(
            self.schedule._left(length), self.schedule(0) * self.decay, rel_tol=1e-9
        )
        return joined and self.schedule.is_continuous

    def _left(self, t: float) -> float:
        i = self._cycle_of(t)
        begin, _ = self._cycles().span(i)
        if t <= begin and i:
            return self.schedule._left(self.schedule.steps) * float(
                self.decay ** (i - 1)
            )
        e = (t - begin) / self.stretch**i
        return self.schedule._left(e) * float(self.decay**i)

    def next_change(self, t: float) -> float:
        return Schedule.next_change(self, t)
