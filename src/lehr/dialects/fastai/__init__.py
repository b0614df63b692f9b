"""fastai's annealers and the schedules of its `fit_...` methods.

fastai asks for a value before each batch, by the part of the run that is done. Value t
is the one at t / num_updates, what update t uses; `num_updates`, the epochs times the
batches of one, is the only parameter that is not fastai's own. The value `end` belongs
to the first update after the run, which fastai never comes to. Past it a curve does
what its formula does: a line goes on, a wave comes back, a power grows.

Differences from fastai 2.8.12:

- fastai rounds the positions inside `combine_scheds` to float32: its values differ by
  1e-7, and an update at a joint may belong to the annealer before. Here the joint is
  where it is, and the later annealer decides.
- The sum of `pcts` may differ from 1 by rounding, which fastai refuses; so `fit_sgdr`
  takes any number of cycles, and `cycle_mult` 1 and fractions too.
- A last annealer with a part of 0 vanishes; fastai divides 0 by 0 at the end.
- Lines and powers are held after 2**20 times their length.

`fine_tune` is two runs of `fit_one_cycle`.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.fastai.annealers import (
    sched_cos,
    sched_exp,
    sched_lin,
    sched_no,
    sched_poly,
)
from lehr.dialects.fastai.combined import (
    combine_scheds,
    combined_cos,
    fit_flat_cos,
    fit_one_cycle,
    fit_one_cycle_momentum,
)
from lehr.dialects.fastai.restarts import fit_sgdr

__all__ = [
    "SCHEDULERS",
    "combine_scheds",
    "combined_cos",
    "fit_flat_cos",
    "fit_one_cycle",
    "fit_one_cycle_momentum",
    "fit_sgdr",
    "sched_cos",
    "sched_exp",
    "sched_lin",
    "sched_no",
    "sched_poly",
]

_RUN = ("num_updates",)

SCHEDULERS: tuple[Dialect, ...] = (
    *(
        Dialect(name, curve, lengths=_RUN, horizon="num_updates", absolute=True)
        for name, curve in (
            ("SchedLin", sched_lin),
            ("SchedCos", sched_cos),
            ("SchedNo", sched_no),
            ("SchedExp", sched_exp),
            ("SchedPoly", sched_poly),
            ("combine_scheds", combine_scheds),
            ("combined_cos", combined_cos),
        )
    ),
    Dialect(
        "fit_one_cycle",
        fit_one_cycle,
        lengths=_RUN,
        horizon="num_updates",
        per_group=("lr_max",),
        others={"momentum": fit_one_cycle_momentum},
    ),
    Dialect(
        "fit_flat_cos",
        fit_flat_cos,
        lengths=_RUN,
        horizon="num_updates",
        per_group=("lr",),
    ),
    Dialect(
        "fit_sgdr",
        fit_sgdr,
        lengths=_RUN,
        horizon="num_updates",
        per_group=("lr_max",),
    ),
)
"""Every annealer of fastai, its combinations, and the methods that schedule a run."""
