"""Schedules that are a named form of other schedules."""

import abc
from collections.abc import Iterator

from lehr._typing import Any
from lehr.schedules.base import Number, Pair, Schedule
from lehr.schedules.phases import Phase


class Composite(Schedule):
    """A schedule that is worth a name, and is computed by an expression of others."""

    @abc.abstractmethod
    def expression(self) -> Schedule:
        """Return the schedule that this one stands for."""

    def _inner(self) -> Schedule:
        inner = self.__dict__.get("_built")
        if inner is None:
            inner = self.expression()
            self._set(_built=inner)
        return inner

    @property
    def steps(self) -> float:
        return self._inner().steps

    @property
    def is_continuous(self) -> bool:
        return self._inner().is_continuous

    @property
    def stairs(self) -> bool:
        return self._inner().stairs

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.at(t, rest, xp)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self._inner().at(t, rest, xp)

    def _scalar(self) -> Number:
        return self._inner()._scalar()

    def _pair(self) -> Pair:
        return self._inner()._bound_pair()

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        self._inner()._fill(out, first, xp)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        return self._inner()._phases(upto)

    def joints(self, a: float, b: float) -> Iterator[float]:
        return self._inner().joints(a, b)

    def _horizon(self, t: float) -> float:
        return self._inner()._horizon(t)

    def _range(self, a: float, b: float) -> tuple[float, float]:
        return self._inner()._range(a, b)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self._inner().bounds(a, b)

    def integral(self, a: float, b: float) -> float:
        return self._inner().integral(a, b)

    def _left(self, t: float) -> float:
        return self._inner()._left(t)

    def _held_until(self, t: float) -> float:
        return self._inner()._held_until(t)
