"""transformers: the TrainingArguments of the Trainer."""

import math
from dataclasses import dataclass, field
from typing import Any

from lehr.exporting.errors import CannotExport
from lehr.exporting.profile import Profile, positive_profile_of
from lehr.schedules import (
    Cosine,
    InverseSqrt,
    Linear,
    OneMinusSqrt,
    Polynomial,
    Repeat,
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
    profile = positive_profile_of(
        schedule, f", which is all that lr_scheduler_type has; {_WAY_OUT}"
    )
    words = _words(profile)
    arguments: dict[str, Any] = {
        "output_dir": "output",
        "learning_rate": profile.peak,
        "lr_scheduler_type": words.kind,
    }
    late = int(words.ends_with_last)
    if profile.decay is not None and profile.total < float("inf"):
        arguments["max_steps"] = int(profile.total) + late
    if profile.warmup:
        arguments["warmup_steps"] = profile.warmup + late
    if words.more:
        arguments["lr_scheduler_kwargs"] = words.more
    lines = [f"    {key}={_quoted(value)}," for key, value in arguments.items()]
    note = "# Both lengths are one more: this type counts its end as an update.\n"
    return "\n".join(
        [
            "from transformers import TrainingArguments",
            "",
            f"{note if late else ''}{name} = TrainingArguments(",
            *lines,
            ")",
        ]
    )


@dataclass(frozen=True)
class _Words:
    """A SchedulerType and its further arguments.

    Args:
        kind: its name.
        more: lr_scheduler_kwargs.
        ends_with_last: whether it reaches its end with the last update, not after it.
    """

    kind: str
    more: dict[str, Any] = field(default_factory=dict)
    ends_with_last: bool = False


def _quoted(value: Any) -> str:
    return repr(value).replace("'", '"')


def _words(p: Profile) -> _Words:
    if p.tail:
        raise CannotExport(
            f"it holds its end for {p.tail} updates, and lr_scheduler_type's decays "
            f"last to the end of the run; leave that piece out, or {_WAY_OUT}"
        )
    if p.warmup and p.start and not (_is_wsd(p) and p.start == p.end):
        return _raised(p)
    if p.decay is None:
        return _Words("constant_with_warmup" if p.warmup else "constant")
    if p.level:
        return _stable(p)
    match p.decay:
        case Linear(_, 0.0, _):
            return _Words("linear")
        case Cosine(_, 0.0, _, 1.0, 1.0):
            return _Words("cosine")
        case Cosine(_, end, _, 1.0, 1.0):
            return _Words("cosine_with_min_lr", {"min_lr": end})
        case Repeat(Cosine(_, 0.0, _, 1.0, 1.0), int(count), 1.0, 1.0):
            return _Words("cosine_with_restarts", {"num_cycles": count})
        case Polynomial(start, end, _, power) if end < start:
            return _Words("polynomial", {"lr_end": end, "power": power})
        case Linear(start, end, _) if end < start:
            return _Words("polynomial", {"lr_end": end, "power": 1.0})
        case InverseSqrt(_, timescale, steps) if steps == math.inf:
            return _Words("inverse_sqrt", {"timescale": timescale})
    if _is_wsd(p):
        return _stable(p)
    raise CannotExport(
        f"no lr_scheduler_type decays like {type(p.decay).__name__}; {_WAY_OUT}"
    )


def _raised(p: Profile) -> _Words:
    """Return the one type whose warmup starts where one says."""
    match p.decay:
        case Cosine(_, end, _, 1.0, 1.0) if not p.level and 0 <= end < p.peak:
            more = {"min_lr": end, "warmup_lr_rate": p.start / p.peak}
            return _Words("cosine_warmup_with_min_lr", more, ends_with_last=True)
    raise CannotExport(
        f"its warmup starts at {p.start!r}, and this type's at 0 (with "
        "warmup_stable_decay at the floor; with a plain cosine anywhere): make it with "
        f"start=0.0, or {_WAY_OUT}"
    )


def _is_wsd(p: Profile) -> bool:
    return isinstance(p.decay, Linear | Cosine | OneMinusSqrt)


def _stable(p: Profile) -> _Words:
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
    return _Words("warmup_stable_decay", more)
