"""Exponential decay: the rate is multiplied by the same factor each epoch."""

from dataclasses import dataclass
from functools import cached_property

from lehr._checks import positive
from lehr.schedules.base import Schedule
from lehr.schedules.exponential_decay import ExponentialDecay
from lehr.training.schedulers.base import LRScheduler, assign
from lehr.training.schedulers.settings import decay


@dataclass(frozen=True)
class ExponentialLR(LRScheduler):
    """Multiply the rate by `gamma` each epoch, without end.

    The rate of an epoch is base_lr gamma^epoch.

    Args:
        base_lr: rate of epoch 0, > 0.
        gamma: in (0, 1]; 1 keeps the rate.

    Raises:
        ValueError: an argument is outside its range.

    Source: Li and Arora, An Exponential Learning Rate Schedule for Deep Learning, 2019,
        arXiv:1910.07454, section 2.

    >>> scheduler = ExponentialLR(base_lr=0.1, gamma=0.5)
    >>> [scheduler.get_lr(epoch) for epoch in (0, 1, 2, 5000)]
    [0.1, 0.05, 0.025, 0.0]
    """

    base_lr: float
    gamma: float

    def __post_init__(self) -> None:
        assign(
            self,
            base_lr=positive("base_lr", self.base_lr),
            gamma=decay("gamma", self.gamma),
        )

    @cached_property
    def schedule(self) -> Schedule:
        return ExponentialDecay(self.base_lr, self.gamma)
