"""Who writes and reads a checkpoint together."""

from collections.abc import Callable
from typing import Any, Protocol

import torch.distributed as dist


class Ranks(Protocol):
    """The processes that hold one state, as each of them sees them.

    An engine of the trainer is one. `broadcast` and `gather` are called by all ranks in
    the same order, in the thread that trains; what they carry is plain data.

    Attributes:
        rank, world_size: number of this process, and how many there are.
    """

    @property
    def rank(self) -> int: ...

    @property
    def world_size(self) -> int: ...

    def broadcast(self, value: Callable[[], Any]) -> Any:
        """Return, on each rank, what rank 0 computes."""

    def gather(self, value: Any) -> list[Any]:
        """Return what each rank gives, on each rank."""


class Alone:
    """One process.

    >>> Alone().broadcast(lambda: "name"), Alone().gather(3)
    ('name', [3])
    """

    rank = 0
    world_size = 1

    def broadcast(self, value: Callable[[], Any]) -> Any:
        """Return what it computes."""
        return value()

    def gather(self, value: Any) -> list[Any]:
        """Return it as the only one."""
        return [value]


class GroupRanks:
    """The processes of a group of `torch.distributed`.

    Args:
        group: None: all processes.
    """

    def __init__(self, group: dist.ProcessGroup | None = None) -> None:
        self._group = group
        self.rank = dist.get_rank(group)
        self.world_size = dist.get_world_size(group)

    def broadcast(self, value: Callable[[], Any]) -> Any:
        """Return, on each rank, what rank 0 computes."""
        box = [value() if self.rank == 0 else None]
        dist.broadcast_object_list(box, group=self._group, group_src=0)
        return box[0]

    def gather(self, value: Any) -> list[Any]:
        """Return what each rank gives, on each rank."""
        values: list[Any] = [None] * self.world_size
        dist.all_gather_object(values, value, group=self._group)
        return values
