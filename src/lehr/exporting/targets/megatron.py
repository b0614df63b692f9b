"""Megatron-LM: the arguments of its training script that say the learning rate."""

from lehr.exporting.errors import CannotExport
from lehr.exporting.profile import Profile, positive_profile_of
from lehr.schedules import Constant, Cosine, Linear, OneMinusSqrt, Schedule

_WAY_OUT = "Megatron-LM takes no curve of one's own; choose one that it has"


def code(schedule: Schedule, name: str) -> str:
    """Return command-line arguments, one a line. `name` is not used.

    Raises:
        CannotExport: Megatron-LM has no such curve; the message says what is in the
            way.
    """
    profile = positive_profile_of(schedule, f"; {_WAY_OUT}")
    style, more, end = _style(profile)
    arguments = {
        "--lr": profile.peak,
        "--min-lr": end,
        "--lr-decay-style": style,
        "--lr-warmup-iters": profile.warmup,
        "--lr-warmup-init": profile.start,
    }
    if style != "constant":
        total = int(profile.total)
        run = total + profile.tail
        arguments |= {"--lr-decay-iters": total, "--train-iters": run}
    lines = [f"{key} {value}" for key, value in (arguments | more).items()]
    return " \\\n".join(lines)


def _style(p: Profile) -> tuple[str, dict[str, object], float]:
    decay = p.decay
    if decay is None or isinstance(decay, Constant):
        return "constant", {}, 0.0
    if p.total == float("inf"):
        raise CannotExport(f"its decay has no end; {_WAY_OUT}")
    if p.end < 0:
        raise CannotExport(f"--min-lr must be >= 0, got {p.end!r}; {_WAY_OUT}")
    if p.end > p.peak:
        raise CannotExport(f"it rises after its warmup; {_WAY_OUT}")
    if isinstance(decay, Cosine) and (decay.exponent != 1 or decay.k != 1):
        raise CannotExport(f"its cosine has no exponent and no k; {_WAY_OUT}")
    plain = {Linear: "linear", Cosine: "cosine"}
    if not p.level and type(decay) in plain:
        return plain[type(decay)], {}, p.end
    styles = plain | {OneMinusSqrt: "minus_sqrt"}
    if type(decay) not in styles:
        raise CannotExport(f"it has no decay like {type(decay).__name__}; {_WAY_OUT}")
    return (
        "WSD",
        {
            "--lr-wsd-decay-style": styles[type(decay)],
            "--lr-wsd-decay-iters": int(decay.steps),
        },
        p.end,
    )
