"""A running average of a model's weights, which can stand in for them for a while."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from lehr.training.engine.sharded import local, spread_as, whole

HALF = (torch.float16, torch.bfloat16)


class AveragedWeights:
    """A copy of a model's weights that is moved towards them, step by step.

    Averages of half-precision weights are kept in float32: a small step would be lost
    in rounding otherwise. Weights that the model shares are averaged once.

    Args:
        model: all of its floating-point parameters are averaged.
        buffers: whether floating-point buffers, such as the running means of batch
            norm, are averaged too; else, and for all others, the model's own are used.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> average = AveragedWeights(model)
    >>> with torch.no_grad():
    ...     before = model.weight.item()
    ...     _ = model.weight.add_(1.0)
    >>> average.move(0.25)  # a quarter of the way
    >>> round(average.state_dict()["weight"].item() - before, 4)
    0.25
    """

    def __init__(self, model: nn.Module, *, buffers: bool = False) -> None:
        self.model = model
        named: dict[str, Tensor] = dict(model.named_parameters())
        if buffers:
            named |= dict(model.named_buffers())
        self._own = {n: t for n, t in named.items() if _is_averaged(t)}
        self._averages = {n: _copy(t) for n, t in self._own.items()}

    @torch.no_grad()
    def move(self, share: float) -> None:
        """Go this share of the way from the average to the weights: 0 none, 1 all."""
        averages = [local(average) for average in self._averages.values()]
        weights = []
        for own, average in zip(self._own.values(), averages, strict=True):
            here = local(own)
            weights.append(
                here if here.dtype is average.dtype else here.to(average.dtype)
            )
        if averages:
            torch._foreach_lerp_(averages, weights, share)

    def model_state(self) -> dict[str, Any]:
        """Return the model's `state_dict`, a copy, with the averages in it."""
        places = {id(own): name for name, own in self._own.items()}
        return {
            name: self._stand_in(value, places.get(id(value)))
            for name, value in self.model.state_dict(keep_vars=True).items()
        }

    def _stand_in(self, value: Any, name: str | None) -> Any:
        if not isinstance(value, Tensor):
            return value
        chosen = whole(value if name is None else self._averages[name])
        return chosen.detach().to(value.dtype, copy=True)

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the model have the averages inside, its own weights again at the end.

        They come back bit for bit, whatever happens. It takes one more copy of them.
        """
        own, averages = list(self._own.values()), list(self._averages.values())
        kept = [tensor.detach().clone() for tensor in own]
        try:
            _fill(own, averages)
            yield
        finally:
            _fill(own, kept)

    def state_dict(self) -> dict[str, Tensor]:
        """Return the averages, by the names of the parameters."""
        return dict(self._averages)

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back the averages, to where the model is.

        Raises:
            ValueError: they are those of another model.
        """
        shapes = {name: tuple(t.shape) for name, t in self._averages.items()}
        given = {name: tuple(t.shape) for name, t in state.items()}
        if shapes != given:
            wrong = [n for n in {**shapes, **given} if shapes.get(n) != given.get(n)]
            raise ValueError(
                f"the saved averages are those of another model: {', '.join(wrong)} "
                "differ; build the model and the average as they were"
            )
        averages = self._averages
        given_back = [spread_as(state[name], own) for name, own in averages.items()]
        _fill(list(averages.values()), given_back)


def _is_averaged(tensor: Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def _copy(tensor: Tensor) -> Tensor:
    wide = torch.float32 if tensor.dtype in HALF else tensor.dtype
    return tensor.detach().to(wide, copy=True)


@torch.no_grad()
def _fill(tensors: list[Tensor], values: list[Tensor]) -> None:
    if tensors:
        torch._foreach_copy_([*map(local, tensors)], [*map(local, values)])
