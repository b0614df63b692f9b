"""Write a curve that takes no notice of what the groups hold: rate, and momentum."""

from collections.abc import Callable
from typing import Any

import torch

from lehr.dropin.torch.places import Group, Place, place
from lehr.dropin.torch.writers import Tell

Values = float | list[float]
Absolute = Callable[[float], tuple[Values, Values | None]]
"""From a step to the rate, and to the momentum: of all groups, or of each."""


class Overwriter:
    """Set the rates, and the momenta, of all groups to the values of a step."""

    __slots__ = (
        "at",
        "base_lrs",
        "betas",
        "groups",
        "last",
        "optimizer",
        "places",
        "rates",
        "tell",
        "tensors",
        "width",
    )

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        base_lrs: list[Any],
        at: Absolute,
        tell: Tell,
    ) -> None:
        self.optimizer, self.at, self.tell = optimizer, at, tell
        self.groups: list[Group] = optimizer.param_groups
        self.width = len(self.groups)
        self.base_lrs = list(base_lrs)
        self.betas = "betas" in optimizer.defaults
        held = [_first(group, self.betas) for group in self.groups]
        self.tensors = any(isinstance(momentum, torch.Tensor) for momentum in held)
        self.last: Any = 0.0
        self.rates: list[Any] | None = None
        self.places: list[Place] | None = None
        if any(isinstance(group["lr"], torch.Tensor) for group in self.groups):
            self.places = [place(group, 0.0) for group in self.groups]

    def advance(self, t: int, base_lrs: list[Any]) -> bool:
        """Make step `t`; return False, having done nothing, where things changed."""
        groups = self.optimizer.param_groups
        if (
            groups is not self.groups
            or len(groups) != self.width
            or base_lrs != self.base_lrs
        ):
            return False
        if self.places is None and isinstance(groups[0]["lr"], torch.Tensor):
            return False
        last, momentum = self.at(t)
        self.last = last
        if self.places is not None:
            self._fill(self.places, self.values())
        elif type(last) is list:
            if last[0] < 0.0:
                self.tell(t, last[0])
            # `strict=` would take longer than a group; they have been counted.
            for group, value in zip(groups, last):  # noqa: B905  (as said)
                group["lr"] = value
        else:
            if last < 0.0:  # type: ignore[operator]  # it is a number here
                self.tell(t, last)  # type: ignore[arg-type]  # it is a number here
            for group in groups:
                group["lr"] = last
        if momentum is not None:
            self.move(momentum)
        return True

    def _fill(self, places: list[Place], values: list[float]) -> None:
        for spot, group, value in zip(places, self.groups, values, strict=True):
            spot.set(group, value)

    def move(self, momentum: Values) -> None:
        """Set the momenta, or the first betas."""
        groups = self.groups
        if self.tensors or isinstance(momentum, list):
            each = momentum if isinstance(momentum, list) else [momentum] * self.width
            self._move(each)
        elif self.betas:
            for group in groups:
                group["betas"] = (momentum, *group["betas"][1:])
        else:
            for group in groups:
                group["momentum"] = momentum

    def _move(self, momenta: list[float]) -> None:
        betas = self.betas
        for group, momentum in zip(self.groups, momenta, strict=True):
            held = _first(group, betas)
            if type(held) is not float and _filled(group, held, momentum):
                continue
            if betas:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum

    def values(self) -> list[Any]:
        """Return the rates of the last step, group by group."""
        last = self.last
        return last if isinstance(last, list) else [last] * self.width


def _first(group: Group, betas: bool) -> Any:
    return group["betas"][0] if betas else group.get("momentum")


def _filled(group: Group, held: Any, momentum: float) -> bool:
    """Whether a momentum was a tensor of the user's, which now has the new value.

    At first torch puts the very tensor there that is the highest momentum.
    """
    if not isinstance(held, torch.Tensor) or held is group.get("max_momentum"):
        return False
    with torch.no_grad():
        held.fill_(momentum)
    return True
