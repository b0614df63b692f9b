"""torch's OneCycleLR: up to one peak and far down, for the rate and the momentum."""

from itertools import pairwise

from lehr import _checks
from lehr.dialects.torch.arguments import check_start, divisor
from lehr.schedules import Chain, Constant, Cosine, Linear, Schedule


def one_cycle(
    base: float,
    *,
    max_lr: float,
    total_steps: int | None = None,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    cycle_momentum: bool = True,
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of OneCycleLR: one rise to `max_lr`, and one fall.

    From max_lr / div_factor to `max_lr` at step pct_start total - 1, then down to
    max_lr / div_factor / final_div_factor at step total - 1, which is held: torch
    allows one more step, which goes past the floor, and then raises. Where the rise
    has a length of 0 (pct_start total = 1), torch divides by 0; this begins at the
    peak. The momentum that torch cycles the other way is `one_cycle_momentum`.

    Args:
        base: the group's own value, which torch overwrites.
        max_lr: the peak, in the hyper-parameter's units.
        total_steps: steps of the whole curve, >= 1.
        epochs: with `steps_per_epoch`, in place of `total_steps`: their product.
        steps_per_epoch: see `epochs`.
        pct_start: the fraction of the steps that rises, in [0, 1].
        anneal_strategy: "cos" or "linear".
        cycle_momentum: see `one_cycle_momentum`.
        base_momentum: see `one_cycle_momentum`.
        max_momentum: see `one_cycle_momentum`.
        div_factor: not 0.
        final_div_factor: not 0; infinity ends at 0.
        three_phase: whether to fall as it rose, and then to the end.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range, or no length is given.

    Source: torch 2.13, torch.optim.lr_scheduler.OneCycleLR; Smith and Topin,
        Super-Convergence, 2017, arXiv:1708.07120.

    >>> lr = one_cycle(0.1, max_lr=1.0, total_steps=10)
    >>> [round(lr(n), 6) for n in (0, 1, 2, 3, 8, 9, 10**9)]
    [0.04, 0.52, 1.0, 0.950485, 0.049519, 4e-06, 4e-06]
    """
    check_start(last_epoch)
    high = _checks.finite("max_lr", max_lr)
    low = high / divisor("div_factor", div_factor)
    end = low / divisor("final_div_factor", final_div_factor)
    values = (low, high, low, end) if three_phase else (low, high, end)
    steps = _total(total_steps, epochs, steps_per_epoch)
    return _phases(values, steps, pct_start, anneal_strategy)


def one_cycle_momentum(
    base: float,
    *,
    max_lr: float,
    total_steps: int | None = None,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    cycle_momentum: bool = True,
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
    last_epoch: int = -1,
) -> Schedule | None:
    """Return what OneCycleLR does to the momentum: down where the rate rises, and up.

    Args: those of `one_cycle`, and
        base: the group's own momentum, which torch overwrites.
        cycle_momentum: whether it is driven at all; if not, None is returned.
        base_momentum: the value at the peak of the rate.
        max_momentum: the value at the start and at the end.

    Raises:
        ValueError: an argument is outside its range, or no length is given.

    Source: torch 2.13, torch.optim.lr_scheduler.OneCycleLR.

    >>> momentum = one_cycle_momentum(0.5, max_lr=1.0, total_steps=10)
    >>> [round(momentum(n), 6) for n in (0, 1, 2, 9, 10**9)]
    [0.95, 0.9, 0.85, 0.95, 0.95]
    """
    check_start(last_epoch)
    if not cycle_momentum:
        return None
    low = _checks.finite("base_momentum", base_momentum)
    high = _checks.finite("max_momentum", max_momentum)
    values = (high, low, high, high) if three_phase else (high, low, high)
    steps = _total(total_steps, epochs, steps_per_epoch)
    return _phases(values, steps, pct_start, anneal_strategy)


def _total(total_steps: int | None, epochs: int | None, per_epoch: int | None) -> int:
    if total_steps is not None:
        return _checks.count("total_steps", total_steps, 1)
    if epochs is None or per_epoch is None:
        raise ValueError(
            f"total_steps must be given, or epochs and steps_per_epoch; got epochs="
            f"{epochs!r}, steps_per_epoch={per_epoch!r}"
        )
    product = _checks.count("epochs", epochs, 1)
    return product * _checks.count("steps_per_epoch", per_epoch, 1)


def _phases(
    values: tuple[float, ...], total: int, pct_start: float, anneal_strategy: str
) -> Schedule:
    """Return ramps between `values`, joined where torch joins them.

    The ends of the phases need not be whole, nor positive, nor in order: a phase that
    ends before step 0, or before the one before, is skipped, and the next one begins
    at its own start, which may lie before step 0 too.
    """
    rise = _checks.fraction("pct_start", pct_start) * total - 1.0
    _checks.choice("anneal_strategy", anneal_strategy, ("cos", "linear"))
    ramp = Cosine if anneal_strategy == "cos" else Linear
    last = total - 1
    ends = (rise, last) if len(values) == 3 else (rise, 2.0 * rise, last)
    pieces: list[Schedule] = []
    reached = 0.0
    for (begin, end), (x, y) in zip(
        pairwise((0.0, *ends)), pairwise(values), strict=True
    ):
        stop = min(end, last)
        if end > begin and stop >= reached:
            whole = ramp(x, y, end - begin)
            cut = reached > begin or stop < end
            pieces.append(whole[reached - begin : stop - begin] if cut else whole)
            reached = stop
        elif not pieces:
            pieces.append(Constant(y))
    return Chain(tuple(pieces))
