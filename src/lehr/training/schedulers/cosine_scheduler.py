"""Cosine annealing: the rate falls along half a cosine wave, then stays."""

from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any

from lehr._checks import count, positive
from lehr.schedules.base import Schedule
from lehr.schedules.cosine import Cosine
from lehr.training.schedulers.base import (
    LRScheduler,
    Mode,
    Order,
    StatefulScheduler,
    assign,
)
from lehr.training.schedulers.saved import OnChange
from lehr.training.schedulers.settings import least


@dataclass(frozen=True)
class CosineAnnealingLR(LRScheduler):
    """Fall from `base_lr` to `eta_min` in `T_max` epochs, then stay there.

    Until then, the rate is eta_min + (base_lr - eta_min) (1 + cos(pi epoch / T_max)) /
    2. It does not climb back after T_max, as torch's of this name does.

    Args:
        base_lr: rate of epoch 0, > 0.
        T_max: epochs until `eta_min`, >= 1.
        eta_min: rate from epoch `T_max` on, in [0, base_lr].

    Raises:
        ValueError: an argument is outside its range.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, eq. 5 (one cycle).

    >>> scheduler = CosineAnnealingLR(base_lr=1.0, T_max=100, eta_min=0.5)
    >>> [round(scheduler.get_lr(epoch), 6) for epoch in (0, 50, 100, 200)]
    [1.0, 0.75, 0.5, 0.5]
    """

    base_lr: float
    T_max: int
    eta_min: float = 0.0

    def __post_init__(self) -> None:
        top = positive("base_lr", self.base_lr)
        assign(
            self,
            base_lr=top,
            T_max=count("T_max", self.T_max, 1),
            eta_min=least("eta_min", self.eta_min, "base_lr", top),
        )

    @cached_property
    def schedule(self) -> Schedule:
        return Cosine(self.base_lr, self.eta_min, self.T_max)


@dataclass(frozen=True, eq=False)
class CosineScheduler(StatefulScheduler):
    """Fall from `initial_lr` to `eta_min` in `T_max` steps, then stay there.

    The rate after n calls of `step()` is that of `CosineAnnealingLR` at epoch n.

    Args:
        initial_lr: rate of step 0, > 0.
        T_max: steps until `eta_min`, >= 1.
        eta_min: rate from step `T_max` on, in [0, initial_lr].
        mode, optimizer, order, on_change: as for `StepScheduler`.

    Raises:
        ValueError: an argument is outside its range.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, eq. 5 (one cycle).

    >>> scheduler = CosineScheduler(initial_lr=1.0, T_max=4, mode="epoch")
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates.append(round(scheduler.get_lr(), 4))
    ...     scheduler.step()
    >>> rates
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """

    initial_lr: float
    T_max: int
    eta_min: float = 0.0
    mode: Mode = "step"
    _: KW_ONLY
    optimizer: Any = field(default=None, repr=False)
    order: Order = "after"
    on_change: OnChange = "refuse"

    def __post_init__(self) -> None:
        top = positive("initial_lr", self.initial_lr)
        assign(
            self,
            initial_lr=top,
            T_max=count("T_max", self.T_max, 1),
            eta_min=least("eta_min", self.eta_min, "initial_lr", top),
        )
        self._start()

    @cached_property
    def schedule(self) -> Schedule:
        return Cosine(self.initial_lr, self.eta_min, self.T_max)
