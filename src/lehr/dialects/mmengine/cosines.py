"""mmengine's cosines: half a wave to a floor, once or again and again."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from lehr import _checks
from lehr.dialects.mmengine.effects import INF, Effect, Frame, effect, framed
from lehr.dialects.mmengine.playing import played
from lehr.dialects.torch.cosines import waves
from lehr.schedules import Cosine, Schedule


def cosine_annealing(
    base: float,
    *,
    T_max: int | None = None,
    eta_min: float | None = None,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    eta_min_ratio: float | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of CosineAnnealingLR: half a wave from what it finds.

    Without `T_max` it takes end - begin steps, and as the last of them is one less, it
    stops short of the floor and holds that. Past `T_max` it climbs back to `base`.

    Beside the parameters of `step`:

    - T_max: steps to the floor, >= 1; None is end - begin.
    - eta_min: the floor, in the units of `base`; 0 if neither floor is given.
    - eta_min_ratio: the floor as a fraction of `base`, in place of `eta_min`.

    Raises:
        ValueError: an argument is outside its range, or both floors are given.

    Source: mmengine 0.10.7, optim.scheduler.CosineAnnealingParamScheduler.

    >>> lr = cosine_annealing(1.0, end=5)
    >>> [round(lr(t), 4) for t in range(7)]
    [1.0, 0.9045, 0.6545, 0.3455, 0.0955, 0.0955, 0.0955]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    value = _checks.finite("base", base)
    effects = of_cosine_annealing(frame, value, T_max, eta_min, eta_min_ratio)
    return played(value, effects)


def of_cosine_annealing(
    frame: Frame,
    base: float,
    T_max: int | None,
    eta_min: float | None,
    eta_min_ratio: float | None,
) -> list[Effect]:
    """Return what a CosineAnnealingLR does: the way down, and what comes after."""
    if eta_min is None and eta_min_ratio is None:
        eta_min = 0.0
    floor = _floor(base, eta_min, eta_min_ratio)
    half = frame.length
    if T_max:  # mmengine reads 0 as None
        half = _checks.count("T_max", T_max, 1) * frame.scale
    down = effect(frame, Cosine(1.0, 0.0, half), floor=floor, part=(0, half + 1))
    if frame.length <= half + 1:
        return [down]
    wave, rest = waves(base, floor, half), (half + 1, frame.length)
    return [down, effect(frame, sets=wave, part=rest, skipped=half + 1, alone=True)]


def cosine_restart(
    base: float,
    *,
    periods: Sequence[int],
    restart_weights: Sequence[float] = (1,),
    eta_min: float | None = None,
    eta_min_ratio: float | None = None,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of CosineRestartLR: half waves, each from its own peak.

    At the start of each period the value is set, whatever it was. After the last one it
    holds what its last step left, which is not the floor.

    Beside the parameters of `step`:

    - periods: steps of each half wave, >= 1.
    - restart_weights: each peak as a multiple of `base`; one per period.
    - eta_min: the floor, in the units of `base`.
    - eta_min_ratio: the floor as a fraction of `base`; one of both must be given.

    Raises:
        ValueError: an argument is outside its range, or none or both floors are given.

    Source: mmengine 0.10.7, optim.scheduler.CosineRestartParamScheduler.

    >>> lr = cosine_restart(1.0, periods=[2, 4], restart_weights=[1, 0.5], eta_min=0.0)
    >>> [round(lr(t), 4) for t in range(8)]
    [1.0, 0.5, 0.5, 0.4268, 0.25, 0.0732, 0.0732, 0.0732]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    value = _checks.finite("base", base)
    effects = of_cosine_restart(
        frame, value, periods, restart_weights, eta_min, eta_min_ratio
    )
    return played(value, effects)


def of_cosine_restart(
    frame: Frame,
    base: float,
    periods: Sequence[int],
    restart_weights: Sequence[float],
    eta_min: float | None,
    eta_min_ratio: float | None,
) -> list[Effect]:
    """Return what a CosineRestartLR does: one effect per period."""
    lengths = [
        _checks.count(f"periods[{i}]", p, 1) * frame.scale
        for i, p in enumerate(periods)
    ]
    if not lengths or len(lengths) != len(restart_weights):
        raise ValueError(
            "restart_weights must hold one weight per period, got "
            f"{len(lengths)} periods and {len(restart_weights)} weights"
        )
    floor = _floor(base, eta_min, eta_min_ratio)
    parts = pairwise((0, *accumulate(lengths)))
    return [
        effect(
            frame,
            Cosine(1.0, 0.0, last - first),
            floor=floor,
            start=base * _checks.finite("restart_weights", weight),
            part=(first, last),
        )
        for (first, last), weight in zip(parts, restart_weights, strict=True)
        if first < frame.length
    ]


def _floor(base: float, eta_min: float | None, ratio: float | None) -> float:
    if (eta_min is None) == (ratio is None):
        raise ValueError(
            "one of eta_min and eta_min_ratio must be given, and not both, got "
            f"eta_min={eta_min!r}, eta_min_ratio={ratio!r}"
        )
    if eta_min is None:
        return base * _checks.finite("eta_min_ratio", ratio)
    return _checks.finite("eta_min", eta_min)
