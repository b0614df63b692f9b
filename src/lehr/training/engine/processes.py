"""What engines of several processes have in common."""

import contextlib
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn, optim
from torch._C._distributed_c10d import _broadcast_coalesced
from torch.distributed import distributed_c10d

from lehr.training.engine import group, is_there
from lehr.training.engine.base import Engine
from lehr.training.engine.cut import shared
from lehr.training.engine.roll_call import RollCall, is_of_the_group
from lehr.training.engine.sharded import is_sharded
from lehr.training.errors import TrainingError
from lehr.training.wall_time import Duration, seconds_of

ANSWER_WITHIN = 5.0
"""Seconds that a rank has to answer, after the processes could not come together."""

_RUNS = [0]


class Processes(Engine):
    """Trains one model in several processes, one rank each, by `torch.distributed`.

    A process group that is there is used as it is. Else one is made as the launcher
    says, and left when the process ends. With one process only, all is as without.

    Args:
        startup_timeout: how long ranks wait for each other until the first update is
            done, and for what rank 0 writes: seconds, a `timedelta`, or text.
        timeout: how long they wait after it.
        cut: share data that are neither lehr's nor have torch's DistributedSampler;
            False: they give each rank its own batches already.
    """

    def __init__(
        self,
        *,
        startup_timeout: Duration = "30m",
        timeout: Duration = "2m",
        cut: bool = True,
    ) -> None:
        self.startup_timeout = seconds_of("startup_timeout", startup_timeout)
        self.timeout = seconds_of("timeout", timeout)
        self.cut = cut
        self._group: group.Group | None = None
        self._waits = self.startup_timeout
        self._buffers: list[Tensor] = []
        self._shares: dict[tuple[int, bool], tuple[Any, Any]] = {}

    def connected(self) -> Engine:
        """Return this engine in its group; one of a single process, if it is alone."""
        if self._group is None:
            if not is_there():
                return Engine()
            self._group = group.join(self.startup_timeout)
            self.rank, self.world_size = self._group.rank, self._group.world_size
            _RUNS[0] += 1
            self._roll_call = RollCall(
                self._group.store, self.rank, self.world_size, f"run {_RUNS[0]}"
            )
            self._wait_for(self.startup_timeout)
        return self

    def device(self) -> torch.device | None:
        if torch.cuda.is_available():
            return torch.device("cuda", group.local_rank())
        return None

    def prepare(self, model: nn.Module, optimizer: optim.Optimizer) -> nn.Module:
        """Give all ranks the weights of rank 0, and see to what they have in common.

        Raises:
            ValueError: the weights are spread over the ranks already.
        """
        if any(map(is_sharded, model.parameters())):
            raise ValueError(
                "the model is spread over the ranks already, by another trainer or by "
                "hand; build a new one, and let Fsdp(parallelize=...) spread it"
            )
        names = model.state_dict(keep_vars=True)
        kept = {id(one) for one in names.values() if isinstance(one, Tensor)}
        self._buffers = [one for one in model.buffers() if id(one) in kept]
        tensors = [*model.parameters(), *model.buffers()]
        self._from_main([tensor.detach() for tensor in tensors])
        return self.spread(model, optimizer)

    def spread(self, model: nn.Module, optimizer: optim.Optimizer) -> nn.Module:
        """Do what `prepare` promises; the weights are the same on all ranks."""
        raise NotImplementedError

    def share(self, data: Any, seed: int | None = None, *, train: bool = True) -> Any:
        known = self._shares.get((id(data), train))
        if known is None or known[0] is not data:
            states = self._states(seed) if train else None
            mine = shared(data, self.reader, self.readers, states, cut=self.cut)
            # The data are held as well, so that no others get their id.
            known = self._shares[id(data), train] = (data, mine)
            self._shares[id(mine), train] = (mine, mine)
        return known[1]

    def _states(self, seed: int | None) -> Any:
        from lehr.training import rng
        from lehr.training.data.states import States

        states = States(0 if seed is None else seed)
        if seed is None:
            here = self.broadcast(rng.capture)
            with states.in_force():
                rng.restore(here)
        return states

    @contextlib.contextmanager
    def exchange(self, *, last: bool) -> Iterator[None]:
        with self.gradients(last=last):
            yield
        if last and self._buffers:
            self._from_main(self._buffers)

    def gradients(self, *, last: bool) -> contextlib.AbstractContextManager[object]:
        """Surround the work on a batch: gradients are exchanged with the last one."""
        raise NotImplementedError

    @property
    def reader(self) -> int:
        """Which share of a batch is that of this process, from 0."""
        return self.rank

    def total(self, counts: Sequence[int]) -> list[int]:
        sums = torch.tensor(counts, dtype=torch.int64)
        dist.all_reduce(sums, group=self._cpu)
        copies = self.world_size // self.readers
        return [int(one) // copies for one in sums.tolist()]

    def sum(self, value: Tensor) -> Tensor:
        value = value.detach().clone()
        dist.all_reduce(value, group=None if value.is_cuda else self._cpu)
        copies = self.world_size // self.readers
        if copies == 1:
            return value
        return value / copies if value.is_floating_point() else value // copies

    def agree(
        self, reason: str | None, signal: int | None, save: bool, seconds: float
    ) -> tuple[str | None, int | None, bool, float]:
        mine = (reason is not None, signal is not None, save, seconds * self.is_main)
        flags = torch.tensor(mine, dtype=torch.float64)
        dist.all_reduce(flags, group=self._cpu)
        stop, signalled, any_save, time = flags.tolist()
        if stop or signalled:
            words = self.gather((reason, signal))
            reason = next((one for one, _ in words if one is not None), None)
            signal = next((one for _, one in words if one is not None), None)
        return reason, signal, bool(any_save), time

    def broadcast(self, value: Callable[[], Any]) -> Any:
        answer: list[Any] = [None, None]
        failure: BaseException | None = None
        if self.is_main:
            try:
                answer[0] = value()
            except BaseException as error:
                failure, answer[1] = error, _portable(error)
        dist.broadcast_object_list(answer, src=0, group=self._cpu)
        if failure is not None:
            raise failure
        if answer[1] is not None:
            raise answer[1]
        return answer[0]

    def gather(self, value: Any) -> list[Any]:
        values: list[Any] = [None] * self.world_size
        dist.all_gather_object(values, value, group=self._cpu)
        return values

    def barrier(self) -> None:
        self.total([0])

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        before = self._waits
        self._wait_for(max(before, self.startup_timeout))
        try:
            yield
        finally:
            self._wait_for(before)

    def started(self) -> None:
        if self._waits != self.timeout:
            self._wait_for(self.timeout)

    def explained(self, error: BaseException) -> BaseException:
        if not is_of_the_group(error):
            self._roll_call.tell(error)
            return error
        return self._roll_call.hold(error, min(ANSWER_WITHIN, self.timeout))

    @property
    def _cpu(self) -> Any:
        """The group for tensors on the CPU."""
        return None if self._group is None else self._group.cpu

    def _wait_for(self, seconds: float) -> None:
        self._waits = seconds
        if self._group is not None:
            self._group.set_timeout(seconds)

    def _from_main(self, tensors: Sequence[Tensor]) -> None:
        """Give tensors, which lie on one device, the values of rank 0."""
        if not tensors:
            return
        default = distributed_c10d._get_default_group()
        chosen = default if tensors[0].is_cuda else self._cpu or default
        _broadcast_coalesced(chosen, list(tensors), 2**28, 0)


def _portable(error: BaseException) -> BaseException:
    """Return an error that another process can raise as well."""
    try:
        again = pickle.loads(pickle.dumps(error))
    except Exception:
        again = None
    if type(again) is type(error) and str(again) == str(error):
        return error
    return TrainingError(f"rank 0 failed: {type(error).__name__}: {error}")
