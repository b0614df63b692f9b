"""transformers' schedules that follow a metric or an optimizer."""

from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR as TorchLambdaLR

from lehr.dropin.torch import ReduceLROnPlateau
from lehr.dropin.transformers.greedy import GreedyLR
from lehr.dropin.transformers.multiplier import Multiplier
from lehr.schedules import Constant

Optimizer = torch.optim.Optimizer


def get_reduce_on_plateau_schedule(
    optimizer: Optimizer, **kwargs: Any
) -> ReduceLROnPlateau:
    """Return a ReduceLROnPlateau.

    Args:
        optimizer: any torch optimizer.
        **kwargs: what it takes.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> get_reduce_on_plateau_schedule(optimizer, patience=3).patience
    3
    """
    scheduler: ReduceLROnPlateau = ReduceLROnPlateau(optimizer, **kwargs)
    return scheduler


def get_greedy_schedule(optimizer: Optimizer, **kwargs: Any) -> GreedyLR:
    """Return a GreedyLR.

    Args:
        optimizer: any torch optimizer.
        **kwargs: what it takes.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> get_greedy_schedule(optimizer, patience=3).patience
    3
    """
    return GreedyLR(optimizer, **kwargs)


class AdafactorSchedule(TorchLambdaLR):
    """Show the rates of transformers' Adafactor, which schedules itself.

    Args:
        optimizer: an Adafactor.
        initial_lr: what is shown before its first update.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> AdafactorSchedule(optimizer, 0.5).get_last_lr()
    [0.5]
    """

    def __init__(self, optimizer: Optimizer, initial_lr: float = 0.0) -> None:
        for group in optimizer.param_groups:
            group["initial_lr"] = initial_lr
        super().__init__(optimizer, Multiplier(Constant(initial_lr)))
        for group in optimizer.param_groups:
            del group["initial_lr"]

    def get_lr(self) -> list[Any]:
        """Return the rate of each group that has gradients, the initial one if none."""
        optimizer: Any = self.optimizer
        first = [(group, group["params"][0]) for group in optimizer.param_groups]
        rates = [
            optimizer._get_lr(group, optimizer.state[parameter])
            for group, parameter in first
            if parameter.grad is not None
        ]
        return rates or self.base_lrs


def get_adafactor_schedule(
    optimizer: Optimizer, initial_lr: float = 0.0
) -> AdafactorSchedule:
    """Return an AdafactorSchedule.

    Args:
        optimizer: an Adafactor.
        initial_lr: what is shown before its first update.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> get_adafactor_schedule(optimizer, 0.5).base_lrs
    [0.5]
    """
    return AdafactorSchedule(optimizer, initial_lr)
