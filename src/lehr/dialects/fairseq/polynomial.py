"""fairseq's `polynomial_decay`: one decay, or one per epoch."""

import math
from collections.abc import Iterator

from lehr import _checks
from lehr.dialects.fairseq.rates import DEFAULT, Rates, epoch_length, listed
from lehr.schedules import Chain, Constant, Linear, Polynomial, Schedule

MOST_EPOCHS = 1_000
"""Epochs of a forced annealing, each of which has a piece of its own."""


def polynomial_decay(
    *,
    warmup_updates: int = 0,
    force_anneal: int | None = None,
    end_learning_rate: float = 0.0,
    power: float = 1.0,
    total_num_update: float,
    lr: Rates = DEFAULT,
    updates_per_epoch: int | None = None,
) -> Schedule:
    """Return the curve of `polynomial_decay`: warmup, then a power of what remains.

    Args:
        warmup_updates: updates of the linear warmup from 0; `total_num_update` includes
            them.
        force_anneal: epoch, counted from 1, from which each epoch decays anew, by the
            same power, from the value that it finds.
        end_learning_rate: the value from `total_num_update` on.
        power: >= 0; with 0 the value is the peak until the end.
        total_num_update: end of the decay, > 0.
        lr: the peak, >= 0; of a list the second value is for epoch 1, the third one for
            epoch 2, and so on, and the last one is held.
        updates_per_epoch: length of an epoch, which fairseq has from its data; needed
            only for a list of `lr`, or `force_anneal`.

    Raises:
        ValueError: an argument is out of range, or `updates_per_epoch` is missing.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler.

    >>> curve = polynomial_decay(lr=1.0, warmup_updates=2, total_num_update=10)
    >>> [curve(t) for t in (0, 1, 2, 6, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    values = listed(lr)
    shape = _Shape(warmup_updates, end_learning_rate, power, total_num_update)
    if len(values) == 1 and force_anneal is None:
        return shape.whole(values[0])
    length, forced = epoch_length(updates_per_epoch), math.inf
    if force_anneal is not None:
        forced = _checks.count("force_anneal", force_anneal)
    return Chain(tuple(shape.by_epochs(values, length, forced)))


class _Shape:
    """The decay of fairseq's parameters, from any peak."""

    def __init__(self, warmup: int, end: float, power: float, total: float) -> None:
        self.warmup = _checks.count("warmup_updates", warmup)
        self.end = _checks.finite("end_learning_rate", end)
        if _checks.finite("power", power) < 0:
            raise ValueError(
                f"power must be >= 0, got {power!r}; below 0 it has no bound"
            )
        self.power = power
        self.total = _checks.duration("total_num_update", total)

    def whole(self, peak: float) -> Schedule:
        """Return the curve of one peak. The warmup owns its last update."""
        left = self.total - self.warmup
        if left <= 0:
            fall: Schedule = Constant(peak, 1)
        elif self.power:
            fall = Polynomial(peak, self.end, left, self.power)
        else:
            fall = Constant(peak, left)
        return Chain((Linear(0.0, peak, self.warmup), fall, Constant(self.end)))

    def by_epochs(
        self, values: tuple[float, ...], length: int, forced: float
    ) -> Iterator[Schedule]:
        """Yield the curve epoch by epoch, each from a peak of its own."""
        count = math.ceil(max(self.total, self.warmup + 1) / length)
        if count - forced > MOST_EPOCHS:
            raise ValueError(
                f"force_anneal makes a piece of each epoch, at most {MOST_EPOCHS}, got "
                f"{count - forced:.0f}; with a longer updates_per_epoch there are fewer"
            )
        curve = self.whole(values[0])
        found = values[0] / max(self.warmup, 1)  # what fairseq's constructor leaves
        for epoch in range(1, count + 1):
            begin = (epoch - 1) * length
            if epoch < forced:
                curve = self.whole(values[min(epoch, len(values) - 1)])
                if forced == math.inf and epoch >= len(values) - 1:
                    yield curve[begin:]
                    break
            else:
                curve = self.whole(curve(begin) if begin else found)
            yield curve[begin : begin + length]
        yield Constant(self.end)
