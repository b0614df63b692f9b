"""The loop that evaluates a model and changes nothing."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Any, NoReturn

import torch
from torch import nn

from lehr._checks import count
from lehr.training import rng
from lehr.training.batches import to_device
from lehr.training.engine import Engine
from lehr.training.errors import EmptyDataError
from lehr.training.loaders import generators_of
from lehr.training.metrics import (
    Averages,
    Metric,
    gathers,
    number_from,
    number_of,
    require_mergeable,
    scalar_names,
)
from lehr.training.objective import Loss, Objective
from lehr.training.precision import Precision
from lehr.training.weighing import Weighing, device_of


class ValidationLoop:
    """Evaluates a model and changes nothing: weights, gradients, mode, random states.

    Args:
        model: called with the inputs of a batch, in evaluation mode, without gradients.
        loss: as for `TrainingLoop`.
        metrics: `{name: metric(output, target)}`, each the mean over the batch; or what
            gathers over all batches, such as `ConfusionMatrix` or a metric of
            torchmetrics: it keeps what it has gathered until the next evaluation.
        device: as for `TrainingLoop`.
        weighing: what means are over; None: samples.
        precision: of the forward pass; None: as the model is.
        engine: where this takes place; None: in this process alone.
        forward: called in place of the model, such as a compiled one.

    >>> model = nn.Linear(2, 1)
    >>> loop = ValidationLoop(model)
    >>> x = torch.ones(3, 2)
    >>> loop.run([(x, model(x).detach()), (x[:1], model(x[:1]).detach())])
    {'loss': 0.0}
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        loss: Loss | Objective | None = None,
        metrics: Mapping[str, Metric] | None = None,
        device: torch.device | str | None = None,
        weighing: Weighing | None = None,
        precision: Precision | None = None,
        engine: Engine | None = None,
        forward: nn.Module | None = None,
    ) -> None:
        self.model = model
        self.forward = model if forward is None else forward
        self.objective = loss if isinstance(loss, Objective) else Objective(loss)
        self.metrics: dict[str, Any] = dict(metrics or {})
        self.device = device_of(model, device)
        self.weighing = weighing or Weighing()
        self.precision = precision or Precision("fp32", self.device)
        self.engine = (engine or Engine()).connected()
        # Evaluation happens inside: a callback may let the model have other weights.
        self.weights: Callable[[], AbstractContextManager[None]] = nullcontext
        if "loss" in self.metrics:
            raise ValueError("metrics may not be named 'loss': that is the loss itself")
        if not self.engine.alone:
            require_mergeable(self.metrics)

    def run(
        self, data: Iterable[Any], max_batches: int | None = None
    ) -> dict[str, float]:
        """Return the loss and each metric, as means over all samples of `data`.

        A loader with `set_epoch` is read from the start of its epoch 0, wherever it is.

        Args:
            data: batches.
            max_batches: evaluate the first so many only, >= 1.

        Raises:
            EmptyDataError: `data` gives no batch.
        """
        if max_batches is not None:
            count("max_batches", max_batches, minimum=1)
        data = self.engine.share(data, train=False)
        gathering = {n: m for n, m in self.metrics.items() if gathers(m)}
        for metric in gathering.values():
            metric.reset()
        averages = Averages()
        modes = [(module, module.training) for module in self.model.modules()]
        with self.weights(), rng.preserved(generators_of(data)), torch.no_grad():
            self.model.eval()
            try:
                if hasattr(data, "set_epoch"):
                    data.set_epoch(0)
                for batch in islice(data, max_batches):
                    # One that is too small to be shared is evaluated by all ranks.
                    whole = getattr(data, "whole", False)
                    self._add(averages, batch, self.engine.is_main or not whole)
            finally:
                for module, training in modes:
                    module.training = training
        averages.sum_over(self.engine)
        means = averages.means()
        if not means:
            raise EmptyDataError("val_data gave no batch; leave it out, or fill it")
        for name, metric in gathering.items():
            if not self.engine.alone and hasattr(metric, "sum_over"):
                metric.sum_over(self.engine)
            if getattr(metric, "scalar", True):
                means[name] = number_from(name, metric)
        # What else the user's step returned comes last.
        return {n: means[n] for n in ("loss", *scalar_names(self.metrics))} | means

    def _add(self, averages: Averages, batch: Any, counts: bool) -> None:
        weight = self.weighing.weight(batch)
        batch = to_device(batch, self.device)
        with self.precision.context():
            loss, output, target, values = self.objective(self.forward, batch)
        if not counts:
            return
        averages.add("loss", loss, weight)
        if self.metrics and output is None:
            _refuse_metrics(self.objective.name)
        for name, metric in self.metrics.items():
            if gathers(metric):
                metric.update(output, target)
            else:
                averages.add(name, number_of(name, metric(output, target)), weight)
        for name, value in values.items():
            if name not in self.metrics:
                averages.add(name, value, weight)


def _refuse_metrics(step: str) -> NoReturn:
    raise ValueError(
        f"metrics need the output and the target: let {step} return a mapping with "
        "'loss', 'output' and 'target'"
    )
