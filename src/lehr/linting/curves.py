"""One schedule within one run: the facts that rules ask for, each found once."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

from lehr.schedules import Chain, Constant, Schedule

MOST_JOINTS = 200
_MOST_SHAKEN = 20
_CYCLES = frozenset(("Repeat", "Sawtooth", "Triangular"))
_STAIRS = frozenset(("PiecewiseConstant", "Staircase", "Step", "Table"))
_SAMPLES = 256
_NEAR = 1e-9
_LONG = 10**6


@dataclass(frozen=True)
class Leg:
    """A stretch between two joints, as far as the run plays it.

    Args:
        begin: its first update; a fraction where the joint is one.
        end: where the next one begins, or the run ends.
        start: value at `begin`.
        stop: value that it comes to just before `end`.
        scale: of the whole curve, below which a difference is rounding.
    """

    begin: float
    end: float
    start: float
    stop: float
    scale: float

    @property
    def length(self) -> float:
        """Updates from `begin` to `end`."""
        return self.end - self.begin

    @property
    def rises(self) -> bool:
        """Whether it ends higher than it begins."""
        return self.stop - self.start > _NEAR * self.scale

    @property
    def falls(self) -> bool:
        """Whether it ends lower than it begins."""
        return self.start - self.stop > _NEAR * self.scale

    @property
    def level(self) -> bool:
        """Whether it ends as it begins."""
        return not (self.rises or self.falls)


@dataclass(frozen=True)
class Curve:
    """A schedule in a run of so many updates.

    Args:
        name: the field, with its group if it has one.
        schedule: the values.
        updates: of the run; `inf` if neither it nor the schedule ends.

    >>> from lehr import warmup_cosine
    >>> curve = Curve("lr", warmup_cosine(1.0, warmup=10, total=110), 110)
    >>> curve.peak, curve.peak_at, [leg.rises for leg in curve.legs]
    (1.0, 10, [True, False])
    """

    name: str
    schedule: Schedule
    updates: float

    @property
    def field(self) -> str:
        """The hyper-parameter without its group."""
        return self.name.partition(".")[0]

    @property
    def group(self) -> str:
        """The group; empty if all have this schedule."""
        return self.name.partition(".")[2]

    @property
    def ends(self) -> bool:
        """Whether it is known where the run ends."""
        return self.updates < math.inf

    @property
    def last(self) -> int:
        """Number of the last update; of an endless run, the last that is looked at."""
        return max(int(min(self.updates, 2.0**53)) - 1, 0)

    @cached_property
    def final(self) -> float:
        """The value of the last update."""
        return self.schedule(self.last)

    @cached_property
    def parts(self) -> tuple[Schedule, ...]:
        """The schedule and all that it is made of."""
        return tuple(_parts(self.schedule))

    def made_of(self, *names: str) -> bool:
        """Return whether a part is of a class so named."""
        return any(type(part).__name__ in names for part in self.parts)

    @cached_property
    def cyclic(self) -> bool:
        """Whether it is made to come again: a repetition, or several teeth."""
        return any(
            type(part).__name__ in _CYCLES and getattr(part, "count", None) != 1
            for part in self.parts
        )

    @cached_property
    def stepped(self) -> bool:
        """Whether stairs are a part of it, so that jumps are its nature."""
        return self.made_of(*_STAIRS)

    @cached_property
    def shaken(self) -> bool:
        """Whether its values are random or those of unknown code."""
        return self.made_of("Noise", "Function")

    @property
    def sampled(self) -> bool:
        """Whether exact extremes would take too long, or cannot be known."""
        endless = self.cyclic and self.updates > _LONG
        return self.shaken or endless or not self.all_joints

    @cached_property
    def _range(self) -> tuple[float, float]:
        if self.sampled:
            values = [self.schedule(t) for t in self.spread]
            return min(values), max(values)
        inside = self.schedule[: self.last] if self.ends else self.schedule
        return inside.minimum, inside.maximum

    @cached_property
    def spread(self) -> tuple[int, ...]:
        """Updates over the whole run: evenly, and around its joints, in order."""
        end = self.last if self.ends or not self.joints else int(self.joints[-1])
        samples = _SAMPLES // 8 if self.made_of("Noise") else _SAMPLES
        found = {end * i // samples for i in range(samples + 1)}
        for joint in self.joints:
            found |= {math.ceil(joint) - 1, min(math.ceil(joint), end)}
        return tuple(sorted(found))

    @property
    def peak(self) -> float:
        """The largest value of the run."""
        return self._range[1]

    @property
    def least(self) -> float:
        """The smallest value of the run."""
        return self._range[0]

    @cached_property
    def peak_at(self) -> int:
        """The first update known to have the largest value: 0, a joint, or found."""
        near = self.peak - _NEAR * abs(self.peak)
        if self.sampled:
            return next(t for t in self.spread if self.schedule(t) >= near)
        marks = (0, *self.joints, self.schedule.steps, self.last)
        for mark in marks:
            for t in (math.ceil(mark) - 1, math.ceil(mark)) if mark < math.inf else ():
                if 0 <= t <= self.last and self.schedule(t) >= near:
                    return t
        return (-self.schedule).first_step_below(-near) or 0

    @cached_property
    def joints(self) -> tuple[float, ...]:
        """The first joints inside the run and the schedule."""
        end = min(self.updates, 2.0**53)
        return tuple(islice(self.schedule.joints(0, end), self._most))

    @property
    def all_joints(self) -> bool:
        """Whether `joints` are all that the run has."""
        return len(self.joints) < self._most

    @property
    def _most(self) -> int:
        return _MOST_SHAKEN if self.shaken else MOST_JOINTS

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """The stretches between the joints, with what is held behind the end."""
        end = self.updates if self.all_joints else self.joints[-1]
        steps = self.schedule.steps
        marks = {0.0, *self.joints, *([steps] if steps < end else []), end}
        scale = max(abs(self.peak), abs(self.least)) if self.ends else 1.0
        return tuple(self._leg(a, b, scale) for a, b in pairwise(sorted(marks)))

    def _leg(self, a: float, b: float, scale: float) -> Leg:
        far = min(b, max(2.0**53, a + 1))
        whole = int(a) if a == int(a) else a
        ends = self.schedule(a), self.schedule(math.nextafter(far, 0.0))
        start, stop = (x if abs(x) > _NEAR * scale else 0.0 for x in ends)
        return Leg(whole, b, start, stop, scale)

    @cached_property
    def moving(self) -> tuple[Leg, ...]:
        """The legs that rise or fall."""
        return tuple(leg for leg in self.legs if not leg.level)

    @cached_property
    def warmup(self) -> Leg | None:
        """What rises before anything falls, as one leg; None if nothing does."""
        first, *others = self.legs or (None,)
        if first is None or not first.rises:
            return None
        for leg in others:
            if not (leg.rises and abs(leg.start - first.stop) <= 1e-6 * leg.scale):
                break
            first = Leg(first.begin, leg.end, first.start, leg.stop, leg.scale)
        return first

    @cached_property
    def joins(self) -> frozenset[float]:
        """Where pieces of a chain meet: joints that a person has made."""
        return frozenset(_joins(self.schedule, 0.0))

    @cached_property
    def last_joint(self) -> float:
        """The joint before the end of the run; 0 if it has none."""
        end, width = min(self.updates, self.schedule.steps + 1), 64.0
        while True:
            begin = max(0.0, end - width)
            joints = islice(self.schedule.joints(begin, end), 4096)
            if found := deque(joints, maxlen=1):
                return found[0]
            if begin == 0.0:
                return 0.0
            width *= 4

    @cached_property
    def stops(self) -> bool:
        """Whether it moves until it ends, so that its end was meant as one."""
        steps = self.schedule.steps
        if not 1 < steps < math.inf or self.stepped or self.shaken:
            return False
        pieces = getattr(self.schedule, "pieces", None)
        if pieces and isinstance(pieces[-1], Constant):  # what shall be held is said
            return False
        return self.schedule.next_change(math.ceil(steps) - 2) <= steps

    @property
    def has_end(self) -> bool:
        """Whether it comes to an end that was meant for that of a run.

        The last piece moves and then stops: a decay with a floor. What ends by a
        warmup, in stairs or in a value that is held has none.
        """
        return self.stops and self.schedule(self.schedule.steps) < self.top * 0.999

    @cached_property
    def top(self) -> float:
        """The largest value of the schedule, whether the run gets there or not."""
        return self.peak if self.sampled else self.schedule.maximum


def _parts(schedule: Schedule) -> Iterator[Schedule]:
    yield schedule
    for name in type(schedule).__dataclass_fields__:
        value = getattr(schedule, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Schedule):
                yield from _parts(inner)


def _joins(schedule: Schedule, begin: float) -> Iterator[float]:
    if isinstance(schedule, Chain):
        for piece in schedule.pieces[:-1]:
            begin += piece.steps
            yield begin
    elif type(schedule).__name__ in ("Clip", "Scale"):
        inner: Schedule = schedule.schedule  # type: ignore[attr-defined]  # of these
        yield from _joins(inner, begin)
