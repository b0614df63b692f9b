"""timm's polynomial with restarts."""

from typing import Any

import torch

from lehr import _checks
from lehr.dialects.timm import poly
from lehr.dialects.timm.cycling import Cycling, poly_weight
from lehr.dropin.timm.curved import bare, behind_warmup
from lehr.dropin.timm.cycled import Cycled
from lehr.dropin.timm.scheduler import Range
from lehr.schedules import Function, Schedule, Stretch


class PolyLRScheduler(Cycled):
    """Cycles along (1 - x^k_decay)^power down to `lr_min`: timm's PolyLRScheduler.

    Restarts are found exactly, where timm's floor of a logarithm misses some.

    Args:
        optimizer: any torch optimizer.
        t_initial: length of the first cycle, > 0.
        power: > 0.
        lr_min: value at the end of each cycle, >= 0.
        cycle_mul: each cycle is this many times as long as the one before, > 0.
        cycle_decay: each cycle's peak is this many times the one before, >= 0.
        cycle_limit: number of cycles, >= 0; after them `lr_min` is held.
        warmup_t: length of the linear warmup.
        warmup_lr_init: its first value.
        warmup_prefix: whether the curve begins after the warmup, not under it.
        t_in_epochs: whether `step` reacts, or `step_update`.
        noise_range_t: see `Scheduler`, as for the rest of the noise.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.
        k_decay: > 0; above 1 the value stays high for longer.
        initialize: see there.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31; Zhang and Li, k-decay, 2020, arXiv:2004.05909.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = PolyLRScheduler(optimizer, t_initial=10, lr_min=0.01, power=1.0)
    >>> rates = []
    >>> for epoch in range(1, 12, 5):
    ...     scheduler.step(epoch)
    ...     rates.append(round(optimizer.param_groups[0]["lr"], 4))
    >>> rates
    [0.091, 0.046, 0.01]
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        t_initial: int,
        power: float = 0.5,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: int = 1,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: Range = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        k_decay: float = 1.0,
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
        self.t_initial = t_initial
        self.power = power
        self.lr_min = lr_min
        self.cycle_mul = cycle_mul
        self.cycle_decay = cycle_decay
        self.cycle_limit = cycle_limit
        self.warmup_t = warmup_t
        self.warmup_lr_init = warmup_lr_init
        self.warmup_prefix = warmup_prefix
        self.k_decay = k_decay
        self._begin()

    def curve(self, base: float) -> Schedule:
        """Return the cycles of a group, without warmup and noise.

        Args:
            base: its starting value.
        """
        shape: dict[str, Any] = self._of_cycles()
        if 1.0 in (self.power, self.k_decay):
            shape |= {"power": self.power, "k_decay": self.k_decay}
            return bare(poly(base, **shape, **behind_warmup(base), warmup_prefix=True))
        power = _checks.positive("power", self.power)
        weight = poly_weight(power, _checks.positive("k_decay", self.k_decay))

        def wave(start: float, end: float, steps: float) -> Schedule:
            drawn = Stretch(Function(weight, steps=1), steps)
            return (start - end) * drawn + end

        return Cycling(**shape).of(wave, base)
