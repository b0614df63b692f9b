"""Optimizers that train at other weights than are to be used, as schedule-free ones."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch


def has_modes(optimizer: Any) -> bool:
    """Tell whether an optimizer changes the weights by its `train()` and `eval()`."""
    return hasattr(optimizer, "train") and hasattr(optimizer, "eval")


def to_training(optimizer: Any) -> None:
    """Give the model the weights to train at."""
    if has_modes(optimizer):
        optimizer.train()


def to_evaluation(optimizer: Any) -> None:
    """Give the model the weights to be used."""
    if has_modes(optimizer):
        optimizer.eval()


@contextlib.contextmanager
def evaluating(optimizer: Any) -> Iterator[None]:
    """Give the model the weights to be used, and then back what it had, to the bit.

    The optimizer's own way back rounds: an evaluation would change the run.
    """
    if not has_modes(optimizer) or not _trains(optimizer):
        yield
        return
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    before = [p.detach().clone() for p in parameters]
    optimizer.eval()
    try:
        yield
    finally:
        optimizer.train()
        with torch.no_grad():
            for parameter, weights in zip(parameters, before, strict=True):
                parameter.copy_(weights)


def _trains(optimizer: Any) -> bool:
    """Tell the mode, which is kept in the param groups or, for all, in the object."""
    otherwise = getattr(optimizer, "train_mode", True)
    return all(g.get("train_mode", otherwise) for g in optimizer.param_groups)
