"""The number format of the forward pass, and the scaling that half precision needs."""

import contextlib
from contextlib import AbstractContextManager
from typing import Any, Literal

import torch
from torch import Tensor, optim

from lehr._checks import choice
from lehr.training.engine import Engine
from lehr.training.engine.sharded import local

PrecisionName = Literal["fp32", "bf16", "fp16"]

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
SMALLEST_SCALE = 2.0**-14
"""Below this scale a gradient that overflows is no overflow of the format."""


class Precision:
    """Runs a forward pass in mixed precision; weights and updates stay as they are.

    "fp32" leaves a model as it is, whatever its type. "bf16" and "fp16" are torch's
    autocast. With "fp16" the loss is scaled, so that small gradients are not lost: the
    scale halves when a gradient overflows, and that update is left out.

    Args:
        name: "fp32", "bf16" or "fp16".
        device: where the model is.

    Source: P. Micikevicius et al., Mixed Precision Training, 2018, arXiv 1710.03740.

    >>> half = Precision("bf16", torch.device("cpu"))
    >>> with half.context():
    ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    torch.bfloat16
    """

    def __init__(self, name: PrecisionName, device: torch.device) -> None:
        self.name = choice("precision", name, ("fp32", *DTYPES))
        self.device = device
        self.mixed = name != "fp32"
        self.scaler = torch.amp.GradScaler(device.type) if name == "fp16" else None

    def context(self) -> AbstractContextManager[Any]:
        """Surround a forward pass and its loss."""
        if not self.mixed:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, DTYPES[self.name])

    def backward(self, loss: Tensor) -> None:
        """Add the gradient of a loss, times the scale, to the gradients."""
        scaled = loss if self.scaler is None else self.scaler.scale(loss)
        scaled.backward()  # type: ignore[no-untyped-call]  # torch has no types here

    def unscale(self, optimizer: optim.Optimizer, engine: Engine) -> None:
        """Take the scale out of the gradients, once all of them are there.

        A rank that has a part of them only hears of an overflow in another one.
        """
        if self.scaler is None:
            return
        # An update that was refused has left word that its gradients are unscaled.
        self.scaler._per_optimizer_states.pop(id(optimizer), None)
        self.scaler.unscale_(optimizer)
        if not engine.alone:
            state = self.scaler._per_optimizer_states[id(optimizer)]
            for found in state["found_inf_per_device"].values():
                found.copy_(engine.sum(local(found)))

    def step(self, optimizer: optim.Optimizer) -> None:
        """Apply an update whose gradients are finite."""
        if self.scaler is None:
            optimizer.step()
        else:
            self.scaler.step(optimizer)
            self.scaler.update()

    def overflowed(self) -> bool:
        """Lower the scale after gradients that are not finite, if that may help."""
        if self.scaler is None or self.scaler.get_scale() < SMALLEST_SCALE:
            return False
        self.scaler.update()
        return True

    def state_dict(self) -> dict[str, Any]:
        """Return the scale, and when it grows."""
        return {} if self.scaler is None else self.scaler.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on with a saved scale; one of a run in another precision is left out."""
        if self.scaler is not None and state:
            self.scaler.load_state_dict(state)
