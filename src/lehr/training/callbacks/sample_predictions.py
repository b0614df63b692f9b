"""Write down what the model makes of the same samples, again and again."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lehr._checks import count
from lehr.training import rng
from lehr.training.batches import to_device
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    EvaluationContext,
    RollBackContext,
    StartContext,
)
from lehr.training.loggers import JsonLines
from lehr.training.modes import evaluating


class SamplePredictions(Callback):
    """Writes the model's predictions for fixed inputs at evaluations, a line each.

    A line of JSON has `update`, `epoch` and `predictions`. The model predicts as in an
    evaluation: in its mode, without gradients, with averaged weights if there are some;
    and stays as it is, the random states too. A resumed run has each line once.

    It predicts once before the run, to find out early whether that works.

    Args:
        inputs: what the model is called with: a tensor; a tuple or list of positional
            inputs; or a mapping of inputs by name.
        every: at the first evaluation and each so many-th, >= 1.
        show: makes what is to be written of the model's output: plain data and tensors.
            None writes the output itself.
        path: of the file; None: "predictions.jsonl" in the run folder.

    Raises:
        ValueError: `every` is out of range; at the start: there is no folder.
        TypeError: at the start: what `show` gives is neither plain data nor tensors.

    >>> import tempfile
    >>> from lehr.training import BaseTrainer, read_json_lines
    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> batch = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "predictions.jsonl")
    ...     samples = SamplePredictions(batch[0], show=torch.sign, path=path)
    ...     trainer = BaseTrainer(model, optimizer, callbacks=[samples])
    ...     _ = trainer.fit([batch] * 2, [batch], num_epochs=3)
    ...     lines = list(read_json_lines(path))
    >>> len(lines), len(lines[0]["predictions"])
    (3, 4)
    """

    order = 300

    def __init__(
        self,
        inputs: Any,
        *,
        every: int = 1,
        show: Callable[[Any], Any] | None = None,
        path: str | Path | None = None,
    ) -> None:
        self.inputs = inputs
        self.every = count("every", every, minimum=1)
        self.show = show
        self.path = None if path is None else Path(path)
        self._log: JsonLines | None = None

    def on_start(self, context: StartContext) -> None:
        """Try whether it works; open the file, without lines that will come again."""
        if self.path is None and context.folder is None:
            raise ValueError(
                "SamplePredictions needs a file: SamplePredictions(..., path=...), or "
                "a run folder, BaseTrainer(..., folder=...)"
            )
        json.dumps(self._predictions(context.trainer))
        if not context.trainer.engine.is_main:
            return
        path = self.path or Path(context.folder or ".", "predictions.jsonl")
        self._log = JsonLines(path)
        self._log.open(context.trainer.updates)

    def on_evaluate(self, context: EvaluationContext) -> None:
        """Predict and write, if it is due."""
        number = len(context.trainer.evaluations)
        if number == 1 or number % self.every == 0:
            # All ranks predict: each may have a part of the weights only. One writes.
            predictions = self._predictions(context.trainer)
            line = {"update": context.update, "epoch": context.epoch}
            if self._log is not None:
                self._log.log({**line, "predictions": predictions})

    def on_roll_back(self, context: RollBackContext) -> None:
        """Forget the lines that will come again."""
        if self._log is not None:
            self._log.open(context.updates)

    def on_end(self, context: EndContext) -> None:
        """Close the file."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _predictions(self, trainer: Any) -> Any:
        model: nn.Module = trainer.model
        inputs = to_device(self.inputs, trainer.loop.device)
        modes = [(module, module.training) for module in model.modules()]
        with (
            evaluating(trainer.optimizer),
            trainer.validation.weights(),
            rng.preserved(),
            torch.no_grad(),
        ):
            model.eval()
            try:
                output = _called(model, inputs)
                return _plain(output if self.show is None else self.show(output))
            finally:
                for module, training in modes:
                    module.training = training


def _called(model: nn.Module, inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, tuple | list) else model(inputs)


def _plain(value: Any) -> Any:
    """Return it as JSON can hold it; NaN and infinities as text."""
    if isinstance(value, Tensor):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
