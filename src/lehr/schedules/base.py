"""The one contract that every schedule obeys."""

import abc
import math
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from lehr._numerics import namespace_of, python
from lehr.schedules.phases import Phase

if TYPE_CHECKING:
    from lehr.schedules.scale import Scale
    from lehr.schedules.window import Window

ArrayT = TypeVar("ArrayT")
Number = Callable[[float], float]
Pair = Callable[[float, float], float]


class Schedule(abc.ABC):
    """A pure map from an optimizer update to the value which that update uses.

    `schedule(t)` is the value for update number `t`, counted from 0. `t` may be any
    real number: a schedule holds its first value before 0 and its last value from
    `steps` on. A number gives a `float`; a NumPy, torch or JAX array gives an array of
    its shape (float64; in JAX the default float).

    To add one, write a frozen dataclass whose fields are its configuration, and give it
    `steps` and `formula`. The laws in `tests/schedules/test_laws.py` then run on it.

    >>> from lehr import Cosine, Linear
    >>> schedule = Linear(0.0, 1.0, 100).then(Cosine(1.0, 0.0, 900))
    >>> schedule(50), schedule(1_000), schedule.steps
    (0.5, 0.0, 1000)
    >>> schedule.minimum, schedule.maximum, schedule.first_step_below(0.5)
    (0.0, 1.0, 0)
    """

    shape: ClassVar[str] = "custom"
    monotone: ClassVar[bool] = False

    if TYPE_CHECKING:
        # At run time this property would become the default of a field named `steps`.
        @property
        def steps(self) -> float:
            """The update from which the value no longer changes; `inf` if none."""

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

    # ------------------------------------------------------------- evaluation

    _number: Any = None  # the closure for numbers, bound at the first call

    def _bind(self) -> Number:
        number = self._scalar()
        object.__setattr__(self, "_number", number)
        return number

    def _evaluate(self, t: Any) -> Any:
        xp = namespace_of(t)
        if xp is python:
            return self(xp.clock(t, 0) + 0)
        if hasattr(xp, "consecutive") and xp.consecutive(t):
            return self.curve(int(t[0]), int(t[-1]) + 1)
        largest = (
            self.steps if self.steps < math.inf else max(self.breakpoints, default=0)
        )
        t = xp.clock(t, largest)
        return self.at(t, self.steps - t, xp)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        """Return the value at any `t`, given also `rest = steps - t`."""
        t = xp.real(xp.clip(t, 0, self.steps))
        return self.formula(t, xp.real(xp.clip(rest, 0, self.steps)), xp)

    def _scalar(self) -> Number:
        """Return the fastest function of one Python number."""
        steps, pair = self.steps, self._pair()
        first, last = pair(0, steps), pair(steps, 0) if steps < math.inf else math.nan

        def value(t: float) -> float:
            if t <= 0:
                return first
            rest = steps - t
            return last if rest <= 0 else pair(t, rest)

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

        >>> from lehr import Linear
        >>> Linear(0.0, 1.0, 4).curve(6).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
        """
        from lehr._numerics import numpy

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
        out[:head] = self(0)
        if tail < size:
            out[tail:] = self(self.steps)
        if tail > head:
            self._fill_inside(out[head:tail], first + head, xp)

    def _fill_inside(self, out: Any, first: float, xp: Any) -> None:
        xp.fill_blocks(out, first, lambda t: self.at(t, self.steps - t, xp))

    # ------------------------------------------------------------ derived facts

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The stretches of one formula each, with name, span and end values.

        An endless repetition shows its first cycle.

        >>> from lehr import warmup_cosine
        >>> for phase in warmup_cosine(1.0, warmup=9, total=99).phases:
        ...     print(phase)
        warmup: linear, updates 0 to 9, 0.1 to 1
        decay: cosine, updates 9 to 99, 1 to 0
        """
        return self._phases()

    def _phases(self) -> tuple[Phase, ...]:
        if self.steps == 0:
            return ()
        return (Phase.of(self.shape, 0, self.steps, self(0), self(self.steps)),)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Where one formula ends and the next begins; of endless cycles, the first."""
        return tuple(self.joints(0, self.steps))

    def joints(self, a: float, b: float) -> Iterator[float]:
        """Yield the breakpoints strictly between `a` and `b`, in order."""
        return iter(())

    @property
    def minimum(self) -> float:
        """The smallest value of any update (of an endless schedule, the infimum)."""
        return self._range(0, self._last_update())[0]

    @property
    def maximum(self) -> float:
        """The largest value of any update (of an endless schedule, the supremum)."""
        return self._range(0, self._last_update())[1]

    def _last_update(self) -> float:
        return math.ceil(self.steps) if self.steps < math.inf else math.inf

    def _range(self, a: float, b: float) -> tuple[float, float]:
        """Return the exact smallest and largest value of the updates `a` to `b`."""
        if self.monotone:
            return self.bounds(a, b)
        from lehr.schedules.search import extremes

        return extremes(self, a, b)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        """Return numbers that no value on the real interval [a, b] goes beyond."""
        if self.monotone:
            ends = self(a), self(b)
            return min(ends), max(ends)
        return -math.inf, math.inf

    def area(self, a: float = 0, b: float | None = None) -> float:
        """Return the integral of the value from `a` to `b` (by default `steps`).

        In the units of the hyper-parameter times updates; exact by a closed form for
        every family that has one, else to about 1e-12.

        Raises:
            ValueError: `b` is not given and the schedule is endless.

        >>> from lehr import Cosine
        >>> Cosine(1.0, 0.0, 100).area(), Cosine(1.0, 0.0, 100).area(0, 200)
        (50.0, 50.0)
        """
        b = self.steps if b is None else b
        if not (math.isfinite(a) and math.isfinite(b)):
            raise ValueError(f"the ends of an area must be finite, got {a!r} to {b!r}")
        if b < a:
            return -self.area(b, a)
        inner, outer = min(max(a, 0), self.steps), max(min(b, self.steps), 0)
        total = 0.0
        if a < 0:
            total += (min(b, 0) - a) * self(0)
        if b > self.steps:
            total += (b - max(a, self.steps)) * self(self.steps)
        return total + (self.integral(inner, outer) if outer > inner else 0.0)

    def integral(self, a: float, b: float) -> float:
        """Return the integral over [a, b] inside [0, steps]."""
        from lehr.schedules.quadrature import integrate

        return integrate(self, a, b)

    def first_step_below(self, x: float) -> int | None:
        """Return the first update whose value is < `x`; None if there is none.

        >>> from lehr import Linear
        >>> Linear(1.0, 0.0, 10).first_step_below(0.25)
        8
        """
        from lehr.schedules.search import first_below

        return first_below(self, x)

    @property
    def is_continuous(self) -> bool:
        """Whether the value never jumps (by more than rounding)."""
        jumps = [
            *self.breakpoints,
            *([self.steps] if 0 < self.steps < math.inf else []),
        ]
        return all(
            math.isclose(self._left(b), self(b), rel_tol=1e-9, abs_tol=1e-300)
            for b in jumps
        )

    def _left(self, t: float) -> float:
        """Return the limit of the value as `t` is approached from below."""
        return self(t)

    def next_change(self, t: float) -> float:
        """Return the first update after `t` whose value may differ from that at `t`.

        >>> from lehr import Constant, Linear
        >>> Constant(1.0, 100).then(Linear(1.0, 0.0, 10)).next_change(5)
        100
        """
        return math.inf if t >= self.steps else max(math.floor(t) + 1, 1)

    # -------------------------------------------------------------- composition

    def then(self, other: "Schedule") -> "Schedule":
        """Return this schedule followed by `other`: a chain of both.

        >>> from lehr import Constant, Linear
        >>> Constant(1.0, 10).then(Linear(1.0, 0.0, 10))(15)
        0.5
        """
        from lehr.schedules.chain import Chain

        return Chain((self, other))

    def __add__(self, other: "Schedule | float") -> "Schedule":
        from lehr.schedules.sum import Sum

        return Sum((self, as_schedule(other)))

    def __radd__(self, other: float) -> "Schedule":
        return as_schedule(other) + self

    def __sub__(self, other: "Schedule | float") -> "Schedule":
        return self + (-as_schedule(other))

    def __rsub__(self, other: float) -> "Schedule":
        return as_schedule(other) + (-self)

    def __neg__(self) -> "Schedule":
        return -1.0 * self

    def __mul__(self, other: "Schedule | float") -> "Schedule":
        if isinstance(other, Schedule):
            from lehr.schedules.product import Product

            return Product((self, other))
        return self.__rmul__(other)

    def __rmul__(self, other: float) -> "Scale":
        from lehr.schedules.scale import Scale

        return Scale(self, other)

    def __truediv__(self, other: float) -> "Scale":
        from lehr.schedules.scale import Scale

        return Scale(self, 1.0 / other)

    def __getitem__(self, updates: slice) -> "Window":
        """Return the updates `start:stop` of this schedule, from 0 on its own clock.

        >>> from lehr import Linear
        >>> Linear(0.0, 1.0, 10)[5:8](1)
        0.6
        """
        from lehr.schedules.window import Window

        if not isinstance(updates, slice) or updates.step not in (None, 1):
            raise TypeError(
                f"a schedule is sliced as schedule[start:stop], got [{updates!r}]; "
                "for one value call it: schedule(t)"
            )
        stop = self.steps if updates.stop is None else updates.stop
        return Window(self, updates.start or 0, stop)

    # -------------------------------------------------------------------- value

    def __repr__(self) -> str:
        given = (
            (f.name, value)
            for f in fields(self)  # type: ignore[arg-type]  # each is a dataclass
            if (value := getattr(self, f.name)) != f.default or f.default is MISSING
        )
        inside = ", ".join(f"{name}={value!r}" for name, value in given)
        return f"{type(self).__name__}({inside})"

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if not k.startswith("_")}

    def _set(self, **values: Any) -> None:
        """Store checked field values; only for `__post_init__`."""
        for name, value in values.items():
            object.__setattr__(self, name, value)


def as_schedule(value: "Schedule | float") -> Schedule:
    """Return a schedule as it is, and a number as a constant."""
    if isinstance(value, Schedule):
        return value
    from lehr.schedules.constant import Constant

    return Constant(value)


def require_schedule(name: str, value: Any) -> Schedule:
    """Return `value` if it is a schedule; else say what it is."""
    if isinstance(value, Schedule):
        return value
    hint = f"; write Constant({value!r})" if isinstance(value, (int, float)) else ""
    raise TypeError(f"{name} must be a schedule, got {value!r}{hint}")
