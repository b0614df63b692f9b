"""timm's schedulers: the same parameters, the same curves.

Value t is the one that timm uses in epoch (or update) t: what its constructor leaves at
t = 0, and what `step(t)` writes after that. At 0 the two may differ: the constructor
leaves the optimizer's value, or `warmup_lr_init` if there is a warmup, while `step(0)`
would apply noise, a milestone of 1, and the tangent, which does not meet its ends.

Differences from timm 1.0.31:

- With `cycle_mul`, timm finds the cycle by the floor of a logarithm, which misses some
  restarts: t_initial=10, cycle_mul=3 has one at 1210, where timm gives `lr_min` in the
  place of the peak. With a `k_decay` below 1 it fails at some. Here all are found, with
  `cycle_mul` read as it is written: 1.1 is eleven tenths.
- With `cycle_mul` < 1, timm fails where all cycles together would have ended; here
  `lr_min` is held.
- The milestones of `MultiStepLRScheduler` are sorted; timm counts wrongly where they
  are not.
- A `decay_rate` of `StepLRScheduler` above 1 is refused: it would grow without end.

`t_in_epochs` says which of timm's two methods reacts, not what the curve is: it is
accepted and changes nothing.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.timm.cyclic import cosine, poly, tanh
from lehr.dialects.timm.metric import plateau
from lehr.dialects.timm.stable import wsd
from lehr.dialects.timm.stepped import multi_step, step

__all__ = [
    "SCHEDULERS",
    "cosine",
    "multi_step",
    "plateau",
    "poly",
    "step",
    "tanh",
    "wsd",
]

_CYCLIC = ("t_initial", "warmup_t", "noise_range_t")
_STEPPED = ("decay_t", "warmup_t", "noise_range_t")
_STABLE = ("t_initial", "decay_t", "stable_timescale", "warmup_t", "noise_range_t")
_METRIC = ("patience_t", "cooldown_t", "warmup_t", "noise_range_t")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("CosineLRScheduler", cosine, lengths=_CYCLIC, horizon="t_initial"),
    Dialect("TanhLRScheduler", tanh, lengths=_CYCLIC, horizon="t_initial"),
    Dialect("PolyLRScheduler", poly, lengths=_CYCLIC, horizon="t_initial"),
    Dialect("StepLRScheduler", step, lengths=_STEPPED),
    Dialect("MultiStepLRScheduler", multi_step, lengths=_STEPPED),
    Dialect("WSDLRScheduler", wsd, lengths=_STABLE, horizon="t_initial"),
    Dialect("PlateauLRScheduler", metric_driven=plateau, lengths=_METRIC),
)
