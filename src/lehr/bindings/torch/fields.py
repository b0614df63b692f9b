"""A scheduled field: the rule and the starting value of each param group."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import torch

from lehr.bindings.torch.position import CLOCKS, Clock
from lehr.bindings.torch.rules import Rule, assign, is_shared
from lehr.bindings.torch.slots import (
    Groups,
    held,
    numeric_fields,
    read,
    require_field,
    write,
)
from lehr.schedules.base import Schedule
from lehr.schedules.constant import Constant


@dataclass(eq=False)
class Field:
    """What one name stands for in each group.

    Args:
        name: as in the param group; `beta1`, `beta2` for the elements of `betas`.
        value: what the caller assigned, `None` for a field that only a state names.
        clock: the scheduler's clock, for schedules that name none.
        given: the rule of each group that `value` means.
        rules: the rule of each group that is followed; a loaded state may change it.
        captured: the value of each group before lehr first wrote to it.
        bases: what relative rules multiply: as captured, or as loaded from a state.
    """

    name: str
    value: Any
    clock: Clock
    given: list[Rule | None] = field(default_factory=list)
    rules: list[Rule | None] = field(default_factory=list)
    captured: list[float] = field(default_factory=list)
    bases: list[float] = field(default_factory=list)

    def number(self, index: int, position: Sequence[int]) -> float:
        """Return the value that group `index` uses at `position`."""
        rule = self.rules[index]
        if rule is None:
            return self.captured[index]
        value = rule.schedule(position[CLOCKS.index(rule.clock)])
        return value * self.bases[index] if rule.relative else value

    def followed(self, index: int) -> Schedule:
        """Return the schedule of the values of group `index`."""
        rule = self.rules[index]
        if rule is None:
            return Constant(self.captured[index])
        return self.bases[index] * rule.schedule if rule.relative else rule.schedule


class Origins:
    """What the groups of each optimizer held before lehr first wrote to them.

    A second scheduler on an optimizer would else take the first one's last rates for
    starting values: a notebook cell run twice would warm up from the warmup's start.
    """

    def __init__(self) -> None:
        self._last: WeakKeyDictionary[
            torch.optim.Optimizer, dict[str, tuple[Field, list[int]]]
        ] = WeakKeyDictionary()

    def note(
        self, optimizer: torch.optim.Optimizer, fields: dict[str, Field], at: list[int]
    ) -> None:
        """Remember who wrote to `optimizer`; `at` follows that scheduler's clocks."""
        known = self._last.setdefault(optimizer, {})
        known.update({name: (bound, at) for name, bound in fields.items()})

    def capture(self, optimizer: torch.optim.Optimizer, name: str, index: int) -> float:
        """Return the starting value of a group: its own, unless lehr wrote that."""
        value = read(optimizer.param_groups[index], name)
        bound, at = self._last.get(optimizer, {}).get(name, (None, []))
        if bound is None or index >= len(bound.rules):
            return value
        wrote = same_number(value, bound.number(index, at))
        return bound.bases[index] if wrote else value


def same_number(a: float, b: float) -> bool:
    """Whether two values agree to what a float32 tensor keeps of them."""
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-30)


def extend(bound: Field, optimizer: torch.optim.Optimizer, origins: Origins) -> None:
    """Take in the groups from `len(bound.given)` on: at first all, later new ones.

    Raises:
        ValueError: a group lacks the field, the caller's mapping or list does not fit
            the groups, or one absolute schedule would make differing groups equal.
    """
    groups, old = optimizer.param_groups, len(bound.given)
    name, kind = bound.name, type(optimizer).__name__
    if old == len(groups):
        return
    if old > len(groups):
        raise ValueError(
            f"param_groups had {old} groups and has {len(groups)}; a scheduler cannot "
            "tell which ones are left: build a new one and seek to its position"
        )
    if bound.value is None:
        given: list[Rule | None] = [None] * len(groups)
    else:
        given = assign(name, bound.value, groups, bound.clock)
    captured, bases = bound.captured.copy(), bound.bases.copy()
    for index in range(old, len(groups)):
        require_field(kind, groups, index, name)
        owner = _owner(groups[:old], name, held(groups[index], name))
        if owner is None:
            captured.append(origins.capture(optimizer, name, index))
            bases.append(captured[index])
        else:
            captured.append(captured[owner])
            bases.append(bases[owner])
    first = given[0] if is_shared(bound.value) else None
    if first is not None and not first.relative:
        _refuse_differing(name, captured, old, _default(optimizer, name))
    rules = bound.rules + [adopted(bound, rule) for rule in given[old:]]
    bound.given, bound.rules, bound.captured = given, rules, captured
    bound.bases = bases


def _owner(groups: Groups, name: str, value: Any) -> int | None:
    """Return which of these groups holds the very tensor `value`, if one does.

    A group that is added without a tensor of its own holds the optimizer's default,
    which an old group may hold as well: then it is no starting value any more.
    """
    if not isinstance(value, torch.Tensor):
        return None
    found = (i for i, group in enumerate(groups) if held(group, name) is value)
    return next(found, None)


def _default(optimizer: torch.optim.Optimizer, name: str) -> float | None:
    """Return what a group without a value of its own starts with."""
    known = name in numeric_fields(optimizer.defaults)
    return read(optimizer.defaults, name) if known else None


def restore(bound: Field, rules: list[Rule | None], groups: Groups) -> None:
    """Give back their starting values to the groups that `rules` no longer schedule."""
    for index, (old, new) in enumerate(zip(bound.rules, rules, strict=True)):
        if old is not None and new is None:
            write(groups[index], bound.name, bound.captured[index])


def adopted(bound: Field, rule: Rule | None) -> Rule | None:
    """Return the rule of a new group: what its equals among the old ones follow now."""
    for given, followed in zip(bound.given, bound.rules, strict=True):
        if given == rule:
            return followed
    return rule


def _refuse_differing(
    name: str, values: list[float], old: int, default: float | None
) -> None:
    if old:
        # A new group either has a value of its own or the optimizer's default.
        known = {values[0], default}
        differing = [value for value in values[old:] if value not in known]
        shown = [values[0], *differing]
    else:
        shown = sorted(set(values), reverse=True)
        differing = shown[1:]
    if not differing:
        return
    listed = ", ".join(repr(value) for value in shown[:4])
    dots = ", ..." if len(shown) > 4 else ""
    raise ValueError(
        f"{name}: one absolute schedule would give the same value to {len(values)} "
        f"param groups that hold different ones ({listed}{dots}); give a schedule per "
        f"group, {name}=[...] or {name}={{name: ...}}, or keep their ratios with "
        f"{name}=times_base(schedule)"
    )
