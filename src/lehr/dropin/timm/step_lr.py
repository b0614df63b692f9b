"""timm's steps."""

import torch

from lehr.dialects.timm import step
from lehr.dropin.timm.curved import Curved, bare, behind_warmup
from lehr.dropin.timm.scheduler import Range
from lehr.schedules import Function, Schedule


class StepLRScheduler(Curved):
    """Multiply by `decay_rate` every `decay_t`: timm's StepLRScheduler.

    Args:
        optimizer: any torch optimizer.
        decay_t: length between drops, > 0; it need not be whole.
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
        ValueError: an argument is out of range.

    Source: timm 1.0.31.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = StepLRScheduler(optimizer, decay_t=30, decay_rate=0.5)
    >>> scheduler.step(60)
    >>> optimizer.param_groups[0]["lr"]
    0.025
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        decay_t: float,
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

    def curve(self, base: float) -> Schedule:
        """Return the steps of a group, without warmup and noise.

        Args:
            base: its starting value.
        """
        every, rate = self.decay_t, self.decay_rate
        fixed = {"decay_t": every, **behind_warmup(base)}
        if rate <= 1:
            return bare(step(base, **fixed, decay_rate=rate))
        step(base, **fixed)  # refuses what would be refused there
        return Function(lambda t: base * rate ** (t // every))
