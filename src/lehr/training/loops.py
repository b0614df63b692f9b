"""The two loops of training: one changes a model, the other only looks at it."""

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn, optim

from lehr._checks import count, positive
from lehr.training import rng
from lehr.training.batches import size_of, to_device
from lehr.training.clock import Clock
from lehr.training.errors import EmptyDataError, NonFiniteError
from lehr.training.feed import Feed, generators_of
from lehr.training.gradients import clip, not_finite
from lehr.training.metrics import (
    Averages,
    Metric,
    gathers,
    number_from,
    scalar_names,
)
from lehr.training.modes import to_training
from lehr.training.objective import Loss, Objective
from lehr.training.unbound import Optimizer, bound, require_model


@dataclass(slots=True)
class Step:
    """What one optimizer update was: all of it is known only after it was applied.

    `loss` is the mean over the samples of the window; `value` is the same as a number
    if it was read to be checked, else the tensor again. `rates` are those that were
    used, one per parameter group, and `others` likewise what else lehr's scheduler set,
    by field; `gradient_norm` is that before clipping, or None.
    """

    loss: Tensor
    value: Tensor | float
    samples: int
    rates: list[Any]
    others: dict[str, list[Any]]
    gradient_norm: Tensor | None


class TrainingLoop:
    """Updates a model, one window of batches at a time.

    One update: forward and backward over the window, clip, optimizer step, clock. The
    gradient is that of the mean over the window's samples, whatever the sizes of its
    batches.

    Args:
        model: called with the inputs of a batch.
        optimizer: torch's, over the model's parameters; or lehr's, without any yet.
        scheduler: as for `Clock`, or a clock. One that is driven by a metric is shown
            it by `loop.clock.after_evaluation({"val_loss": ...})`.
        loss: `loss(output, target)`, or None to let one be chosen.
        accumulation: batches per update; the last update of an epoch may have fewer.
        clip_norm: largest norm of all gradients together; None does not clip.
        device: where batches go; None: where the model's parameters are.
        check_finite: refuse an update whose loss or gradient norm is NaN or infinite.
            It waits for the device once per update.

    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> _ = torch.manual_seed(0)
    >>> x = torch.randn(64, 3)
    >>> model = nn.Linear(3, 1)
    >>> loop = TrainingLoop(model, torch.optim.SGD(model.parameters(), lr=0.1))
    >>> data = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8)
    >>> losses = [loop.run(data)["loss"] for epoch in range(5)]
    >>> losses[-1] < 0.05 * losses[0]
    True
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: optim.Optimizer | Optimizer,
        scheduler: Any = None,
        *,
        loss: Loss | Objective | None = None,
        accumulation: int = 1,
        clip_norm: float | None = None,
        device: torch.device | str | None = None,
        check_finite: bool = True,
    ) -> None:
        self.model = model
        self.optimizer = bound(optimizer, model)
        require_trained(model, self.optimizer)
        clock = scheduler if isinstance(scheduler, Clock) else None
        self.clock = clock or Clock(scheduler, self.optimizer)
        self.objective = loss if isinstance(loss, Objective) else Objective(loss)
        self.accumulation = count("accumulation", accumulation, minimum=1)
        self.clip_norm = None if clip_norm is None else positive("clip_norm", clip_norm)
        self.device = device_of(model, device)
        self.check_finite = check_finite
        # Told of a loss or gradient that is refused; True goes on without this update.
        self.on_non_finite: Callable[[NonFiniteError], bool] | None = None
        self.updates = 0
        self.samples = 0

    def run(self, data: Iterable[Any], epoch: int | None = None) -> dict[str, float]:
        """Train on the batches of one epoch; return the mean loss over its samples.

        Args:
            data: the batches.
            epoch: its number, for a loader that shuffles by it and a scheduler that is
                asked by it; None: the one after the last.
        """
        epoch = self.clock.epochs if epoch is None else count("epoch", epoch)
        if epoch != self.clock.epochs:
            self.clock.go_to(self.updates, epoch)
        self.model.train()
        to_training(self.optimizer)
        averages = Averages()
        for window in Feed(data, self.accumulation).windows(epoch):
            if (step := self.update(window)) is not None:
                averages.add("loss", step.value, step.samples)
        self.clock.after_epoch()
        return averages.means()

    def update(self, window: list[Any]) -> Step | None:
        """Apply one update: forward and backward, clip, optimizer step, clock.

        Return None if it was not applied, because `on_non_finite` went on without it.

        Raises:
            NonFiniteError: the loss or the gradient norm is; nothing was applied.
        """
        self.optimizer.zero_grad()
        loss, samples = self._backward(window)
        try:
            value, norm = self._examined(loss)
        except NonFiniteError as error:
            if self.on_non_finite is None or not self.on_non_finite(error):
                raise
            self.optimizer.zero_grad()
            return None
        self.clock.before_update()
        rates = [
            # A scheduler may refill a tensor in place: keep what this update used.
            rate.clone() if isinstance(rate := group["lr"], Tensor) else rate
            for group in self.optimizer.param_groups
        ]
        others = self.clock.others()
        self.optimizer.step()
        self.clock.after_update(samples)
        self.updates += 1
        self.samples += samples
        return Step(loss, value, samples, rates, others, norm)

    def _backward(self, window: list[Any]) -> tuple[Tensor, int]:
        """Leave the gradient of the window's mean loss; return that loss and size."""
        if len(window) == 1:
            batch = to_device(window[0], self.device)
            samples = size_of(batch)
            loss, _, _ = self.objective(self.model, batch)
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types here
            return loss.detach(), samples
        sizes = [size_of(batch) for batch in window]
        samples = sum(sizes)
        total = torch.zeros((), device=self.device)
        for batch, size in zip(window, sizes, strict=True):
            loss, _, _ = self.objective(self.model, to_device(batch, self.device))
            share = loss * (size / samples)
            share.backward()  # type: ignore[no-untyped-call]  # torch has no types here
            total = total + share.detach()
        return total, samples

    def _examined(self, loss: Tensor) -> tuple[Tensor | float, Tensor | None]:
        """Return loss and gradient norm, if that is needed, and clip."""
        value = self._checked("loss", loss) if self.check_finite else loss
        if self.clip_norm is None and self.on_non_finite is None:
            return value, None
        groups = self.optimizer.param_groups
        parameters = [p for group in groups for p in group["params"]]
        check = partial(self._checked, "gradient norm") if self.check_finite else None
        return value, clip(parameters, self.clip_norm, check)

    def _checked(self, what: str, value: Tensor) -> float:
        """Return the number, which is finite."""
        if not math.isfinite(number := value.item()):
            bad = () if what == "loss" else not_finite(self.model)
            raise NonFiniteError(what, number, self.updates, bad)
        return number


def require_trained(model: nn.Module, optimizer: optim.Optimizer) -> None:
    """Refuse an optimizer that would leave the model as it is."""
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    own = [id(p) for p in model.parameters()]
    if own and held.isdisjoint(own):
        raise ValueError(
            "optimizer holds none of the model's parameters, so nothing would be "
            "trained; build it with model.parameters()"
        )


class ValidationLoop:
    """Evaluates a model and changes nothing: weights, gradients, mode, random states.

    Args:
        model: called with the inputs of a batch, in evaluation mode, without gradients.
        loss: as for `TrainingLoop`.
        metrics: `{name: metric(output, target)}`, each the mean over the batch; or what
            gathers over all batches, such as `ConfusionMatrix` or a metric of
            torchmetrics: it keeps what it has gathered until the next evaluation.
        device: as for `TrainingLoop`.

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
    ) -> None:
        self.model = model
        self.objective = loss if isinstance(loss, Objective) else Objective(loss)
        self.metrics: dict[str, Any] = dict(metrics or {})
        self.device = device_of(model, device)
        # Evaluation happens inside: a callback may let the model have other weights.
        self.weights: Callable[[], AbstractContextManager[None]] = nullcontext
        if "loss" in self.metrics:
            raise ValueError("metrics may not be named 'loss': that is the loss itself")

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
                    self._add(averages, to_device(batch, self.device))
            finally:
                for module, training in modes:
                    module.training = training
        means = averages.means()
        if not means:
            raise EmptyDataError("val_data gave no batch; leave it out, or fill it")
        for name, metric in gathering.items():
            if getattr(metric, "scalar", True):
                means[name] = number_from(name, metric)
        return {name: means[name] for name in ("loss", *scalar_names(self.metrics))}

    def _add(self, averages: Averages, batch: Any) -> None:
        size = size_of(batch)
        loss, output, target = self.objective(self.model, batch)
        averages.add("loss", loss, size)
        for name, metric in self.metrics.items():
            if gathers(metric):
                metric.update(output, target)
            else:
                averages.add(name, metric(output, target), size)


def device_of(
    model: nn.Module, device: torch.device | str | None = None
) -> torch.device:
    """Return `device`, or where the model's first parameter is."""
    require_model(model)
    if device is not None:
        return torch.device(device)
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device
