"""fairseq's `--lr-scheduler` words: the same parameters, the same curves.

Value t is what `step_update(t)` sets, which update t uses. `lr` is a parameter, so that
no starting value is given: one value, or a list, which most schedulers refuse if it has
more than one. Epochs are counted from 1; where they matter, `updates_per_epoch` is how
long they are, which fairseq has from its data.

A warmup of w updates gives update t the part t / w of the way, so that update 0 moves
nothing, save in `fixed`, where it is (t + 1) / w. It comes before `lr_period_updates`,
and is part of `total_num_update`. Past the end `polynomial_decay`, `tri_stage` and
`step` hold, `cosine` and `triangular` go on, `inverse_sqrt` falls for ever.

The help texts say that a warmup begins at `lr` by default; the code, which counts,
begins at `min_lr`, or at 0 in `inverse_sqrt`.

Differences from fairseq 3d262bb2:

- With `t_mult`, `cosine` finds the wave by the floor of a logarithm, which misses some
  restarts; here all are found. `t_mult` below 1 is refused: fairseq fails where all
  waves together would have ended.
- `tri_stage` without `decay_steps` falls at once, where fairseq divides by 0; a sum of
  `phase_ratio` that is 1 but for rounding is 1.
- `inverse_sqrt` without a warmup, and `cosine` without updates after it, are refused
  with the reason; fairseq divides by 0.
- `lr_shrink` above 1 and a negative `power` are refused: they have no bound.
- `reduce_lr_on_plateau` with a warmup, and `pass_through`, are refused with the reason.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.fairseq.epochs import fixed
from lehr.dialects.fairseq.manual import manual
from lehr.dialects.fairseq.others import pass_through, reduce_lr_on_plateau
from lehr.dialects.fairseq.polynomial import polynomial_decay
from lehr.dialects.fairseq.stages import tri_stage, triangular
from lehr.dialects.fairseq.warmed import cosine, inverse_sqrt, step

__all__ = [
    "SCHEDULERS",
    "cosine",
    "fixed",
    "inverse_sqrt",
    "manual",
    "pass_through",
    "polynomial_decay",
    "reduce_lr_on_plateau",
    "step",
    "tri_stage",
    "triangular",
]

_WARM = ("warmup_updates",)
_STAGES = ("warmup_steps", "hold_steps", "decay_steps", "max_update")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect(
        "cosine",
        cosine,
        lengths=("warmup_updates", "lr_period_updates", "max_update"),
        horizon="max_update",
        absolute=True,
    ),
    Dialect("fixed", fixed, (*_WARM, "updates_per_epoch"), absolute=True),
    Dialect("inverse_sqrt", inverse_sqrt, _WARM, absolute=True),
    Dialect("manual", manual, ("updates_per_epoch",), absolute=True),
    Dialect("pass_through", pass_through, absolute=True),
    Dialect(
        "polynomial_decay",
        polynomial_decay,
        lengths=("warmup_updates", "total_num_update", "updates_per_epoch"),
        horizon="total_num_update",
        absolute=True,
    ),
    Dialect("reduce_lr_on_plateau", metric_driven=reduce_lr_on_plateau, absolute=True),
    Dialect("step", step, (*_WARM, "lr_deacy_period"), absolute=True),
    Dialect("tri_stage", tri_stage, _STAGES, "max_update", absolute=True),
    Dialect("triangular", triangular, ("lr_period_updates",), absolute=True),
)
