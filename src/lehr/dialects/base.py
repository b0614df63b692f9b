"""The contract of a dialect: another library's name and parameters, our schedule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lehr.controllers import Plateau
from lehr.schedules import Schedule

Curve = Callable[..., Schedule]


@dataclass(frozen=True)
class MetricDriven:
    """What a scheduler that follows a metric comes to: a controller, and its limits.

    The value of a group is `planned(t)` times the controller's factor, cut by cut:
    `max(value * factor, minimum)`, and a cut that changes it by no more than `eps`
    changes nothing.

    Args:
        controller: decides at each step from the metric.
        planned: from a group's starting value to what it follows without any cut; None
            keeps the starting value.
        minimum: the lowest value, of all groups or one per group.
        eps: the smallest change of the value that is made.
        start: steps before the controller sees its first metric.
    """

    controller: Plateau
    planned: Callable[[float], Schedule] | None = None
    minimum: float | tuple[float, ...] = 0.0
    eps: float = 0.0
    start: int = 0


@dataclass(frozen=True)
class Dialect:
    """One scheduler of another library: its name, and its parameters as a curve.

    Args:
        name: the library's own, as it stands in configurations.
        curve: `curve(base, *, ...)` with the library's parameters and defaults; returns
            the schedule of a group whose starting value is `base`. None if the
            scheduler follows a metric.
        lengths: parameters that are lengths, or lists of them, on the scheduler's own
            clock: a fraction or a duration there is resolved against a plan.
        horizon: the parameter that is the length of the run; a plan fills it.
        proportional: whether `curve(base)` is `base` times `curve(1.0)`.
        per_group: parameters that take one number, or one per group.
        others: curves of other fields that the scheduler drives too, by field name
            ("momentum" means beta1 where the optimizer has betas), with the same
            parameters as `curve`; one that returns None drives nothing.
        metric_driven: `metric_driven(...)` with the library's parameters, in place of
            `curve`.
        functions: parameters that are functions, or the importable names of functions.
        composite: whether the parameter `schedulers` is a list of other schedulers,
            which `curve` is given as a tuple of `Named`.
        exact: whether `curve` takes `exact=...`: the original where it contradicts its
            own documentation.
        absolute: whether the parameters say the values themselves, as optax's and
            Keras's do, so that `curve(*, ...)` is given no starting value.
    """

    name: str
    curve: Curve | None = None
    lengths: tuple[str, ...] = ()
    horizon: str | None = None
    proportional: bool = False
    per_group: tuple[str, ...] = ()
    others: Mapping[str, Callable[..., Schedule | None]] = field(default_factory=dict)
    metric_driven: Callable[..., MetricDriven] | None = None
    functions: tuple[str, ...] = ()
    composite: bool = False
    exact: bool = False
    absolute: bool = False


@dataclass(frozen=True)
class Named:
    """A dialect with its arguments: a curve for any starting value.

    Args:
        dialect: which scheduler.
        arguments: by the library's own parameter names.
    """

    dialect: Dialect
    arguments: Mapping[str, Any]

    def curve(self, base: float) -> Schedule:
        """Return the schedule of a group whose starting value is `base`.

        A dialect whose parameters say the values themselves takes no notice of it.
        """
        if self.dialect.curve is None:
            raise ValueError(
                f"{self.dialect.name} follows a metric, so it has no curve by itself"
            )
        if self.dialect.absolute:
            return self.dialect.curve(**self.arguments)
        return self.dialect.curve(base, **self.arguments)


def named(dialects: Sequence[Dialect], name: str, **arguments: Any) -> Named:
    """Return the scheduler of that name with these arguments.

    Raises:
        ValueError: there is no such name.
    """
    known = {dialect.name: dialect for dialect in dialects}
    if name not in known:
        raise ValueError(f"unknown scheduler {name!r}; known: {', '.join(known)}")
    return Named(known[name], arguments)
