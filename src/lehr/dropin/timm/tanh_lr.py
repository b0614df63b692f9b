"""timm's hyperbolic tangent with restarts."""

import torch

from lehr.dialects.timm import tanh
from lehr.dropin.timm.curved import bare, behind_warmup
from lehr.dropin.timm.cycled import Cycled
from lehr.dropin.timm.scheduler import Range
from lehr.schedules import Schedule


class TanhLRScheduler(Cycled):
    """Cycles along (1 - tanh) / 2 from `lb` to `ub`: timm's TanhLRScheduler.

    The tangent does not quite meet its ends. Without `warmup_prefix` the warmup goes
    to the curve's value at `warmup_t`.

    Args:
        optimizer: any torch optimizer.
        t_initial: length of the first cycle, > 0.
        lb: argument of the tangent at the begin of a cycle, in [-300, 300].
        ub: argument of the tangent at its end, in the same range, > lb.
        lr_min: lower limit, >= 0.
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
        initialize: see there.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31; Hsueh et al., Stochastic Gradient Descent with
        Hyperbolic-Tangent Decay on Classification, 2018, arXiv:1806.01593, eq. 3.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = TanhLRScheduler(optimizer, t_initial=10, lr_min=0.01)
    >>> rates = []
    >>> for epoch in range(1, 12, 5):
    ...     scheduler.step(epoch)
    ...     rates.append(round(optimizer.param_groups[0]["lr"], 4))
    >>> rates
    [0.1, 0.0893, 0.01]
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        t_initial: int,
        lb: float = -7.0,
        ub: float = 3.0,
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
        self.lb = lb
        self.ub = ub
        self.lr_min = lr_min
        self.cycle_mul = cycle_mul
        self.cycle_decay = cycle_decay
        self.cycle_limit = cycle_limit
        self.warmup_t = warmup_t
        self.warmup_lr_init = warmup_lr_init
        self.warmup_prefix = warmup_prefix
        self._begin()

    def curve(self, base: float) -> Schedule:
        """Return the cycles of a group, without warmup and noise.

        Args:
            base: its starting value.
        """
        shape = self._of_cycles() | behind_warmup(base)
        return bare(tanh(base, **shape, warmup_prefix=True, lb=self.lb, ub=self.ub))

    def _target(self, base: float) -> float:
        return base if self.warmup_prefix else self.curve(base)(self.warmup_t)
