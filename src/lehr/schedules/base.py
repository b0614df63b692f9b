"""The one contract that every schedule obeys."""

from dataclasses import MISSING, fields

from lehr import _checks
from lehr._typing import TYPE_CHECKING, Any
from lehr.schedules.evaluation import Number as Number
from lehr.schedules.evaluation import Pair as Pair
from lehr.schedules.facts import Facts

if TYPE_CHECKING:
    from lehr.schedules.scale import Scale
    from lehr.schedules.window import Window


class Schedule(Facts):
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

    if TYPE_CHECKING:
        __dataclass_fields__: dict[str, Any]

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

        if isinstance(other, Schedule):
            raise TypeError(
                f"divide by a number, not by a schedule: {other!r}; multiply by one "
                "that gives the reciprocal"
            )
        if (divisor := _checks.finite("divisor", other)) == 0:
            raise ValueError(f"divisor must not be 0, got {other!r}")
        return Scale(self, 1.0 / divisor)

    def __rtruediv__(self, other: Any) -> "Scale":
        return as_schedule(other) / self  # type: ignore[operator]  # refused there

    __iter__ = None  # else Python would iterate by __getitem__, and fail strangely

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

    def __repr__(self) -> str:
        given = (
            (f.name, value)
            for f in fields(self)  # type: ignore[arg-type]  # each is a dataclass
            if (value := getattr(self, f.name)) != f.default or f.default is MISSING
        )
        inside = ", ".join(f"{name}={value!r}" for name, value in given)
        return f"{type(self).__name__}({inside})"

    def _repr_svg_(self) -> str:
        """Return the picture that a notebook shows for a schedule.

        >>> from lehr import Linear
        >>> Linear(1.0, 0.0, 100)._repr_svg_().startswith("<svg ")
        True
        """
        from lehr.plotting.svg import schedule_svg  # the one import that points up

        return schedule_svg(self)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._key()))

    def _key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in type(self).__dataclass_fields__)

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


def listed(name: str, values: Any) -> tuple[Any, ...]:
    """Return what is meant as several schedules as a tuple; refuse one, and none."""
    if isinstance(values, (Schedule, str)) or not hasattr(values, "__iter__"):
        raise TypeError(
            f"{name} must be a tuple of schedules, got {values!r}; for one, write "
            f"({values!r},)"
        )
    if not (several := tuple(values)):
        raise ValueError(f"{name} must hold at least one schedule, got ()")
    return several
