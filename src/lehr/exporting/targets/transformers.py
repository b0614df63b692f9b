"""transformers: the TrainingArguments of the Trainer."""

from typing import Any

from lehr.exporting.errors import CannotExport
from lehr.exporting.profile import Profile, profile_of
from lehr.schedules import (
    Cosine,
    InverseSqrt,
    Linear,
    OneMinusSqrt,
    Polynomial,
    Schedule,
)

_WAY_OUT = (
    "pass lehr's own Scheduler: Trainer(optimizers=(optimizer, scheduler)), or export "
    "'torch'"
)


def code(schedule: Schedule, name: str) -> str:
    """Return a module with TrainingArguments; `output_dir` is for the user to set.

    Raises:
        CannotExport: no `lr_scheduler_type` has the curve; the message says what is in
            the way.
    """
    profile = profile_of(schedule)
    if profile is None:
        raise CannotExport(
            "it is not a linear warmup, a level and one decay, which is all that "
            f"lr_scheduler_type has; {_WAY_OUT}"
        )
    kind, more = _kind(profile)
    arguments: dict[str, Any] = {
        "output_dir": "output",
        "learning_rate": profile.peak,
        "lr_scheduler_type": kind,
    }
    if profile.decay is not None and profile.total < float("inf"):
        arguments["max_steps"] = int(profile.total)
    if profile.warmup:
        arguments["warmup_steps"] = profile.warmup
    if more:
        arguments["lr_scheduler_kwargs"] = more
    lines = [f"    {key}={value!r}," for key, value in arguments.items()]
    return "\n".join(
        [
            "from transformers import TrainingArguments",
            "",
            f"{name} = TrainingArguments(",
            *lines,
            ")",
        ]
    )


def _kind(p: Profile) -> tuple[str, dict[str, Any]]:
    """Return the SchedulerType and its further arguments."""
    if p.warmup and p.start and not (_is_wsd(p) and p.start == p.end):
        raise CannotExport(
            f"its warmup starts at {p.start!r}, and transformers' at 0 (or, with "
            "warmup_stable_decay, at the floor): make it with start=0.0, or "
            f"{_WAY_OUT}"
        )
    if p.decay is None:
        return ("constant_with_warmup" if p.warmup else "constant"), {}
    if p.level:
        return _stable(p)
    match p.decay:
        case Linear(_, 0.0, _):
            return "linear", {}
        case Cosine(_, 0.0, _, 1.0, 1.0):
            return "cosine", {}
        case Cosine(_, end, _, 1.0, 1.0):
            return "cosine_with_min_lr", {"min_lr": end}
        case Polynomial(start, end, _, power) if end < start:
            return "polynomial", {"lr_end": end, "power": power}
        case Linear(start, end, _) if end < start:
            return "polynomial", {"lr_end": end, "power": 1.0}
        case InverseSqrt(_, timescale, steps) if steps == float("inf"):
            return "inverse_sqrt", {"timescale": timescale}
    if _is_wsd(p):
        return _stable(p)
    raise CannotExport(
        f"no lr_scheduler_type decays like {type(p.decay).__name__}; {_WAY_OUT}"
    )


def _is_wsd(p: Profile) -> bool:
    return isinstance(p.decay, Linear | Cosine | OneMinusSqrt)


def _stable(p: Profile) -> tuple[str, dict[str, Any]]:
    decays = {Linear: "linear", Cosine: "cosine", OneMinusSqrt: "1-sqrt"}
    decay = p.decay
    if decay is None or type(decay) not in decays:
        raise CannotExport(
            f"warmup_stable_decay does not decay like {type(decay).__name__}; "
            f"{_WAY_OUT}"
        )
    if isinstance(decay, Cosine) and (decay.exponent != 1 or decay.k != 1):
        raise CannotExport(
            "warmup_stable_decay's cosine has no exponent and no k; " + _WAY_OUT
        )
    if p.warmup and p.start != p.end:
        raise CannotExport(
            f"the warmup of warmup_stable_decay starts at its floor, {p.end!r}, and "
            f"this one at {p.start!r}; {_WAY_OUT}"
        )
    more: dict[str, Any] = {
        "num_decay_steps": int(decay.steps),
        "decay_type": decays[type(decay)],
    }
    if p.end:
        more["min_lr_ratio"] = p.end / p.peak
    return "warmup_stable_decay", more
