"""pytorch_optimizer's REX, warmup-stable-decay, Chebyshev, and values on a line."""

import math

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.torch.arguments import check_start
from lehr.dialects.torch.children import rest_of
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    OneMinusSqrt,
    Polynomial,
    Repeat,
    Reverse,
    Rex,
    Schedule,
    Table,
)

LARGEST = 2**20
"""Values of the longest table that is made."""

_COOLDOWNS = ("cosine", "1-sqrt", "linear", "1-square")


def rex(*, total_steps: int, max_lr: float = 1.0, min_lr: float = 0.0) -> Schedule:
    """Return the curve of REXScheduler: a rational decay, then `min_lr`.

    Update 0 uses `min_lr`, which the constructor leaves; update 1 is one step down the
    curve, and `max_lr` itself is never used.

    Args:
        total_steps: length, >= 0.
        max_lr: where the curve begins, in the hyper-parameter's units.
        min_lr: the value at the end, and that of update 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.REXScheduler; Chen et al., REX, 2021,
        arXiv:2107.04197.

    >>> lr = rex(total_steps=4)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 4, 9)]
    [0.0, 0.857143, 0.666667, 0.0, 0.0]
    """
    high, low = _checks.finite("max_lr", max_lr), _checks.finite("min_lr", min_lr)
    if (steps := _checks.count("total_steps", total_steps)) < 2:
        return Constant(low)
    return Chain((Constant(low, 1), Rex(high, low, steps)[1:]))


def wsd(
    base: float,
    *,
    num_warmup_steps: int,
    num_stable_steps: int,
    num_decay_steps: int,
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
    cooldown_type: str = "1-sqrt",
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of get_wsd_schedule: up from 0, level, and down.

    Only the cosine comes down to `min_lr_ratio`. The others go down to 0, and from the
    end on the value is base min_lr_ratio, as documented: a jump up.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates from 0 to `base`, >= 0.
        num_stable_steps: updates at `base`, >= 0.
        num_decay_steps: updates down, >= 0.
        min_lr_ratio: what multiplies `base` from the end on.
        num_cycles: of the cosine, in whole waves; 0.5 goes down once.
        cooldown_type: "cosine", "1-sqrt", "linear" or "1-square".
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.get_wsd_schedule.

    >>> lr = wsd(
    ...     1.0, num_warmup_steps=2, num_stable_steps=1, num_decay_steps=4,
    ...     min_lr_ratio=0.5, cooldown_type="linear",
    ... )
    >>> [lr(t) for t in range(9)]
    [0.0, 0.5, 1.0, 1.0, 0.75, 0.5, 0.25, 0.5, 0.5]
    """
    check_start(last_epoch)
    base = _checks.finite("base", base)
    up = _checks.count("num_warmup_steps", num_warmup_steps)
    level = _checks.count("num_stable_steps", num_stable_steps)
    down = _checks.count("num_decay_steps", num_decay_steps)
    least = _checks.finite("min_lr_ratio", min_lr_ratio)
    cycles = _checks.finite("num_cycles", num_cycles)
    _checks.choice("cooldown_type", cooldown_type, _COOLDOWNS)
    pieces = (
        Linear(0.0, 1.0, up),
        Constant(1.0, level),
        _cooldown(cooldown_type, down, least, cycles),
        Constant(least),
    )
    return base * Chain(pieces)


def _cooldown(kind: str, steps: int, least: float, cycles: float) -> Schedule:
    if kind == "1-sqrt":
        return OneMinusSqrt(1.0, 0.0, steps)
    if kind == "linear" or not steps:
        return Linear(1.0, 0.0, steps)
    if kind == "1-square":
        return Reverse(Polynomial(0.0, 1.0, steps, 2.0))
    if not cycles:
        return Constant(1.0, steps)
    half = steps / (2.0 * abs(cycles))
    wave = Chain((Cosine(1.0, least, half), Cosine(least, 1.0, half)))
    return Repeat(wave)[:steps]


def chebyshev(
    base: float, *, num_epochs: int, is_warmup: bool = False, last_epoch: int = -1
) -> Schedule:
    """Return the curve of get_chebyshev_schedule: reciprocal nodes in fractal order.

    The nodes are those of n = the least power of 2 >= num_epochs (2 for num_epochs =
    2, 1 for 1), on [0.05, 1]: 1 / (0.525 - 0.475 cos(pi (i + 0.5) / n)), up to 20. The
    first is used three times; with n = 2 no other, with n = 4 two of them. The last is
    held.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_epochs: in [1, 2**20].
        is_warmup: whether the value never changes.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.get_chebyshev_schedule; Agarwal et
        al., Acceleration via Fractal Learning Rate Schedules, 2021, arXiv:2103.01338.

    >>> lr = chebyshev(1.0, num_epochs=8)
    >>> [round(lr(t), 4) for t in (0, 2, 3, 4, 9, 99)]
    [16.9127, 16.9127, 1.0092, 2.313, 1.2676, 1.2676]
    """
    check_start(last_epoch)
    base = _checks.finite("base", base)
    epochs = _checks.count("num_epochs", num_epochs, 1)
    if epochs > LARGEST:
        raise ValueError(f"num_epochs must be <= 2**20, got {num_epochs!r}")
    if is_warmup:
        return Constant(base)
    nodes = 1 << (epochs - 1).bit_length()
    order = [0]
    while len(order) < nodes - 2:
        top = 2 * len(order) - 1
        order = [k for i in order for k in (i, top - i)]
    factors = [
        1.0 / (0.525 - 0.475 * math.cos(math.pi * (i + 0.5) / nodes)) for i in order
    ]
    return base * Table((factors[0], factors[0], *factors))


def proportion(
    *,
    lr_scheduler: Schedule | Named,
    max_lr: float,
    min_lr: float = 0.0,
    max_value: float = 2.0,
    min_value: float = 2.0,
    exact: bool = False,
) -> Schedule:
    """Return the curve of ProportionScheduler: a value on a line with the rate.

    Between `min_lr` and `max_lr` it goes from `min_value` to `max_value`, and beyond
    them on the same line; by default both are 2.0, and nothing changes. If `max_lr` is
    not above `min_lr`, it is `max_value`.

    At the start the original looks at what some schedulers of pytorch_optimizer say of
    themselves, not at the rate that update 0 uses: `init_lr`, or `max_lr` of REX.

    Args:
        lr_scheduler: the rate: a schedule, or one of pytorch_optimizer by name, whose
            parameters say its values.
        max_lr: a rate, in its own units.
        min_lr: another one.
        max_value: the value at `max_lr`, in the hyper-parameter's units.
        min_value: the value at `min_lr`.
        exact: whether value 0 is the original's.

    Raises:
        TypeError: `lr_scheduler` is neither.
        ValueError: an argument is not finite.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.ProportionScheduler.

    >>> rate = Linear(1.0, 0.0, 10)
    >>> rho = proportion(lr_scheduler=rate, max_lr=1.0, max_value=0.5, min_value=0.1)
    >>> [round(rho(t), 6) for t in (0, 5, 10)]
    [0.5, 0.3, 0.1]
    """
    rate = _rate(lr_scheduler)
    high, low = _checks.finite("max_lr", max_lr), _checks.finite("min_lr", min_lr)
    top = _checks.finite("max_value", max_value)
    bottom = _checks.finite("min_value", min_value)
    if high <= low:
        return Constant(top)
    slope = (top - bottom) / (high - low)
    curve = slope * (rate - low) + bottom
    if not exact:
        return curve
    shown = _shown_at_first(lr_scheduler, rate(0))
    return Chain((Constant(slope * (shown - low) + bottom, 1), rest_of(curve, 1)))


def _rate(given: Schedule | Named) -> Schedule:
    if isinstance(given, Schedule):
        return given
    if not isinstance(given, Named) or not given.dialect.absolute:
        raise TypeError(
            "lr_scheduler must be a schedule, or a Named of pytorch_optimizer whose "
            f"parameters say its values, got {given!r}; else pass ....curve(base)"
        )
    return given.curve(0.0)


def _shown_at_first(given: Schedule | Named, used: float) -> float:
    if not isinstance(given, Named):
        return used
    if given.dialect.curve is rex:
        return float(given.arguments.get("max_lr", 1.0))
    if "t_max" in given.arguments:
        return float(given.arguments.get("init_lr", 0.0))
    return used
