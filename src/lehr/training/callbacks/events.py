"""The events of a run, each with its context, in the order in which they happen.

    on_start
    for each epoch:
        on_epoch_start
        for each update, after the model was updated and the clock moved:
            on_update
            on_evaluate      if an evaluation was due
            on_epoch_end     if it was the last of the epoch
            on_log           all that is known of the update
            on_save_point    the state is whole: checkpoints are made here
    on_roll_back             if a callback took the run back to a checkpoint
    on_error                 if an exception ends the run
    on_end                   always

`update` and `epoch` are numbers from 0; `updates` and `epochs` count what is done.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from lehr.training.intervals import Progress

if TYPE_CHECKING:
    from lehr.training.result import FitResult
    from lehr.training.trainer import BaseTrainer


_NOWHERE = Progress()


@dataclass(slots=True)
class Context:
    """What every event knows."""

    trainer: "BaseTrainer"

    def stop(self, reason: str) -> None:
        """End the run after this update; the first reason given counts."""
        self.trainer.stop(reason)


@dataclass(slots=True)
class StartContext(Context):
    """Before the first update; a resumed run has its state back already."""

    resumed: bool
    num_epochs: int | None
    updates: int | None
    updates_per_epoch: int | None
    total_updates: int | None
    metric_names: tuple[str, ...]
    folder: Path | None
    awaited: dict[str, str] = field(default_factory=dict)
    """Metrics that only a user's own `step` can give, and who needs them."""

    def require_metric(self, name: str, needed_by: str) -> None:
        """Refuse the name of a metric that this run will never have.

        What a user's own `step` returns is not known before: any name may come. If the
        first evaluation has it not, the log says so.
        """
        if name in self.metric_names:
            return
        evaluates = any(one.startswith("val_") for one in self.metric_names)
        if self.trainer.step is not None and (evaluates or name[:4] != "val_"):
            self.awaited[name] = needed_by
        else:
            raise ValueError(
                f"{needed_by} watches {name!r}, but this run has "
                f"{', '.join(self.metric_names)}; name one of these"
                + ("" if "val_loss" in self.metric_names else ", or pass val_data")
            )


@dataclass(slots=True)
class EpochContext(Context):
    """Before the first update of an epoch, or of the rest of a resumed one."""

    epoch: int


@dataclass(slots=True)
class UpdateContext(Context):
    """After an update.

    `loss` is a tensor on the device of the model: reading it may wait for the device.
    `samples` are those of the update, of all ranks, and so are `tokens`, where they are
    counted. `rates` are those that the update used, one per parameter group, and
    `others` likewise what else lehr's scheduler drives, by field. What is put into
    `record` is logged, if this update is.
    """

    update: int
    epoch: int
    samples: int
    loss: Tensor
    rates: list[Any]
    others: dict[str, list[Any]]
    gradient_norm: Tensor | None
    record: dict[str, Any]
    tokens: int = 0


@dataclass(slots=True)
class EvaluationContext(Context):
    """After an evaluation."""

    update: int
    epoch: int
    metrics: dict[str, float]
    record: dict[str, Any]


@dataclass(slots=True)
class EpochEndContext(Context):
    """After the last update of an epoch; `row` will stand in the history."""

    epoch: int
    row: dict[str, Any]
    record: dict[str, Any]


@dataclass(slots=True)
class LogContext(Context):
    """All that is known of an update.

    It is `notable` if it ends an epoch or the run, or was followed by an evaluation.
    """

    update: int
    epoch: int
    record: dict[str, Any]
    notable: bool


@dataclass(slots=True)
class SavePointContext(Context):
    """After all else of an update; `metrics` are those of its evaluation, if any.

    `before` is how far the run was at the save point before, `progress` how far it is
    now. `wanted` tells that somebody asked for a checkpoint, as SIGUSR1 does.
    """

    updates: int
    epochs: int
    epoch_end: bool
    stopping: bool
    metrics: dict[str, float]
    before: Progress = _NOWHERE
    progress: Progress = _NOWHERE
    wanted: bool = False


@dataclass(slots=True)
class RollBackContext(Context):
    """After the run was taken back to a checkpoint, `updates` updates from its start.

    The states of the callbacks are those of the checkpoint already. Updates from number
    `updates` on will come again, with other data.
    """

    updates: int


@dataclass(slots=True)
class ErrorContext(Context):
    """When an exception ends the run."""

    error: BaseException


@dataclass(slots=True)
class EndContext(Context):
    """At the end of the run; `result` is None after an error."""

    result: "FitResult | None"
