"""How a schedule is evaluated: by a number, an array, or as a whole curve."""

import abc
import math
from collections.abc import Callable

from lehr._numerics import CLOCK_END, namespace_of, python
from lehr._typing import TYPE_CHECKING, Any, ArrayT, overload

Number = Callable[[float], float]
Pair = Callable[[float, float], float]


class Evaluation(abc.ABC):
    """One formula for all kinds of numbers, and the fast ways to it.

    Numbers go through a closure that is bound at the first call (`_scalar`, made of
    `_pair`), arrays through `at`, whole curves through `_fill`.
    """

    if TYPE_CHECKING:
        # At run time this property would become the default of a field named `steps`.
        @property
        def steps(self) -> float:
            """The update from which the value no longer changes; `inf` if none."""

        @property
        def stairs(self) -> bool: ...

        def _horizon(self, t: float) -> float: ...

    @abc.abstractmethod
    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        """Return the value after `t` of `steps` updates, with `rest` to go.

        Both lie in [0, steps] and add up to `steps`; `rest` is exact also where
        `steps - t` would not be. Use `xp` functions and no Python branch on `t`.
        """

    @overload
    def __call__(self, t: float) -> float: ...
    @overload
    def __call__(self, t: ArrayT) -> ArrayT: ...
    def __call__(self, t: Any) -> Any:
        kind = t.__class__
        if kind is int or kind is float:
            return (self._number or self._bind())(t)
        return self._evaluate(t)

    _number: Any = None  # the closure for numbers, bound at the first call

    def _bind(self) -> Number:
        number = self._scalar()
        object.__setattr__(self, "_number", number)
        return number

    _two: Any = None  # the closure for a number and what is left, bound once

    def _bound_pair(self) -> Pair:
        if self._two is None:
            object.__setattr__(self, "_two", self._pair())
        pair: Pair = self._two
        return pair

    def _evaluate(self, t: Any) -> Any:
        xp = namespace_of(t)
        if xp is python:
            return self(xp.clock(t))
        if hasattr(xp, "consecutive") and xp.consecutive(t):
            return self.curve(int(t[0]), int(t[-1]) + 1)
        fit: Evaluation = xp.fit(self) if hasattr(xp, "fit") else self
        steps = fit.steps
        clock = xp.clock(t, self._horizon(0), held_from(steps))
        return xp.like(t, fit.at(clock, steps - clock, xp))

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        """Return the value at any `t`, given also `rest = steps - t`."""
        t, rest = xp.clip(t, 0, self.steps), xp.clip(rest, 0, self.steps)
        if not self.stairs:  # stairs are counted, in JAX beyond the digits of float32
            t, rest = xp.real(t), xp.real(rest)
        return self.formula(t, rest, xp)

    def _scalar(self) -> Number:
        """Return the fastest function of one Python number."""
        steps, pair = self.steps, self._bound_pair()
        end = after(pair, steps)
        limit = held_from(steps)

        def value(t: float) -> float:
            if t <= 0:
                return pair(0, steps)
            return pair(t, steps - t) if t < limit else end(t)

        return value

    def _pair(self) -> Pair:
        """Return the fastest function of Python numbers `t` and `rest` inside."""
        formula = self.formula
        return lambda t, rest: formula(t, rest, python)

    def curve(self, start: int | None = None, stop: int | None = None) -> Any:
        """Return the values of updates `start` to `stop - 1`: a float64 NumPy array.

        Like `range`, one argument is the stop, and none means 0 to `steps`. Drawn piece
        by piece, each on its own slice: a million steps of warmup and cosine cost
        about two milliseconds.

        Raises:
            ValueError: `stop` is not given and the schedule is endless.
            ImportError: NumPy is not installed.

        >>> from lehr import Linear
        >>> Linear(0.0, 1.0, 4).curve(6).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
        """
        try:
            from lehr._numerics import numpy
        except ImportError as error:
            raise ImportError(
                "curve() gives a NumPy array: pip install numpy; without it, "
                "[schedule(t) for t in range(...)]"
            ) from error
        if stop is None:
            start, end = 0, self.steps if start is None else start
        else:
            end = stop
        if end == math.inf:
            raise ValueError("stop must be given: the schedule is endless (steps=inf)")
        begin = math.floor(start or 0)
        out = numpy.empty(max(0, math.ceil(end) - begin))
        self._fill(out, begin, numpy)
        return out

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        """Set `out[j]` to the value at `first + j`: held ends, then the inside."""
        size = out.size
        head = min(size, max(0, math.floor(-first) + 1))
        tail = max(
            head,
            min(size, math.ceil(max(self.steps - first, 0)))
            if self.steps < math.inf
            else size,
        )
        if head:
            out[:head] = self(0)
        if tail < size:
            out[tail:] = self(self.steps)
        if tail > head:
            self._fill_inside(out[head:tail], first + head, xp)

    def _fill_inside(self, out: Any, first: float, xp: Any) -> None:
        xp.fill_blocks(out, first, lambda t: self.at(t, self.steps - t, xp))


def held_from(steps: float) -> float:
    """Return the update from which the value is held: its end, or that of the clock."""
    return steps if steps < math.inf else CLOCK_END


def after(pair: Pair, steps: float) -> Number:
    """Return the function of numbers from the end on: the last value; NaN for NaN."""
    end, rest = held_from(steps), 0 if steps < math.inf else math.inf
    return lambda t: pair(end, rest) if t == t else math.nan
