"""Two schedules side by side, at the update where one takes over from the other."""

import math
from dataclasses import dataclass

from lehr._typing import Any
from lehr.replanning.arguments import Resolving, updates
from lehr.replanning.comparing import first_difference, largest_difference
from lehr.schedules.base import Schedule, require_schedule

Both = tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """What is different between two schedules; each pair is of the first and second.

    Args:
        at: the update where the second takes over.
        lengths: of both in updates; `inf` if endless.
        spans: updates of the run that both are compared over: as long as each is, or
            as was said.
        first: the first update with another value; None if there is none.
        largest: the update where they are furthest apart; None if they are equal.
        values: at `at`.
        at_first: values at `first`.
        at_largest: values at `largest`.
        peaks: highest values in each one's span.
        ends: values at the end of each one's span.
        before: areas from 0 to `at`, in values times updates.
        after: areas from `at` to the end of each one's span.

    >>> from lehr import Linear, diff
    >>> found = diff(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 200), at=50)
    >>> found.jump, found.factor, found.first, found.area
    (0.25, 1.5, 1, (50.0, 100.0))
    """

    at: int
    lengths: Both
    spans: Both
    first: int | None
    largest: int | None
    values: Both
    at_first: Both | None
    at_largest: Both | None
    peaks: Both
    ends: Both
    before: Both
    after: Both

    @property
    def equal(self) -> bool:
        """Whether values, to rounding, and spans are the same."""
        return self.first is None and self.spans[0] == self.spans[1]

    @property
    def jump(self) -> float:
        """What the value changes by at `at`, where the second takes over."""
        return self.values[1] - self.values[0]

    @property
    def factor(self) -> float:
        """What the value is multiplied by at `at`; `nan` from 0."""
        return _factor(self.values)

    @property
    def area(self) -> Both:
        """Areas of each one's whole span."""
        return self.before[0] + self.after[0], self.before[1] + self.after[1]

    def record(self) -> dict[str, Any]:
        """Return everything as JSON; what is not finite is None.

        >>> from lehr import Linear
        >>> diff(Linear(1, 0, 10), Linear(1, 0, 20), at=5).record()["jump"]
        0.25
        """
        pairs = ("lengths", "spans", "values", "peaks", "ends", "before", "after")
        found: dict[str, Any] = {"equal": self.equal, "at": self.at}
        found |= {name: [*map(_finite, getattr(self, name))] for name in pairs}
        found |= {"area": [*map(_finite, self.area)], "jump": _finite(self.jump)}
        found["factor"] = _finite(self.factor)
        for name in ("first", "largest"):
            where, both = getattr(self, name), getattr(self, f"at_{name}")
            found[name] = None if where is None else {"at": where, "values": [*both]}
        return found

    def __str__(self) -> str:
        from lehr.replanning.table import table

        return table(self)


def diff(
    a: Schedule,
    b: Schedule,
    *,
    at: int | str = 0,
    total: int | str | None = None,
    plan: Resolving | None = None,
) -> Difference:
    """Compare two schedules: where they part, the jump at `at`, the change in area.

    Values that agree to 1e-9 of the larger count as equal. Up to 20,000 updates are
    compared one by one; of more, those around every joint and about 4,000 between,
    and the place is then found exactly between the nearest two of these.

    Args:
        a: the schedule that was followed.
        b: the one that takes over.
        at: the update where it does, counted from 0.
        total: updates to compare both over; by default each over its own length. An
            endless schedule, and a constant of no length, takes that of the other.
        plan: what durations such as "5%" refer to.

    Raises:
        TypeError: `a` or `b` is not a schedule.
        ValueError: both are endless, and `total` is not given.

    >>> from lehr import Linear, extend
    >>> old = Linear(1.0, 0.0, 100)
    >>> print(diff(old, Linear(1.0, 0.0, 200), at=50))
                          a     b  change
    length              100   200    +100
    peak                  1     1       0
    at update 50        0.5  0.75   +0.25  x 1.5
    end                   0     0       0
    area before 50     37.5 43.75   +6.25  +16.7 %
    area from 50 on    12.5 56.25  +43.75  +350 %
    area                 50   100     +50  +100 %
    <BLANKLINE>
    first different at update 1: 0.99, 0.995
    furthest apart at update 100: 0, 0.5
    >>> diff(old, extend(old, at=50, total=200), at=50).jump
    0.0
    """
    a, b = require_schedule("a", a), require_schedule("b", b)
    now = updates("at", at, plan)
    spans = _spans(a, b, None if total is None else updates("total", total, plan))
    until = max(now, math.ceil(max(spans)))
    first, largest = first_difference(a, b, until), largest_difference(a, b, until)
    ends = a(spans[0]), b(spans[1])
    return Difference(
        at=now,
        lengths=(a.steps, b.steps),
        spans=spans,
        first=first,
        largest=None if first is None else largest,
        values=(a(now), b(now)),
        at_first=None if first is None else (a(first), b(first)),
        at_largest=None if first is None else (a(largest), b(largest)),
        peaks=(_peak(a, spans[0]), _peak(b, spans[1])),
        ends=ends,
        before=(a.area(0, min(now, spans[0])), b.area(0, min(now, spans[1]))),
        after=(_after(a, now, spans[0]), _after(b, now, spans[1])),
    )


def _spans(a: Schedule, b: Schedule, total: int | None) -> Both:
    if total is not None:
        return total, total
    lengths = [s.steps for s in (a, b) if s.steps < math.inf]
    if not lengths:
        raise ValueError(
            "both schedules go on for ever; say how many updates to compare: total=..."
        )
    longest = max(lengths)
    first, second = (s.steps if 0 < s.steps < math.inf else longest for s in (a, b))
    return first, second


def _peak(schedule: Schedule, span: float) -> float:
    return schedule._range(0, math.ceil(span))[1]


def _after(schedule: Schedule, now: int, span: float) -> float:
    return schedule.area(now, span) if now < span else 0.0


def _factor(values: Both) -> float:
    return values[1] / values[0] if values[0] else math.nan


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
