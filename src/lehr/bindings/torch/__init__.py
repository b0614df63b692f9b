"""Schedules on a PyTorch optimizer: any number in any param group, by name."""

try:
    import torch as _torch  # noqa: F401  (says at once what is missing)
except ImportError as error:
    raise ImportError(
        "lehr.bindings.torch needs PyTorch: pip install 'lehr[torch]'"
    ) from error

from lehr.bindings.torch.plateau_scheduler import PlateauScheduler
from lehr.bindings.torch.position import Position
from lehr.bindings.torch.rules import on, times_base
from lehr.bindings.torch.scaled import step_scaled
from lehr.bindings.torch.scheduler import Scheduler

__all__ = [
    "PlateauScheduler",
    "Position",
    "Scheduler",
    "on",
    "step_scaled",
    "times_base",
]
