"""timm's milestones."""

import bisect
from collections.abc import Sequence

import torch

from lehr.dialects.timm import multi_step
from lehr.dropin.timm.curved import Curved
from lehr.dropin.timm.scheduler import Range
from lehr.schedules import Constant, PiecewiseConstant, Schedule


class MultiStepLRScheduler(Curved):
    """Multiply by `decay_rate` at t = m - 1: timm's MultiStepLRScheduler.

    A milestone m takes effect one step before torch's, as timm documents.

    Args:
        optimizer: any torch optimizer.
        decay_t: milestones, in any order; one that stands twice drops twice.
        decay_rate: what a drop multiplies by, >= 0; 1 by default, so no drop.
        warmup_t: length of the linear warmup.
        warmup_lr_init: its first value.
        warmup_prefix: whether the curve begins after the warmup, not under it.
        t_in_epochs: whether `step` reacts, or `step_update`.
        noise_range_t: see `Scheduler`, as for the rest of the noise.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.
        initialize: see there.

    Raises:
        TypeError: `decay_t` is not a list.
        ValueError: an argument is out of range.

    Source: timm 1.0.31.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = MultiStepLRScheduler(optimizer, decay_t=[30, 60], decay_rate=0.5)
    >>> scheduler.step(29)
    >>> optimizer.param_groups[0]["lr"]
    0.05
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        decay_t: Sequence[float],
        decay_rate: float = 1.0,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = True,
        t_in_epochs: bool = True,
        noise_range_t: Range = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        initialize: bool = True,
    ) -> None:
        super().__init__(
            optimizer,
            param_group_field="lr",
            t_in_epochs=t_in_epochs,
            noise_range_t=noise_range_t,
            noise_pct=noise_pct,
            noise_std=noise_std,
            noise_seed=noise_seed,
            initialize=initialize,
        )
        self.decay_t = decay_t
        self.decay_rate = decay_rate
        self.warmup_t = warmup_t
        self.warmup_lr_init = warmup_lr_init
        self.warmup_prefix = warmup_prefix
        self._begin()

    def get_curr_decay_steps(self, t: float) -> int:
        """Return how many milestones are passed at `t`, which excludes the warmup.

        Args:
            t: on the scheduler's clock.
        """
        return bisect.bisect_right(sorted(self.decay_t), t + 1)

    def curve(self, base: float) -> Schedule:
        """Return the steps of a group, without warmup and noise.

        Args:
            base: its starting value.
        """
        multi_step(base, decay_t=self.decay_t, decay_rate=self.decay_rate)  # refuses
        edges = sorted({milestone - 1 for milestone in self.decay_t if milestone > 1})
        begins, rate = (0, *edges), self.decay_rate
        values = [base * rate ** self.get_curr_decay_steps(t) for t in begins]
        if not edges:
            return Constant(values[0])
        return PiecewiseConstant(tuple(values), tuple(edges))
