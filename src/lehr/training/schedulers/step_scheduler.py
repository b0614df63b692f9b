"""Step decay: the rate is cut every so many epochs, or at given ones."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any

from lehr._checks import count, positive
from lehr.schedules.base import Schedule
from lehr.schedules.piecewise_constant import PiecewiseConstant
from lehr.schedules.step import Step
from lehr.training.schedulers.base import (
    LRScheduler,
    Mode,
    Order,
    StatefulScheduler,
    assign,
)
from lehr.training.schedulers.saved import OnChange
from lehr.training.schedulers.settings import decay


@dataclass(frozen=True)
class StepLR(LRScheduler):
    """Multiply the rate by `gamma` at every `step_size`-th epoch, without end.

    The rate of an epoch is base_lr gamma^(epoch // step_size).

    Args:
        base_lr: rate of the first epochs, > 0.
        step_size: epochs between cuts, >= 1.
        gamma: in (0, 1]; 1 keeps the rate.

    Raises:
        ValueError: an argument is outside its range.

    Source: He et al., Deep Residual Learning for Image Recognition, 2015,
        arXiv:1512.03385, section 3.4 (divided by 10 at intervals).

    >>> scheduler = StepLR(base_lr=0.1, step_size=30, gamma=0.5)
    >>> [scheduler.get_lr(epoch) for epoch in (0, 29, 30, 60, 90)]
    [0.1, 0.1, 0.05, 0.025, 0.0125]
    """

    base_lr: float
    step_size: int
    gamma: float

    def __post_init__(self) -> None:
        assign(
            self,
            base_lr=positive("base_lr", self.base_lr),
            step_size=count("step_size", self.step_size, 1),
            gamma=decay("gamma", self.gamma),
        )

    @cached_property
    def schedule(self) -> Schedule:
        return Step(self.base_lr, self.gamma, self.step_size)


@dataclass(frozen=True)
class MultiStepLR(LRScheduler):
    """Multiply the rate by `gamma` at each of the milestones.

    The rate of an epoch is base_lr gamma^k, with k the number of milestones <= epoch.

    Args:
        base_lr: rate before the first milestone, > 0.
        milestones: epochs >= 0, in any order; one that is named twice cuts twice. They
            are kept sorted.
        gamma: in (0, 1]; 1 keeps the rate.

    Raises:
        TypeError: `milestones` are not several numbers.
        ValueError: an argument is outside its range.

    Source: He et al., Deep Residual Learning for Image Recognition, 2015,
        arXiv:1512.03385, section 4.2.

    >>> scheduler = MultiStepLR(0.1, milestones=[60, 30], gamma=0.5)
    >>> [scheduler.get_lr(epoch) for epoch in (29, 30, 60, 1000)]
    [0.1, 0.05, 0.025, 0.025]
    """

    base_lr: float
    milestones: Iterable[int]
    gamma: float

    def __post_init__(self) -> None:
        if isinstance(self.milestones, str) or not isinstance(
            self.milestones, Iterable
        ):
            raise TypeError(
                f"milestones must be a list of epochs, got {self.milestones!r}; for "
                f"one, write [{self.milestones!r}]"
            )
        epochs = [count(f"milestones[{i}]", m) for i, m in enumerate(self.milestones)]
        assign(
            self,
            base_lr=positive("base_lr", self.base_lr),
            milestones=tuple(sorted(epochs)),
            gamma=decay("gamma", self.gamma),
        )

    @cached_property
    def schedule(self) -> Schedule:
        epochs = list(self.milestones)
        edges = sorted({0, *epochs})
        cuts = [sum(epoch <= edge for epoch in epochs) for edge in edges]
        values = tuple(self.base_lr * self.gamma**k for k in cuts)
        return PiecewiseConstant(values, tuple(edges[1:]))


@dataclass(frozen=True, eq=False)
class StepScheduler(StatefulScheduler):
    """Multiply the rate by `gamma` at every `step_size`-th step.

    After n calls of `step()` the rate in force is initial_lr gamma^(n // step_size).

    Args:
        initial_lr: rate of the first steps, > 0.
        step_size: steps between cuts, >= 1.
        gamma: in (0, 1).
        mode: what one call of `step()` counts: "step" is an update, "epoch" an epoch.
            A trainer calls it accordingly.
        optimizer: whose rate is set, torch's or lehr's own; None: yours to set. Param
            groups keep the ratios of their rates.
        order: whether `step()` is called "after" `optimizer.step()` or "before": then
            the first call puts the rate of update 0 in force, n calls that of n - 1.
        on_change: what `load_state_dict` does where the configuration differs.

    Raises:
        ValueError: an argument is outside its range.

    Source: He et al., Deep Residual Learning for Image Recognition, 2015,
        arXiv:1512.03385, section 3.4 (divided by 10 at intervals).

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = StepScheduler(0.1, step_size=2, gamma=0.5, optimizer=optimizer)
    >>> for batch in range(5):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.counter, scheduler.get_lr(), optimizer.param_groups[0]["lr"]
    (5, 0.025, 0.025)
    >>> again = StepScheduler(initial_lr=0.1, step_size=2, gamma=0.5)
    >>> again.load_state_dict(scheduler.state_dict())
    >>> again.get_lr()
    0.025
    """

    initial_lr: float
    step_size: int = 30
    gamma: float = 0.1
    mode: Mode = "step"
    _: KW_ONLY
    optimizer: Any = field(default=None, repr=False)
    order: Order = "after"
    on_change: OnChange = "refuse"

    def __post_init__(self) -> None:
        assign(
            self,
            initial_lr=positive("initial_lr", self.initial_lr),
            step_size=count("step_size", self.step_size, 1),
            gamma=decay("gamma", self.gamma),
        )
        if self.gamma == 1:
            raise ValueError("gamma must be in (0, 1), got 1.0; it would cut nothing")
        self._start()

    @cached_property
    def schedule(self) -> Schedule:
        return Step(self.initial_lr, self.gamma, self.step_size)
