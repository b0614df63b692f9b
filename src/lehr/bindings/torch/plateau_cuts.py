"""Cuts of a planned value when a metric stops improving: rules, memory, writer."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

from lehr._checks import count, finite
from lehr.bindings.torch.fields import Field
from lehr.bindings.torch.slots import Groups, write
from lehr.bindings.torch.writers import Advance, Forget
from lehr.controllers import Plateau, PlateauState


@dataclass(frozen=True)
class CutRules:
    """When a value is cut, by how much, and how low: a configuration.

    Args:
        controller: decides from the metrics.
        minimum: the lowest value, of all groups or one per group.
        eps: a cut by no more than this changes nothing.
        start: steps before the controller sees its first metric.
    """

    controller: Plateau
    minimum: float | tuple[float, ...] = 0.0
    eps: float = 0.0
    start: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no configuration of cuts."""
        if not isinstance(self.controller, Plateau):
            raise TypeError(
                "controller must be a lehr.controllers.Plateau, got "
                f"{self.controller!r}; write Plateau(mode='min', factor=0.1)"
            )
        if isinstance(self.minimum, Sequence) and not isinstance(self.minimum, str):
            lows = (finite(f"minimum[{i}]", m) for i, m in enumerate(self.minimum))
            object.__setattr__(self, "minimum", tuple(lows))
        else:
            object.__setattr__(self, "minimum", finite("minimum", self.minimum))
        object.__setattr__(self, "eps", finite("eps", self.eps))
        if self.eps < 0:
            raise ValueError(f"eps must be >= 0, got {self.eps!r}")
        object.__setattr__(self, "start", count("start", self.start))

    def lowest(self, groups: int) -> list[float]:
        """Return the minimum of each of so many groups.

        Raises:
            ValueError: the minimums are listed, for another number of groups.
        """
        if not isinstance(self.minimum, tuple):
            return [self.minimum] * groups
        if len(self.minimum) != groups:
            raise ValueError(
                f"minimum lists {len(self.minimum)} values for {groups} param groups; "
                "list one per group, or give one number for all of them"
            )
        return list(self.minimum)

    def value(self, planned: float, index: int, cuts: int) -> float:
        """Return what so many cuts leave of a planned value in group `index`.

        Source: Paszke et al., PyTorch, torch.optim.lr_scheduler.ReduceLROnPlateau; the
        floor of the cumulative factor is ours.
        """
        controller, minimum = self.controller, self.minimum
        low = minimum[index] if isinstance(minimum, tuple) else minimum
        if controller.floor:
            low = max(low, planned * controller.floor)
        value = planned
        for _ in range(cuts):
            lower = max(value * controller.factor, low)
            if value - lower <= self.eps:
                break
            value = lower
        return value

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as JSON."""
        several = isinstance(self.minimum, tuple)
        minimum = list(self.minimum) if several else self.minimum  # type: ignore[arg-type]  # a tuple
        controller = asdict(self.controller)
        if controller["watch_cooldown"]:  # then as it was before there was a choice
            del controller["watch_cooldown"]
        return {
            "controller": controller,
            "minimum": minimum,
            "eps": self.eps,
            "start": self.start,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CutRules":
        """Return the configuration that `to_json` wrote."""
        return cls(**{**data, "controller": Plateau(**data["controller"])})

    def __str__(self) -> str:
        given = f"minimum={self.minimum!r}, eps={self.eps!r}, start={self.start!r}"
        return f"{self.controller!r}, {given}"


@dataclass
class Cuts:
    """The rules as given and as followed, and what the controller remembers."""

    given: CutRules
    followed: CutRules
    memory: PlateauState

    def see(self, metric: Any) -> None:
        """Take in one metric.

        Raises:
            TypeError: it is no number.
            ValueError: it is refused by the controller.
        """
        if isinstance(metric, torch.Tensor) and metric.numel() == 1:
            metric = metric.item()
        self.memory, _ = self.followed.controller.update(self.memory, metric)

    def forget(self) -> None:
        """Begin anew, as if there had been no metric."""
        self.memory = self.followed.controller.start()


@dataclass(eq=False)
class CutField(Field):
    """A field whose planned values are cut."""

    cuts: Cuts = field(kw_only=True)

    def number(self, index: int, position: Sequence[int]) -> float:
        """Return the value that group `index` uses at `position`."""
        value = super().number(index, position)
        if self.rules[index] is None:
            return value
        return self.cuts.followed.value(value, index, self.cuts.memory.cuts)


def compile_cutting_writer(bound: CutField, clock: list[int]) -> tuple[Advance, Forget]:
    """Return the writer of a field that is cut, as `compile_writer` does.

    A metric may come at any step, so it looks at each: a step is an evaluation.
    """
    last: dict[int, float] = {}

    def advance(groups: Groups) -> float:
        for index, rule in enumerate(bound.rules):
            if rule is not None:
                value = bound.number(index, clock)
                if last.get(index) != value:
                    write(groups[index], bound.name, value)
                    last[index] = value
        return 0

    return advance, last.clear
