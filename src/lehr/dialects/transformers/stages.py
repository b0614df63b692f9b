"""transformers' warmup-stable-decay schedule."""

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.dialects.transformers.cosines import waved
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    OneMinusSqrt,
    Reverse,
    Schedule,
)

_TYPES = ("linear", "cosine", "1-sqrt")


def warmup_stable_decay(
    base: float,
    *,
    num_warmup_steps: int,
    num_decay_steps: int,
    num_training_steps: int | None = None,
    num_stable_steps: int | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of "warmup_stable_decay": up, level, down to a floor.

    The warmup begins at the floor, not at 0. Where warmup and decay are longer than
    the run, the decay begins in its middle.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        num_decay_steps: length of the decay, >= 0.
        num_training_steps: length of the run, >= 0; the stable part is what the other
            two leave of it.
        num_stable_steps: length of the stable part, >= 0; if given, it decides, and
            `num_training_steps` changes nothing.
        warmup_type: "linear", "cosine" or "1-sqrt".
        decay_type: "linear", "cosine" or "1-sqrt".
        min_lr_ratio: the floor as a part of the base, >= 0.
        num_cycles: whole waves of a "cosine" decay, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range, or neither `num_training_steps`
            nor `num_stable_steps` is given.

    Source: transformers 5.23, get_wsd_schedule.

    >>> lr = warmup_stable_decay(
    ...     1.0, num_warmup_steps=3, num_stable_steps=3, num_decay_steps=4,
    ...     decay_type="linear", min_lr_ratio=0.1,
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 3, 6, 7, 9, 10, 10**9)]
    [0.1, 0.4, 1.0, 1.0, 0.775, 0.325, 0.1, 0.1]
    """
    check_start(last_epoch)
    base, ratio = (
        _checks.finite("base", base),
        _checks.finite("min_lr_ratio", min_lr_ratio),
    )
    if ratio < 0:
        raise ValueError(f"min_lr_ratio must be >= 0, got {min_lr_ratio!r}")
    low = base * ratio
    warmup = _checks.count("num_warmup_steps", num_warmup_steps)
    decay = _checks.count("num_decay_steps", num_decay_steps)
    stable = _stable(num_training_steps, num_stable_steps, warmup + decay)
    rise = _rise(_checks.choice("warmup_type", warmup_type, _TYPES), low, base, warmup)
    kind = _checks.choice("decay_type", decay_type, _TYPES)
    fall = _fall(kind, base, low, decay, num_cycles)
    pieces = [rise, Constant(base, max(0, stable))]
    if decay + min(0, stable) > 0:
        pieces.append(fall[-stable:] if stable < 0 else fall)
    return Chain((*pieces, Constant(low)))


def _stable(total: int | None, stable: int | None, others: int) -> int:
    """Return the length of the stable part; below 0, what the decay has too much."""
    if stable is not None:
        return _checks.count("num_stable_steps", stable)
    if total is None:
        raise ValueError("give num_training_steps or num_stable_steps, got neither")
    return _checks.count("num_training_steps", total) - others


def _rise(kind: str, low: float, high: float, steps: int) -> Schedule:
    if kind == "1-sqrt":
        return Reverse(OneMinusSqrt(high, low, steps))
    return (Linear if kind == "linear" else Cosine)(low, high, steps)


def _fall(kind: str, high: float, low: float, steps: int, cycles: float) -> Schedule:
    if kind == "linear":
        return Linear(high, low, steps)
    if kind == "1-sqrt":
        return OneMinusSqrt(high, low, steps)
    if cycles == 0.5 or not steps:
        return Cosine(high, low, steps)
    return waved(high, low, steps, cycles)[:steps]
