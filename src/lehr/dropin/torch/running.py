"""Write what a step makes of the rates that it finds, whatever they are."""

from collections.abc import Callable
from typing import Any

import torch

from lehr.dropin._groups import put, taken
from lehr.dropin.torch.places import Group, Place, place
from lehr.dropin.torch.writers import Tell

Move = Callable[[int], Callable[[Any, Group, int], Any]]
"""From a step to what it makes of a rate: of the group, and of its place."""


class Running:
    """Make a scheduler's single steps.

    Args:
        optimizer: whose groups are written to.
        move: what a step does.
        alike: whether it does the same to all groups whose rates are equal.
        tell: is told of a rate below 0.
    """

    __slots__ = (
        "alike",
        "groups",
        "move",
        "now",
        "optimizer",
        "places",
        "rates",
        "tell",
        "width",
    )

    def __init__(
        self, optimizer: torch.optim.Optimizer, move: Move, alike: bool, tell: Tell
    ) -> None:
        self.optimizer, self.move, self.alike, self.tell = optimizer, move, alike, tell
        self.groups: list[Group] = optimizer.param_groups
        self.width = len(self.groups)
        self.now: Any = None
        self.rates: list[Any] | None = None
        self.places: list[Place] | None = None
        if any(isinstance(group["lr"], torch.Tensor) for group in self.groups):
            self.places = [place(group, 0.0) for group in self.groups]

    def advance(self, t: int, base_lrs: list[Any]) -> bool:
        """Make step `t`; return False, having done nothing, where things changed."""
        groups = self.optimizer.param_groups
        if groups is not self.groups or len(groups) != self.width:
            return False
        moved = self.move(t)
        if self.places is not None:
            self._advance_places(self.places, moved)
            return True
        found = groups[0]["lr"]
        if isinstance(found, torch.Tensor):
            return False
        self.rates, self.now = None, moved(found, groups[0], 0)
        if self.now < 0.0:
            self.tell(t, self.now)
        if not self.alike:
            self.rates = []
            for index, group in enumerate(groups):
                group["lr"] = now = moved(group["lr"], group, index)
                self.rates.append(now)
            return True
        now, strays = self.now, []
        for index, group in enumerate(groups):
            if group["lr"] is found:
                group["lr"] = now
            else:
                strays.append((index, group))
        if strays:
            self._lead(strays, moved, found)
        return True

    def _lead(self, strays: list[tuple[int, Group]], moved: Any, found: Any) -> None:
        """Make the step of groups that do not hold the first one's very number."""
        off = False
        for index, group in strays:
            rate = group["lr"]
            if isinstance(rate, torch.Tensor):
                off, self.width = True, -1  # so that a new writer is made
                put(group, moved(rate, group, index))
            elif rate == found:
                group["lr"] = self.now
            else:
                off, group["lr"] = True, moved(rate, group, index)
        if off:
            self.rates = [taken(group["lr"]) for group in self.groups]

    def _advance_places(self, places: list[Place], moved: Any) -> None:
        rates = []
        for index, (spot, group) in enumerate(zip(places, self.groups, strict=True)):
            spot.set(group, moved(spot.read(group), group, index))
            rates.append(taken(spot.read(group)))
        self.rates = rates

    def values(self) -> list[Any]:
        """Return what the groups held after the last step."""
        return [self.now] * self.width
