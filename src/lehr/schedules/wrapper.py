"""What combinators of one schedule share: its clock, unless they say otherwise."""

from collections.abc import Iterator

from lehr._typing import Any
from lehr.schedules.base import Schedule


class Wrapper(Schedule):
    """A schedule made of another one, `schedule`, on the same clock."""

    schedule: Schedule

    @property
    def steps(self) -> float:
        return self.schedule.steps

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.at(t, rest, xp)

    def joints(self, a: float, b: float) -> Iterator[float]:
        return self.schedule.joints(a, b)

    def next_change(self, t: float) -> float:
        return self.schedule.next_change(t)
