"""Callbacks: what happens around training. The contract is in `base.py`."""

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.checkpointing import Checkpointing
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
from lehr.training.callbacks.logging import LoggingCallback
from lehr.training.callbacks.progress import ProgressBar
from lehr.training.callbacks.rates import RateMonitor

__all__ = [
    "Callback",
    "Checkpointing",
    "EarlyStopping",
    "EndContext",
    "EpochContext",
    "EpochEndContext",
    "ErrorContext",
    "EvaluationContext",
    "LogContext",
    "LoggingCallback",
    "ProgressBar",
    "RateMonitor",
    "SavePointContext",
    "StartContext",
    "UpdateContext",
]
