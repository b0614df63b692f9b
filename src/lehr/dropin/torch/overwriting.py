"""Schedulers that take no notice of the rate that they find."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import torch

from lehr.dropin.torch.base import DropIn
from lehr.dropin.torch.loading import watched
from lehr.dropin.torch.overwriters import Absolute, Overwriter

P = ParamSpec("P")
Build = Callable[Concatenate[Any, torch.optim.Optimizer, P], None]


class Overwriting(DropIn):
    """A scheduler whose values depend on the step alone."""

    __slots__ = ()

    def _absolute(self) -> Absolute | None:
        """Return the values, for the parameters as they are; None to ask torch."""
        raise NotImplementedError

    def _make(self, t: int) -> Overwriter | None:
        shape = self._absolute()
        if shape is None:
            return None
        return Overwriter(self.optimizer, self.base_lrs, shape, self._tell())

    def _begin(self, t: int) -> bool:
        return self._go_to(t)

    def _go_to(self, t: Any) -> bool:
        made = self._make(t)
        if made is None:
            return False
        made.advance(t, self.base_lrs)
        self._writer, self._rates = made, None
        return True

    def _settle(self) -> None:
        super()._settle()
        driven = getattr(self, "cycle_momentum", False) and not self._theirs
        made = self._make(self.last_epoch) if driven else None
        if made is not None and (momentum := made.at(self.last_epoch)[1]) is not None:
            made.move(momentum)


def widened(name: str, values: list[Any], width: int) -> list[Any]:
    """Return a parameter of each group for `width` groups: the one that all have.

    Raises:
        ValueError: they differ, so that nobody can tell what a new group has.
    """
    if any(value != values[0] for value in values):
        raise ValueError(
            f"{name} must have one value per param group, got {values!r} for {width} "
            "groups; set it on the scheduler after optimizer.add_param_group"
        )
    return [*values, *[values[0]] * (width - len(values))]


def keeping_tensors(build: Build[P]) -> Build[P]:
    """Return a constructor after which tensors are where they were, with new values.

    torch's own puts numbers in the place of tensors of momentum, or of the first beta.
    """
    built = watched(build)

    @wraps(build)
    def kept(
        self: Any, optimizer: torch.optim.Optimizer, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        groups = getattr(optimizer, "param_groups", ())
        held = [_first(group) for group in groups]
        built(self, optimizer, *args, **kwargs)
        for group, tensor in zip(groups, held, strict=True):
            if isinstance(tensor, torch.Tensor):
                _put_back(group, tensor)

    return kept  # type: ignore[return-value]  # `self` has a name here


def _first(group: dict[str, Any]) -> Any:
    return group["betas"][0] if "betas" in group else group.get("momentum")


def _put_back(group: dict[str, Any], tensor: torch.Tensor) -> None:
    now = _first(group)
    if now is tensor:
        return
    with torch.no_grad():
        tensor.fill_(now)
    if "betas" in group:
        group["betas"] = (tensor, *group["betas"][1:])
    else:
        group["momentum"] = tensor
