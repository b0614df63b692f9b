"""Go back to a checkpoint when training goes wrong, and on with other data."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lehr._checks import count
from lehr.training import snapshot
from lehr.training.anomalies import Spikes, take_care, take_care_no_more
from lehr.training.callbacks.base import Callback, Hook, fire
from lehr.training.callbacks.events import (
    EndContext,
    RollBackContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)
from lehr.training.checkpoint import CheckpointCorruptError, CheckpointNotFoundError
from lehr.training.errors import LossSpikeError, NonFiniteError
from lehr.training.goal import GOALS

if TYPE_CHECKING:
    from lehr.training.trainer import BaseTrainer

logger = logging.getLogger("lehr.training")


class RollBack(Callback):
    """Takes the run back to a checkpoint when its loss is NaN, infinite, or jumps.

    It goes back to the newest whole checkpoint from before the first bad update; how
    often that is written is up to `Checkpointing`. All that was learned since then is
    undone, and so are the scheduler, the states of callbacks, the evaluations and the
    records of loggers. The data are not dealt again: training goes on behind those that
    led there. A checkpoint of this is written at once, so that a killed run does not
    meet them either. Each time is told to the log, and counted in the records, as
    `rollbacks`. The epoch and the history stay: an epoch has fewer updates then, and
    its means are of those that stayed.

    A loss jumps if it is more than `spike_factor` times the median of the last `window`
    that did not. `patience` such losses in a row are tolerated, the next one goes back.
    One that is not finite, of which nothing was applied, goes back at once. Gradients
    are examined for that even if they are not clipped.

    Args:
        spike_factor: > 1; None minds only what is not finite.
        window: of the median, in updates; nothing is a jump before there are so many.
        patience: updates, >= 0. `Checkpointing` must keep a checkpoint that is older.
        max_times: how often in a run; the next time it ends with the error, >= 1.

    Raises:
        ValueError: a number is out of range; at the start: there is no folder, nothing
            writes checkpoints, the trainer does not check, or another callback takes
            care of such updates.
        LossSpikeError, NonFiniteError: as it was too often, or with no checkpoint.

    Source: A. Chowdhery et al., PaLM, 2022, arXiv 2204.02311, section 5.1: restarted
    about 100 updates before a spike, without 200 to 500 batches, it did not come again.

    >>> import tempfile, torch
    >>> from lehr.training import BaseTrainer, Checkpointing
    >>> model = torch.nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> good = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> bad = (torch.full((4, 1), float("nan")), torch.zeros(4, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     back = RollBack()
    ...     callbacks = [back, Checkpointing(every_updates=2)]
    ...     trainer = BaseTrainer(model, optimizer, callbacks=callbacks, folder=folder)
    ...     trainer.fit([good, good, good, bad, good], num_epochs=1).updates
    3
    >>> back.times
    1
    """

    order = 900  # before `Checkpointing`, which would save what is to be undone

    def __init__(
        self,
        spike_factor: float | None = 5.0,
        *,
        window: int = 50,
        patience: int = 2,
        max_times: int = 3,
    ) -> None:
        self.spikes = None if spike_factor is None else Spikes(spike_factor, window)
        self.patience = count("patience", patience)
        self.max_times = count("max_times", max_times, minimum=1)
        self._forget()

    def _forget(self) -> None:
        self.times = 0
        self._bad: list[tuple[int, float]] = []  # updates and losses, in a row
        self._trainer: BaseTrainer | None = None
        if self.spikes is not None:
            self.spikes.losses.clear()

    def on_start(self, context: StartContext) -> None:
        """Take care of such updates from now on."""
        if context.folder is None:
            raise ValueError(
                "RollBack needs a run folder: BaseTrainer(..., folder='runs/one')"
            )
        if all(hook == self.on_save_point for hook, _ in _savers(context.trainer)):
            raise ValueError(
                "RollBack goes back to checkpoints, and nothing here writes any: add "
                "Checkpointing(every_updates=...)"
            )
        if not context.resumed:
            self._forget()
        self._trainer = context.trainer
        take_care(context.trainer.loop, "RollBack", self._refused)

    def on_update(self, context: UpdateContext) -> None:
        """Judge the loss."""
        context.record["rollbacks"] = self.times
        if self.spikes is None:
            return
        loss = float(context.record["loss"])
        if self.spikes.is_one(loss):
            self._bad.append((context.update, loss))
        else:
            self._bad.clear()

    def on_save_point(self, context: SavePointContext) -> None:
        """Go back, if there were too many jumps; not at the end of the run."""
        over = context.trainer.stopping in GOALS
        if over or len(self._bad) <= self.patience or self.spikes is None:
            return
        update, loss = self._bad[-1]
        error = LossSpikeError(loss, self.spikes.usual or 0.0, update)
        if not self._go_back(context.trainer, error):
            raise error
        context.metrics.clear()  # they are of what was undone

    def on_end(self, context: EndContext) -> None:
        """Leave such updates to others again."""
        take_care_no_more(context.trainer.loop, self._refused)
        self._trainer = None

    def _refused(self, error: NonFiniteError) -> bool:
        return self._trainer is not None and self._go_back(self._trainer, error)

    def _go_back(self, trainer: "BaseTrainer", error: Exception) -> bool:
        """Go back and tell; or note on the error why not."""
        if self.times == self.max_times:
            error.add_note(f"the run was rolled back {self.times} times before")
            return False
        first = self._bad[0][0] if self._bad else trainer.updates
        try:
            with trainer.engine.patient():
                snapshot.required_store(trainer).wait()  # for one that is being written
                _, found = snapshot.newest(trainer, first)
        except (CheckpointNotFoundError, CheckpointCorruptError):
            error.add_note(
                f"there is no whole checkpoint from before update {first} to go back "
                "to; let Checkpointing write and keep more of them"
            )
            return False
        before = trainer.updates
        self.times += 1
        self._bad.clear()
        own = self.state_dict()
        snapshot.go_back(trainer, found)
        _take_back_means(trainer, found["state"])
        self.load_state_dict(own)
        logger.warning(
            "rolled back %d -> %d updates: %s", before, trainer.updates, error
        )
        hooks = trainer.callbacks.on_roll_back
        fire(hooks, RollBackContext(trainer, trainer.updates))
        trainer.save()
        return True

    def state_dict(self) -> dict[str, Any]:
        """Return how often it was, and what is remembered of the losses."""
        return {
            "times": self.times,
            "bad": [list(one) for one in self._bad],
            "spikes": None if self.spikes is None else self.spikes.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.times = state["times"]
        self._bad = [(update, loss) for update, loss in state["bad"]]
        if self.spikes is not None and state["spikes"] is not None:
            self.spikes.load_state_dict(state["spikes"])


def _savers(trainer: "BaseTrainer") -> tuple[Hook, ...]:
    """Return who is called where checkpoints are written."""
    return trainer.callbacks.on_save_point


def _take_back_means(trainer: "BaseTrainer", state: Mapping[str, Any]) -> None:
    """Leave the losses that were undone out of the epoch's means."""
    if state["done"]["epochs"] == trainer.epochs:
        trainer.averages.load_state_dict(state["averages"], trainer.loop.device)
    else:
        trainer.averages.clear()
