"""The updates of a sweep on a torch model, in one process or several."""

import contextlib
import copy
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from lehr.bindings.torch.binding import innermost, unheard
from lehr.bindings.torch.slots import Groups, read, write
from lehr.rate_finder.keeping import kept
from lehr.rate_finder.sweep import StepFunction
from lehr.training.clipping import ClipNorm
from lehr.training.clock import Clock
from lehr.training.errors import EmptyDataError, NonFiniteError
from lehr.training.loops import TrainingLoop
from lehr.training.modes import to_training
from lehr.training.objective import Objective
from lehr.training.precision import Precision
from lehr.training.snapshot import wait_for_copy
from lehr.training.trainer import BaseTrainer
from lehr.training.unbound import native
from lehr.training.weighing import device_of

MOST_SKIPS = 40
"""Updates in a row that half precision may leave out while it looks for its scale."""


@dataclass(frozen=True)
class Options:
    """How the updates of a sweep are done, where no trainer says so."""

    loss: Any = None
    step: Any = None
    accumulation: int = 1
    precision: Any = "fp32"
    scaler: Any = None
    clip_norm: ClipNorm = None


@contextlib.contextmanager
def steps_of_model(
    model: nn.Module,
    optimizer: Any,
    data: Iterable[Any],
    options: Options,
    restore: Iterable[Any],
) -> Iterator[StepFunction]:
    """Yield what does an update at a rate; put everything back at the end."""
    optimizer = native(optimizer)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            f"optimizer must be a torch.optim.Optimizer, got {optimizer!r}; pass "
            "optimizer.bind(model)"
            if hasattr(optimizer, "bind")
            else f"optimizer must be a torch.optim.Optimizer, got {optimizer!r}"
        )
    optimizer = innermost(optimizer)
    _require_rereadable(data)
    objective = Objective(options.loss, options.step)
    objects = optimizer, objective, *restore
    with kept(model, objects, (data,)), unheard(optimizer):
        loop = TrainingLoop(
            model,
            optimizer,
            loss=objective,
            accumulation=options.accumulation,
            clip_norm=options.clip_norm,
            check_finite=False,
            precision=_precision(model, options),
        )
        yield _step(loop, data, among=_processes())


@contextlib.contextmanager
def steps_of_trainer(
    trainer: BaseTrainer, data: Iterable[Any], restore: Iterable[Any]
) -> Iterator[StepFunction]:
    """Yield what does an update of a trainer at a rate; put everything back."""
    if trainer._feed is not None:
        raise RuntimeError("this trainer is training; find a rate before it does")
    _require_rereadable(data)
    wait_for_copy(trainer)
    loop = trainer.loop
    shared = trainer.engine.share(data, trainer.seed)
    objects: list[Any] = [trainer.optimizer, loop, loop.objective, loop.weighing]
    if loop.precision.scaler is not None:
        objects.append(loop.precision.scaler)
    loaders = [data] if shared is data else [data, shared]
    kept_parts = kept(trainer.model, (*objects, *restore), loaders)
    with kept_parts, unheard(trainer.optimizer):
        loop.clock = Clock(None, trainer.optimizer)
        loop.check_finite = False
        loop.on_non_finite = loop.before_step = None
        yield _step(loop, shared, among=1)


def _precision(model: nn.Module, options: Options) -> Precision:
    if options.scaler is not None and options.precision != "fp16":
        raise ValueError(
            f"scaler goes with precision='fp16', got precision={options.precision!r}"
        )
    precision = Precision(options.precision, device_of(model))
    if options.scaler is not None:
        precision.scaler = copy.deepcopy(options.scaler)  # the user's stays as it is
    return precision


def _require_rereadable(data: Any) -> None:
    if not hasattr(data, "__iter__"):
        raise TypeError(
            f"data must be an iterable of batches, got {type(data).__name__}"
        )
    if hasattr(data, "__next__"):
        raise TypeError(
            "data is an iterator, whose batches could not be put back; pass the loader "
            "that it is of, or a list of batches"
        )


def _processes() -> int:
    dist = torch.distributed
    there = dist.is_available() and dist.is_initialized()
    return dist.get_world_size() if there else 1


def _step(loop: TrainingLoop, data: Iterable[Any], *, among: int) -> StepFunction:
    """Return the function of the rate that does an update, and gives the loss."""
    loop.model.train()
    to_training(loop.optimizer)
    windows = _windows(data, loop.accumulation)
    groups = loop.optimizer.param_groups
    shares = _shares(groups)

    def step(rate: float) -> float:
        for group, share in zip(groups, shares, strict=True):
            write(group, "lr", rate * share)
        loss, weight = _update(loop, windows)
        return loss if among == 1 else _over_ranks(loss, weight, loop.device)

    return step


def _shares(groups: Groups) -> list[float]:
    """Return each group's rate over the largest; at 0 that which it started with."""
    rates = [read(group, "lr") for group in groups]
    if not any(rates):
        rates = [float(group.get("initial_lr", 0.0)) for group in groups]
    if (most := max(rates)) > 0:
        return [rate / most for rate in rates]
    if len(groups) > 1:
        raise ValueError(
            f"the rates of all {len(groups)} param groups are 0, so that their ratios "
            "are not known; go to an update that has rates, as by scheduler.seek(...)"
        )
    return [1.0]


def _update(loop: TrainingLoop, windows: Iterator[list[Any]]) -> tuple[float, int]:
    """Do an update; return its loss, and of how many samples it is the mean."""
    for _ in range(MOST_SKIPS):
        try:
            done = loop.update(next(windows))
        except NonFiniteError:  # of a gradient that no scale makes finite
            return math.nan, 1
        if done is not None:
            return float(done.loss), done.weight
    return math.nan, 1


def _over_ranks(loss: float, weight: int, device: torch.device) -> float:
    """Return the mean over all ranks: the same number, to the bit, on each."""
    wide = torch.float32 if device.type == "mps" else torch.float64
    sums = torch.tensor((loss * weight, weight), dtype=wide, device=device)
    torch.distributed.all_reduce(sums)
    torch.distributed.broadcast(sums, src=0)
    total, samples = sums.tolist()
    return float(total / samples)


def _windows(data: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Deal batches in windows, without end: the data are read again and again."""
    window: list[Any] = []
    while True:
        empty = True
        for batch in data:
            empty = False
            window.append(batch)
            if len(window) == size:
                yield window
                window = []
        if empty:
            raise EmptyDataError("data gave no batch")
