"""One run of a trainer: the loop, and what follows each update, on one screen."""

import logging
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lehr.training import snapshot
from lehr.training.callbacks.base import fire
from lehr.training.callbacks.checkpointing import writes_checkpoints
from lehr.training.callbacks.events import (
    EpochContext,
    EpochEndContext,
    EvaluationContext,
    LogContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)
from lehr.training.engine.cut import batch_size_of
from lehr.training.feed import Feed
from lehr.training.goal import GOALS, Goal
from lehr.training.interrupts import Interrupts
from lehr.training.metrics import evaluated_names
from lehr.training.result import INTERRUPT, Best, FitResult, is_better

if TYPE_CHECKING:
    from lehr.training.trainer import BaseTrainer

logger = logging.getLogger("lehr.training")


class Run:
    """Trains from where the trainer is until a goal, a callback or a signal ends it."""

    def __init__(
        self,
        trainer: "BaseTrainer",
        feed: Feed,
        val_data: Any,
        goal: Goal,
        interrupts: Interrupts,
    ) -> None:
        self.trainer = trainer
        self.feed = feed
        self.val_data = val_data
        self.goal = goal
        self.interrupts = interrupts
        self.signal: int | None = None
        self.save = False
        self.awaited: dict[str, str] = {}
        self.before = self.now = trainer.progress()

    def start_context(self) -> StartContext:
        """Return what is known before the first update; refuse names of no metric."""
        trainer, goal = self.trainer, self.goal
        sets = self.val_data if isinstance(self.val_data, Mapping) else ("",)
        names = evaluated_names(trainer.validation.metrics, sets)
        evaluated = () if self.val_data is None else names
        per_epoch = self.feed.updates_per_epoch
        per_update = batch_size_of(self.feed.loader, trainer.engine.readers)
        if per_update is not None:
            per_update *= self.feed.window
        context = StartContext(
            trainer,
            resumed=trainer.updates > 0,
            num_epochs=goal.epochs,
            updates=goal.updates,
            updates_per_epoch=per_epoch,
            total_updates=goal.total_updates(per_epoch, per_update),
            metric_names=("train_loss", *evaluated),
            folder=trainer.folder,
        )
        if goal.threshold is not None:
            context.require_metric(goal.threshold.metric, "until")
        several = isinstance(self.val_data, Mapping)  # whose names are known only now
        if several or (evaluated and trainer.step is not None):
            context.require_metric(trainer.monitor, "monitor")
        self.awaited = context.awaited
        return context

    def reached(self) -> str | None:
        """Name the goal that is reached where the run is, before any update."""
        trainer = self.trainer
        ends = ((row, row["updates"] - 1) for row in trainer.history[-1:])
        rows = [*ends, *((row, row["update"]) for row in trainer.evaluations[-1:])]
        here = [row for row, update in rows if update == trainer.updates - 1]
        met = "metric" if any(map(self.goal.is_met, here)) else None
        return self.goal.reached(trainer.progress()) or met

    def train(self) -> str:
        """Return what ended the run."""
        trainer, feed, hooks = self.trainer, self.feed, self.trainer.callbacks
        loop, averages = trainer.loop, trainer.averages
        if trainer.clock.epochs < trainer.epochs:  # an error came in between
            last = {"update": trainer.updates - 1, "epoch": trainer.epochs - 1}
            self.end_epoch(last, {})
        while not self.stopped():
            epoch = trainer.epochs
            if hooks.on_epoch_start:
                fire(hooks.on_epoch_start, EpochContext(trainer, epoch))
            for window in feed.windows(epoch):
                step = loop.update(window)  # its rate was written after the last one
                if step is None:  # nothing was applied, or the run was rolled back
                    self.before = trainer.progress(self.before.seconds)
                    continue
                averages.add("loss", step.value, step.weight)
                trainer.rates = step.rates
                update = loop.updates - 1
                record = {"update": update, "epoch": epoch, "loss": step.value}
                for name, value in step.values.items():
                    averages.add(name, value, step.weight)
                    record[name] = value
                if hooks.on_update:
                    context = UpdateContext(
                        trainer,
                        update,
                        epoch,
                        step.samples,
                        step.loss,
                        step.rates,
                        step.others,
                        step.gradient_norm,
                        record,
                        step.tokens,
                    )
                    fire(hooks.on_update, context)
                trainer.engine.started()
                if self.settle(record, epoch_over=feed.epoch_over):
                    return trainer.stopping or ""
            if trainer.epochs == epoch:  # a stream tells its end after the last update
                self.settle(
                    {"update": loop.updates - 1, "epoch": epoch}, epoch_over=True
                )
        return trainer.stopping or ""

    def stopped(self) -> bool:
        """Whether anybody has stopped the run since the last update."""
        if not self.trainer.engine.alone:
            self.agree()
        return bool(self.trainer.stopping)

    def result(self, stopped_by: str) -> FitResult:
        """Return what the run came to."""
        trainer, engine = self.trainer, self.trainer.engine
        with engine.patient():  # the last checkpoint may still be on its way
            trainer.checkpoint = engine.broadcast(lambda: trainer.checkpoint)
        return FitResult(
            stopped_by,
            updates=trainer.updates,
            epochs=trainer.epochs,
            samples=trainer.samples,
            seconds=trainer.seconds,
            history=list(trainer.history),
            evaluations=list(trainer.evaluations),
            best=trainer.best,
            checkpoint=trainer.checkpoint,
            signal=self.signal if stopped_by == INTERRUPT else None,
            tokens=trainer.tokens,
        )

    def settle(self, record: dict[str, Any], *, epoch_over: bool) -> bool:
        """Do what follows an update: evaluation, controllers, log, checkpoint last.

        Return whether the run ends here.
        """
        trainer, hooks = self.trainer, self.trainer.callbacks
        update, epoch = record["update"], record["epoch"]
        snapshot.wait_for_copy(trainer)
        trainer.epochs = epoch + epoch_over
        if epoch_over:
            self.feed.next_epoch()
        self.agree()
        if reached := self.goal.reached(self.now):
            # Whoever stopped the run in `on_update` was late: it is done.
            trainer.stopping = reached
        due = self.val_data is not None and self._is_due(epoch_over)
        metrics = self.evaluate(record) if due else {}
        found = self.end_epoch(record, metrics) if epoch_over else metrics
        if self.goal.is_met(found) and trainer.stopping not in GOALS:
            trainer.stopping = "metric"
        if due or epoch_over:
            self.agree()
        if self.signal is not None:
            trainer.stop(INTERRUPT)
        stopping = trainer.stopping is not None
        if hooks.on_log:
            notable = epoch_over or stopping or bool(metrics)
            fire(hooks.on_log, LogContext(trainer, update, epoch, record, notable))
        if hooks.on_save_point:
            context = SavePointContext(
                trainer,
                trainer.updates,
                trainer.epochs,
                epoch_over,
                stopping,
                metrics,
                self.before,
                self.now,
                self.save,
            )
            fire(hooks.on_save_point, context)
            self.now = trainer.progress(self.now.seconds)  # one may have gone back
        if self.save and not writes_checkpoints(hooks):
            logger.warning(
                "a signal asks for a checkpoint, but nothing writes any: give the "
                "trainer a folder and the callback Checkpointing()"
            )
        self.before, self.save = self.now, False
        return stopping

    def agree(self) -> None:
        """Decide with all ranks whether to stop or to save, and what time it is."""
        trainer, interrupts = self.trainer, self.interrupts
        trainer.stopping, self.signal, save, seconds = trainer.engine.agree(
            trainer.stopping,
            interrupts.received,
            interrupts.take_save(),
            trainer.seconds,
        )
        self.save |= save
        self.now = trainer.progress(seconds)

    def evaluate(self, record: dict[str, Any]) -> dict[str, float]:
        """Evaluate, and show the metrics to the scheduler and the controllers."""
        trainer, hooks = self.trainer, self.trainer.callbacks
        update, epoch = record["update"], record["epoch"]
        metrics = trainer.validate(self.val_data)
        record.update(metrics)
        for name, needed_by in self.awaited.items():
            if name.startswith("val_") and name not in metrics:
                given = ", ".join(metrics)
                logger.warning(
                    "%s watches %r, which the first evaluation has not: %s",
                    needed_by,
                    name,
                    given,
                )
        self.awaited = {}
        trainer.clock.after_evaluation(metrics)
        trainer.evaluations.append({"update": update, "epoch": epoch, **metrics})
        value = metrics.get(trainer.monitor)
        than = None if trainer.best is None else trainer.best.value
        if value is not None and is_better(value, than, trainer.mode):
            trainer.best = Best(trainer.monitor, value, update, epoch)
        if hooks.on_evaluate:
            context = EvaluationContext(trainer, update, epoch, metrics, record)
            fire(hooks.on_evaluate, context)
        return metrics

    def end_epoch(
        self, record: dict[str, Any], metrics: dict[str, float]
    ) -> dict[str, Any]:
        """Return the epoch's row of the history; move a clock that counts epochs."""
        trainer, hooks = self.trainer, self.trainer.callbacks
        means = trainer.averages.means()
        trainer.averages.clear()
        row = {
            "epoch": record["epoch"],
            "updates": trainer.updates,
            "samples": trainer.samples,
            # An epoch in which no update was applied, after an error, has no loss.
            "train_loss": means.pop("loss", math.nan),
            **{f"train_{name}": mean for name, mean in means.items()},
            "lr": float(trainer.rates[0]),
            **metrics,
            "seconds": trainer.seconds,
        }
        record["train_loss"] = row["train_loss"]
        trainer.history.append(row)
        trainer.clock.after_epoch()
        if hooks.on_epoch_end:
            context = EpochEndContext(trainer, record["epoch"], row, record)
            fire(hooks.on_epoch_end, context)
        return row

    def _is_due(self, epoch_over: bool) -> bool:
        trainer = self.trainer
        last = trainer.evaluations[-1]["update"] if trainer.evaluations else None
        if last == trainer.updates - 1:
            return False
        if trainer.stopping in GOALS:
            return True
        every = trainer.evaluate_every
        return epoch_over if every is None else every.due(self.before, self.now)
