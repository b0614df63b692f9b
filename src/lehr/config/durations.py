"""Durations become updates, or it is said what is missing."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lehr.plan import Duration

_NEEDS = {
    "percent": "the length of the run",
    "epochs": "the size of the data set and the batch size",
    "samples": "the batch size",
    "tokens": "the batch size and the sequence length",
}


class Run(Protocol):
    """What durations resolve against; a `Plan` is one."""

    @property
    def updates(self) -> int:
        """Optimizer updates of the whole run."""

    def resolve(self, duration: Any) -> int:
        """Return a duration in updates, or raise ValueError."""


class Length:
    """A run of which only the number of updates is known.

    >>> Length(2_000).resolve("5%")
    100
    >>> Length(2_000).resolve("3ep")
    Traceback (most recent call last):
    ValueError: 3ep needs the size of the data set and the batch size: a plan
    """

    def __init__(self, updates: int) -> None:
        self.updates = updates

    def resolve(self, duration: Any) -> int:
        from lehr.plan import Duration, Plan

        wanted = Duration.of(duration)
        if wanted.unit == "percent":
            # The batch size enters no percentage.
            return Plan(batch_size=1, updates=self.updates).resolve(wanted)
        return _without_plan(wanted, "a plan")


def resolve(duration: str, plan: Run | None) -> int:
    """Return a duration in updates.

    Raises:
        ValueError: it is no duration; there is no plan, or the plan lacks what this
            unit needs.

    >>> resolve("5%", Length(2_000)), resolve("64k", None)
    (100, 64000)
    """
    if plan is not None:
        return plan.resolve(duration)
    from lehr.plan import Duration

    return _without_plan(Duration.of(duration), "pass plan=Plan(...)")


def _without_plan(duration: "Duration", lacking: str) -> int:
    if duration.unit == "updates":
        return int(duration.amount)
    raise ValueError(f"{duration} needs {_NEEDS[duration.unit]}: {lacking}")
