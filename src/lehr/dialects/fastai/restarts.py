"""fastai's fit_sgdr: half waves down to 0, each longer than the one before."""

from lehr import _checks
from lehr.dialects.fastai.annealers import sched_cos
from lehr.schedules import Chain, Cosine, Repeat, Schedule


def fit_sgdr(
    base: float,
    *,
    num_updates: int,
    n_cycles: int,
    cycle_len: int,
    lr_max: float | None = None,
    cycle_mult: float = 2,
) -> Schedule:
    """Return the rate of Learner.fit_sgdr: from `lr_max` to 0, again and again.

    Past the end the last wave goes back. With `cycle_mult` 1, by which fastai divides
    by 0, all cycles are of one length.

    Args:
        base: the learner's own rate, where `lr_max` is None.
        num_updates: updates of the run, all cycles together: epochs times batches.
        n_cycles: number of cycles, >= 1.
        cycle_len: epochs of the first one, >= 1; here only its ratio to the others
            counts, which is `cycle_mult`.
        lr_max: the peak, in the hyper-parameter's units.
        cycle_mult: each cycle is this many times as long as the one before, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, Learner.fit_sgdr; Loshchilov and Hutter, SGDR, 2017,
        arXiv:1608.03983.

    >>> lr = fit_sgdr(1.0, num_updates=12, n_cycles=2, cycle_len=1)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 8, 12)]
    [1.0, 0.5, 1.0, 0.5, 0.0]
    """
    peak = _checks.finite("lr_max", base if lr_max is None else lr_max)
    total = _checks.count("num_updates", num_updates, 1)
    cycles = _checks.count("n_cycles", n_cycles, 1)
    _checks.count("cycle_len", cycle_len, 1)
    mult = _checks.positive("cycle_mult", cycle_mult)
    weights = [mult**i for i in range(cycles)]
    first = total / sum(weights)
    last = first * weights[-1]
    tail = sched_cos(start=peak, end=0.0, num_updates=last)
    if cycles == 1:
        return tail
    head = Repeat(Cosine(peak, 0.0, first), count=cycles - 1, stretch=mult)
    return Chain((head, tail))
