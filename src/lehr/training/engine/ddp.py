"""Each process has the whole model, and its share of each batch: torch's DDP."""

import contextlib
import inspect
from typing import Any

from torch import nn, optim
from torch.nn.parallel import DistributedDataParallel

from lehr.training.engine import group
from lehr.training.engine.processes import Processes
from lehr.training.wall_time import Duration

_NAMES = inspect.signature(DistributedDataParallel).parameters
_NEW = "forward_sync_buffers" in _NAMES  # the older name is deprecated where it is
_NO_BUFFERS: dict[str, Any] = {
    "forward_sync_buffers" if _NEW else "broadcast_buffers": False
}


class Ddp(Processes):
    """Trains one model in several processes, each of which has all of it.

    Gradients are exchanged while they are computed, once per update. Start the script
    with torchrun; without it, or with one process, it trains as if there was no engine.

    Args:
        find_unused_parameters: needed where a forward pass leaves out parameters.
        static_graph: promise that each pass does the same.
        bucket_cap_mb: gradients are exchanged in parts of so many MiB; None: torch's.
        startup_timeout: how long ranks wait for each other until the first update is
            done, and for what rank 0 writes: seconds, a `timedelta`, or text.
        timeout: how long they wait after it.
        cut: share data that are neither lehr's nor have torch's DistributedSampler;
            False: they give each rank its own batches already.

    Raises:
        ValueError: a timeout is no length of time, or not > 0.

    Source: S. Li et al., PyTorch Distributed, 2020, arXiv 2006.15704.

    >>> engine = Ddp(timeout="5m").connected()  # in one process
    >>> engine.alone, engine.is_main
    (True, True)
    """

    def __init__(
        self,
        *,
        find_unused_parameters: bool = False,
        static_graph: bool = False,
        bucket_cap_mb: float | None = None,
        startup_timeout: Duration = "30m",
        timeout: Duration = "2m",
        cut: bool = True,
    ) -> None:
        super().__init__(startup_timeout=startup_timeout, timeout=timeout, cut=cut)
        self.options: dict[str, Any] = {
            "find_unused_parameters": find_unused_parameters,
            "static_graph": static_graph,
            "bucket_cap_mb": bucket_cap_mb,
        }
        self._model: DistributedDataParallel | None = None

    def spread(self, model: nn.Module, optimizer: optim.Optimizer) -> nn.Module:
        first = next(model.parameters(), None)
        on_gpu = first is not None and first.is_cuda
        self._model = DistributedDataParallel(
            model,
            device_ids=[group.local_rank()] if on_gpu else None,
            gradient_as_bucket_view=True,
            **_NO_BUFFERS,  # once per update is enough: see `exchange`
            process_group=None if on_gpu else self._cpu,
            **self.options,
        )
        return self._model

    def gradients(self, *, last: bool) -> contextlib.AbstractContextManager[object]:
        if last or self._model is None:
            return contextlib.nullcontext()
        return self._model.no_sync()
