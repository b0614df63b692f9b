"""What follows from a repetition, without playing all its cycles."""

import math
from collections.abc import Iterator
from itertools import count

from lehr.schedules.base import Schedule
from lehr.schedules.cycles import Cycles
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


class Repetition(Wrapper):
    """The derived facts of `Repeat`: its fields, and where its cycles begin."""

    count: int | None
    stretch: float
    decay: float

    def _cycles(self) -> Cycles:
        cycles = self.__dict__.get("_cycle_table")
        if cycles is None:
            cycles = Cycles(self.schedule.steps, self.stretch, self.count)
            self._set(_cycle_table=cycles)
        return cycles

    def _span(self, i: int) -> tuple[float, float]:
        """Begin and end of cycle `i`."""
        if self.stretch == 1.0:
            return i * self.schedule.steps, (i + 1) * self.schedule.steps
        begin, end = self._cycles().span(i)
        return (
            int(begin) if begin == int(begin) else begin,
            int(end) if end == int(end) else end,
        )

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        found, inner = [], self.schedule._phases(self.schedule.steps)
        for i in count() if self.count is None else range(self.count):
            begin, end = self._span(i)
            if self.count is None and i and begin >= upto:
                break
            scale = self.stretch**i if self.stretch != 1.0 else 1
            factor = self.decay**i
            for p in inner:
                a = begin + p.begin * scale
                b = end if p is inner[-1] else begin + p.end * scale
                x, y = p.start_value * factor, p.end_value * factor
                found.append(Phase.of(p.shape, a, b, x, y))
        return tuple(found)

    def joints(self, a: float, b: float) -> Iterator[float]:
        i, last = self._cycle_of(a), self.count and self.count - 1
        while True:
            begin, _ = self._span(i)
            if begin >= b:
                return
            if a < begin:
                yield begin
            scale = self.stretch**i if self.stretch != 1.0 else 1
            low = max(0, (a - begin) / scale) if a > begin else 0
            for joint in self.schedule.joints(low, self.schedule.steps):
                if (x := begin + joint * scale) >= b:
                    return
                if x > a:
                    yield x
            if i == last:
                return
            i += 1

    def _horizon(self, t: float) -> float:
        if self.count is not None:
            return Schedule._horizon(self, t)
        i = self._cycle_of(t)
        return math.nextafter(self._span(i + (t > 0))[1], math.inf)

    def _cycle_of(self, t: float) -> int:
        if t <= 0:
            return 0
        if t >= self.steps:
            return (self.count or 1) - 1
        if self.stretch == 1.0:
            return int(t // self.schedule.steps)
        return self._cycles().index(t)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        i = self._cycle_of(a)
        last = self._cycle_of(b) if b < math.inf or self.count else None
        found = [self._bounds_within(i, a, b)]
        if last is not None and last > i:
            found.append(self._bounds_within(last, a, b))
        if last is None or last > i + 1:
            found.append(self._corners(self._whole(), i + 1, last))
        return min(low for low, _ in found), max(high for _, high in found)

    def _bounds_within(self, i: int, a: float, b: float) -> tuple[float, float]:
        """Return bounds of what lies of [a, b] in cycle `i`."""
        (begin, end), length = self._span(i), self.schedule.steps
        scale, factor = self.stretch**i, self.decay**i
        low = min(max(a - begin, 0) / scale, length)
        high = length if b >= end else min(max(b - begin, 0) / scale, length)
        x, y = self.schedule.bounds(low, max(low, high))
        return factor * x, factor * y

    def _whole(self) -> tuple[float, float]:
        """Return bounds of the first cycle, kept: a nest would ask again and again."""
        known: tuple[float, float] | None = self.__dict__.get("_cycle_bounds")
        if known is None:
            known = self.schedule.bounds(0, self.schedule.steps)
            self._set(_cycle_bounds=known)
        return known

    def _corners(
        self, ends: tuple[float, float], i: int, last: int | None
    ) -> tuple[float, float]:
        """Return the range of all cycles from `i` to before `last`, given the first."""
        final = self.decay ** (last - 1) if last is not None else self.decay == 1.0
        corners = [f * x for f in (self.decay**i, float(final)) for x in ends]
        return min(corners), max(corners)

    def _range(self, a: float, b: float) -> tuple[float, float]:
        length = self.schedule.steps
        if self.stretch == 1.0 and length == int(length):
            return self._range_of_cycles(int(max(a, 0)), b)
        if b == math.inf and self.decay == 1.0:
            return self._limits()
        return super()._range(a, b)

    def _range_of_cycles(self, a: int, b: float) -> tuple[float, float]:
        """Return the exact range where each cycle has the same whole updates."""
        found, length = [], int(self.schedule.steps)
        if b >= self.steps:
            found, b = [(self(self.steps),) * 2], self.steps - 1
        if a <= b:
            i = a // length
            last = int(b // length) if b < math.inf else None
            for k in {i, i if last is None else last}:
                low, high = max(a - k * length, 0), min(b - k * length, length - 1)
                x, y = self.schedule._range(low, high)
                found.append((x * self.decay**k, y * self.decay**k))
            if last is None or last > i + 1:
                whole = self.schedule._range(0, length - 1)
                found.append(self._corners(whole, i + 1, last))
        return min(low for low, _ in found), max(high for _, high in found)

    def _limits(self) -> tuple[float, float]:
        """Return the range of endless equal cycles whose updates shift or grow denser.

        In cycles of n / 2^k updates each 2^-k is met; in ever longer ones, any time.
        """
        from lehr.schedules.stretch import Stretch

        length = self.schedule.steps
        if self.schedule.stairs:
            values = [self.schedule(t) for t in (0, *self.schedule.joints(0, length))]
            return min(values), max(values)
        if self.stretch == 1.0:
            n, density = length.as_integer_ratio()
            return Stretch(self.schedule, density)._range(0, n - 1)
        n = math.ceil(length * 2**40) - 1
        low, high = Stretch(self.schedule, 2**40)._range(0, n)
        edges = [*self.schedule.joints(0, length), length]
        lefts = [self.schedule._left(edge) for edge in edges]
        return min(low, *lefts), max(high, *lefts)

    def integral(self, a: float, b: float) -> float:
        i, last = self._cycle_of(a), self._cycle_of(b)
        parts = [self._integral_within(k, a, b) for k in {i, last}]
        if (n := last - i - 1) > 0 and self.decay:
            growth = self.stretch * self.decay
            rate, sums = math.log(self.stretch) + math.log(self.decay), float(n)
            if growth != 1:
                sums = growth ** (i + 1) * math.expm1(n * rate) / math.expm1(rate)
            parts.append(self.schedule.area() * sums)
        return math.fsum(parts)

    def _integral_within(self, i: int, a: float, b: float) -> float:
        (begin, end), scale = self._span(i), self.stretch**i
        low = max(a - begin, 0) / scale
        high = self.schedule.steps if b >= end else (b - begin) / scale
        return self.schedule.area(low, high) * scale * self.decay**i

    def _unbroken(self) -> bool:
        left = self.schedule._left(self.schedule.steps)
        again = self.schedule(0) * self.decay
        size = 1e-12 * max(abs(left), abs(self.schedule(0)))
        joined = math.isclose(left, again, rel_tol=1e-9, abs_tol=size)
        return (joined or self.count == 1) and self.schedule._unbroken()

    def _left(self, t: float) -> float:
        i = self._cycle_of(t)
        begin, _ = self._span(i)
        if t <= begin and i:
            return self.schedule._left(self.schedule.steps) * float(
                self.decay ** (i - 1)
            )
        e = (t - begin) / self.stretch**i
        return self.schedule._left(e) * float(self.decay**i)

    def _held_until(self, t: float) -> float:
        if t >= self.steps:
            return math.inf
        i = self._cycle_of(t)
        begin, end = self._span(i)
        scale = self.stretch**i if self.stretch != 1.0 else 1
        inner = self.schedule._held_until(max(t - begin, 0) / scale)
        return min(begin + inner * scale, end)
