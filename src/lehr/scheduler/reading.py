"""A scheduler as it was configured: its arguments, resolved, for each param group."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lehr.dialects.base import Dialect, MetricDriven, Named
from lehr.schedules import Schedule


@dataclass(frozen=True)
class Fixed:
    """A schedule that does not depend on the group, or only by a factor."""

    schedule: Schedule
    relative: bool

    def __call__(self, base: float) -> Schedule:
        return base * self.schedule if self.relative else self.schedule


@dataclass(frozen=True)
class Reading:
    """A scheduler and its arguments.

    Args:
        dialect: which scheduler.
        arguments: by the library's own parameter names; `schedulers` are readings.
        listed: arguments that hold one value per group.
        timm: whether it is one of timm's.
    """

    dialect: Dialect
    arguments: Mapping[str, Any]
    listed: frozenset[str] = frozenset()
    timm: bool = False

    @property
    def parts(self) -> tuple["Reading", ...]:
        """The schedulers that it is composed of."""
        return self.arguments["schedulers"] if self.dialect.composite else ()

    @cached_property
    def relative(self) -> bool:
        """Whether one curve, times each group's own value, does for all groups."""
        if self.dialect.composite:
            return all(part.relative for part in self.parts)
        return self.dialect.proportional and not self.listed

    def of_group(self, index: int) -> dict[str, Any]:
        """Return the arguments of one group.

        Raises:
            ValueError: the values are listed, and there is none for this group.
        """
        arguments = dict(self.arguments)
        for name in self.listed:
            values = arguments[name]
            if index >= len(values):
                raise ValueError(
                    f"{name} of {self.dialect.name} lists {len(values)} values, and "
                    f"there is a param group {index}; build the scheduler anew"
                )
            arguments[name] = values[index]
        if self.dialect.composite:
            arguments["schedulers"] = tuple(part.named(index) for part in self.parts)
        return arguments

    def named(self, index: int) -> Named:
        """Return the scheduler with the arguments of one group."""
        return Named(self.dialect, self.of_group(index))

    def curve(self, index: int, base: float) -> Schedule:
        """Return the schedule of a group whose starting value is `base`."""
        return self.named(index).curve(base)

    def tried(self, index: int, base: float) -> Schedule:
        """Return the curve of a group, and refuse a function that fails at once.

        Raises:
            ValueError: a function fails at the first step.
        """
        curve = self.curve(index, base)
        for name in self.dialect.functions:
            if self.arguments.get(name) is None:
                continue
            try:
                curve(0)
            except Exception as error:  # the user's own
                words = f"{type(error).__name__}: {error}"
                raise ValueError(f"{name} fails at the first step: {words}") from error
        return curve

    def other(self, field: str, index: int, base: float) -> Schedule | None:
        """Return the schedule of another field that the scheduler drives, if it does.

        Args:
            field: a key of the dialect's `others`.
            index: the group.
            base: its starting value of that field.
        """
        return self.dialect.others[field](base, **self.of_group(index))

    def driven(self) -> MetricDriven | None:
        """Return what follows a metric; None if nothing does."""
        if self.dialect.metric_driven is None:
            return None
        return self.dialect.metric_driven(**self.arguments)
