"""Cycles whose lengths are whole numbers: what CosineAnnealingWarmupRestarts plays."""

import math

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import Chain, Constant, Cosine, Linear, Repeat, Schedule

LONGEST = 2**53
"""Cycles are laid out up to this update; then the last value is held."""

_GREATEST = 1e300  # peaks beyond are not followed
_MOST = 2**15  # pieces of a chain


def cosine_annealing_warmup_restarts(
    *,
    first_cycle_steps: int,
    cycle_mult: float = 1.0,
    max_lr: float = 1e-4,
    min_lr: float = 1e-6,
    warmup_steps: int = 0,
    gamma: float = 0.9,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of CosineAnnealingWarmupRestarts: up a line, down half a wave.

    Each cycle's decay is int(cycle_mult * that of the one before) steps long, at least
    one: the fraction is dropped, and the next cycle starts from the whole number. The
    warmup keeps its length. Update 0 uses `min_lr`, also without a warmup.

    Args:
        first_cycle_steps: steps of the first cycle with its warmup, > warmup_steps.
        cycle_mult: what each decay's length is multiplied by, > 0.
        max_lr: the first peak, in the hyper-parameter's units.
        min_lr: the value before and after each cycle.
        warmup_steps: steps from `min_lr` to the peak, in each cycle, >= 0.
        gamma: what each peak is multiplied by, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.CosineAnnealingWarmupRestarts.

    >>> lr = cosine_annealing_warmup_restarts(
    ...     first_cycle_steps=4, max_lr=1.0, min_lr=0.0, warmup_steps=2, gamma=0.5
    ... )
    >>> [round(lr(t), 6) for t in range(8)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25]
    """
    check_start(last_epoch)
    up = _checks.count("warmup_steps", warmup_steps)
    first = _checks.count("first_cycle_steps", first_cycle_steps, up + 1)
    mult = _checks.positive("cycle_mult", cycle_mult)
    high, low = _checks.finite("max_lr", max_lr), _checks.finite("min_lr", min_lr)
    if (gamma := _checks.finite("gamma", gamma)) < 0:
        raise ValueError(f"gamma must be >= 0, got {gamma!r}")
    curve = _laid_out(low, high, up, int(first - up), mult, gamma)
    return Chain((Constant(low, 1), curve[1:]))


def _laid_out(
    low: float, peak: float, up: int, length: int, mult: float, gamma: float
) -> Schedule:
    """Return the cycles one by one, until their length no longer changes."""
    pieces: list[Schedule] = []
    begin = 0
    while begin < LONGEST and len(pieces) < _MOST and abs(peak) < _GREATEST:
        following = max(1, int(length * mult))
        if following == length:
            pieces.append(_repeated(low, peak, up, length, gamma))
            break
        pieces += (Linear(low, peak, up), Cosine(peak, low, length))
        begin += up + length
        length, peak = following, peak * gamma
    return Chain(tuple(pieces))


def _repeated(low: float, peak: float, up: int, length: int, gamma: float) -> Schedule:
    """Return cycles of one length, whose peaks alone are multiplied by `gamma`."""

    def cycle(low: float, peak: float) -> Schedule:
        return Chain((Linear(low, peak, up), Cosine(peak, low, length)))

    if gamma == 1:
        return Repeat(cycle(low, peak))
    count = None
    if gamma > 1:  # until a float would overflow
        room = math.log(_GREATEST) - math.log(max(1.0, abs(peak)))
        count = 1 + int(min(room, 600.0) / math.log(gamma))
    peaks = Repeat(cycle(0.0, peak), count=count, decay=gamma)
    return peaks + Repeat(cycle(low, 0.0), count=count) if low else peaks
