"""Training: a trainer, its loops, callbacks, loggers and checkpoints, on torch.

Names are loaded on first use: the schedulers need no torch, and do not wait for it.
"""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.dialects.tlama import (
        get_combined_lr_scheduler,
        get_lr_scheduler,
        get_multi_step_lr_scheduler,
        implement_paper_scheduler,
    )
    from lehr.plotting import plot_lr_schedule, plot_paper_scheduler
    from lehr.training.callbacks import (
        Callback,
        Checkpointing,
        ConsoleLog,
        EarlyStopping,
        Ema,
        EpochLines,
        GradientMonitor,
        LoggingCallback,
        LossCurve,
        LossForecast,
        Profiler,
        ProgressBar,
        RateMonitor,
        RollBack,
        SamplePredictions,
        SkipNonFinite,
        Throughput,
        TimeLimit,
        WeightAverage,
    )
    from lehr.training.checkpoint import (
        CheckpointCorruptError,
        CheckpointError,
        CheckpointNotFoundError,
        CheckpointSecurityError,
        CheckpointStore,
        CheckpointVersionError,
        CheckpointWriteError,
        FolderLockedError,
        FolderNotEmptyError,
        Retention,
    )
    from lehr.training.engine.base import Engine
    from lehr.training.engine.ddp import Ddp
    from lehr.training.engine.fsdp import Fsdp
    from lehr.training.errors import (
        ChangedRunError,
        EmptyDataError,
        LossSpikeError,
        NonFiniteError,
        RankLostError,
        TrainingError,
    )
    from lehr.training.gradients import GradientStatistics, gradient_statistics
    from lehr.training.interface import Trainer
    from lehr.training.loggers import (
        Csv,
        JsonLines,
        Logger,
        Mlflow,
        Printer,
        RunStore,
        StoredRun,
        TensorBoard,
        Trackio,
        Wandb,
        find_runs,
        read_json_lines,
        read_run,
    )
    from lehr.training.loops import TrainingLoop
    from lehr.training.metrics import Averages, ConfusionMatrix, TopKAccuracy, accuracy
    from lehr.training.objective import Objective
    from lehr.training.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
    from lehr.training.result import Best, FitResult, Statistics
    from lehr.training.schedulers import (
        CosineAnnealingLR,
        CosineScheduler,
        ExponentialLR,
        LRScheduler,
        MultiStepLR,
        ReduceLROnPlateau,
        StepLR,
        StepScheduler,
        WarmupCosineAnnealingLR,
        WarmupLR,
        WarmupScheduler,
        WarmupStepLR,
    )
    from lehr.training.step import Step
    from lehr.training.trainer import BaseTrainer
    from lehr.training.transfer import LoadReport, load_weights
    from lehr.training.validation import ValidationLoop
    from lehr.training.weights import export_weights, save_weights

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Averages",
    "BaseTrainer",
    "Best",
    "Callback",
    "ChangedRunError",
    "CheckpointCorruptError",
    "CheckpointError",
    "CheckpointNotFoundError",
    "CheckpointSecurityError",
    "CheckpointStore",
    "CheckpointVersionError",
    "CheckpointWriteError",
    "Checkpointing",
    "ConfusionMatrix",
    "ConsoleLog",
    "CosineAnnealingLR",
    "CosineScheduler",
    "Csv",
    "Ddp",
    "EarlyStopping",
    "Ema",
    "EmptyDataError",
    "Engine",
    "EpochLines",
    "ExponentialLR",
    "FitResult",
    "FolderLockedError",
    "FolderNotEmptyError",
    "Fsdp",
    "GradientMonitor",
    "GradientStatistics",
    "JsonLines",
    "LRScheduler",
    "LoadReport",
    "Logger",
    "LoggingCallback",
    "LossCurve",
    "LossForecast",
    "LossSpikeError",
    "Mlflow",
    "MultiStepLR",
    "NonFiniteError",
    "Objective",
    "Printer",
    "Profiler",
    "ProgressBar",
    "RMSprop",
    "RankLostError",
    "RateMonitor",
    "ReduceLROnPlateau",
    "Retention",
    "RollBack",
    "RunStore",
    "SamplePredictions",
    "SkipNonFinite",
    "Statistics",
    "Step",
    "StepLR",
    "StepScheduler",
    "StoredRun",
    "TensorBoard",
    "Throughput",
    "TimeLimit",
    "TopKAccuracy",
    "Trackio",
    "Trainer",
    "TrainingError",
    "TrainingLoop",
    "ValidationLoop",
    "Wandb",
    "WarmupCosineAnnealingLR",
    "WarmupLR",
    "WarmupScheduler",
    "WarmupStepLR",
    "WeightAverage",
    "accuracy",
    "export_weights",
    "find_runs",
    "get_combined_lr_scheduler",
    "get_lr_scheduler",
    "get_multi_step_lr_scheduler",
    "gradient_statistics",
    "implement_paper_scheduler",
    "load_weights",
    "plot_lr_schedule",
    "plot_paper_scheduler",
    "read_json_lines",
    "read_run",
    "save_weights",
]

_ON_FIRST_USE = {
    "lehr.dialects.tlama": (
        "get_combined_lr_scheduler get_lr_scheduler get_multi_step_lr_scheduler "
        "implement_paper_scheduler"
    ),
    "lehr.plotting": "plot_lr_schedule plot_paper_scheduler",
    "lehr.training.callbacks": (
        "Callback Checkpointing ConsoleLog EarlyStopping Ema EpochLines "
        "GradientMonitor LoggingCallback LossCurve LossForecast Profiler ProgressBar "
        "RateMonitor RollBack SamplePredictions SkipNonFinite Throughput TimeLimit "
        "WeightAverage"
    ),
    "lehr.training.checkpoint": (
        "CheckpointCorruptError CheckpointError CheckpointNotFoundError "
        "CheckpointSecurityError CheckpointStore CheckpointVersionError "
        "CheckpointWriteError FolderLockedError FolderNotEmptyError Retention"
    ),
    "lehr.training.engine.base": "Engine",
    "lehr.training.engine.ddp": "Ddp",
    "lehr.training.engine.fsdp": "Fsdp",
    "lehr.training.errors": (
        "ChangedRunError EmptyDataError LossSpikeError NonFiniteError RankLostError "
        "TrainingError"
    ),
    "lehr.training.gradients": "GradientStatistics gradient_statistics",
    "lehr.training.interface": "Trainer",
    "lehr.training.loggers": (
        "Csv JsonLines Logger Mlflow Printer RunStore StoredRun TensorBoard Trackio "
        "Wandb find_runs read_json_lines read_run"
    ),
    "lehr.training.loops": "TrainingLoop",
    "lehr.training.metrics": "Averages ConfusionMatrix TopKAccuracy accuracy",
    "lehr.training.objective": "Objective",
    "lehr.training.optimizers": "Adagrad Adam AdamW RMSprop SGD",
    "lehr.training.result": "Best FitResult Statistics",
    "lehr.training.schedulers": (
        "CosineAnnealingLR CosineScheduler ExponentialLR LRScheduler MultiStepLR "
        "ReduceLROnPlateau StepLR StepScheduler WarmupCosineAnnealingLR WarmupLR "
        "WarmupScheduler WarmupStepLR"
    ),
    "lehr.training.step": "Step",
    "lehr.training.trainer": "BaseTrainer",
    "lehr.training.transfer": "LoadReport load_weights",
    "lehr.training.validation": "ValidationLoop",
    "lehr.training.weights": "export_weights save_weights",
}
_HOME = {name: home for home, names in _ON_FIRST_USE.items() for name in names.split()}

__getattr__ = on_first_use(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
