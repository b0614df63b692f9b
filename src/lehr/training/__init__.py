"""Training: a trainer, its loops, callbacks, loggers and checkpoints, on torch."""

from lehr.training.callbacks import (
    Callback,
    Checkpointing,
    EarlyStopping,
    LoggingCallback,
    ProgressBar,
    RateMonitor,
)
from lehr.training.checkpoint import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
    CheckpointStore,
    CheckpointWriteError,
    FolderLockedError,
    FolderNotEmptyError,
    Retention,
)
from lehr.training.errors import EmptyDataError, NonFiniteError, TrainingError
from lehr.training.interface import Trainer
from lehr.training.loggers import Csv, JsonLines, Logger, read_json_lines
from lehr.training.loops import Step, TrainingLoop, ValidationLoop
from lehr.training.metrics import Averages, accuracy
from lehr.training.objective import Objective
from lehr.training.result import Best, FitResult
from lehr.training.trainer import BaseTrainer

__all__ = [
    "Averages",
    "BaseTrainer",
    "Best",
    "Callback",
    "CheckpointCorruptError",
    "CheckpointError",
    "CheckpointNotFoundError",
    "CheckpointSecurityError",
    "CheckpointStore",
    "CheckpointWriteError",
    "Checkpointing",
    "Csv",
    "EarlyStopping",
    "EmptyDataError",
    "FitResult",
    "FolderLockedError",
    "FolderNotEmptyError",
    "JsonLines",
    "Logger",
    "LoggingCallback",
    "NonFiniteError",
    "Objective",
    "ProgressBar",
    "RateMonitor",
    "Retention",
    "Step",
    "Trainer",
    "TrainingError",
    "TrainingLoop",
    "ValidationLoop",
    "accuracy",
    "read_json_lines",
]
