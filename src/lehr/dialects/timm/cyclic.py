"""timm's schedulers with cycles: cosine, hyperbolic tangent, polynomial."""

from functools import partial

from lehr import _checks
from lehr.dialects.timm.cycling import Cycling, poly_wave, poly_weight, tanh_wave
from lehr.dialects.timm.frame import Frame, Range
from lehr.schedules import Cosine, Schedule


def cosine(
    base: float,
    *,
    t_initial: float,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    k_decay: float = 1.0,
) -> Schedule:
    """Return the curve of `CosineLRScheduler`: cosine cycles, then `lr_min` for ever.

    Without `warmup_prefix` the warmup hides the beginning of the curve, and the value
    jumps from the end of the warmup into it.

    Args:
        base: the group's starting value.
        t_initial: length of the first cycle, > 0.
        lr_min: value at the end of each cycle, >= 0.
        cycle_mul: each cycle is this many times as long as the one before, > 0.
        cycle_decay: each cycle's peak is this many times the one before, >= 0.
        cycle_limit: number of cycles, >= 0.
        warmup_t: length of the linear warmup to `base`.
        warmup_lr_init: its first value.
        warmup_prefix: whether the curve begins after the warmup, not under it.
        t_in_epochs: which of timm's two methods reacts; no matter here.
        noise_range_t: where the values are shaken: from one time on, or in a pair's
            [begin, end).
        noise_pct: the noise is less than this part of the value, > 0.
        noise_std: its standard deviation, before that cut, >= 0.
        noise_seed: the noise at t is drawn from a torch generator with this seed + t.
        k_decay: > 0; above 1 the value stays high for longer.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31; Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983; Zhang and
        Li, k-decay, 2020, arXiv:2004.05909.

    >>> lr = cosine(0.1, t_initial=10, lr_min=1e-6, warmup_t=2, warmup_lr_init=1e-4)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 3, 10, 10**9)]
    [0.0001, 0.05005, 0.090451, 0.079389, 1e-06, 1e-06]
    """
    cycles = Cycling(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    k = _checks.positive("k_decay", k_decay)
    frame = Frame(
        warmup_t,
        warmup_lr_init,
        warmup_prefix,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
    )
    return frame.around(cycles.of(partial(Cosine, k=k), base), base)


def tanh(
    base: float,
    *,
    t_initial: float,
    lb: float = -7.0,
    ub: float = 3.0,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
) -> Schedule:
    """Return the curve of `TanhLRScheduler`: (1 - tanh) / 2 from `lb` to `ub`.

    The tangent does not quite meet its ends: a cycle ends a little above `lr_min`,
    which is held only after the last one. Without `warmup_prefix` the warmup goes to
    the curve's value at `warmup_t`. The other parameters are those of `cosine`.

    Args:
        base: the group's starting value.
        t_initial: length of the first cycle, > 0.
        lb: argument of the tangent at the begin of a cycle, in [-300, 300].
        ub: argument of the tangent at its end, in the same range, > lb.
        lr_min: lower limit, >= 0.
        cycle_mul: see `cosine`, as for all below.
        cycle_decay: see there.
        cycle_limit: see there.
        warmup_t: see there.
        warmup_lr_init: see there.
        warmup_prefix: see there.
        t_in_epochs: see there.
        noise_range_t: see there.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31; Hsueh et al., Stochastic Gradient Descent with
        Hyperbolic-Tangent Decay on Classification, 2018, arXiv:1806.01593, eq. 3.

    >>> lr = tanh(0.1, t_initial=10, lr_min=1e-6)
    >>> [round(lr(t), 6) for t in (0, 5, 7, 9, 10, 10**9)]
    [0.1, 0.098201, 0.05, 0.0018, 1e-06, 1e-06]
    """
    cycles = Cycling(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    low, high = _checks.finite("lb", lb), _checks.finite("ub", ub)
    if not -300 <= low < high <= 300:
        raise ValueError(
            f"lb and ub must satisfy -300 <= lb < ub <= 300, got lb={lb!r}, ub={ub!r}"
        )
    frame = Frame(
        warmup_t,
        warmup_lr_init,
        warmup_prefix,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
    )
    curve = cycles.of(tanh_wave(low, high), base)
    target = None if warmup_prefix else curve(frame.warmup_t)
    return frame.around(curve, base, target)


def poly(
    base: float,
    *,
    t_initial: float,
    power: float = 0.5,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    k_decay: float = 1.0,
) -> Schedule:
    """Return the curve of `PolyLRScheduler`: cycles of (1 - (t / T)^k_decay)^power.

    The other parameters are those of `cosine`. If neither `k_decay` nor `power` is 1,
    it is a table of whole times, of at most a million values.

    Args:
        base: the group's starting value.
        t_initial: length T of the first cycle, > 0.
        power: > 0; timm's default is the square root.
        lr_min: value at the end of each cycle, >= 0.
        cycle_mul: see `cosine`, as for all below.
        cycle_decay: see there.
        cycle_limit: see there.
        warmup_t: see there.
        warmup_lr_init: see there.
        warmup_prefix: see there.
        t_in_epochs: see there.
        noise_range_t: see there.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.
        k_decay: see there.

    Raises:
        ValueError: an argument is out of range, or a table would be too long.

    Source: timm 1.0.31; Zhang and Li, k-decay, 2020, arXiv:2004.05909.

    >>> lr = poly(0.1, t_initial=10, lr_min=1e-6)
    >>> [round(lr(t), 6) for t in (0, 1, 5, 9, 10, 10**9)]
    [0.1, 0.094868, 0.070711, 0.031623, 1e-06, 1e-06]
    """
    cycles = Cycling(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    power = _checks.positive("power", power)
    k = _checks.positive("k_decay", k_decay)
    frame = Frame(
        warmup_t,
        warmup_lr_init,
        warmup_prefix,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
    )
    if 1.0 in (k, power):
        return frame.around(cycles.of(poly_wave(power, k), base), base)
    return frame.around(cycles.table(poly_weight(power, k), base), base)
