"""Gradients made smaller: by their norm, all together or by group, or by value."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import utils

from lehr._checks import positive
from lehr.training.engine.sharded import by_mesh, is_sharded, total_norm

ClipNorm = float | Sequence[float | None] | None


class Clipping:
    """What is done to gradients before an update.

    Args:
        norm: largest norm of all gradients together; or one for each param group of the
            optimizer, None for those that are not clipped.
        value: largest absolute value of an element. Only one of the two is given.

    Raises:
        ValueError: a limit is not > 0, or both are given.

    >>> weight = torch.nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([3.0, 4.0])
    >>> clipping = Clipping(norm=1.0)
    >>> clipping([{"params": [weight]}])
    tensor(5.)
    >>> weight.grad
    tensor([0.6000, 0.8000])
    """

    def __init__(self, norm: ClipNorm = None, value: float | None = None) -> None:
        if norm is not None and value is not None:
            raise ValueError(
                "clip_norm and clip_value may not both be given; choose one"
            )
        self.norm: float | None = None
        self.norms: tuple[float | None, ...] | None = None
        if isinstance(norm, Sequence) and not isinstance(norm, str):
            self.norms = tuple(
                None if one is None else positive("clip_norm", one) for one in norm
            )
        elif norm is not None:
            self.norm = positive("clip_norm", norm)
        self.value = None if value is None else positive("clip_value", value)
        self.wanted = norm is not None or value is not None

    def require_groups(self, groups: list[dict[str, Any]]) -> None:
        """Refuse another number of limits than there are param groups."""
        if self.norms is not None and len(self.norms) != len(groups):
            raise ValueError(
                f"clip_norm has {len(self.norms)} limits, the optimizer "
                f"{len(groups)} param groups; give one limit for each"
            )

    def __call__(
        self,
        groups: list[dict[str, Any]],
        check: Callable[[Tensor], object] | None = None,
    ) -> Tensor:
        """Clip; return the norm of all gradients as they were before.

        Args:
            groups: the optimizer's param groups; those without gradients are left out.
            check: may refuse the norm by an exception, before any gradient is changed.
        """
        held = [
            [_dense(p) for p in group["params"] if p.grad is not None]
            for group in groups
        ]
        every = [parameter for group in held for parameter in group]
        if self.norms is None:
            norm = norm_of(every)
        else:
            norms = [norm_of(group) for group in held]
            there = [own.to(norms[0].device) for own in norms]
            norm = torch.linalg.vector_norm(torch.stack(there))
        if check is not None:
            check(norm)
        if self.value is not None:
            utils.clip_grad_value_(every, self.value)
        elif self.norms is not None:
            for group, limit, own in zip(held, self.norms, norms, strict=True):
                if limit is not None:
                    scale_to(group, limit, own)
        elif self.norm is not None:
            scale_to(every, self.norm, norm)
        return norm


def _dense(parameter: Tensor) -> Tensor:
    """Return a parameter; of one with a sparse gradient, what that holds, likewise.

    Torch takes no norm of a sparse one. Its values are changed in place.
    """
    gradient = parameter.grad
    if gradient is None or not gradient.is_sparse:
        return parameter
    parameter.grad = gradient.coalesce()
    held = torch.empty_like(parameter.grad.values())
    held.grad = parameter.grad.values()
    return held


def norm_of(parameters: list[Tensor]) -> Tensor:
    """Return the norm of all gradients together."""
    if not hasattr(utils, "get_total_norm"):  # torch < 2.6
        return utils.clip_grad_norm_(parameters, math.inf)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if any(is_sharded(gradient) for gradient in gradients):
        return total_norm(gradients)
    return utils.get_total_norm(gradients)


def scale_to(parameters: list[Tensor], limit: float, norm: Tensor) -> None:
    """Scale the gradients down to a norm, if theirs is larger."""
    if not parameters:
        return
    if hasattr(utils, "clip_grads_with_norm_"):
        for group in by_mesh(parameters):
            utils.clip_grads_with_norm_(group, limit, norm)
    else:
        utils.clip_grad_norm_(parameters, limit)
