"""Go on without an update whose loss or gradient is NaN or infinite."""

import logging
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lehr._checks import count
from lehr.training.anomalies import take_care, take_care_no_more
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import EndContext, StartContext, UpdateContext
from lehr.training.errors import NonFiniteError

logger = logging.getLogger("lehr.training")


class SkipNonFinite(Callback):
    """Leaves out an update whose loss or gradient is not finite, and trains on.

    Nothing of it is applied, and no clock moves: weights, optimizer, rate and the
    number of updates stay, and so do the model's buffers, such as the running means of
    batch norm, which have seen the batch. Its data are behind the run. Each one is told
    to the log; `skipped` in the records counts them. Gradients are examined even if
    they are not clipped.

    Without this callback, the first such update ends the run with `NonFiniteError`.

    Args:
        max_skips: how many in a row are left out; the next one ends the run, >= 1.

    Raises:
        ValueError: `max_skips` is out of range; at the start: the trainer does not
            check, or another callback takes care of such updates.

    >>> from lehr.training import BaseTrainer
    >>> model = torch.nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> skip = SkipNonFinite(max_skips=2)
    >>> trainer = BaseTrainer(model, optimizer, callbacks=[skip])
    >>> good = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> bad = (torch.full((4, 1), float("nan")), torch.zeros(4, 1))
    >>> result = trainer.fit([good, bad, good], num_epochs=1)
    >>> result.updates, result.samples, skip.skipped
    (2, 8, 1)
    """

    order = -100

    def __init__(self, max_skips: int = 10) -> None:
        self.max_skips = count("max_skips", max_skips, minimum=1)
        self._forget()

    def _forget(self) -> None:
        self.skipped = 0
        self.in_a_row = 0
        self._buffers: list[Tensor] = []
        self._kept: list[Tensor] = []

    def on_start(self, context: StartContext) -> None:
        """Take care of such updates from now on."""
        if not context.resumed:
            self._forget()
        take_care(context.trainer.loop, "SkipNonFinite", self._skip)
        self._buffers = list(context.trainer.model.buffers())
        self._kept = [buffer.clone() for buffer in self._buffers]

    def on_update(self, context: UpdateContext) -> None:
        """Note the number; keep the buffers as they are now."""
        self.in_a_row = 0
        context.record["skipped"] = self.skipped
        _fill(self._kept, self._buffers)

    def on_end(self, context: EndContext) -> None:
        """Leave it to others again."""
        take_care_no_more(context.trainer.loop, self._skip)

    def _skip(self, error: NonFiniteError) -> bool:
        if self.in_a_row == self.max_skips:
            error.add_note(f"{self.max_skips} updates in a row were skipped before")
            return False
        self.skipped += 1
        self.in_a_row += 1
        _fill(self._buffers, self._kept)
        logger.warning("skipped an update: %s", error)
        return True

    def state_dict(self) -> dict[str, Any]:
        """Return the numbers."""
        return {"skipped": self.skipped, "in_a_row": self.in_a_row}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from saved numbers."""
        self.skipped, self.in_a_row = state["skipped"], state["in_a_row"]


@torch.no_grad()
def _fill(tensors: list[Tensor], values: list[Tensor]) -> None:
    if tensors:
        torch._foreach_copy_(tensors, values)
