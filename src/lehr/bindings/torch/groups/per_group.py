"""Schedules for each param group, by its name, times the factors that it holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from lehr import _checks
from lehr.bindings.torch.groups.by_name import near
from lehr.bindings.torch.rules import Followed, On, TimesBase
from lehr.schedules.base import Schedule
from lehr.schedules.constant import Constant

Groups = Sequence[Mapping[str, Any]]
Value = Followed | Mapping[str, Followed | None] | None
Followers = list[Followed | None]

_OTHERS = {"lr": "lr_scale"}
"""The factor of a field, as timm's groups name it."""


def per_group(
    groups: torch.optim.Optimizer | Groups, /, **fields: Value
) -> dict[str, Any]:
    """Return what each param group follows: its schedule, times its factor.

    The factor of a field is what the group holds under "<field>_factor", as the groups
    of `groups_by_layer` and `mup_groups` do (and those without weight decay, whose
    factor is 0); for the rate also timm's "lr_scale". Without one it is 1. What is
    relative, `times_base(...)`, has it in the group's own value already.

    Args:
        groups: param groups, or an optimizer that has them.
        **fields: by field, a schedule for all groups; or a mapping of group name to
            schedule, where "head" also means "head.no_decay" and all else below it, and
            the longest name decides; `None` for a group leaves it alone.

    Raises:
        TypeError: a value is no schedule.
        ValueError: a group has no schedule, or a name means no group.

    >>> from lehr import Linear
    >>> from lehr.bindings.torch import Scheduler, groups_by_layer
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    >>> groups = groups_by_layer(model, lr=0.1, decay=0.5)
    >>> optimizer = torch.optim.SGD(groups)
    >>> lr = Linear(0.1, 0.0, 10)
    >>> scheduler = Scheduler(optimizer, **per_group(optimizer, lr=lr))
    >>> scheduler.seek(5)
    >>> scheduler.get_last_lr()
    [0.025, 0.05]
    """
    given = groups
    if isinstance(groups, torch.optim.Optimizer):
        given = groups.param_groups
    if not given:
        raise ValueError("groups must hold at least one param group, got none")
    return {name: _field(name, value, given) for name, value in fields.items()}


def _field(name: str, value: Any, groups: Any) -> Any:
    if isinstance(value, On):
        return On(value.clock, _field(name, value.value, groups))
    if not isinstance(value, Mapping):
        return [_times(name, value, group) for group in groups]
    used = set[str]()
    made: Followers = []
    for index, group in enumerate(groups):
        key = _key(str(group.get("name", index)), value)
        if key is None:
            label = group.get("name", index)
            raise ValueError(
                f"{name} has no schedule for the group {label!r}; add {label!r}: "
                f"schedule, or {label!r}: None to leave it alone"
            )
        used.add(key)
        item = value[key]
        made.append(None if item is None else _times(name, item, group))
    if unused := [key for key in value if key not in used]:
        names = [str(group.get("name", i)) for i, group in enumerate(groups)]
        raise ValueError(
            f"{name} names a group {unused[0]!r} that is not, or that longer names "
            f"cover; {near(str(unused[0]), names)}"
        )
    return made


def _key(label: str, value: Mapping[str, Any]) -> str | None:
    """Return the longest name in a mapping that means a group."""
    fitting = [k for k in value if label == k or label.startswith(f"{k}.")]
    return max(fitting, key=len, default=None)


def _times(name: str, value: Any, group: Mapping[str, Any]) -> Followed:
    if isinstance(value, TimesBase):
        return value
    if isinstance(value, On):
        return On(value.clock, _times(name, value.value, group))
    if not isinstance(value, Schedule):
        raise TypeError(
            f"{name} must be a schedule, or a mapping of group name to schedule, got "
            f"{value!r}"
        )
    given = group.get(f"{name}_factor", group.get(_OTHERS.get(name, ""), 1.0))
    factor = _checks.finite(f"{name}_factor", given)
    if factor == 0:
        return Constant(0.0)
    return value if factor == 1 else factor * value


def scheduled(scheduler: Any) -> dict[str, dict[str, Schedule]]:
    """Return what a bound scheduler does: by field and group, its schedule of values.

    What is relative is multiplied by the group's starting value, and what is left alone
    is the constant that it holds; so it can be drawn: `lehr.plotting.plot_fields`.

    Args:
        scheduler: a `Scheduler` of this package.

    Raises:
        TypeError: it is not one.

    >>> from lehr import Linear
    >>> from lehr.bindings.torch import Scheduler, times_base
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduled(Scheduler(optimizer, lr=times_base(Linear(1.0, 0.0, 10))))
    {'lr': {'0': Scale(schedule=Linear(start=1.0, end=0.0, steps=10), factor=0.1)}}
    """
    from lehr.bindings.torch.scheduler import Scheduler

    if not isinstance(scheduler, Scheduler):
        raise TypeError(f"scheduler must be lehr's bound Scheduler, got {scheduler!r}")
    groups = scheduler.optimizer.param_groups
    names = [str(group.get("name", i)) for i, group in enumerate(groups)]
    found = dict[str, dict[str, Schedule]]()
    for field, bound in scheduler._fields.items():
        rows = zip(names, bound.rules, bound.bases, bound.captured, strict=True)
        found[field] = {
            name: Constant(held)
            if rule is None
            else base * rule.schedule
            if rule.relative
            else rule.schedule
            for name, rule, base, held in rows
        }
    return found
