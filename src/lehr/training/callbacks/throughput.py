"""Measure how fast training is, and how much memory it takes."""

import sys
import time
from collections import deque
from typing import Any

import torch

from lehr._checks import count, positive
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EpochContext,
    EpochEndContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)

MIB = 2**20


class Throughput(Callback):
    """Puts the speed of training into the records and the history.

    `samples_per_second` and `seconds_per_update` are means over the last `window`
    updates, in the history over the epoch; `tokens_per_second` and `mfu`, the share of
    the device's peak that training reaches, stand beside them if they can be known. The
    trainer counts tokens if something needs them, such as `mean_over="tokens"`.
    `memory_mib` is the peak so far: what torch allocated on a CUDA device, else what
    the process held in memory.

    Waiting for data counts, and what callbacks do after an update. Evaluations, loggers
    and checkpoints do not. Nothing waits for a CUDA device: with `check_finite=False`
    the time of one update is that of giving it its work, and only the mean over many
    is that of the work.

    Args:
        window: how many updates the means are over, >= 1.
        tokens_per_sample: such as the length of a sequence, where they are not counted.
        flops_per_sample: floating-point operations to train on one sample, forward and
            backward; for a transformer about 6 x parameters x tokens per sample.
        peak_flops: of the device, per second, in the precision of training.

    Raises:
        ValueError: an argument is out of range, or one of the last two is alone.

    Source: mfu as in A. Chowdhery et al., PaLM, 2022, arXiv 2204.02311, appendix B:
    without operations that are done twice to save memory.

    >>> from torch import nn
    >>> from lehr.training import BaseTrainer
    >>> model, speed = nn.Linear(1, 1), Throughput(tokens_per_sample=8)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> trainer = BaseTrainer(model, optimizer, callbacks=[speed])
    >>> batch = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> row = trainer.fit([batch] * 6, num_epochs=1).history[0]
    >>> row["tokens_per_second"] == 8 * row["samples_per_second"] > 0
    True
    """

    order = 2000  # after all others: what follows an update begins then

    def __init__(
        self,
        window: int = 50,
        *,
        tokens_per_sample: int | None = None,
        flops_per_sample: float | None = None,
        peak_flops: float | None = None,
    ) -> None:
        if (flops_per_sample is None) != (peak_flops is None):
            raise ValueError(
                "flops_per_sample and peak_flops must be given together, got "
                f"{flops_per_sample!r} and {peak_flops!r}"
            )
        self.window = count("window", window, minimum=1)
        self.factors: dict[str, float] = {}
        """What the samples per second are multiplied by, by the name of the product."""
        if tokens_per_sample is not None:
            tokens = count("tokens_per_sample", tokens_per_sample, minimum=1)
            self.factors["tokens_per_second"] = tokens
        if flops_per_sample is not None and peak_flops is not None:
            flops = positive("flops_per_sample", flops_per_sample)
            self.factors["mfu"] = flops / positive("peak_flops", peak_flops)
        self._begin()

    def _begin(self) -> None:
        self._since = time.perf_counter()
        self._total = (0, 0, 0, 0.0)  # updates, samples, tokens, seconds of training
        self._epoch = self._total
        self._last = deque([self._total], self.window + 1)
        self._memory: float | None = None

    def on_start(self, context: StartContext) -> None:
        """Start the watch."""
        self._begin()

    def on_epoch_start(self, context: EpochContext) -> None:
        """Measure the epoch from here on."""
        self._epoch = self._total

    def on_update(self, context: UpdateContext) -> None:
        """Stop the watch; note the means."""
        updates, samples, tokens, seconds = self._total
        seconds += time.perf_counter() - self._since
        samples, tokens = samples + context.samples, tokens + context.tokens
        self._total = (updates + 1, samples, tokens, seconds)
        if updates % self.window == 0:  # asking for it costs more than all the rest
            self._memory = _peak_mib(context.trainer.loop.device)
        self._last.append(self._total)
        self._note(context.record, self._last[0])

    def on_epoch_end(self, context: EpochEndContext) -> None:
        """Note the means over the epoch."""
        self._memory = _peak_mib(context.trainer.loop.device)
        self._note(context.row, self._epoch)

    def on_save_point(self, context: SavePointContext) -> None:
        """Start the watch again."""
        self._since = time.perf_counter()

    def _note(self, row: dict[str, Any], since: tuple[int, int, int, float]) -> None:
        updates, samples, tokens, seconds = (
            now - then for now, then in zip(self._total, since, strict=True)
        )
        if updates and seconds:
            speed = samples / seconds
            row["samples_per_second"] = speed
            row["seconds_per_update"] = seconds / updates
            if tokens:
                row["tokens_per_second"] = tokens / seconds
            for name, factor in self.factors.items():
                row[name] = speed * factor
        if self._memory is not None:
            row["memory_mib"] = self._memory


def _peak_mib(device: torch.device) -> float | None:
    """Return the largest memory so far; None where it cannot be asked for."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / MIB
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MIB
