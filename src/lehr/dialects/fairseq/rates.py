"""What fairseq's schedulers share: `lr`, one value or one per epoch, and the warmup."""

from collections.abc import Sequence

from lehr import _checks
from lehr.schedules import Chain, Constant, Linear, Schedule

Rates = float | Sequence[float]

DEFAULT = 0.25
"""fairseq's default of `optimization.lr`."""


def listed(lr: Rates) -> tuple[float, ...]:
    """Return `lr` as values >= 0, one per epoch, at least one."""
    given = tuple(lr) if isinstance(lr, Sequence) and not isinstance(lr, str) else (lr,)
    if not given:
        raise ValueError(f"lr must hold at least one value, got {lr!r}")
    return tuple(_checked(value) for value in given)


def single(lr: Rates) -> float:
    """Return the one value of `lr`; refuse several, as fairseq does."""
    values = listed(lr)
    if len(values) > 1:
        raise ValueError(
            f"lr must be one value here, got {lr!r}; values per epoch are for fixed"
        )
    return values[0]


def epoch_length(updates_per_epoch: int | None) -> int:
    """Return the updates of an epoch, which must be given."""
    if updates_per_epoch is None:
        raise ValueError(
            "updates_per_epoch must be given where epochs count: for a list of lr, for "
            "force_anneal and for epoch2lr"
        )
    return _checks.count("updates_per_epoch", updates_per_epoch, 1)


def warmed(first: float, peak: float, warmup: int, rest: Schedule) -> Schedule:
    """Return a line from `first` to `peak`, and then `rest`."""
    tail = rest if rest.steps else Constant(rest(0))
    return Chain((Linear(first, peak, warmup), tail))


def floor(min_lr: float) -> float:
    """Return `min_lr` if it is >= 0."""
    value = _checks.finite("min_lr", min_lr)
    if value < 0:
        raise ValueError(f"min_lr must be >= 0, got {min_lr!r}")
    return value


def _checked(value: float) -> float:
    rate = _checks.finite("lr", value)
    if rate < 0:
        raise ValueError(f"lr must be >= 0, got {value!r}")
    return rate
