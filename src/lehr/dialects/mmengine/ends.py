"""mmengine's schedulers to a given end: a power of what remains, and one cycle."""

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.mmengine.effects import INF, Effect, Frame, effect, framed
from lehr.dialects.mmengine.playing import played
from lehr.schedules import Schedule


def poly(
    base: float,
    *,
    eta_min: float = 0.0,
    power: float = 1.0,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of PolyLR: a power of what remains, at the floor by end - 1.

    Beside the parameters of `step`:

    - eta_min: the floor, in the units of `base`.
    - power: >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.PolyParamScheduler.

    >>> [poly(1.0, end=5)(t) for t in range(7)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0, 0.0]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    value = _checks.finite("base", base)
    return played(value, of_poly(frame, eta_min, power))


def of_poly(frame: Frame, eta_min: float, power: float) -> list[Effect]:
    """Return what a PolyLR does."""
    weight = torch.polynomial(1.0, total_iters=frame.length - 1, power=power)
    return [effect(frame, weight, floor=_checks.finite("eta_min", eta_min))]


def one_cycle(
    base: float,
    *,
    eta_max: float = 0.0,
    total_steps: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of OneCycleLR: one rise to `eta_max`, and one fall.

    It is torch's; past its end the last value is held, where mmengine goes one step
    past the floor and then raises.

    Beside the parameters of `step`:

    - eta_max: the peak, in the units of `base`.
    - total_steps: steps of the whole curve, >= 1; None is end - begin.
    - pct_start: the fraction of the steps that rises, in [0, 1].
    - anneal_strategy: "cos" or "linear".
    - div_factor: the first value is eta_max / div_factor; not 0.
    - final_div_factor: the last value is the first / final_div_factor; not 0.
    - three_phase: whether to fall as it rose, and then to the end.
    - param_name: "lr".

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.OneCycleParamScheduler.

    >>> lr = one_cycle(0.1, eta_max=1.0, total_steps=10)
    >>> [round(lr(t), 6) for t in (0, 2, 3, 9, 99)]
    [0.04, 1.0, 0.950485, 4e-06, 4e-06]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    _checks.choice("param_name", param_name, ("lr",))
    effects = of_one_cycle(
        frame,
        total_steps,
        eta_max,
        pct_start,
        anneal_strategy,
        div_factor,
        final_div_factor,
        three_phase,
    )
    return played(_checks.finite("base", base), effects)


def of_one_cycle(
    frame: Frame,
    total_steps: int | None,
    eta_max: float,
    pct_start: float,
    anneal_strategy: str,
    div_factor: float,
    final_div_factor: float,
    three_phase: bool,
) -> list[Effect]:
    """Return what a OneCycleLR does."""
    total = frame.length
    if total_steps is not None:
        total = _checks.count("total_steps", total_steps, 1) * frame.scale
    curve = torch.one_cycle(
        0.0,
        max_lr=_checks.finite("eta_max", eta_max),
        total_steps=total,
        pct_start=pct_start,
        anneal_strategy=anneal_strategy,
        div_factor=div_factor,
        final_div_factor=final_div_factor,
        three_phase=three_phase,
    )
    return [effect(frame, sets=curve)]
