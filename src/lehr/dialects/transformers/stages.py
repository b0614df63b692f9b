"""transformers' warmup-stable-decay schedule."""

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.dialects.transformers.cosines import waved
from lehr.dialects.transformers.run import never_reversed
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
    num_warmup_steps: float,
    num_decay_steps: float,
    num_training_steps: float | None = None,
    num_stable_steps: float | None = None,
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
        num_stable_steps: length of the stable part; if given, it decides, and
            `num_training_steps` changes nothing.
        warmup_type: "linear", "cosine" or "1-sqrt".
        decay_type: "linear", "cosine" or "1-sqrt".
        min_lr_ratio: the floor as a part of the base; with one below 0, the warmup
            waits at 0 and so does the decay, but what follows it is below 0.
        num_cycles: whole waves of a "cosine" decay; the sign changes nothing.
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
    base = _checks.finite("base", base)
    low = base * _checks.finite("min_lr_ratio", min_lr_ratio)
    warmup = _checks.length("num_warmup_steps", num_warmup_steps)
    decay = _checks.length("num_decay_steps", num_decay_steps)
    stable = _stable(num_training_steps, num_stable_steps, warmup + decay)
    rise = _rise(_checks.choice("warmup_type", warmup_type, _TYPES), low, base, warmup)
    kind = _checks.choice("decay_type", decay_type, _TYPES)
    fall = _fall(kind, base, low, decay, num_cycles)
    pieces = [never_reversed(rise, base, low), Constant(base, max(0, stable))]
    if decay + min(0, stable) > 0:
        left = fall[-stable:] if stable < 0 else fall
        pieces.append(never_reversed(left, base, low))
    return Chain((*pieces, Constant(low)))


def _stable(total: float | None, stable: float | None, others: float) -> float:
    """Return the length of the stable part; below 0, what the decay has too much."""
    if stable is not None:
        return _checks.finite("num_stable_steps", stable)
    if total is None:
        raise ValueError("give num_training_steps or num_stable_steps, got neither")
    return _checks.length("num_training_steps", total) - others


def _rise(kind: str, low: float, high: float, steps: float) -> Schedule:
    if kind == "1-sqrt":
        return Reverse(OneMinusSqrt(high, low, steps))
    return (Linear if kind == "linear" else Cosine)(low, high, steps)


def _fall(kind: str, high: float, low: float, steps: float, cycles: float) -> Schedule:
    """Return a decay; one of less than an update is the begin of a whole one."""
    span = max(1, steps)
    fall: Schedule = Linear(high, low, span)
    if kind == "1-sqrt":
        fall = OneMinusSqrt(high, low, span)
    elif kind == "cosine":
        fall = (
            Cosine(high, low, span) if cycles == 0.5 else waved(high, low, span, cycles)
        )
    return fall if fall.steps == steps else fall[:steps]
