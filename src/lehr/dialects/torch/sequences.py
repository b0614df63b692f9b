"""torch's SequentialLR: one scheduler after the other."""

from collections.abc import Sequence

from lehr.dialects.base import Named
from lehr.dialects.torch.arguments import check_start
from lehr.dialects.torch.children import (
    arguments_of,
    first_of,
    momentum_of,
    rest_of,
    spans,
)
from lehr.dialects.torch.decays import constant
from lehr.dialects.torch.functions import continued, multiplicative
from lehr.schedules import Chain, Constant, Schedule


def sequential(
    base: float,
    *,
    schedulers: Sequence[Named],
    milestones: Sequence[int],
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of SequentialLR: each scheduler from its milestone on.

    Each starts at its own 0, from the same `base`; a MultiplicativeLR that is not the
    first goes on from the value that it finds, as in torch. What torch gets wrong is
    right here: schedulers that overwrite the groups' initial value (OneCycleLR,
    CyclicLR) do not change the base of the others, and a SequentialLR or
    ChainedScheduler may stand anywhere in the list.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        schedulers: at least one; none that follows a metric.
        milestones: steps at which the next one begins: one less than `schedulers`,
            >= 0, never decreasing. Between two equal ones nothing is played.
        last_epoch: -1.

    Raises:
        TypeError: an element of `schedulers` is not a scheduler.
        ValueError: `schedulers` is empty or holds one that follows a metric, or the
            milestones do not fit.

    Source: torch 2.13, torch.optim.lr_scheduler.SequentialLR.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.torch import SCHEDULERS
    >>> warmup = named(SCHEDULERS, "ConstantLR", factor=0.1, total_iters=20)
    >>> decay = named(SCHEDULERS, "ExponentialLR", gamma=0.9)
    >>> lr = sequential(1.0, schedulers=[warmup, decay], milestones=[20])
    >>> [round(lr(n), 6) for n in (0, 19, 20, 21, 22)]
    [0.1, 0.1, 1.0, 0.9, 0.81]
    """
    check_start(last_epoch)
    pieces: list[Schedule] = []
    for child, begin, end in spans(schedulers, milestones):
        if begin and child.dialect.curve is multiplicative:
            found = Chain(tuple(pieces))(begin - 1)
            curve = continued(found, **child.arguments)
        else:
            curve = started(child, base, begin)
        pieces.append(
            rest_of(curve, 0) if end is None else first_of(curve, end - begin)
        )
    return Chain(tuple(pieces))


def started(child: Named, base: float, begin: int) -> Schedule:
    """Return the curve of a scheduler that a SequentialLR starts at `begin`.

    torch starts one that is not the first by its closed form, which for a ConstantLR of
    length 0 is the base; on its own it would keep the factor.
    """
    late = begin and child.dialect.curve is constant
    if late and not arguments_of(child)["total_iters"]:
        return Constant(base)
    return child.curve(base)


def sequential_momentum(
    base: float,
    *,
    schedulers: Sequence[Named],
    milestones: Sequence[int],
    last_epoch: int = -1,
) -> Schedule | None:
    """Return what a SequentialLR does to the momentum; None if none of it drives it.

    Before the first scheduler that drives it, the momentum has the first value of that
    one, which torch sets when it is built; after one, it keeps what was left.

    Args: those of `sequential`; `base` is the group's own momentum.

    Raises:
        TypeError: as `sequential`.
        ValueError: as `sequential`.

    Source: torch 2.13, torch.optim.lr_scheduler.SequentialLR.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.torch import SCHEDULERS
    >>> warmup = named(SCHEDULERS, "LinearLR")
    >>> cycle = named(SCHEDULERS, "OneCycleLR", max_lr=1.0, total_steps=10)
    >>> m = sequential_momentum(0.9, schedulers=[warmup, cycle], milestones=[5])
    >>> [round(m(n), 6) for n in (0, 4, 5, 6, 7, 14)]
    [0.95, 0.95, 0.95, 0.9, 0.85, 0.95]
    """
    check_start(last_epoch)
    found = [
        (momentum_of(child, base), begin, end)
        for child, begin, end in spans(schedulers, milestones)
    ]
    held = next((curve(0) for curve, _, _ in found if curve), None)
    if held is None:
        return None
    pieces: list[Schedule] = []
    for curve, begin, end in found:
        piece = curve or Constant(held)
        if end is None:
            pieces.append(rest_of(piece, 0))
        elif end > begin:
            pieces.append(first_of(piece, end - begin))
            held = piece(end - begin - 1)
    return Chain(tuple(pieces))
