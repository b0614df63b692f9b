"""Schedulers: rates by epoch as values, and ones that count their own steps."""

from lehr.training.schedulers.base import LRScheduler
from lehr.training.schedulers.cosine_scheduler import CosineAnnealingLR, CosineScheduler
from lehr.training.schedulers.exponential_scheduler import ExponentialLR
from lehr.training.schedulers.plateau_scheduler import ReduceLROnPlateau
from lehr.training.schedulers.step_scheduler import MultiStepLR, StepLR, StepScheduler
from lehr.training.schedulers.warmup_scheduler import (
    WarmupCosineAnnealingLR,
    WarmupLR,
    WarmupScheduler,
    WarmupStepLR,
)

__all__ = [
    "CosineAnnealingLR",
    "CosineScheduler",
    "ExponentialLR",
    "LRScheduler",
    "MultiStepLR",
    "ReduceLROnPlateau",
    "StepLR",
    "StepScheduler",
    "WarmupCosineAnnealingLR",
    "WarmupLR",
    "WarmupScheduler",
    "WarmupStepLR",
]
