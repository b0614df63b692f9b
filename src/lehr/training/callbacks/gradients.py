"""Note how large the gradient of an update was."""

from typing import Any

from torch import nn
from torch.optim import Optimizer

from lehr._checks import count
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import EndContext, StartContext, UpdateContext
from lehr.training.gradients import GradientStatistics, tensor_statistics, total_of


class GradientMonitor(Callback):
    """Puts the norm of the gradient and its largest element into the record.

    `gradient_norm` and `gradient_largest` are those before clipping; `gradient_bad`
    counts the elements that are NaN or infinite, which the others leave out. The first
    update is measured, and every `every`-th: those that a `LoggingCallback` of this
    interval writes anyway. The gradient is looked at, and nothing else.

    Args:
        every: in updates, >= 1; a measurement waits for the device.
        per_layer: whether to note the norm of each parameter as well, by its name:
            "gradient_norm/head.weight".
    """

    order = -100

    def __init__(self, every: int = 50, *, per_layer: bool = False) -> None:
        self.every = count("every", every, minimum=1)
        self.per_layer = per_layer
        self._names: list[str] = []
        self._parameters: list[nn.Parameter] = []
        self._update = 0
        self._parts: dict[str, GradientStatistics] = {}
        self._hook: Any = None

    def on_start(self, context: StartContext) -> None:
        """Look at the gradient from now on, just before the optimizer uses it.

        After it, the optimizer may have changed the gradient: torch's SGD with Nesterov
        momentum does.
        """
        self._detach()
        optimizer, model = context.trainer.optimizer, context.trainer.model
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        named = [(n, p) for n, p in model.named_parameters() if id(p) in held]
        self._names = [name for name, _ in named]
        self._parameters = [parameter for _, parameter in named]
        self._update = context.trainer.updates
        self._hook = optimizer.register_step_pre_hook(self._look)

    def _look(self, optimizer: Optimizer, *call: Any) -> None:
        if self._update and (self._update + 1) % self.every:
            return
        there = [p.grad is not None for p in self._parameters]
        names = [n for n, given in zip(self._names, there, strict=True) if given]
        found = tensor_statistics(p.grad for p in self._parameters)
        self._parts = dict(zip(names, found, strict=True))

    def on_update(self, context: UpdateContext) -> None:
        """Note what was seen."""
        self._update = context.update + 1
        parts, self._parts = self._parts, {}
        if not parts:
            return
        total = total_of(parts.values())
        scale = 1.0
        if context.gradient_norm is not None and total.healthy and total.norm:
            scale = float(context.gradient_norm) / total.norm
        record = context.record
        record["gradient_norm"] = scale * total.norm
        record["gradient_largest"] = scale * total.largest
        record["gradient_bad"] = total.nan + total.inf
        if self.per_layer:
            for name, part in parts.items():
                record[f"gradient_norm/{name}"] = scale * part.norm

    def on_end(self, context: EndContext) -> None:
        """Look no more."""
        self._detach()

    def _detach(self) -> None:
        if self._hook is not None:
            self._hook.remove()
            self._hook = None
