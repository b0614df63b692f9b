"""Stop when a metric says so."""

from collections.abc import Mapping
from typing import Any, Literal

from lehr.controllers import Stopper
from lehr.controllers.stopper import StopperState, StopperVerdict
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EpochEndContext,
    EvaluationContext,
    StartContext,
)

REASON = "early stopping"


class EarlyStopping(Callback):
    """Ends the run when the metric no longer improves, has diverged, or is enough.

    The judgement is that of `lehr.controllers.Stopper`; its memory survives a restart.

    Args:
        monitor: a metric of the evaluation ("val_loss") or the epoch ("train_loss").
        mode, patience, min_delta: as for `Stopper`.
        stopper: a `Stopper` with all its settings, instead of these three.

    Raises:
        ValueError: a setting is out of range; at the start, the run has no such metric.
    """

    order = 100

    def __init__(
        self,
        monitor: str = "val_loss",
        *,
        mode: Literal["min", "max"] = "min",
        patience: int = 10,
        min_delta: float = 0.0,
        stopper: Stopper | None = None,
    ) -> None:
        self.monitor = monitor
        self.stopper = stopper or Stopper(mode, patience=patience, min_delta=min_delta)
        self.memory: StopperState = self.stopper.start()
        self.verdict: StopperVerdict | None = None
        self._stopped = False

    def on_start(self, context: StartContext) -> None:
        """Check the metric's name; end a resumed run that was stopped already."""
        context.require_metric(self.monitor, "EarlyStopping")
        if self._stopped:
            context.stop(REASON)

    def on_evaluate(self, context: EvaluationContext) -> None:
        """Judge a metric of the evaluation."""
        if self.monitor in context.metrics:
            self._judge(context, context.metrics[self.monitor])

    def on_epoch_end(self, context: EpochEndContext) -> None:
        """Judge a metric of the epoch that is none of the evaluation."""
        if not self.monitor.startswith("val_"):
            self._judge(context, context.row[self.monitor])

    def _judge(
        self, context: EvaluationContext | EpochEndContext, value: float
    ) -> None:
        self.memory, self.verdict = self.stopper.update(self.memory, value)
        self._stopped = self.verdict.stop
        if self._stopped:
            context.stop(REASON)

    def state_dict(self) -> dict[str, Any]:
        """Return the memory, and after a stop the settings that led to it."""
        return {
            "memory": self.memory.to_dict(),
            "stopped_by": repr(self.stopper) if self._stopped else None,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved memory; other settings may go on after a stop."""
        self.memory = StopperState.from_dict(state["memory"])
        self._stopped = state["stopped_by"] == repr(self.stopper)
