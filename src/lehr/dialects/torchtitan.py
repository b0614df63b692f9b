"""torchtitan's learning rates: warmup, stable, decay, by its configuration's words.

Value t is the factor that update t uses, times the optimizer's own value: the first
update uses 1 / warmup_steps of it, updates `warmup_steps` - 1 and `warmup_steps` both
use all of it. The decay reaches `min_lr_factor` at update `total_steps`, one past the
last. Beyond that the original's curve goes on: "linear" and "sqrt" turn negative,
"cosine" climbs back. To hold the end, cut it: `lr_scheduler(...)[:total_steps]`.

Differences from torchtitan b5bcd76c:

- Where the decay has no length, torchtitan fails at the first step past the end; here
  the value is held.
- The warmup that is longer than the run, and the decay that does not fit after the
  warmup, are shortened as in torchtitan, which warns of it.

"""

from lehr import _checks
from lehr.dialects.base import Dialect
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    OneMinusSqrt,
    Repeat,
    Schedule,
)

__all__ = ["SCHEDULERS", "lr_scheduler"]

_FAR = 2.0**20
"""How much farther than its end a decay goes on: a power of 2, which rounds nothing."""


def lr_scheduler(
    base: float,
    *,
    training_steps: int | None = None,
    warmup_steps: int = 200,
    total_steps: int | None = None,
    decay_ratio: float | None = None,
    decay_type: str = "linear",
    min_lr_factor: float = 0.0,
) -> Schedule:
    """Return the curve of torchtitan's `lr_scheduler` configuration.

    With x the fraction of the decay, from 1 at its begin to m = `min_lr_factor` at
    `total_steps`, the factor is m + (1 - m) (1 - x), with sqrt(x) for "sqrt", and with
    (1 - cos(pi x)) / 2 for "cosine".

    Args:
        base: the group's own value, in the rate's units.
        training_steps: updates of the run, >= 1.
        warmup_steps: updates of the linear warmup, >= 0.
        total_steps: updates of the curve; `training_steps` by default.
        decay_ratio: the part of them that decays, at the end; None for all after the
            warmup.
        decay_type: "linear", "sqrt" or "cosine".
        min_lr_factor: the factor at the end.

    Raises:
        ValueError: an argument is outside its range, or no length is given.

    Source: torchtitan b5bcd76c, torchtitan.components.optimizer.lr_scheduler; Hu et
        al., MiniCPM, 2024, arXiv:2404.06395.

    >>> lr = lr_scheduler(1.0, training_steps=10, warmup_steps=2)
    >>> [lr(t) for t in (0, 1, 2, 3, 10, 11, 12)]
    [0.5, 1.0, 1.0, 0.875, 0.0, -0.125, -0.25]
    """
    steps = training_steps if total_steps is None else total_steps
    if steps is None:
        raise ValueError("training_steps must be given, or total_steps, got neither")
    total = _checks.count("total_steps", steps, 1)
    warmup = min(_checks.count("warmup_steps", warmup_steps), total)
    decay = total - warmup
    if decay_ratio is not None:
        ratio = _checks.finite("decay_ratio", decay_ratio)
        if ratio < 0:
            raise ValueError(f"decay_ratio must be >= 0, got {decay_ratio!r}")
        decay = min(decay, round(total * ratio))
    kind = _checks.choice("decay_type", decay_type, ("linear", "sqrt", "cosine"))
    base = _checks.finite("base", base)
    end = base * _checks.finite("min_lr_factor", min_lr_factor)
    pieces: list[Schedule] = [Constant(base, total - decay)]
    if warmup:
        held = total - decay - warmup + 1
        pieces = [Linear(base / warmup, base, warmup - 1), Constant(base, held)]
    if decay:
        pieces.append(_endless(kind, base, end, decay))
    return Chain(tuple(pieces))


def _endless(kind: str, start: float, end: float, steps: int) -> Schedule:
    """Return the decay, which goes on by its own formula past its end."""
    if kind == "cosine":
        return Repeat(Chain((Cosine(start, end, steps), Cosine(end, start, steps))))
    far = start + (end - start) * _FAR
    if kind == "sqrt":
        return OneMinusSqrt(start, far, steps * _FAR**2)
    return Linear(start, far, steps * _FAR)


SCHEDULERS: tuple[Dialect, ...] = (
    Dialect(
        "lr_scheduler",
        lr_scheduler,
        lengths=("training_steps", "warmup_steps", "total_steps"),
        horizon="training_steps",
        proportional=True,
    ),
)
