"""Optimizers in one kernel, which torch does not choose by itself: where it has them.

The numbers agree with those of torch's other ways up to rounding. An update of a small
AdamW takes about a third of the time.
"""

import functools
import logging
from collections.abc import Iterable
from inspect import signature
from typing import Any
from weakref import WeakSet

import torch
from torch import Tensor, nn, optim

logger = logging.getLogger("lehr.training")

KINDS = (optim.SGD, optim.Adam, optim.AdamW, optim.Adagrad)
HOW = ("fused", "foreach", "differentiable")
"""The options by which a step is chosen by hand; they exclude each other."""

_TOLD: WeakSet[optim.Optimizer] = WeakSet()


def fusible(kind: Any, parameters: Iterable[Any]) -> bool:
    """Tell whether torch has a fused step of a class of optimizers for parameters.

    >>> fusible(optim.RMSprop, [nn.Parameter(torch.zeros(2))])
    False
    """
    if kind not in KINDS or "fused" not in signature(kind).parameters:
        return False
    plain = (nn.Parameter, Tensor)  # others may do anything in an update
    found = {(p.device.type, p.dtype) if type(p) in plain else None for p in parameters}
    return bool(found) and all(one and _works(kind, *one) for one in found)


@functools.cache
def _works(kind: Any, device: str, dtype: torch.dtype) -> bool:
    """Try it: what is supported differs between devices, types and torch's versions."""
    if not dtype.is_floating_point:
        return False
    try:
        one = nn.Parameter(torch.zeros(1, dtype=dtype, device=device))
        one.grad = torch.zeros_like(one)
        kind([one], lr=0.0, fused=True).step()
    except (RuntimeError, TypeError, ValueError, NotImplementedError):
        return False
    return True


def unfuse_for_sparse(optimizer: optim.Optimizer) -> None:
    """Let a step fall back, if a gradient is sparse: no kernel takes that.

    It is looked for until each parameter has had a gradient.
    """
    looked = False

    def look(here: Any, *_: Any) -> None:
        nonlocal looked
        if looked:
            return
        gradients = [p.grad for group in here.param_groups for p in group["params"]]
        # A parameter that was not used yet may have a sparse one later.
        looked = all(gradient is not None for gradient in gradients)
        for group in here.param_groups:
            if any(p.grad is not None and p.grad.is_sparse for p in group["params"]):
                group["fused"] = None
                # Else torch's GradScaler would leave its work to the kernel.
                here._step_supports_amp_scaling = False

    optimizer.register_step_pre_hook(look)


def follow_loads(optimizer: optim.Optimizer) -> None:
    """Let torch's GradScaler know how the step is done after a state was loaded.

    The state says anew whether it is fused. A step that is not would be given the
    scale, which it refuses.
    """

    def look(here: Any) -> None:
        if hasattr(here, "_step_supports_amp_scaling"):
            groups = here.param_groups
            all_fused = all(group.get("fused") for group in groups)
            here._step_supports_amp_scaling = all_fused

    optimizer.register_load_state_dict_post_hook(look)


def advise(optimizer: optim.Optimizer) -> None:
    """Tell once, in the log, where `fused=True` would make somebody's own faster."""
    groups = optimizer.param_groups
    chosen = any(group.get(name) for group in groups for name in HOW)
    if chosen or optimizer in _TOLD or type(optimizer) not in KINDS:
        return
    _TOLD.add(optimizer)
    if fusible(type(optimizer), (p for group in groups for p in group["params"])):
        name = type(optimizer).__name__
        logger.info("torch.optim.%s(..., fused=True) would make updates faster", name)
