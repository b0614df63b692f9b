"""OLMo-core's schedulers: the same parameters, the same curves.

Value t is what update t uses: OLMo-core's trainer counts an update before it makes it,
so that this is `get_lr(base, t + 1, max_steps)`, and the last update uses the end's.
`first=0` gives `get_lr`'s own numbers. With `units="tokens"` t and all lengths count
tokens (run the schedule on the clock `tokens`), and `first` should be the tokens of a
batch. `max_steps` is what the trainer passes: the length of the run, `max_tokens` where
tokens are counted. In `get_lr`'s numbers a warmup of w gives number n the part n / w of
the way from `warmup_min_lr`, and is part of the run.

Past the end `LinearWithWarmup`, the cosines, `WSDS` and `ExponentialScheduler` hold;
the last line of `WSD`, `PowerLR` and `CosWithWarmupAndLinearDecay` goes on, below 0.
To stop it, cut it: `wsd(...)[:max_steps]`.

Differences from OLMo-core fa6c5014:

- A phase of no length is none, where OLMo-core divides by 0: `decay=0` (the value at
  the end is `decay_min_lr`, and is held), and number 0 of `warmup=0`.
- A floor that equals the peak is accepted: the line is flat.
- `PowerLR` without a warmup, or with a decay of the whole run, and a decay longer than
  the run in `CosWithWarmupAndLinearDecay`, are refused with the reason.
- `SequentialScheduler` goes on past `max_steps` as its last scheduler does, where
  OLMo-core raises.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.olmo.composed import composable, sequential
from lehr.dialects.olmo.cosines import (
    cos_with_warmup,
    cos_with_warmup_and_linear_decay,
    half_cos_with_warmup,
)
from lehr.dialects.olmo.decays import inv_sqrt_with_warmup, linear_with_warmup, power
from lehr.dialects.olmo.plateaus import (
    constant,
    constant_with_warmup,
    exponential,
    wsd,
    wsds,
)

__all__ = [
    "SCHEDULERS",
    "composable",
    "constant",
    "constant_with_warmup",
    "cos_with_warmup",
    "cos_with_warmup_and_linear_decay",
    "exponential",
    "half_cos_with_warmup",
    "inv_sqrt_with_warmup",
    "linear_with_warmup",
    "power",
    "sequential",
    "wsd",
    "wsds",
]

_RUN = "max_steps"
_WARM = (_RUN, "warmup", "warmup_steps")
_FALL = (*_WARM, "decay", "decay_steps")
_WAVE = (*_WARM, "t_max")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("ConstantScheduler", constant, (_RUN,), proportional=True),
    Dialect("ConstantWithWarmup", constant_with_warmup, _WARM, _RUN),
    Dialect("WSD", wsd, _FALL, _RUN),
    Dialect("WSDS", wsds, ("period_lengths", "warmup", "decay", _RUN)),
    Dialect("LinearWithWarmup", linear_with_warmup, _WAVE, _RUN),
    Dialect("InvSqrtWithWarmup", inv_sqrt_with_warmup, _WARM, _RUN),
    Dialect("CosWithWarmup", cos_with_warmup, _WAVE, _RUN),
    Dialect("HalfCosWithWarmup", half_cos_with_warmup, _WAVE, _RUN),
    Dialect(
        "CosWithWarmupAndLinearDecay",
        cos_with_warmup_and_linear_decay,
        (*_FALL, "t_max"),
        _RUN,
    ),
    Dialect("PowerLR", power, _FALL, _RUN),
    Dialect("ExponentialScheduler", exponential, (_RUN,), _RUN),
    Dialect("ComposableScheduler", composable, (_RUN,)),
    Dialect(
        "SequentialScheduler",
        sequential,
        ("schedulers_max", "schedulers_max_steps", _RUN),
        _RUN,
        composite=True,
    ),
)
