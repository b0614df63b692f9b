"""Warmup: the rate rises first, then stays or is annealed."""

from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any

from lehr._checks import count, positive
from lehr.schedules.base import Schedule
from lehr.schedules.cosine import Cosine
from lehr.schedules.step import Step
from lehr.training.schedulers.base import (
    LRScheduler,
    Mode,
    Order,
    StatefulScheduler,
    assign,
)
from lehr.training.schedulers.saved import OnChange
from lehr.training.schedulers.settings import Shape, decay, least, ramp, start_of


@dataclass(frozen=True)
class WarmupLR(LRScheduler):
    """Rise from `start_lr` to `base_lr` in `warmup_epochs`, then stay there.

    A linear warmup from 0 gives an epoch the rate base_lr epoch / warmup_epochs, so
    epoch 0 trains nothing; give `start_lr`, or use `lehr.warmup_constant`.

    Args:
        base_lr: rate from epoch `warmup_epochs` on, > 0.
        warmup_epochs: length of the rise, >= 0; 0 is no warmup.
        start_lr: rate of epoch 0, >= 0; exponential warmup needs one > 0.
        shape: "linear", "exponential" (equal ratios) or "cosine" (half a wave).

    Raises:
        ValueError: an argument is outside its range.

    Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, arXiv:1706.02677,
        section 2.2.

    >>> scheduler = WarmupLR(base_lr=1.0, warmup_epochs=4)
    >>> [scheduler.get_lr(epoch) for epoch in (0, 1, 2, 3, 4, 100)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    >>> from lehr.training import CosineAnnealingLR
    >>> both = scheduler.schedule.then(CosineAnnealingLR(1.0, T_max=90).schedule)
    >>> both(2), both(4), both(94)
    (0.5, 1.0, 0.0)
    """

    base_lr: float
    warmup_epochs: int
    _: KW_ONLY
    start_lr: float = 0.0
    shape: Shape = "linear"

    def __post_init__(self) -> None:
        _check_rise(self)

    @cached_property
    def schedule(self) -> Schedule:
        return _rise(self)


@dataclass(frozen=True)
class WarmupCosineAnnealingLR(LRScheduler):
    """Rise to `base_lr`, then fall along half a cosine wave to `eta_min`, and stay.

    Args:
        base_lr: rate of epoch `warmup_epochs`, > 0.
        warmup_epochs: length of the rise, >= 0; 0 is no warmup.
        T_max: epochs of both together, above `warmup_epochs`.
        eta_min: rate from epoch `T_max` on, in [0, base_lr].
        start_lr, shape: of the rise, as for `WarmupLR`.

    Raises:
        ValueError: an argument is outside its range.

    Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, arXiv:1706.02677,
        section 2.2; Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, eq. 5.

    >>> scheduler = WarmupCosineAnnealingLR(0.1, warmup_epochs=10, T_max=100)
    >>> [round(scheduler.get_lr(epoch), 4) for epoch in (0, 5, 10, 55, 100, 500)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.0]
    """

    base_lr: float
    warmup_epochs: int
    T_max: int
    eta_min: float = 0.0
    _: KW_ONLY
    start_lr: float = 0.0
    shape: Shape = "linear"

    def __post_init__(self) -> None:
        _check_rise(self)
        total = count("T_max", self.T_max, 1)
        if total <= self.warmup_epochs:
            raise ValueError(
                f"T_max ({total}) must exceed warmup_epochs ({self.warmup_epochs}): it "
                "is the length of both together"
            )
        floor = least("eta_min", self.eta_min, "base_lr", self.base_lr)
        assign(self, T_max=total, eta_min=floor)

    @cached_property
    def schedule(self) -> Schedule:
        length = self.T_max - self.warmup_epochs
        return _rise(self).then(Cosine(self.base_lr, self.eta_min, length))


@dataclass(frozen=True)
class WarmupStepLR(LRScheduler):
    """Rise to `base_lr`, then multiply by `gamma` at every `step_size`-th epoch.

    The first cut is at epoch warmup_epochs + step_size.

    Args:
        base_lr: rate of epoch `warmup_epochs`, > 0.
        warmup_epochs: length of the rise, >= 0; 0 is no warmup.
        step_size: epochs between cuts, >= 1.
        gamma: in (0, 1]; 1 keeps the rate.
        start_lr, shape: of the rise, as for `WarmupLR`.

    Raises:
        ValueError: an argument is outside its range.

    Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, arXiv:1706.02677,
        sections 2.2 and 5.1.

    >>> scheduler = WarmupStepLR(0.1, warmup_epochs=10, step_size=30, gamma=0.5)
    >>> [scheduler.get_lr(epoch) for epoch in (0, 5, 10, 39, 40, 70)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.025]
    """

    base_lr: float
    warmup_epochs: int
    step_size: int
    gamma: float
    _: KW_ONLY
    start_lr: float = 0.0
    shape: Shape = "linear"

    def __post_init__(self) -> None:
        _check_rise(self)
        assign(
            self,
            step_size=count("step_size", self.step_size, 1),
            gamma=decay("gamma", self.gamma),
        )

    @cached_property
    def schedule(self) -> Schedule:
        return _rise(self).then(Step(self.base_lr, self.gamma, self.step_size))


@dataclass(frozen=True, eq=False)
class WarmupScheduler(StatefulScheduler):
    """Rise from `start_lr` to `initial_lr` in `warmup_steps` steps, then stay there.

    The rate after n calls of `step()` is that of `WarmupLR` at epoch n.

    Args:
        initial_lr: rate from step `warmup_steps` on, > 0.
        warmup_steps: length of the rise, >= 0; 0 is no warmup.
        start_lr: rate of step 0, >= 0; exponential warmup needs one > 0.
        shape: "linear", "exponential" (equal ratios) or "cosine" (half a wave).
        mode, optimizer, order, on_change: as for `StepScheduler`.

    Raises:
        ValueError: an argument is outside its range.

    Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, arXiv:1706.02677,
        section 2.2.

    >>> scheduler = WarmupScheduler(initial_lr=1.0, warmup_steps=4, start_lr=0.5)
    >>> rates = []
    >>> for batch in range(6):
    ...     rates.append(scheduler.get_lr())
    ...     scheduler.step()
    >>> rates
    [0.5, 0.625, 0.75, 0.875, 1.0, 1.0]
    """

    initial_lr: float
    warmup_steps: int
    start_lr: float = 0.0
    shape: Shape = "linear"
    mode: Mode = "step"
    _: KW_ONLY
    optimizer: Any = field(default=None, repr=False)
    order: Order = "after"
    on_change: OnChange = "refuse"

    def __post_init__(self) -> None:
        assign(
            self,
            initial_lr=positive("initial_lr", self.initial_lr),
            warmup_steps=count("warmup_steps", self.warmup_steps),
            start_lr=start_of(self.shape, self.start_lr),
        )
        self._start()

    @cached_property
    def schedule(self) -> Schedule:
        return ramp(self.shape, self.start_lr, self.initial_lr, self.warmup_steps)


Rising = WarmupLR | WarmupCosineAnnealingLR | WarmupStepLR


def _check_rise(scheduler: Rising) -> None:
    assign(
        scheduler,
        base_lr=positive("base_lr", scheduler.base_lr),
        warmup_epochs=count("warmup_epochs", scheduler.warmup_epochs),
        start_lr=start_of(scheduler.shape, scheduler.start_lr),
    )


def _rise(scheduler: Rising) -> Schedule:
    return ramp(
        scheduler.shape,
        scheduler.start_lr,
        scheduler.base_lr,
        scheduler.warmup_epochs,
    )
