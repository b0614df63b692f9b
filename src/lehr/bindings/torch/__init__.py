"""Schedules on a PyTorch optimizer: any number in any param group, by name."""

try:
    import torch as _torch  # noqa: F401  (says at once what is missing)
except ImportError as error:
    raise ImportError(
        "lehr.bindings.torch needs PyTorch: pip install 'lehr[torch]'"
    ) from error

from lehr.bindings.torch.groups.by_layer import groups_by_layer
from lehr.bindings.torch.groups.by_name import groups_by_name
from lehr.bindings.torch.groups.by_pattern import groups_by_pattern
from lehr.bindings.torch.groups.mup import mup_groups
from lehr.bindings.torch.groups.per_group import per_group, scheduled
from lehr.bindings.torch.plateau_scheduler import PlateauScheduler
from lehr.bindings.torch.position import Position
from lehr.bindings.torch.rules import on, times_base
from lehr.bindings.torch.scaled import step_scaled
from lehr.bindings.torch.scheduler import Scheduler

__all__ = [
    "PlateauScheduler",
    "Position",
    "Scheduler",
    "groups_by_layer",
    "groups_by_name",
    "groups_by_pattern",
    "mup_groups",
    "on",
    "per_group",
    "scheduled",
    "step_scaled",
    "times_base",
]
