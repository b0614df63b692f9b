"""MosaicML Composer: its own schedulers, or a function of the state of training."""

import math

from lehr.exporting.errors import CannotExport
from lehr.exporting.functions import python_function
from lehr.exporting.profile import Profile, profile_of
from lehr.exporting.requirements import one_factor, whole
from lehr.schedules import (
    Constant,
    Cosine,
    ExponentialDecay,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Schedule,
    Step,
)


def code(schedule: Schedule, name: str) -> str:
    """Return a module with LR, the optimizer's rate, and a scheduler for the trainer.

    Raises:
        CannotExport: the schedule holds what no code can carry, or is 0 throughout.
    """
    native = _native(schedule)
    if native is not None:
        base, kind, arguments = native
        note = "# Composer refuses a run that is longer than t_max."
        return "\n".join(
            [
                f"from composer.optim import {kind}",
                "",
                f"LR = {base!r}  # what the optimizer is made with",
                *([note] if "WithWarmup" in kind else []),
                f"{name} = {kind}({arguments})",
            ]
        )
    base = max(abs(schedule.maximum), abs(schedule.minimum))
    if base == 0:
        raise CannotExport("it is 0 throughout, and Composer multiplies a rate")
    rate = "rate" if name != "rate" else "value"
    return "\n".join(
        [
            *python_function(schedule, rate),
            "",
            "",
            f"LR = {base!r}  # what the optimizer is made with",
            "",
            "",
            f"def {name}(state, ssr=1.0):",
            f"    return {rate}(state.timestamp.batch.value / ssr) / LR",
        ]
    )


def _native(schedule: Schedule) -> tuple[float, str, str] | None:
    """Return base, class and arguments where Composer has the same curve for ever."""
    if schedule(0) < 0:
        return None  # an optimizer refuses that base
    match schedule:
        case Step(start, factor, every, steps) if steps == math.inf and whole(every):
            return (
                start,
                "StepScheduler",
                f'step_size="{int(every)}ba", gamma={factor!r}',
            )
        case ExponentialDecay(start, factor, every, steps) if (
            steps == math.inf and whole(every)
        ):
            return (
                start,
                "ExponentialScheduler",
                f'gamma={factor!r}, decay_period="{int(every)}ba"',
            )
        case PiecewiseConstant(values, boundaries) if whole(*boundaries):
            gamma = one_factor(values)
            if gamma is not None:
                milestones = [f"{int(b)}ba" for b in boundaries]
                return (
                    values[0],
                    "MultiStepScheduler",
                    f"milestones={milestones}, gamma={gamma!r}",
                )
    profile = profile_of(schedule)
    if profile is None or profile.level or profile.peak <= 0:
        return None
    return _of_profile(profile) if not (profile.warmup and profile.start) else None


def _of_profile(p: Profile) -> tuple[float, str, str] | None:
    words: tuple[str, str] | None = None
    match p.decay:
        case None if not p.warmup:
            return p.peak, "ConstantScheduler", ""
        case Constant(_, _) if not p.warmup:
            return p.peak, "ConstantScheduler", ""
        case Linear(_, _, steps) if steps:
            words = ("Linear", "")
        case Cosine(_, _, steps, 1.0, 1.0) if steps:
            words = ("CosineAnnealing", "")
        case Polynomial(_, _, steps, power) if steps:
            words = ("Polynomial", f"power={power!r}, ")
    if words is None:
        return None
    kind, more = words
    end = f't_max="{int(p.total)}ba", alpha_f={p.end / p.peak!r}'
    if not p.warmup:
        return p.peak, f"{kind}Scheduler", f"{more}{end}"
    return (
        p.peak,
        f"{kind}WithWarmupScheduler",
        f't_warmup="{p.warmup}ba", {more}{end}',
    )
