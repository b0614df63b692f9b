"""Each process has a part of every weight, and its share of a batch: torch's FSDP2."""

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn, optim
from torch.distributed.device_mesh import init_device_mesh

from lehr._checks import choice
from lehr.training.engine import sharded
from lehr.training.engine.base import Engine
from lehr.training.engine.processes import Processes
from lehr.training.wall_time import Duration

Blocks = Sequence[type[nn.Module] | str]
Parallelize = Callable[[nn.Module, Any], object]


class Fsdp(Processes):
    """Trains a model whose weights, gradients and moments are spread over processes.

    It is torch's `fully_shard`. The weights of a block are brought together when they
    are used, and let go of afterwards. The optimizer is given the spread parameters in
    place of those that it was built on. Start the script with torchrun; without it, or
    with one process, it trains as if there was no engine.

    Args:
        blocks: classes of modules, or their names, that are brought together at once;
            None: the members of each `nn.ModuleList`, as the layers of a transformer.
        reshard_after_forward: let go of the weights between forward and backward pass.
        mesh: sizes of the dimensions of a device mesh, by name, such as
            `{"dp": 2, "tp": 4}`; or torch's `DeviceMesh`; None: all ranks in one.
        data: names of the dimensions over which batches are shared: the ranks along the
            others read the same, as tensor parallelism wants it; None: all.
        parallelize: `parallelize(model, mesh)`, called in place of all this, for tensor
            parallelism and the like: it changes the model in place, by torch's own
            `parallelize_module` and `fully_shard`.
        startup_timeout: how long ranks wait for each other until the first update is
            done, and for what rank 0 writes: seconds, a `timedelta`, or text.
        timeout: how long they wait after it.
        cut: share data that are neither lehr's nor have torch's DistributedSampler;
            False: they give each rank its own batches already.

    Raises:
        ValueError: a timeout is no length of time, or not > 0; at the start of a run:
            the optimizer has a state already, or no module is one of the blocks, or
            the mesh has no such dimension.

    Source: Y. Zhao et al., PyTorch FSDP, 2023, arXiv 2304.11277.

    >>> engine = Fsdp(blocks=["Linear"]).connected()  # in one process
    >>> engine.alone, engine.is_main
    (True, True)
    """

    spreads = True

    def __init__(
        self,
        *,
        blocks: Blocks | None = None,
        reshard_after_forward: bool = True,
        mesh: Any = None,
        data: Sequence[str] | None = None,
        parallelize: Parallelize | None = None,
        startup_timeout: Duration = "30m",
        timeout: Duration = "2m",
        cut: bool = True,
    ) -> None:
        super().__init__(startup_timeout=startup_timeout, timeout=timeout, cut=cut)
        self.blocks = None if blocks is None else tuple(blocks)
        self.reshard_after_forward = reshard_after_forward
        self.parallelize = parallelize
        self.mesh, self.data = mesh, None if data is None else tuple(data)
        self._model: Any = None

    def connected(self) -> Engine:
        engine = super().connected()
        if engine is self and not hasattr(self.mesh, "mesh_dim_names"):
            sizes = self.mesh or {"shard": self.world_size}
            kind = (self.device() or torch.device("cpu")).type
            self.mesh = init_device_mesh(
                kind, tuple(sizes.values()), mesh_dim_names=tuple(sizes)
            )
        return engine

    def _wait_for(self, seconds: float) -> None:
        super()._wait_for(seconds)
        if self._group is not None and hasattr(self.mesh, "get_all_groups"):
            self._group.set_timeout(seconds, self.mesh.get_all_groups())

    @property
    def readers(self) -> int:
        return math.prod(size for _, size in self._shares_of_data())

    @property
    def reader(self) -> int:
        number = 0
        for place, size in self._shares_of_data():
            number = number * size + place
        return number

    def _shares_of_data(self) -> list[tuple[int, int]]:
        """Return this rank's place and the size, for each dimension of the data."""
        if self.data is None or self._group is None:
            return [(self.rank, self.world_size)]
        names = self.mesh.mesh_dim_names or ()
        for name in self.data:
            choice("a dimension of data", name, names)
        places = self.mesh.get_coordinate()
        return [
            (places[names.index(name)], self.mesh.size(names.index(name)))
            for name in self.data
        ]

    def spread(self, model: nn.Module, optimizer: optim.Optimizer) -> nn.Module:
        if optimizer.state:
            raise ValueError(
                "the optimizer has a state already, which belongs to whole parameters; "
                "build a new one, and resume from a checkpoint"
            )
        names = {id(p): name for name, p in model.named_parameters()}
        if self.parallelize is not None:
            self.parallelize(model, self.mesh)
        else:
            self._shard(model)
        _exchange_parameters(optimizer, names, dict(model.named_parameters()))
        for module in model.modules():
            if hasattr(module, "set_requires_gradient_sync"):
                module.register_forward_hook(_let_go)
        self._model = model
        return model

    def _shard(self, model: nn.Module) -> None:
        from torch.distributed.fsdp import fully_shard

        options = {
            "mesh": self.mesh,
            "reshard_after_forward": self.reshard_after_forward,
        }
        for block in self._blocks_of(model):
            fully_shard(block, **options)
        fully_shard(model, **options)

    def _blocks_of(self, model: nn.Module) -> Iterator[nn.Module]:
        """Yield the inner ones first, as torch wants them."""
        inner_first = list(model.modules())[:0:-1]
        if self.blocks is None:
            lists = [one for one in inner_first if isinstance(one, nn.ModuleList)]
            yield from (block for one in lists for block in one)
            return
        wanted = [one for one in inner_first if _is_one_of(one, self.blocks)]
        if not wanted:
            kinds = sorted({type(one).__name__ for one in inner_first})
            raise ValueError(
                f"no module is one of the blocks {self.blocks!r}; the model has "
                f"{', '.join(kinds)}"
            )
        yield from wanted

    @contextlib.contextmanager
    def gradients(self, *, last: bool) -> Iterator[None]:
        if hasattr(self._model, "set_requires_gradient_sync"):
            self._model.set_requires_gradient_sync(last)
        yield

    def whole(self, state: Any) -> Any:
        return sharded.whole_state(state)

    def load_model(self, model: nn.Module, state: Mapping[str, Any]) -> None:
        sharded.load_model(model, state)

    def load_optimizer(self, optimizer: optim.Optimizer, state: dict[str, Any]) -> None:
        sharded.load_optimizer(optimizer, state)


def _let_go(module: Any, *call: object) -> None:
    """Keep no whole weights after an evaluation, which averages may have been lent to.

    The next forward pass would take them for the weights: only a backward pass lets go
    of them, where the forward pass does not.
    """
    if not torch.is_grad_enabled():
        module.reshard()


def _is_one_of(module: nn.Module, blocks: tuple[type[nn.Module] | str, ...]) -> bool:
    kinds = tuple(one for one in blocks if isinstance(one, type))
    return isinstance(module, kinds) or type(module).__name__ in blocks


def _exchange_parameters(
    optimizer: optim.Optimizer, names: Mapping[int, str], new: Mapping[str, Any]
) -> None:
    """Give an optimizer the new parameters of the same names, in the same groups."""
    for group in optimizer.param_groups:
        held = group["params"]
        if foreign := [p for p in held if id(p) not in names]:
            shapes = ", ".join(str(tuple(p.shape)) for p in foreign[:3])
            raise ValueError(
                f"the optimizer holds {len(foreign)} parameters that are not the "
                f"model's, of shapes {shapes}; build it with model.parameters()"
            )
        group["params"] = [new[names[id(p)]] for p in held]
