"""Schedulers that are stepped as timm's are: told the epoch or the update."""

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import torch

from lehr.bindings.torch import PlateauScheduler
from lehr.bindings.torch.position import whole
from lehr.scheduler.configured import (
    ConfiguredPlateauScheduler,
    ConfiguredScheduler,
    Recipe,
)


class TimmScheduler(ConfiguredScheduler):
    """A scheduler with timm's two methods, `step(epoch)` and `step_update(updates)`.

    One of the two goes to the position that it is told, as `t_in_epochs` says; the
    other does nothing. Without a number, `step()` advances by one.

    Args:
        optimizer: any torch optimizer.
        recipes: by field.
        t_in_epochs: whether `step` is the one that counts.

    >>> from lehr.scheduler import build_scheduler
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> config = {"name": "timm_CosineLRScheduler", "t_initial": 10}
    >>> scheduler = build_scheduler(optimizer, config)
    >>> for epoch in range(5):
    ...     for update in range(100):
    ...         optimizer.step()
    ...         scheduler.step_update(num_updates=100 * epoch + update + 1)
    ...     scheduler.step(epoch + 1, metric=0.9)
    >>> round(optimizer.param_groups[0]["lr"], 12)
    0.05
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        recipes: Mapping[str, Recipe],
        t_in_epochs: bool = True,
    ) -> None:
        self.t_in_epochs = t_in_epochs
        super().__init__(optimizer, recipes)

    def step(  # type: ignore[override]  # timm's own
        self,
        epoch: int | None = None,
        metric: Any = None,
        samples: int = 0,
        tokens: int = 0,
    ) -> None:
        """Go to an epoch, if those are counted; without a number advance by one.

        Args:
            epoch: epochs that have ended.
            metric: ignored, as by timm.
            samples: samples that the update consumed.
            tokens: tokens that the update consumed.
        """
        if epoch is None:
            super().step(samples=samples, tokens=tokens)
        elif self.t_in_epochs:
            self.seek(epoch)

    def step_update(self, num_updates: int, metric: Any = None) -> None:
        """Go to an update, if those are counted.

        Args:
            num_updates: updates that were applied.
            metric: ignored, as by timm.
        """
        if not self.t_in_epochs:
            self.seek(num_updates)


class TimmPlateauScheduler(ConfiguredPlateauScheduler):
    """A scheduler that follows a metric, with timm's `step(epoch, metric)`.

    Frameworks that take it for torch's ReduceLROnPlateau call `step(metric)`: what
    stands alone and is no whole number is the metric, and the position advances by one.

    Args:
        optimizer: any torch optimizer.
        recipe: the planned rates.
        controller: decides from the metrics when to cut.
        limits: the other arguments of a PlateauScheduler.
    """

    def step(  # type: ignore[override]  # timm's own
        self, epoch: Any = None, metric: Any = None
    ) -> None:
        """Go to an epoch, and take in its metric; without a number advance by one.

        Args:
            epoch: epochs that have ended; alone, and no whole number, the metric.
            metric: without one, nothing is judged; required where there is no number.

        Raises:
            TypeError: neither a number nor a metric is given, after the warmup.
        """
        if metric is None and not isinstance(epoch, Integral | None):
            epoch, metric = None, epoch
        if epoch is None:
            PlateauScheduler.step(self, metric)
        elif metric is None:
            self.seek(epoch)
        else:
            self._go(whole("epoch", epoch), metric)

    def step_update(self, num_updates: int, metric: Any = None) -> None:
        """Do nothing, as in timm: a plateau is judged once per epoch."""
