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

    @property
    def stairs(self) -> bool:
        return self.schedule.stairs

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.at(t, rest, xp)

    def joints(self, a: float, b: float) -> Iterator[float]:
        return self.schedule.joints(a, b)

    def _horizon(self, t: float) -> float:
        return self.schedule._horizon(t)

    def _unbroken(self) -> bool:
        return self.schedule.is_continuous or super()._unbroken()

    def _held_until(self, t: float) -> float:
        return self.schedule._held_until(t)
