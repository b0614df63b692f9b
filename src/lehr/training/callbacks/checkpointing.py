"""Save the last and the best, and weights by name."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lehr._checks import choice, count
from lehr.training import snapshot
from lehr.training.callbacks.base import Callback, Callbacks
from lehr.training.callbacks.events import (
    EndContext,
    ErrorContext,
    SavePointContext,
    StartContext,
)
from lehr.training.callbacks.names import NameTemplate
from lehr.training.checkpoint import CheckpointWriteError, Retention
from lehr.training.intervals import Every
from lehr.training.modes import evaluating
from lehr.training.result import is_better
from lehr.training.steady import is_ours, is_watched

if TYPE_CHECKING:
    from lehr.training.trainer import BaseTrainer

logger = logging.getLogger("lehr.training")


class Checkpointing(Callback):
    """Writes checkpoints into the trainer's folder, and drops those not worth keeping.

    One is written every so many epochs, every so many updates, after an evaluation that
    is the best so far, when SIGUSR1 asks for it, and when the run stops for whatever
    reason but an exception.
    Kept are the newest and the best, and what else `Retention` is told; none is ever
    deleted before its successor is on the disk, whole.

    It is written beside the training, from a copy of the state. Weights and moments are
    copied while the next gradients are computed, which do not write them; the rest, as
    the running means of batch norm, at once. So training waits for little. One is
    written at a time. The last one is on the disk when `fit` returns, by an exception
    too.

    With `export`, the weights alone are written as well, into files that anything can
    read: `load_weights(model, path)`, or safetensors itself. A file of the same name is
    replaced by a whole one; files of other names stay.

    Args:
        every: an interval by any clock: updates, or "2ep", "10k samples", "1Mtok",
            "30m"; beside those that follow.
        every_epochs: None writes none at the ends of epochs.
        every_updates: None writes none by updates.
        keep_last: how many of the newest stay, >= 1.
        keep_best: how many of the best by `monitor` stay.
        monitor: the metric of the best; None: that of the trainer. Without validation
            data there is no best.
        mode: "min" if less is better, "max" if more is; None: that of the trainer for
            its metric, else "min".
        keep_every_updates, keep_every_epochs: the first checkpoint at or after each
            multiple of these stays for ever.
        asynchronous: False makes the next update wait until a checkpoint is on the
            disk, and needs no memory for a copy.
        overlapped: False copies all at once. A model that writes its trained weights in
            its forward pass needs that. So it is as well where a callback from outside
            lehr acts between a checkpoint and the next gradients: it may write them.
        on_save_error: "raise" ends the run when a checkpoint cannot be written; "warn"
            tells the log, and tries again when the next one is due. A last one that
            cannot be written is raised in any case.
        max_save_errors: so many failures in a row are raised, even then.
        export: name of a file of weights in the run folder, with fields if wanted:
            "weights/{epoch:04d}-{val_loss:.3f}.safetensors". Fields are `epoch` and
            `update`, from 0; `epochs` and `updates`, how many are done; `timestamp`;
            and every metric of the run.
        export_on: "best" writes it when an evaluation is the best so far, "save" beside
            each checkpoint.

    Raises:
        ValueError: an argument is out of range; at the start: there is no folder, or no
            such field, or the name leads out of the folder.
    """

    order = 1000

    def __init__(
        self,
        *,
        every: int | str | Every | None = None,
        every_epochs: int | None = 1,
        every_updates: int | None = None,
        keep_last: int = 1,
        keep_best: int = 1,
        monitor: str | None = None,
        mode: Literal["min", "max"] | None = None,
        keep_every_updates: int | None = None,
        keep_every_epochs: int | None = None,
        asynchronous: bool = True,
        overlapped: bool = True,
        on_save_error: Literal["raise", "warn"] = "raise",
        max_save_errors: int = 3,
        export: str | None = None,
        export_on: Literal["best", "save"] = "best",
    ) -> None:
        if every_epochs is not None:
            count("every_epochs", every_epochs, minimum=1)
        if every_updates is not None:
            count("every_updates", every_updates, minimum=1)
        self.every = None if every is None else Every.of(every)
        self.every_epochs = every_epochs
        self.every_updates = every_updates
        self._given = monitor, mode
        self.retention = Retention(
            keep_last,
            keep_best,
            monitor or "val_loss",
            mode or "min",
            keep_every_updates,
            keep_every_epochs,
        )
        self.asynchronous, self.overlapped = asynchronous, overlapped
        choice("on_save_error", on_save_error, ("raise", "warn"))
        most = count("max_save_errors", max_save_errors, minimum=1)
        self.max_save_errors = most if on_save_error == "warn" else 1
        self.save_errors = 0
        self.export = None if export is None else NameTemplate(export)
        self.export_on = choice("export_on", export_on, ("best", "save"))
        self.best: float | None = None
        self.exported: Path | None = None
        self._folder = Path()

    def adopt(self, monitor: str, mode: Literal["min", "max"]) -> None:
        """Take over the trainer's metric, where no other one was given."""
        given, given_mode = self._given
        chosen = given or monitor
        best = given_mode or (mode if chosen == monitor else "min")
        self.retention = replace(self.retention, monitor=chosen, mode=best)

    def on_start(self, context: StartContext) -> None:
        """Refuse a trainer without a folder, and a metric that will never come.

        A fresh run has no best yet.
        """
        if context.folder is None:
            raise ValueError(
                "Checkpointing needs a run folder: BaseTrainer(..., folder='runs/one')"
            )
        evaluates = any(name.startswith("val_") for name in context.metric_names)
        if self.retention.best and evaluates:
            context.require_metric(self.retention.monitor, "Checkpointing")
        if self.export is not None:
            if self.export_on == "best":
                context.require_metric(self.retention.monitor, "Checkpointing")
            self.export.require(context.metric_names, context.folder)
        self._folder = context.folder
        if not context.resumed:
            self.best = None
        loop, store = context.trainer.loop, context.trainer.store
        if store is not None and loop.before_step is None:
            loop.before_step = store.wait_for_copy
        if self.every is not None and self.every.unit == "tokens":
            loop.weighing.tokens_wanted = True

    def on_save_point(self, context: SavePointContext) -> None:
        """Write a checkpoint, if one is due, and weights, if wanted."""
        if context.trainer.store is not None:
            context.trainer.store.wait_for_copy()  # if there was no step since then
        due, best = self._is_due(context), self._is_best(context)
        if self.export is not None and (best or (due and self.export_on == "save")):
            self._export(context, self.export)
        if due or (best and self.retention.best):
            self._save(context)

    def on_error(self, context: ErrorContext) -> None:
        """Wait for the last checkpoint; if it failed too, the error says so."""
        try:
            if context.trainer.store is not None:
                context.trainer.store.wait()
        except (CheckpointWriteError, RuntimeError) as failure:
            context.error.add_note(str(failure))

    def on_end(self, context: EndContext) -> None:
        """Let the memory of the copies go."""
        if context.trainer.store is not None:
            context.trainer.store.close()

    def _save(self, context: SavePointContext) -> None:
        """Settle the save before, begin this one, and settle the last one at once."""
        trainer = context.trainer
        self._settle(trainer)
        try:
            snapshot.save(
                trainer,
                self.retention,
                context.metrics,
                asynchronous=self.asynchronous,
                overlapped=self._may_overlap(context),
            )
            if context.stopping:
                self._wait(trainer)
        except CheckpointWriteError as error:
            if context.stopping:
                raise
            self._count(error)
        else:
            if not self.asynchronous:
                self.save_errors = 0

    def _may_overlap(self, context: SavePointContext) -> bool:
        """Tell whether all who write weights before the next update wait for a copy."""
        trainer, store = context.trainer, context.trainer.store
        if not self.overlapped or context.stopping or store is None:
            return False
        if trainer.loop.before_step != store.wait_for_copy:
            return False
        epoch_end = context.epoch_end
        return not is_watched(trainer.callbacks, self, epoch_end=epoch_end)

    def _settle(self, trainer: "BaseTrainer") -> None:
        """Wait for the save in the background, and count it if it failed."""
        try:
            self._wait(trainer)
        except CheckpointWriteError as error:
            self._count(error)

    def _wait(self, trainer: "BaseTrainer") -> None:
        if trainer.store is not None and trainer.store.wait() is not None:
            self.save_errors = 0

    def _count(self, error: CheckpointWriteError) -> None:
        self.save_errors += 1
        if self.save_errors >= self.max_save_errors:
            raise error
        logger.warning(
            "%s (failure %d in a row; %d end the run); training goes on",
            error,
            self.save_errors,
            self.max_save_errors,
        )

    def _export(self, context: SavePointContext, template: NameTemplate) -> None:
        trainer, metrics = context.trainer, dict(context.metrics)
        if context.epoch_end:
            metrics["train_loss"] = trainer.history[-1]["train_loss"]
        counts = {
            "epoch": context.epochs - context.epoch_end,
            "epochs": context.epochs,
            "update": context.updates - 1,
            "updates": context.updates,
        }
        path = template.path(self._folder, counts, metrics)
        with evaluating(trainer.optimizer), trainer.validation.weights():
            self.exported = trainer.export_weights(path)

    def _is_due(self, context: SavePointContext) -> bool:
        if context.stopping or context.wanted:
            return True
        if self.every is not None and self.every.due(context.before, context.progress):
            return True
        by_epoch, by_update = self.every_epochs, self.every_updates
        if by_epoch and context.epoch_end and context.epochs % by_epoch == 0:
            return True
        return bool(by_update) and context.updates % (by_update or 1) == 0

    def _is_best(self, context: SavePointContext) -> bool:
        value = context.metrics.get(self.retention.monitor)
        wanted = self.retention.best or self.export is not None
        if not wanted or value is None:
            return False
        if is_better(value, self.best, self.retention.mode):
            self.best = value
            return True
        return False

    def state_dict(self) -> dict[str, Any]:
        """Return the best value so far."""
        return {"best": self.best}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the best value so far."""
        self.best = state["best"]


def writes_checkpoints(callbacks: Callbacks) -> bool:
    """Tell whether a callback may do so: `Checkpointing`, or one of a user's own."""
    owners = [getattr(hook, "__self__", None) for hook, _ in callbacks.on_save_point]
    return any(isinstance(one, Checkpointing) or not is_ours(one) for one in owners)
