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
    RollBackContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)
from lehr.training.callbacks.gradients import GradientMonitor
from lehr.training.callbacks.logging import LoggingCallback
from lehr.training.callbacks.loss_forecast import LossCurve, LossForecast
from lehr.training.callbacks.profiler import Profiler
from lehr.training.callbacks.progress import ProgressBar
from lehr.training.callbacks.rates import RateMonitor
from lehr.training.callbacks.roll_back import RollBack
from lehr.training.callbacks.sample_predictions import SamplePredictions
from lehr.training.callbacks.skip_non_finite import SkipNonFinite
from lehr.training.callbacks.throughput import Throughput
from lehr.training.callbacks.time_limit import TimeLimit
from lehr.training.callbacks.weight_averages import Ema, WeightAverage

__all__ = [
    "Callback",
    "Checkpointing",
    "ConsoleLog",
    "EarlyStopping",
    "Ema",
    "EndContext",
    "EpochContext",
    "EpochEndContext",
    "EpochLines",
    "ErrorContext",
    "EvaluationContext",
    "GradientMonitor",
    "LogContext",
    "LoggingCallback",
    "LossCurve",
    "LossForecast",
    "Profiler",
    "ProgressBar",
    "RateMonitor",
    "RollBack",
    "RollBackContext",
    "SamplePredictions",
    "SavePointContext",
    "SkipNonFinite",
    "StartContext",
    "Throughput",
    "TimeLimit",
    "UpdateContext",
    "WeightAverage",
]
