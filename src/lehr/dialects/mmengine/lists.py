"""mmengine's `param_scheduler = [...]`: several schedulers on one value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lehr import _checks
from lehr.dialects.base import Curve, Named
from lehr.dialects.mmengine.cosines import (
    cosine_annealing,
    cosine_restart,
    of_cosine_annealing,
    of_cosine_restart,
)
from lehr.dialects.mmengine.effects import Effect, framed
from lehr.dialects.mmengine.ends import of_one_cycle, of_poly, one_cycle, poly
from lehr.dialects.mmengine.factors import (
    constant,
    exponential,
    linear,
    multi_step,
    of_constant,
    of_exponential,
    of_linear,
    of_multi_step,
    of_step,
    step,
)
from lehr.dialects.mmengine.playing import played
from lehr.dialects.torch.children import arguments_of, listed
from lehr.schedules import Schedule

_FRAME = (
    "begin",
    "end",
    "by_epoch",
    "convert_to_iter_based",
    "epoch_length",
    "last_step",
)
_FLOORS = ("eta_min", "eta_min_ratio")
_RATE = "base"

# The arguments of each, in the order in which what it does is asked for them.
_EFFECTS: Mapping[Curve, tuple[Callable[..., list[Effect]], tuple[str, ...]]] = {
    step: (of_step, ("step_size", "gamma")),
    multi_step: (of_multi_step, ("milestones", "gamma")),
    constant: (of_constant, ("factor",)),
    linear: (of_linear, ("start_factor", "end_factor")),
    exponential: (of_exponential, ("gamma",)),
    poly: (of_poly, ("eta_min", "power")),
    cosine_annealing: (of_cosine_annealing, (_RATE, "T_max", *_FLOORS)),
    cosine_restart: (
        of_cosine_restart,
        (_RATE, "periods", "restart_weights", *_FLOORS),
    ),
    one_cycle: (
        of_one_cycle,
        (
            "total_steps",
            "eta_max",
            "pct_start",
            "anneal_strategy",
            "div_factor",
            "final_div_factor",
            "three_phase",
        ),
    ),
}


def param_scheduler(
    base: float, *, schedulers: Sequence[Named], epoch_length: int | None = None
) -> Schedule:
    """Return the curve of a list of schedulers: each works on what it finds.

    The clock is updates if `epoch_length` is given, else the steps that all of them
    have in common. One scheduler at a time, one beside a MultiStepLR, and several that
    only multiply have a closed form; others that overlap are a table of at most 2**20
    values.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        schedulers: at least one, none that follows a metric.
        epoch_length: updates per epoch, for those that give none.

    Raises:
        TypeError: an element of `schedulers` is not a scheduler.
        ValueError: `schedulers` is empty, holds one that follows a metric or is not
            mmengine's, mixes epochs and updates without `epoch_length`, or overlaps
            where neither a formula nor a table can be.

    Source: mmengine 0.10.7, runner.Runner.build_param_scheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.mmengine import SCHEDULERS
    >>> warmup = named(
    ...     SCHEDULERS, "LinearLR", start_factor=0.5, end=3, by_epoch=False
    ... )
    >>> drops = named(SCHEDULERS, "MultiStepLR", milestones=[2, 3])
    >>> lr = param_scheduler(1.0, schedulers=[warmup, drops], epoch_length=10)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 19, 20, 30)]
    [0.5, 0.75, 1.0, 1.0, 0.1, 0.01]
    """
    value = _checks.finite("base", base)
    children = listed(schedulers)
    found = [_given(child, value, epoch_length) for child in children]
    by_epochs = [g for g in found if g["by_epoch"] and g["epoch_length"] is None]
    if 0 < len(by_epochs) < len(found):
        raise ValueError(
            "schedulers count epochs and updates; pass epoch_length, the updates per "
            "epoch, or it to each of them"
        )
    effects: list[Effect] = []
    for child, given in zip(children, found, strict=True):
        frame = framed(*(given[name] for name in _FRAME))
        of, names = _EFFECTS[child.dialect.curve]  # type: ignore[index]  # known to be
        effects += of(frame, *(given[name] for name in names))
    return played(value, effects)


def _given(child: Named, base: float, epoch_length: int | None) -> dict[str, Any]:
    """Return all that a scheduler of mmengine's own is given."""
    if child.dialect.curve is None or child.dialect.curve not in _EFFECTS:
        raise ValueError(
            f"schedulers must hold mmengine's own only, got {child.dialect.name}"
        )
    given = {**arguments_of(child), _RATE: base}
    if given["epoch_length"] is None:
        given["epoch_length"] = epoch_length
    return given
