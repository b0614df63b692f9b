"""What most of transformers' schedules share: a warmup, and what is left of the run."""

from dataclasses import dataclass
from typing import Any

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import Chain, Clip, Linear, Schedule


@dataclass(frozen=True)
class Run:
    """Warmup and length, by transformers' own parameter names, checked."""

    base: float
    num_warmup_steps: float
    num_training_steps: float
    last_epoch: int = -1

    def __post_init__(self) -> None:
        check_start(self.last_epoch)
        object.__setattr__(self, "base", _checks.finite("base", self.base))
        for name in ("num_warmup_steps", "num_training_steps"):
            value = _checks.length(name, getattr(self, name))
            object.__setattr__(self, name, value)

    @property
    def rest(self) -> float:
        """Updates after the warmup: 0 if it fills the run, or goes beyond it."""
        return max(0, self.num_training_steps - self.num_warmup_steps)

    @property
    def span(self) -> float:
        """What transformers divides by in the place of `rest`: 1 if that is less."""
        return max(1, self.rest)

    def warmed(self, *pieces: Schedule) -> Schedule:
        """Return a line from 0 to the base, and the pieces after it."""
        return warmed(self.base, self.num_warmup_steps, *pieces)


def warmed(base: float, warmup: Any, *pieces: Schedule) -> Schedule:
    """Return a line from 0 to `base` in `warmup` updates, and the pieces after it."""
    length = _checks.length("num_warmup_steps", warmup)
    if not length and len(pieces) == 1:
        return pieces[0]
    return Chain((Linear(0.0, base, length), *pieces))


def initial(base: float, lr_init: float | None) -> float:
    """Return the optimizer's own default rate, which is the base if it is not given."""
    if lr_init is None:
        lr_init = base
    return _checks.positive("base" if lr_init is base else "lr_init", lr_init)


def scaled(curve: Schedule, base: float, lr_init: float) -> Schedule:
    """Return a curve of the optimizer's default rate as that of a group."""
    return curve if base == lr_init else curve * (base / lr_init)


def never_reversed(curve: Schedule, base: float, low: float) -> Schedule:
    """Return a curve held at 0 where a floor below 0 would lead it past that."""
    if base * low >= 0:
        return curve
    return Clip(curve, low=0.0) if base > 0 else Clip(curve, high=0.0)
