"""The loss of a batch: the one given, the model's own, or one that fits the target."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from lehr._checks import choice
from lehr.training.batches import inputs_and_target
from lehr.training.metrics import evaluated_names, is_number, scalar_names
from lehr.training.metrics.classes import class_dimension

Loss = Callable[[Any, Any], Tensor]
StepFunction = Callable[[nn.Module, Any], "Tensor | Mapping[str, Any]"]
Outcome = tuple[Tensor, Any, Any, Mapping[str, Any]]

_NOTHING: Mapping[str, Any] = {}
_NAMED = ("loss", "output", "target")
_PLACE = ("update", "epoch")

logger = logging.getLogger("lehr.training")


class Objective:
    """From a model and a batch to a loss; without a given loss, chosen once.

    The choice is made at the first batch: the model's own loss, if its output is a
    scalar, has a `loss` (attribute or key) or is a tuple that holds one scalar; else
    cross entropy for integer targets, mean squared error for floating ones. It is
    logged, and `name` tells it.

    Args:
        loss: `loss(output, target)`, a scalar tensor, the mean over the batch.
        step: `step(model, batch)`, in place of all this: it returns the loss; or a
            mapping with "loss", with "output" and "target" if there are metrics, and
            with further scalars, which are logged.

    >>> objective = Objective()
    >>> batch = torch.ones(4, 2), torch.zeros(4, 3)
    >>> loss, output, target, _ = objective(nn.Linear(2, 3), batch)
    >>> loss.ndim, objective.name
    (0, 'mean squared error (floating targets)')
    """

    def __init__(
        self, loss: Loss | None = None, step: StepFunction | None = None
    ) -> None:
        if loss is not None and step is not None:
            raise ValueError("loss and step may not both be given: step has the loss")
        if step is not None and not callable(step):
            raise TypeError(
                f"step must be callable as step(model, batch), got {step!r}"
            )
        if loss is not None and not callable(loss):
            raise TypeError(
                f"loss must be callable as loss(output, target), got {loss!r}"
            )
        self.given, self.step = loss, step
        chosen = loss if step is None else step
        self.name = "not chosen yet" if chosen is None else _name_of(chosen)
        self._rule: Loss | None = None

    def __call__(self, model: nn.Module, batch: Any) -> Outcome:
        """Return the loss, the mean over the batch; output, target; further values."""
        if self.step is not None:
            return self._stepped(self.step(model, batch))
        if isinstance(batch, (tuple, list)) and len(batch) == 2:
            inputs, target = batch  # by far the commonest: the short way
            output = model(inputs)
        elif isinstance(batch, Mapping) and self.given is None:
            output, target = model(**batch), None
        else:
            inputs, named, target = inputs_and_target(batch)
            output = model(*inputs, **named)
        if self._rule is None:
            return self._first(output, target), output, target, _NOTHING
        return self._rule(output, target), output, target, _NOTHING

    def _stepped(self, given: Any) -> Outcome:
        """Take apart what the user's step returned."""
        if isinstance(given, Tensor):
            _require_scalar(given, self.name)
            return given, None, None, _NOTHING
        if isinstance(given, Mapping) and "loss" in given:
            _require_scalar(given["loss"], self.name)
            values = {n: v for n, v in given.items() if n not in _NAMED}
            for name, value in values.items():
                _require_loggable(name, value, self.name)
            return given["loss"], given.get("output"), given.get("target"), values
        raise TypeError(
            f"{self.name} must return the loss, or a mapping with 'loss', got "
            f"{type(given).__name__}"
        )

    def _first(self, output: Any, target: Any) -> Tensor:
        """Choose the rule; return the loss, for which it is called once, as later.

        A loss that draws random numbers would be another after a restart otherwise.
        """
        rule = self._choose(output, target)
        loss = rule(output, target)
        _require_scalar(loss, self.name)
        self._rule = rule
        return loss

    def _choose(self, output: Any, target: Any) -> Loss:
        if self.given is not None:
            if target is None:
                raise ValueError(
                    f"loss {self.name} needs a target, the batch has none: give "
                    "batches of (inputs, target), or a mapping with the key 'target'"
                )
            return self.given
        rule, self.name = _fitting(output, target)
        logger.info("no loss given: using %s", self.name)
        return rule


def _require_scalar(loss: Any, name: str) -> None:
    if not isinstance(loss, Tensor) or loss.ndim:
        shown = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else loss
        raise ValueError(
            f"loss must be a scalar tensor, the mean over the batch; {name} gave "
            f"{shown}"
        )


def _require_loggable(name: Any, value: Any, of: str) -> None:
    """Refuse what no mean can be taken of, and the names of a record's place."""
    if name in _PLACE:
        raise ValueError(
            f"{of} returned a value named {name!r}, which is the number of the "
            f"{name} in each record; give it another name"
        )
    if not is_number(value):
        shown = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else value
        raise TypeError(
            f"{of} must return numbers or scalar tensors beside 'loss', 'output' and "
            f"'target', got {name!r}: {shown}"
        )


def require_monitor(
    monitor: str, metrics: Mapping[str, Any], step: StepFunction | None
) -> None:
    """Refuse a name that no evaluation gives, of whatever validation data."""
    names = ("loss", *scalar_names(metrics))
    of_a_set = any(monitor.endswith(f"_{name}") for name in names)
    if step is None and not (monitor.startswith("val_") and of_a_set):
        choice("monitor", monitor, evaluated_names(metrics))


def _fitting(output: Any, target: Any) -> tuple[Loss, str]:
    if _own_loss(output) is not None:
        return (lambda output, _: _own_loss(output)), "the model's own loss"
    if target is None:
        raise ValueError(
            "the batch has no target and the model returns no loss: give batches of "
            "(inputs, target), or let the model return a scalar or a `loss`"
        )
    if not isinstance(output, Tensor) or not isinstance(target, Tensor):
        raise ValueError(
            f"no loss fits an output of type {type(output).__name__} and a target of "
            f"type {type(target).__name__}; pass loss=..."
        )
    shapes = f"output {tuple(output.shape)} and target {tuple(target.shape)}"
    if target.is_floating_point():
        if output.shape != target.shape:
            raise ValueError(
                f"mean squared error needs equal shapes, got {shapes}; reshape one, or "
                "pass loss=..."
            )
        return functional.mse_loss, "mean squared error (floating targets)"
    if class_dimension(output, target) is None:
        raise ValueError(
            f"cross entropy needs one class dimension more than the target has, got "
            f"{shapes}; pass loss=..."
        )
    return _cross_entropy, "cross entropy (integer targets)"


def _cross_entropy(output: Tensor, target: Tensor) -> Tensor:
    if output.ndim > 2 and class_dimension(output, target) == output.ndim - 1:
        output = output.flatten(0, -2)
        target = target.flatten()
    if target.dtype is not torch.int64:
        target = target.long()
    return functional.cross_entropy(output, target)


def _own_loss(output: Any) -> Any:
    """Return the loss inside a model's output, or None."""
    if isinstance(output, Tensor):
        return output if _is_loss(output) else None
    loss = output.get("loss") if isinstance(output, Mapping) else None
    loss = getattr(output, "loss", None) if loss is None else loss
    if loss is None and isinstance(output, (tuple, list)):
        scalars = [item for item in output if _is_loss(item)]
        if len(scalars) > 1:
            raise ValueError(
                f"the model returns {len(scalars)} scalars, and any could be the loss; "
                "let it return one of them, or a mapping with the key 'loss'"
            )
        loss = scalars[0] if scalars else None
    return loss if isinstance(loss, torch.Tensor) else None


def _is_loss(value: Any) -> bool:
    return isinstance(value, Tensor) and value.ndim == 0 and value.is_floating_point()


def _name_of(loss: Callable[..., Any]) -> str:
    return getattr(loss, "__name__", type(loss).__name__)
