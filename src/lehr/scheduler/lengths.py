"""Lengths in configuration become whole numbers of a scheduler's own steps."""

from contextlib import suppress
from math import ceil, inf
from typing import Any, Literal

from lehr.plan import Duration, Plan
from lehr.plan.exact import decimal

Per = Literal["update", "epoch"]
NO_PLAN = "pass plan=Plan(...)"


class Lengths:
    """What lengths come to, for a scheduler that is stepped once per update or epoch.

    Args:
        plan: the run; None if it is not known.
        per: what one step of the scheduler is.

    >>> plan = Plan(dataset_size=640, batch_size=64, epochs=20)
    >>> lengths = Lengths(plan, "update")
    >>> [lengths.read(value) for value in (30, 30.0, 0.7, "5%", "3ep", [0.5, "10"])]
    [30, 30, 140, 10, 30, [100, 10]]
    >>> [Lengths(plan, "epoch").read(value) for value in (30, 0.7, "5%", "3ep")]
    [30, 14, 1, 3]
    """

    def __init__(self, plan: Plan | None, per: Per) -> None:
        self.plan = plan
        self.per = per

    def read(self, value: Any, *, listed: bool = False) -> Any:
        """Return a length in steps; what can be none is returned as it is.

        A float in (0, 1] is a fraction of the run, rounded half to even; alone, and not
        in a list of places, it is at least one step. A larger whole float is a count. A
        text is a duration.

        Raises:
            ValueError: there is no plan, or it lacks what this unit needs.
        """
        if isinstance(value, list | tuple):
            return [self.read(each, listed=True) for each in value]
        if isinstance(value, str):
            return self.resolve(value)
        if not isinstance(value, float):
            return value
        if 0 < value <= 1:
            steps = round(value * self._whole(f"{value!r} is a fraction of the run"))
            return steps if listed else max(1, steps)
        return int(value) if value.is_integer() else value

    @property
    def updates(self) -> int:
        """The length of the run in steps, a broken one counted."""
        return ceil(self._whole("the length of the run"))

    def between(self, pair: Any) -> int | None:
        """Return the steps from a place to another, or to the end of the run.

        None if they are not known: the pair is not one of places, or the run is needed
        and has no length in steps.

        >>> plan = Plan(batch_size=64, updates=100)
        >>> [Lengths(plan, "update").between(pair) for pair in ([5, 30], [30, None])]
        [25, 70]
        """
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            return None
        begin, end = pair
        if end in (None, inf) and self.plan is not None:
            with suppress(ValueError):
                end = self.updates
        if type(begin) is not int or type(end) is not int:
            return None
        return max(0, end - begin) or None

    def resolve(self, duration: Duration | str | int) -> int:
        """Return the fewest steps that last at least `duration`.

        A bare number counts the scheduler's own steps.

        Raises:
            ValueError: the text is not understood, or the plan lacks what it needs.
        """
        wanted = Duration.of(duration)
        bare = wanted.unit == "updates" and "up" not in str(duration)
        if bare or (wanted.unit, self.per) == ("updates", "update"):
            return int(wanted.amount)
        if (wanted.unit, self.per) == ("epochs", "epoch"):
            if wanted.amount != int(wanted.amount):
                raise ValueError(
                    f"{wanted} is no whole number of epochs, which this scheduler is "
                    "stepped by"
                )
            return int(wanted.amount)
        if self.plan is None:
            raise ValueError(f"{wanted} cannot be resolved without the run: {NO_PLAN}")
        if self.per == "update":
            return self.plan.resolve(wanted)
        epochs = self._whole(f"{wanted}")
        if wanted.unit == "percent":
            return ceil(decimal(wanted.amount) * decimal(epochs) / 100)
        return ceil(self.plan.epochs_at(self.plan.resolve(wanted)) or 0)

    def _whole(self, what: str) -> float:
        """Return the length of the run in steps."""
        if self.plan is None:
            raise ValueError(f"{what}, which is not known here: {NO_PLAN}")
        if self.per == "update":
            return self.plan.updates
        if self.plan.epochs is None:
            raise ValueError(
                f"{what}, and the scheduler is stepped once per epoch: the plan needs "
                "dataset_size"
            )
        return self.plan.epochs
