"""The process group of torch: joined as the launcher says, or used as it is."""

import atexit
import contextlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch._C import _distributed_c10d as _c10d
from torch.distributed import distributed_c10d

GLOO_THREAD = "pt_gloo_runloop"
LOOKS = 5
"""How often in a row gloo's threads must be found asleep, to be idle."""
LAUNCHER = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")

logger = logging.getLogger("lehr.training")


@dataclass
class Group:
    """The processes that train together.

    Attributes:
        rank, world_size: number of this process, and how many there are.
        store: what all of them can write to and read from.
        cpu: the group that exchanges tensors on the CPU; None: torch's default one.
        ours: whether it was made here, and not by the user.
    """

    rank: int
    world_size: int
    store: Any
    cpu: Any
    ours: bool

    def set_timeout(self, seconds: float, others: Sequence[Any] = ()) -> None:
        """Let what waits for the others fail after so long; a user's group stays.

        Args:
            seconds: to wait.
            others: groups, made of this one, that are to do the same.
        """
        patience = timedelta(seconds=seconds)
        for group in (None, *others) if self.ours else ():
            distributed_c10d._set_pg_timeout(patience, group)
        if self.cpu is not None:
            distributed_c10d._set_pg_timeout(patience, self.cpu)


_MADE: list[Group] = []


def join(seconds: float) -> Group:
    """Return the group of all processes; make it, if nobody has.

    Args:
        seconds: how long to wait for the others.

    Raises:
        RuntimeError: the launcher does not say where to meet.
    """
    if _MADE and dist.is_initialized():
        return _MADE[0]
    ours = not dist.is_initialized()
    store = _made(seconds) if ours else distributed_c10d._get_default_store()
    cpu = None
    if torch.device("cpu") not in distributed_c10d._get_default_group()._device_types:
        cpu = dist.new_group(backend="gloo", timeout=timedelta(seconds=seconds))
    group = Group(dist.get_rank(), dist.get_world_size(), store, cpu, ours)
    if group.rank:
        logger.addFilter(_Quiet(group.rank))
    atexit.register(_await_idle)
    if ours:
        _MADE[:] = [group]
        atexit.register(_leave)  # before the other: the last to register is first
    return group


def _made(seconds: float) -> Any:
    """Make the default group; return its store.

    Each attempt of an elastic launcher has names of its own in the store: addresses
    that an earlier one left there would keep this one from coming together.
    """
    lacking = [name for name in LAUNCHER if name not in os.environ]
    if lacking:
        raise RuntimeError(
            f"several processes need {', '.join(lacking)} in the environment; start "
            "them with torchrun"
        )
    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    agent = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    patience = timedelta(seconds=seconds)
    host = _c10d.TCPStore(
        os.environ["MASTER_ADDR"],
        int(os.environ["MASTER_PORT"]),
        size,
        is_master=rank == 0 and not agent,
        timeout=patience,
        wait_for_workers=False,
        multi_tenant=True,
    )
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    store = _c10d.PrefixStore(f"attempt_{attempt}", host)
    backend = "gloo"
    if torch.cuda.is_available():
        backend = "cpu:gloo,cuda:nccl"
        torch.cuda.set_device(local_rank())
    dist.init_process_group(
        backend, store=store, rank=rank, world_size=size, timeout=patience
    )
    return store


def local_rank() -> int:
    """Return the number of this process on its machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def _leave() -> None:
    """Take leave of a group that was made here."""
    if dist.is_initialized():
        dist.destroy_process_group()
    _MADE.clear()


def _await_idle(seconds: float = 5.0) -> None:
    """Wait until gloo's threads have let go of the tensors of the last exchange.

    For that they take the interpreter's lock, which ends the process by SIGABRT once
    the interpreter is being taken down. Leaving the group does not wait for them while
    a model holds it.
    """
    end, idle = time.monotonic() + seconds, 0
    while idle < LOOKS and time.monotonic() < end:
        idle = idle + 1 if _states_of(GLOO_THREAD) <= {"S"} else 0
        time.sleep(0.002)  # they may have the lock


def _states_of(name: str) -> set[str]:
    """Return the states of this process's threads of a name, where Linux tells them."""
    states = set()
    for thread in Path("/proc/self/task").glob("*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            _, _, rest = thread.read_text().partition(f"({name})")
            states.update(rest.split()[:1])
    return states


class _Quiet(logging.Filter):
    """Lets warnings of other ranks than 0 through, with the rank's number."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.rank = rank

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return False
        record.msg = f"[rank {self.rank}] {record.msg}"
        return True
