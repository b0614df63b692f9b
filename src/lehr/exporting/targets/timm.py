"""timm.scheduler: one of its classes, stepped by `step_update(number of updates)`."""

import math

from lehr.exporting.errors import CannotExport
from lehr.exporting.profile import Profile, positive_profile_of
from lehr.exporting.requirements import one_factor
from lehr.schedules import (
    Constant,
    Cosine,
    Linear,
    OneMinusSqrt,
    PiecewiseConstant,
    Polynomial,
    Schedule,
    Step,
)

_WAY_OUT = 'export "torch", whose LambdaLR has any curve'


def code(schedule: Schedule, name: str) -> str:
    """Return a module with LR, the optimizer's rate, and a function of the optimizer.

    Raises:
        CannotExport: no class of timm's has the curve; the message says what is in the
            way.
    """
    base, kind, arguments = _native(schedule)
    return "\n".join(
        [
            f"from timm.scheduler import {kind}",
            "",
            f"LR = {base!r}  # what the optimizer is made with",
            "",
            "",
            f"def {name}(optimizer):",
            "    # After each update: scheduler.step_update(updates done so far)",
            f"    return {kind}(optimizer, {arguments}, t_in_epochs=False)",
        ]
    )


def _native(schedule: Schedule) -> tuple[float, str, str]:
    match schedule:
        case Step(start, factor, every, steps) if (
            steps == math.inf and factor <= 1 and start > 0
        ):
            return (
                start,
                "StepLRScheduler",
                f"decay_t={every!r}, decay_rate={factor!r}",
            )
        case PiecewiseConstant(values, boundaries) if values[0] > 0:
            gamma = one_factor(values)
            if gamma is not None:
                # timm changes one update before its milestones.
                milestones = [b + 1 for b in boundaries]
                return (
                    values[0],
                    "MultiStepLRScheduler",
                    f"decay_t={milestones}, decay_rate={gamma!r}",
                )
            raise CannotExport(
                f"timm's milestones multiply by one factor, and these values are "
                f"{values}; {_WAY_OUT}"
            )
    profile = positive_profile_of(
        schedule, f", nor steps, which is all that timm has; {_WAY_OUT}"
    )
    kind, arguments = _of_profile(profile)
    warmup = (
        f", warmup_t={profile.warmup}, warmup_lr_init={profile.start!r}"
        if profile.warmup
        else ""
    )
    if warmup and kind != "WSDLRScheduler":
        warmup += ", warmup_prefix=True"
    return profile.peak, kind, arguments + warmup


def _of_profile(p: Profile) -> tuple[str, str]:
    decay = p.decay
    if decay is None or isinstance(decay, Constant):
        return "StepLRScheduler", "decay_t=1, decay_rate=1.0"
    if decay.steps == math.inf or not decay.steps:
        raise CannotExport(f"timm has no decay like {decay!r}; {_WAY_OUT}")
    if not p.level:
        length = f"t_initial={int(decay.steps)}, lr_min={p.end!r}"
        match decay:
            case Cosine(_, _, _, 1.0, k):
                return "CosineLRScheduler", f"{length}, k_decay={k!r}"
            case Polynomial(_, _, _, power):
                return "PolyLRScheduler", f"{length}, power={power!r}"
            case Linear():
                return "PolyLRScheduler", f"{length}, power=1.0"
    shapes = {Linear: "linear", Cosine: "cosine", OneMinusSqrt: "1-sqrt"}
    plain = not isinstance(decay, Cosine) or decay.exponent == decay.k == 1
    if type(decay) not in shapes or not plain:
        raise CannotExport(
            f"timm has no decay like {type(decay).__name__} here; {_WAY_OUT}"
        )
    return "WSDLRScheduler", (
        f"t_initial={p.level + int(decay.steps)}, decay_t={int(decay.steps)}, "
        f"lr_min={p.end!r}, decay_fn={shapes[type(decay)]!r}"
    )
