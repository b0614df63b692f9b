"""Durations become updates, or it is said what is missing."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lehr.plan import Duration, Plan

LENGTHS = ("epochs", "updates", "samples", "tokens", "length")
"""The keys of which one tells how long a run is."""

BATCH = ("batch_size", "accumulation")
"""The keys that tell what one update takes, in `plan` or in `train`."""

A_LENGTH = ": {0}updates, or {0}epochs, {0}samples or {0}tokens; or pass plan=Plan(...)"
"""What the length of a run needs; {0} is the section to give it in."""

_NEEDS = {
    "percent": "the length of the run",
    "epochs": "the size of the data set and the batch size",
    "samples": "the batch size",
    "tokens": "the batch size and the sequence length",
}


_LACKING = {
    "epochs": ("dataset_size", "batch_size"),
    "samples": ("batch_size",),
    "tokens": ("batch_size", "sequence_length"),
}
"""The arguments of a plan that a unit needs."""


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

    def __init__(self, updates: int, other: Run | None = None) -> None:
        self.updates = updates
        self.other = other

    def resolve(self, duration: Any) -> int:
        from lehr.plan import Duration, Plan

        wanted = Duration.of(duration)
        if wanted.unit == "percent":
            # The batch size enters no percentage.
            return Plan(batch_size=1, updates=self.updates).resolve(wanted)
        if self.other is not None:
            return self.other.resolve(wanted)
        return _without_plan(wanted, "a plan")


class KnownRun:
    """A run of which a document says a part.

    Args:
        plan: made of that part; what is not said is made up.
        said: the arguments that are not made up.
        lacking: what to say where its length is needed; "" if it is known.
        section: what stands before the name of an argument where it is to be given.

    >>> from lehr.plan import Plan
    >>> made_up = Plan(batch_size=64, updates=1)
    >>> run = KnownRun(made_up, frozenset({"batch_size"}), ": plan.updates")
    >>> run.resolve("64k samples")
    1000
    >>> run.resolve("3ep")
    Traceback (most recent call last):
    ValueError: 3ep needs plan.dataset_size
    """

    def __init__(
        self,
        plan: "Plan",
        said: frozenset[str],
        lacking: str = "",
        section: str = "plan.",
    ) -> None:
        self.plan, self.said, self.lacking = plan, said, lacking
        self.section = section

    @property
    def updates(self) -> int:
        """Updates of the run; 0 if the document does not say it."""
        return 0 if self.lacking else self.plan.updates

    def resolve(self, duration: Any) -> int:
        """Return a duration in updates, or say what the document lacks for it."""
        from lehr.plan import Duration

        wanted = Duration.of(duration)
        if wanted.unit == "percent" and self.lacking:
            raise ValueError(f"{wanted} needs the length of the run{self.lacking}")
        needed = _LACKING.get(wanted.unit, ())
        if lacking := [name for name in needed if name not in self.said]:
            listed = " and ".join(self.section + name for name in lacking)
            raise ValueError(f"{wanted} needs {listed}")
        return self.plan.resolve(wanted)


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
