"""OLMo-core's schedulers of several parts: stages, and schedulers in sequence."""

from collections.abc import Mapping, Sequence
from typing import Any

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.olmo.lengths import checked, counted, cut, horizon
from lehr.schedules import Chain, Constant, Cosine, Linear, Schedule

Part = Mapping[str, Any]
_OVERRIDE = ("start", "duration", "shape", "end_lr", "end_lr_fraction")
_STAGE = (*_OVERRIDE[1:], "start_lr", "start_lr_fraction")


def composable(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    stages: Sequence[Part] = (),
    override_decay: Part | None = None,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `ComposableScheduler`: stages, each a line or half a cosine.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        stages: mappings of `duration` (> 0), `shape` ("linear" or "cosine"), `start_lr`
            or `start_lr_fraction` (by default where the stage before ends, or `base`),
            and `end_lr` or `end_lr_fraction`. Fractions are parts of `base`.
        override_decay: a mapping of `start` (>= 0), `duration`, `shape`, and `end_lr`
            or `end_lr_fraction`: from `start` on, a way to that end in place of all
            that would come.
        max_steps: no matter here.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> up = {"duration": 2, "start_lr": 0.0, "end_lr_fraction": 1.0}
    >>> down = {"duration": 4, "shape": "cosine", "end_lr": 0.0}
    >>> lr = composable(1.0, stages=[up, down])
    >>> [round(lr(t), 6) for t in (0, 1, 3, 5, 10**9)]
    [0.5, 1.0, 0.5, 0.0, 0.0]
    """
    begin = checked(units, first)
    base = value = _checks.finite("base", base)
    if not stages:
        raise ValueError(f"stages must hold at least one stage, got {stages!r}")
    pieces: list[Schedule] = []
    for i, stage in enumerate(stages):
        name = f"stages[{i}]"
        _known(name, stage, _STAGE)
        given = _value(name, "start_lr", stage, base)
        start = value if given is None else given
        pieces.append(_way(name, stage, start, base))
        value = pieces[-1](pieces[-1].steps)
    return counted(
        _overridden(Chain((*pieces, Constant(value))), override_decay, base), begin
    )


def sequential(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    schedulers: Sequence[Named],
    schedulers_max: Sequence[float] | None = None,
    schedulers_max_steps: Sequence[float] | None = None,
    override_decay: Part | None = None,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `SequentialScheduler`: each begins where the one before ends.

    The starting value of a scheduler is the last value of the one before, and its first
    update is its own number 1: the update at a joint belongs to the earlier one.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        schedulers: schedulers of OLMo-core, by `named`; at least one.
        schedulers_max: the length of each but the last, > 0; what is given for the last
            does not matter.
        schedulers_max_steps: an older name of `schedulers_max`.
        override_decay: see `composable`.
        max_steps: length of the run, > the sum of those lengths.
        first: see `constant`.

    Raises:
        TypeError: a scheduler is not a `Named`.
        ValueError: an argument is out of range or missing.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.olmo import SCHEDULERS
    >>> rise = named(SCHEDULERS, "ConstantWithWarmup", warmup=2)
    >>> fall = named(SCHEDULERS, "LinearWithWarmup", warmup=0, alpha_f=0.0)
    >>> given = {"schedulers": [rise, fall], "schedulers_max": [4], "max_steps": 8}
    >>> [sequential(1.0, **given)(t) for t in (0, 1, 3, 4, 5, 7)]
    [0.5, 1.0, 1.0, 0.75, 0.5, 0.0]
    """
    begin = checked(units, first)
    base = value = _checks.finite("base", base)
    given = schedulers_max_steps if schedulers_max is None else schedulers_max
    spans = _spans(schedulers, given)
    left = horizon(max_steps, "the last scheduler ends there")
    if not left > sum(spans):
        raise ValueError(
            f"max_steps ({left!r}) must be > the sum of schedulers_max ({sum(spans)!r})"
        )
    pieces: list[Schedule] = []
    for child, span in zip(schedulers, spans, strict=False):
        curve = _child(child, value, span)
        pieces.append(curve[1 : span + 1] if pieces else cut(curve, span + 1))
        value, left = curve(span), left - span
    last = _child(schedulers[-1], value, left)
    if pieces:
        last = last[1:] if last.steps > 1 else Constant(last(1))
    return counted(_overridden(Chain((*pieces, last)), override_decay, base), begin)


def _spans(schedulers: Sequence[Named], given: Sequence[float] | None) -> list[float]:
    if not schedulers:
        raise ValueError("schedulers must hold at least one scheduler, got none")
    for i, child in enumerate(schedulers):
        if not isinstance(child, Named):
            raise TypeError(f"schedulers[{i}] must be a Named, got {child!r}")
    spans = list(given or ())
    if len(spans) == len(schedulers):
        spans.pop()
    if len(spans) + 1 != len(schedulers):
        raise ValueError(
            "schedulers_max must have one length per scheduler but the last, got "
            f"{len(spans)} for {len(schedulers)} schedulers"
        )
    return [_checks.count(f"schedulers_max[{i}]", n, 1) for i, n in enumerate(spans)]


def _child(child: Named, base: float, run: float) -> Schedule:
    arguments = {**child.arguments, "max_steps": run, "first": 0}
    return Named(child.dialect, arguments).curve(base)


def _overridden(main: Schedule, decay: Part | None, base: float) -> Schedule:
    if decay is None:
        return main
    _known("override_decay", decay, _OVERRIDE)
    begin = _checks.length("override_decay.start", decay.get("start"))
    way = _way("override_decay", decay, main(begin), base)
    return Chain((cut(main, begin), way, Constant(way(way.steps))))


def _way(name: str, part: Part, start: float, base: float) -> Schedule:
    """Return the line or wave that a stage describes."""
    steps = _checks.duration(f"{name}.duration", part.get("duration"))
    shape = part.get("shape", "linear")
    end = _value(name, "end_lr", part, base)
    if end is None:
        raise ValueError(f"{name} must have end_lr or end_lr_fraction, got {part!r}")
    waves = _checks.choice(f"{name}.shape", shape, ("linear", "cosine")) == "cosine"
    return (Cosine if waves else Linear)(start, end, steps)


def _value(name: str, key: str, part: Part, base: float) -> float | None:
    """Return a value that is given by itself or as a part of `base`."""
    value, fraction = part.get(key), part.get(f"{key}_fraction")
    if value is not None and fraction is not None:
        raise ValueError(f"{name} has both {key} and {key}_fraction; give one of them")
    told = fraction if value is None else value
    if told is None:
        return None
    if _checks.finite(f"{name}.{key}", told) < 0:
        raise ValueError(f"{name}.{key} must be >= 0, got {told!r}")
    return float(told) if fraction is None else base * told


def _known(name: str, part: Part, keys: tuple[str, ...]) -> None:
    for key in part:
        _checks.choice(f"a key of {name}", key, keys)
