"""Schedules for each param group, by its name, times the factors that it holds."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch

from lehr import _checks
from lehr.bindings.torch.groups.by_name import near
from lehr.bindings.torch.rules import Followed, On, PerGroup, TimesBase
from lehr.schedules.base import Schedule
from lehr.schedules.constant import Constant

Groups = Sequence[Mapping[str, Any]]
Value = Followed | Mapping[str | int, Followed | None] | Mapping[str, Any] | None

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
        **fields: by field, a schedule for all groups; or a mapping of group name or
            index to schedule, where "head" also means "head.no_decay" and all else
            below it, and the longest name decides; `None` for a group leaves it alone.
            Groups that are added later follow what this says of them.

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
    follower = partial(_mapped if isinstance(value, Mapping) else _times, name, value)
    made = PerGroup(follower, groups)
    if isinstance(value, Mapping):
        used = {_key(i, group, value) for i, group in enumerate(groups)}
        if unused := [key for key in value if key not in used]:
            names = [str(group.get("name", i)) for i, group in enumerate(groups)]
            raise ValueError(
                f"{name} names a group {unused[0]!r} that is not, or that longer names "
                f"cover; {near(str(unused[0]), names)}"
            )
    return made


def _mapped(
    name: str, value: Mapping[Any, Any], index: int, group: Mapping[str, Any]
) -> Followed | None:
    key = _key(index, group, value)
    if key is None:
        label = group.get("name", index)
        raise ValueError(
            f"{name} has no schedule for the group {label!r}; add {label!r}: "
            f"schedule, or {label!r}: None to leave it alone"
        )
    item = value[key]
    return None if item is None else _times(name, item, index, group)


def _key(index: int, group: Mapping[str, Any], value: Mapping[Any, Any]) -> Any:
    """Return the key of a mapping that means a group: its index, or the longest name.

    >>> _key(1, {"name": "head.no_decay"}, {"head": 0, "head.no": 1, "body": 2})
    'head'
    """
    if index in value:
        return index
    label = str(group.get("name", index))
    fitting = [k for k in value if label == str(k) or label.startswith(f"{k}.")]
    return max(fitting, key=len, default=None)


def _times(name: str, value: Any, index: int, group: Mapping[str, Any]) -> Followed:
    if isinstance(value, TimesBase):
        return value
    if isinstance(value, On):
        return On(value.clock, _times(name, value.value, index, group))
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


def scheduled(scheduler: Any) -> dict[str, dict[str | int, Schedule]]:
    """Return `scheduler.schedules`, as `lehr.plotting.plot_fields` draws it.

    Args:
        scheduler: a `Scheduler` of this package.

    Raises:
        TypeError: it is not one.

    >>> from lehr import Linear
    >>> from lehr.bindings.torch import Scheduler, times_base
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduled(Scheduler(optimizer, lr=times_base(Linear(1.0, 0.0, 10))))
    {'lr': {0: Scale(schedule=Linear(start=1.0, end=0.0, steps=10), factor=0.1)}}
    """
    from lehr.bindings.torch.scheduler import Scheduler

    if not isinstance(scheduler, Scheduler):
        raise TypeError(f"scheduler must be lehr's bound Scheduler, got {scheduler!r}")
    return scheduler.schedules
