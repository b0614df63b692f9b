"""Write a curve's next value into all param groups, where nobody else has written.

A writer is made for the groups and the parameters as they are, and says when they have
changed. It keeps no scheduler alive.
"""

import math
from collections.abc import Callable
from typing import Any

import torch

from lehr.dropin._groups import put, taken
from lehr.dropin.torch.places import Group, Number, Place, place

Change = float | Callable[[Any, Any], Any]
"""A factor of the rate, or a function of the rate and of the group's base."""

Tell = Callable[[float, float], None]


class Shape:
    """What a scheduler does, without the scheduler: its curve, and its single steps.

    The value of a group after t steps is base w(t) + floor (1 - w(t)).

    Args:
        weight: w, from a step.
        change: from a step to what it makes of a rate that is not on the curve; None
            where it leaves it.
        floor: in the units of the rates.
        horizon: the last step that the parameters describe; after it, it is told.
    """

    __slots__ = ("change", "floor", "horizon", "weight")

    def __init__(
        self,
        weight: Callable[[float], float],
        change: Callable[[int], Change | None],
        floor: float = 0.0,
        horizon: float = math.inf,
    ) -> None:
        self.weight = weight
        self.change = change
        self.floor = floor
        self.horizon = horizon

    def at(self, base: float, t: float) -> float:
        """Return the value of a group after `t` steps."""
        w = self.weight(t)
        return base * w + self.floor * (1.0 - w) if self.floor else base * w


def changed(change: Change | None, rate: Any, base: float) -> Any:
    """Return what a single step makes of a rate."""
    if change is None:
        return rate
    return change(rate, base) if callable(change) else rate * change


class Uniform:
    """Follow a curve in groups that have one number for a base: call by call counts."""

    __slots__ = (
        "at",
        "base",
        "base_lrs",
        "floor",
        "groups",
        "horizon",
        "last",
        "now",
        "optimizer",
        "rates",
        "shape",
        "tell",
        "weight",
        "width",
    )

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        base_lrs: list[Any],
        shape: Shape,
        at: float,
        tell: Tell,
    ) -> None:
        self.optimizer, self.shape, self.at, self.tell = optimizer, shape, at, tell
        self.groups: list[Group] = optimizer.param_groups
        self.width = len(self.groups)
        self.base_lrs = list(base_lrs)
        self.base = float(base_lrs[0])
        self.weight, self.floor = shape.weight, shape.floor
        self.horizon = shape.horizon
        self.last = shape.at(self.base, at) if at >= 0 else math.nan
        self.now: Any = self.last
        self.rates: list[Any] | None = None
        """What the groups held after the last step, if not all held `now`."""

    def advance(self, t: int, base_lrs: list[Any]) -> bool:
        """Make step `t`; return False, having done nothing, where things changed."""
        groups = self.optimizer.param_groups
        if (
            t != self.at + 1
            or groups is not self.groups
            or len(groups) != self.width
            or base_lrs != self.base_lrs
        ):
            return False
        found = groups[0]["lr"]
        last, w, floor = self.last, self.weight(t), self.floor
        value = self.base * w + floor * (1.0 - w) if floor else self.base * w
        if found is last:
            now = value
        elif isinstance(found, torch.Tensor):
            return False
        elif found == last:
            now = value
        else:
            now = changed(self.shape.change(t), found, self.base)
        self.at, self.last, self.rates = t, value, None
        if value < 0.0 or t > self.horizon:
            self.tell(t, value)
        strays = None
        if now == found:
            now = found
            for group in groups:
                if group["lr"] is not found:
                    strays = [group for group in groups if group["lr"] is not found]
                    break
        else:
            for group in groups:
                if group["lr"] is found:
                    group["lr"] = now
                elif strays is None:
                    strays = [group]
                else:
                    strays.append(group)
        self.now = now
        if now is found and found == value:
            self.last = found  # the object that the groups hold is found faster
        if strays:
            self._lead(strays, t, found, last)
        return True

    def _lead(self, strays: list[Group], t: int, found: Any, last: float) -> None:
        """Make the step of groups that do not hold the first one's very number."""
        change, off = self.shape.change(t), False
        for group in strays:
            rate = group["lr"]
            tensor = isinstance(rate, torch.Tensor)
            if not tensor and rate == found:
                group["lr"] = self.now
                continue
            off = True
            if tensor:
                self.width = -1  # so that a new writer is made
            if not tensor and rate == last:
                group["lr"] = self.last
            elif change is not None:
                put(group, changed(change, rate, self.base))
        if off:
            self.rates = [taken(group["lr"]) for group in self.groups]

    def values(self) -> list[Any]:
        """Return what the groups held after the last step."""
        return [self.now] * len(self.base_lrs)


class Several:
    """Follow a curve in groups of differing bases, or of tensors."""

    __slots__ = (
        "at",
        "base_lrs",
        "bases",
        "groups",
        "lasts",
        "optimizer",
        "places",
        "rates",
        "shape",
        "tell",
        "w",
        "width",
    )

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        base_lrs: list[Any],
        shape: Shape,
        at: float,
        tell: Tell,
    ) -> None:
        self.optimizer, self.shape, self.at, self.tell = optimizer, shape, at, tell
        self.groups: list[Group] = optimizer.param_groups
        self.width = len(self.groups)
        self.base_lrs = list(base_lrs)
        self.bases = [float(base) for base in base_lrs]
        self.w = shape.weight(at) if at >= 0 else math.nan
        self.lasts = self._values(self.w)
        self.rates: list[Any] | None = None
        self.places: list[Place] | None = None
        if any(isinstance(group["lr"], torch.Tensor) for group in self.groups):
            pairs = zip(self.groups, self.lasts, strict=True)
            self.places = [place(group, last) for group, last in pairs]

    def _values(self, w: float) -> list[float]:
        if floor := self.shape.floor:
            rest = floor * (1.0 - w)
            return [base * w + rest for base in self.bases]
        return [base * w for base in self.bases]

    def advance(self, t: int, base_lrs: list[Any]) -> bool:
        """Make step `t`; return False, having done nothing, where things changed."""
        groups = self.optimizer.param_groups
        if (
            t != self.at + 1
            or groups is not self.groups
            or len(groups) != self.width
            or base_lrs != self.base_lrs
        ):
            return False
        shape = self.shape
        lasts, w = self.lasts, shape.weight(t)
        values = lasts if w == self.w else self._values(w)
        if self.places is None and not self._advance_numbers(t, lasts, values):
            return False
        if self.places is not None:
            self._advance_places(self.places, t, values)
        self.at, self.w, self.lasts = t, w, values
        if values[0] < 0.0 or t > shape.horizon:
            self.tell(t, values[0])
        return True

    def _advance_numbers(self, t: int, lasts: list[Any], values: list[Any]) -> bool:
        found = [group["lr"] for group in self.groups]
        if isinstance(found[0], torch.Tensor) or isinstance(found[-1], torch.Tensor):
            return False
        if found == lasts:
            now, self.rates = values, None
        else:
            change = self.shape.change(t)
            old = zip(found, lasts, values, self.bases, strict=True)
            now = [v if r == last else changed(change, r, b) for r, last, v, b in old]
            self.rates = now
        if now is not lasts:
            # `strict=` would take longer than a group; they have been counted.
            for group, value in zip(self.groups, now):  # noqa: B905  (as said)
                group["lr"] = value
        return True

    def _advance_places(self, places: list[Place], t: int, values: list[float]) -> None:
        change, rates, stays = None, None, values is self.lasts
        targets = zip(places, self.groups, values, strict=True)
        for index, (spot, group, value) in enumerate(targets):
            if spot.holds(group):
                if not stays:
                    spot.set(group, value)
                if rates is not None:
                    rates.append(value)
                continue
            if rates is None:
                change, rates = self.shape.change(t), list[Any](values[:index])
            if change is not None:
                spot.set(group, changed(change, spot.read(group), self.bases[index]))
            rates.append(taken(spot.read(group)))
            spot.expect(value)
            if isinstance(group["lr"], torch.Tensor) == isinstance(spot, Number):
                self.width = -1  # so that a new writer is made
        self.rates = rates

    def values(self) -> list[Any]:
        """Return the curve's values of the last step, group by group."""
        return self.lasts


def writer(
    optimizer: torch.optim.Optimizer,
    base_lrs: list[Any],
    shape: Shape,
    at: float,
    tell: Tell,
) -> Uniform | Several:
    """Return the plainest writer for the groups as they are, `at` a step."""
    groups = optimizer.param_groups
    same = all(base is base_lrs[0] or base == base_lrs[0] for base in base_lrs)
    tensors = any(isinstance(group["lr"], torch.Tensor) for group in groups)
    kind = Uniform if same and not tensors else Several
    return kind(optimizer, base_lrs, shape, at, tell)
