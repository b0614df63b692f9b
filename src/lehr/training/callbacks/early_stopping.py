"""Stop when a metric says so, with the weights of the best evaluation if wanted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from torch import Tensor, nn

from lehr._checks import choice
from lehr.controllers import Stopper
from lehr.controllers.stopper import StopperState, StopperVerdict
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    EpochEndContext,
    EvaluationContext,
    StartContext,
)
from lehr.training.modes import evaluating, to_evaluation
from lehr.training.result import EARLY_STOPPING


class EarlyStopping(Callback):
    """Ends the run when the metric no longer improves, has diverged, or is enough.

    The judgement is that of `lehr.controllers.Stopper`. An evaluation improves if it
    beats the best by more than `min_delta`; any other is bad, a flat one too.
    `patience` bad evaluations in a row are tolerated and the next one stops, as in
    torch's ReduceLROnPlateau; Keras and Lightning call k what is k - 1 here. An
    evaluation that improves never stops, whatever the patience. The memory survives a
    restart; a fresh run begins with none.

    With `restore_best`, a copy of the weights of the best evaluation is kept, in
    checkpoints too, and given to the model when the run has ended by early stopping or
    at its goal. Interrupted, or stopped otherwise, the model is left as it is: the run
    will go on. The last checkpoint has the last weights in any case.

    Args:
        monitor: a metric of the evaluation ("val_loss") or the epoch ("train_loss");
            None: that of the trainer.
        mode: "min" if less is better, "max" if more is; None: that of the trainer for
            its metric, else "min".
        patience: as for `Stopper`.
        min_delta: as for `Stopper`.
        stopper: a `Stopper` with all its settings, instead of these three.
        restore_best: whether the model shall end with the weights of the best
            evaluation.
        keep_on: where the copy is kept: on the "cpu", or on the model's own "device".

    Raises:
        ValueError: a setting is out of range; at the start, the run has no such metric.
    """

    order = 100
    steady_state = True  # the best weights are copied in `on_evaluate` only

    def __init__(
        self,
        monitor: str | None = None,
        *,
        mode: Literal["min", "max"] | None = None,
        patience: int = 10,
        min_delta: float = 0.0,
        stopper: Stopper | None = None,
        restore_best: bool = False,
        keep_on: Literal["cpu", "device"] = "cpu",
    ) -> None:
        self._given = monitor, mode, stopper
        self.monitor = monitor or "val_loss"
        self.stopper = stopper or Stopper(
            mode or "min", patience=patience, min_delta=min_delta
        )
        self.restore_best = restore_best
        self.keep_on = choice("keep_on", keep_on, ("cpu", "device"))
        self._forget()

    def adopt(self, monitor: str, mode: Literal["min", "max"]) -> None:
        """Take over the trainer's metric, where no other one was given."""
        given, given_mode, stopper = self._given
        self.monitor = given or monitor
        if stopper is None and given_mode is None and self.monitor == monitor:
            self.stopper = replace(self.stopper, mode=mode)

    def _forget(self) -> None:
        self.memory: StopperState = self.stopper.start()
        self.verdict: StopperVerdict | None = None
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None
        self._weights: dict[str, Any] | None = None

    @property
    def best_value(self) -> float | None:
        """The best value so far."""
        return self.memory.best

    def summary(self) -> dict[str, Any]:
        """Return what was judged so far, and by which rule; epochs count from 0."""
        return {
            "monitor": self.monitor,
            "best_value": self.best_value,
            "best_epoch": self.best_epoch,
            "stopped_epoch": self.stopped_epoch,
            "bad_in_a_row": self.memory.bad,
            "patience": self.stopper.patience,
            "why": None if self.verdict is None else self.verdict.why,
        }

    def on_start(self, context: StartContext) -> None:
        """Check the metric's name; end a resumed run that was stopped already."""
        context.require_metric(self.monitor, "EarlyStopping")
        if not context.resumed:
            self._forget()
        if self.stopped_epoch is not None:
            context.stop(EARLY_STOPPING)

    def on_evaluate(self, context: EvaluationContext) -> None:
        """Judge a metric of the evaluation."""
        if self.monitor in context.metrics:
            self._judge(context, context.metrics[self.monitor])

    def on_epoch_end(self, context: EpochEndContext) -> None:
        """Judge a metric of the epoch that is none of the evaluation."""
        if not self.monitor.startswith("val_"):
            if self.monitor not in context.row:  # what a user's step gives is seen now
                raise ValueError(
                    f"EarlyStopping watches {self.monitor!r}, but the epoch has "
                    f"{', '.join(context.row)}; name one of these"
                )
            self._judge(context, context.row[self.monitor])

    def _judge(
        self, context: EvaluationContext | EpochEndContext, value: float
    ) -> None:
        self.memory, self.verdict = self.stopper.update(self.memory, value)
        if self.verdict.improved:
            self.best_epoch = context.epoch
            if self.restore_best:
                trainer = context.trainer
                with evaluating(trainer.optimizer), trainer.validation.weights():
                    self._weights = _copied(trainer.model, self.keep_on == "cpu")
        self.stopped_epoch = context.epoch if self.verdict.stop else None
        if self.verdict.stop:
            context.stop(EARLY_STOPPING)

    def on_end(self, context: EndContext) -> None:
        """Give the model its best weights, if the run is over."""
        result, weights = context.result, self._weights
        over = result is not None and (
            result.reached_goal or result.stopped_by == EARLY_STOPPING
        )
        if self.restore_best and over and weights is not None:
            to_evaluation(context.trainer.optimizer)
            trainer = context.trainer
            trainer.engine.load_model(trainer.model, weights)

    def state_dict(self) -> dict[str, Any]:
        """Return the memory, and after a stop the settings that led to it."""
        stopped = self.stopped_epoch is not None
        return {
            "memory": self.memory.to_dict(),
            "best_epoch": self.best_epoch,
            "stopped_epoch": self.stopped_epoch,
            "stopped_by": repr(self.stopper) if stopped else None,
            "weights": self._weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved memory; other settings may go on after a stop."""
        self.memory = StopperState.from_dict(state["memory"])
        same = state["stopped_by"] == repr(self.stopper)
        self.stopped_epoch = state["stopped_epoch"] if same else None
        self.best_epoch = state["best_epoch"]
        self._weights = state["weights"] if self.restore_best else None


def _copied(model: nn.Module, to_cpu: bool) -> dict[str, Any]:
    return {
        name: _copy(value, to_cpu) if isinstance(value, Tensor) else value
        for name, value in model.state_dict().items()
    }


def _copy(tensor: Tensor, to_cpu: bool) -> Tensor:
    return tensor.detach().to("cpu" if to_cpu else tensor.device, copy=True)
