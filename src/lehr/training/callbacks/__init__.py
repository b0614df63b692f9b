"""Callbacks: what happens around training. The contract is in `base.py`."""

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.checkpointing import Checkpointing
from lehr.training.callbacks.console import ConsoleLog, EpochLines
from lehr.training.callbacks.early_stopping import EarlyStopping
from lehr.training.callbacks.events import (
    EndContext,
    EpochContext,
    EpochEndContext,
    ErrorContext,
    EvaluationContext,
    LogContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)
from lehr.training.callbacks.gradients import GradientMonitor
from lehr.training.callbacks.logging import LoggingCallback
from lehr.training.callbacks.progress import ProgressBar
from lehr.training.callbacks.rates import RateMonitor
from lehr.training.callbacks.time_limit import TimeLimit

__all__ = [
    "Callback",
    "Checkpointing",
    "ConsoleLog",
    "EarlyStopping",
    "EndContext",
    "EpochContext",
    "EpochEndContext",
    "EpochLines",
    "ErrorContext",
    "EvaluationContext",
    "GradientMonitor",
    "LogContext",
    "LoggingCallback",
    "ProgressBar",
    "RateMonitor",
    "SavePointContext",
    "StartContext",
    "TimeLimit",
    "UpdateContext",
]
