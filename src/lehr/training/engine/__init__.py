"""Where a run takes place: one process here, or several that train one model."""

import os
from typing import Literal

import torch.distributed

from lehr._checks import choice
from lehr.training.engine.base import Engine

__all__ = ["Engine", "Strategy", "engine_of", "is_there"]

Strategy = Literal["auto", "ddp", "fsdp"] | Engine | None


def engine_of(strategy: Strategy) -> Engine:
    """Return the engine that a trainer was asked for, in touch with its processes.

    Args:
        strategy: "auto" is DDP where there are several processes; "ddp", "fsdp"; or an
            engine. None is one process in any case.
    """
    if strategy is None:
        return Engine()
    if isinstance(strategy, Engine):
        return strategy.connected()
    choice("strategy", strategy, ("auto", "ddp", "fsdp"))
    if not is_there():
        return Engine()
    # One process does not wait for the import of what it does not need.
    from lehr.training.engine.ddp import Ddp
    from lehr.training.engine.fsdp import Fsdp

    return (Fsdp() if strategy == "fsdp" else Ddp()).connected()


def is_there() -> bool:
    """Whether other processes train with this one, by the launcher or by a group."""
    dist = torch.distributed
    if not dist.is_available():
        return False
    if dist.is_initialized():
        return dist.get_world_size() > 1
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "RANK" in os.environ
