"""fairseq's `fixed`: a value per epoch."""

import math

from lehr import _checks
from lehr.dialects.fairseq.rates import DEFAULT, Rates, epoch_length, listed
from lehr.schedules import (
    Chain,
    Constant,
    Linear,
    Product,
    Schedule,
    Step,
)


def fixed(
    *,
    force_anneal: int | None = None,
    lr_shrink: float = 0.1,
    warmup_updates: int = 0,
    lr: Rates = DEFAULT,
    updates_per_epoch: int | None = None,
) -> Schedule:
    """Return the curve of `fixed`: a value per epoch, the last one held or shrunk.

    Update t of the warmup uses the part (t + 1) / warmup_updates of the epoch's value.

    Args:
        force_anneal: epoch, counted from 1, from which each epoch's value is the last
            of `lr`, times `lr_shrink` once more.
        lr_shrink: in [0, 1].
        warmup_updates: length of the warmup.
        lr: the values of epochs 1, 2 and so on, >= 0; or one for all.
        updates_per_epoch: length of an epoch, which fairseq has from its data; needed
            only for a list of `lr`, or `force_anneal`.

    Raises:
        ValueError: an argument is out of range, or `updates_per_epoch` is missing.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler.

    >>> curve = fixed(lr=[1.0, 0.5], force_anneal=3, updates_per_epoch=10)
    >>> [round(curve(t), 6) for t in (0, 9, 10, 19, 20, 30)]
    [1.0, 1.0, 0.5, 0.5, 0.05, 0.005]
    >>> [fixed(warmup_updates=4, lr=1.0)(t) for t in (0, 1, 3, 4)]
    [0.25, 0.5, 1.0, 1.0]
    """
    values, shrink = listed(lr), _checks.fraction("lr_shrink", lr_shrink)
    warmup = _checks.count("warmup_updates", warmup_updates)
    start, rest = 1.0 / max(warmup, 1), max(warmup - 1, 0)
    if len(values) == 1 and force_anneal is None:
        first = values[0] * start
        return Chain((Linear(first, values[0], rest), Constant(values[0])))
    length = epoch_length(updates_per_epoch)
    forced = math.inf
    if force_anneal is not None:
        forced = _checks.count("force_anneal", force_anneal)
    pieces: list[Schedule] = [
        Constant(value, length)
        for epoch, value in enumerate(values, 1)
        if epoch < forced
    ]
    if forced < math.inf:
        held = max(forced - 1 - len(pieces), 0) * length
        shrunk = values[-1] * shrink ** (max(forced, 1) + 1 - forced)
        pieces += [Constant(values[-1], held), Step(shrunk, shrink, length)]
    levels = Chain(tuple(pieces))
    if not warmup:
        return levels
    return Product((levels, Chain((Linear(start, 1.0, rest), Constant(1.0)))))
