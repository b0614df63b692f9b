"""Schedulers whose curves depend on what each param group starts with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from lehr.bindings.torch import PlateauScheduler, Scheduler, times_base
from lehr.bindings.torch.fields import Field, adopted, same_number
from lehr.bindings.torch.replanning import Policy
from lehr.bindings.torch.rules import TimesBase, assign
from lehr.bindings.torch.slots import Group, is_number, read
from lehr.controllers import Plateau
from lehr.schedules import Schedule

Curve = Callable[[int, float], Schedule | None]


@dataclass(frozen=True)
class Recipe:
    """How a field's schedule follows from what a group starts with.

    Args:
        curve: from a group's number and starting value to its schedule.
        relative: whether the curve is one for all groups, times their starting values.
        scaled: whether a group's own `lr_scale` multiplies it, as timm has it.
    """

    curve: Curve
    relative: bool = False
    scaled: bool = False

    def followed(
        self, index: int, base: float, group: Group
    ) -> Schedule | TimesBase | None:
        """Return what group `index` follows."""
        schedule = self.curve(index, 1.0 if self.relative else base)
        if schedule is None:
            return None
        if self.scaled and is_number(group.get("lr_scale")):
            schedule = read(group, "lr_scale") * schedule
        return times_base(schedule) if self.relative else schedule


class ConfiguredScheduler(Scheduler):
    """A scheduler that makes each group's schedule of the group's starting value.

    Groups that are added later get theirs in the same way. The state tells with what
    the groups started, so that an optimizer may be loaded before its scheduler is
    built: then it holds the rates of the run, from which no curve could be made.

    Args:
        optimizer: any torch optimizer.
        recipes: by field.
    """

    _recipes: dict[str, Recipe]

    def __init__(
        self, optimizer: torch.optim.Optimizer, recipes: Mapping[str, Recipe]
    ) -> None:
        self._recipes = dict(recipes)
        nothing: list[None] = [None] * len(optimizer.param_groups)
        later: dict[str, Any] = {name: nothing for name in recipes}
        super().__init__(optimizer, **later)

    def _refresh(self) -> None:
        groups = self.optimizer.param_groups
        known = {
            name: min(len(bound.given), len(groups))
            for name, bound in self._fields.items()
            if name in self._recipes and len(bound.given) < len(groups)
        }
        for name, old in known.items():
            bound = self._fields[name]
            bound.value = [*bound.value[:old], *[None] * (len(groups) - old)]
        super()._refresh()  # takes in the starting values
        for name, old in known.items():
            self._fill(name, self._fields[name], old)
        if known:
            super()._refresh()

    def _fill(self, name: str, bound: Field, old: int) -> None:
        """Give the groups from `old` on what they follow."""
        recipe, groups = self._recipes[name], self.optimizer.param_groups
        for index in range(old, len(groups)):
            base = bound.captured[index]
            bound.value[index] = recipe.followed(index, base, groups[index])
        fresh = assign(name, bound.value, groups, bound.clock)
        for index in range(old, len(groups)):
            followed = adopted(bound, fresh[index])
            bound.given[index], bound.rules[index] = fresh[index], followed

    def state_dict(self) -> dict[str, Any]:
        """Return the state, with what each group started with and holds now."""
        groups = self.optimizer.param_groups
        starts = {
            name: [
                [start, read(group, name)]
                for start, group in zip(bound.captured, groups, strict=False)
            ]
            for name, bound in self._fields.items()
            if name in self._recipes
        }
        return {**super().state_dict(), "starts": starts}

    def _load(self, state: Mapping[str, Any], policy: Policy) -> None:
        groups = self.optimizer.param_groups
        if groups is not self._groups or len(groups) != self._width:
            self._refresh()
        before = self._fields
        starts = state.get("starts", {}) if isinstance(state, Mapping) else {}
        try:
            self._fields = {
                name: self._restarted(name, bound, starts[name])
                if name in starts and name in self._recipes
                else bound
                for name, bound in before.items()
            }
        except (TypeError, ValueError) as error:
            raise ValueError(f"the state is damaged: starts are {starts!r}") from error
        try:
            super()._load(state, policy)
        except BaseException:
            self._fields = before
            raise

    def _restarted(self, name: str, bound: Field, starts: Any) -> Field:
        """Return the field as it is with the saved starting values.

        They are taken where a group holds what it held when the state was saved: then
        its optimizer was loaded first.
        """
        captured, value = bound.captured.copy(), list(bound.value)
        groups = self.optimizer.param_groups
        for index, (start, held) in enumerate(starts[: len(captured)]):
            if same_number(captured[index], held) and captured[index] != start:
                captured[index] = start
                recipe = self._recipes[name]
                value[index] = recipe.followed(index, start, groups[index])
        given = assign(name, value, groups, bound.clock)
        return replace(
            bound,
            value=value,
            captured=captured,
            bases=captured.copy(),
            given=given,
            rules=given.copy(),
        )


class ConfiguredPlateauScheduler(ConfiguredScheduler, PlateauScheduler):
    """A scheduler that follows a metric, on top of what a recipe plans.

    Args:
        optimizer: any torch optimizer.
        recipe: the planned rates.
        controller: decides from the metrics when to cut.
        limits: the other arguments of a PlateauScheduler.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        recipe: Recipe,
        controller: Plateau,
        **limits: Any,
    ) -> None:
        self._recipes = {"lr": recipe}
        nothing: list[None] = [None] * len(optimizer.param_groups)
        PlateauScheduler.__init__(
            self, optimizer, controller, planned=nothing, **limits
        )
