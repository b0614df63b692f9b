"""The loop that changes a model: one optimizer update per window of batches."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn, optim

from lehr._checks import count
from lehr.training.batches import size_of, to_device
from lehr.training.clipping import ClipNorm, Clipping
from lehr.training.clock import Clock
from lehr.training.engine import Engine
from lehr.training.errors import EmptyDataError, NonFiniteError
from lehr.training.feed import Feed
from lehr.training.gradients import not_finite
from lehr.training.metrics import Averages
from lehr.training.modes import to_training
from lehr.training.objective import Loss, Objective
from lehr.training.precision import Precision
from lehr.training.step import Step
from lehr.training.unbound import Optimizer, bound
from lehr.training.weighing import Weighing, device_of

NO_TOKEN = "the batches of an update hold no token to learn from"


class TrainingLoop:
    """Updates a model, one window of batches at a time.

    One update: forward and backward over the window, clip, optimizer step, clock. The
    gradient is that of the mean over the window's samples (or tokens), whatever the
    sizes of its batches.

    Args:
        model: called with the inputs of a batch.
        optimizer: torch's, over the model's parameters; or lehr's, without any yet.
        scheduler: as for `Clock`, or a clock. One that is driven by a metric is shown
            it by `loop.clock.after_evaluation({"val_loss": ...})`.
        loss: `loss(output, target)`, or None to let one be chosen.
        accumulation: batches per update; the last update of an epoch may have fewer.
        clip_norm: largest norm of all gradients together, or a list, one per param
            group; None does not clip.
        clip_value: largest absolute value of an element of a gradient.
        device: where batches go; None: where the model's parameters are.
        check_finite: refuse an update whose loss or gradient norm is NaN or infinite.
            It waits for the device once per update.
        weighing: what means are over; None: samples.
        precision: of the forward pass; None: as the model is.
        compile: True, or options of `torch.compile`, compiles the forward pass.
        engine: where this takes place; None: in this process alone.

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
        clip_norm: ClipNorm = None,
        clip_value: float | None = None,
        device: torch.device | str | None = None,
        check_finite: bool = True,
        weighing: Weighing | None = None,
        precision: Precision | None = None,
        compile: bool | Mapping[str, Any] = False,
        engine: Engine | None = None,
    ) -> None:
        self.model = model
        self.optimizer = bound(optimizer, model)
        require_trained(model, self.optimizer)
        self.engine = (engine or Engine()).connected()
        self.forward = compiled(self.engine.prepare(model, self.optimizer), compile)
        clock = scheduler if isinstance(scheduler, Clock) else None
        self.clock = clock or Clock(scheduler, self.optimizer)
        self.objective = loss if isinstance(loss, Objective) else Objective(loss)
        self.accumulation = count("accumulation", accumulation, minimum=1)
        self.clipping = Clipping(clip_norm, clip_value)
        self.clipping.require_groups(self.optimizer.param_groups)
        self.device = device_of(model, device)
        self._moves = self.device.type != "cpu"
        self.check_finite = check_finite
        self.weighing = weighing or Weighing()
        self.weighing.tokens_wanted |= "tokens" in self.clock.clocks
        self.precision = precision or Precision("fp32", self.device)
        # Told of a loss or gradient that is refused; True goes on without this update.
        self.on_non_finite: Callable[[NonFiniteError], bool] | None = None
        # Called when the gradients are there, before anything else is changed.
        self.before_step: Callable[[], None] | None = None
        self.updates = self.samples = self.tokens = self.skipped = 0

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
        feed = Feed(self.engine.share(data), self.accumulation)
        for window in feed.windows(epoch):
            if (step := self.update(window)) is not None:
                averages.add("loss", step.value, step.weight)
        self.clock.after_epoch()
        return averages.means()

    def update(self, window: list[Any]) -> Step | None:
        """Apply one update: forward and backward, clip, optimizer step, clock.

        Return None if it was not applied: half precision overflowed, or `on_non_finite`
        went on without it. No clock moves then.

        Raises:
            NonFiniteError: the loss or the gradient norm is; nothing was applied.
        """
        self.optimizer.zero_grad()
        step = self._backward(window)
        if self.before_step is not None:
            self.before_step()
        try:
            applied = self._examined(step)
        except NonFiniteError as error:
            if self.on_non_finite is None or not self.on_non_finite(error):
                raise
            applied = False
        if not applied:
            self.optimizer.zero_grad()
            return None
        self.clock.before_update()
        step.rates = [
            rate if isinstance(rate := group["lr"], float) else _kept(rate)
            for group in self.optimizer.param_groups
        ]
        step.others = self.clock.others()
        self.precision.step(self.optimizer)
        self.clock.after_update(step.samples, step.tokens)
        self.updates += 1
        self.samples += step.samples
        self.tokens += step.tokens
        return step

    def _backward(self, window: list[Any]) -> Step:
        """Leave the gradient of the window's mean loss; return what is known of it."""
        engine, by_tokens = self.engine, self.weighing.by_tokens
        if len(window) == 1 and engine.alone:
            return self._backward_of(window[0])
        sizes = [size_of(batch) for batch in window]
        tokens = [self.weighing.tokens(batch) for batch in window]
        samples, all_tokens = engine.total((sum(sizes), sum(tokens)))
        weights, weight = (tokens, all_tokens) if by_tokens else (sizes, samples)
        if not weight:
            raise EmptyDataError(NO_TOKEN)
        sums: dict[str, Any] = {"loss": torch.zeros((), device=self.device)}
        last = len(window) - 1
        for number, batch in enumerate(window):
            share = weights[number] / weight
            with engine.exchange(last=number == last):
                loss, values = self._loss(batch, share)
            for name, value in (("loss", loss.detach()), *values.items()):
                # Of no token there is no mean: it is NaN, and counts for nothing.
                part = value * share if share else torch.zeros_like(loss)
                sums[name] = sums.get(name, 0.0) + part
        if not engine.alone:
            sums = summed(engine, sums, self.device)
        total = sums.pop("loss")
        return Step(total, None, samples, [], {}, None, all_tokens, weight, sums)

    def _backward_of(self, batch: Any) -> Step:
        """Do so for a window of one batch: there is nothing to add up."""
        samples, tokens = size_of(batch), self.weighing.tokens(batch)
        weight = tokens if self.weighing.by_tokens else samples
        if not weight:
            raise EmptyDataError(NO_TOKEN)
        loss, values = self._loss(batch, None)
        return Step(loss, None, samples, [], {}, None, tokens, weight, values)

    def _loss(
        self, batch: Any, share: float | None
    ) -> tuple[Tensor, Mapping[str, Any]]:
        """Add the gradient of a batch's loss; return the loss, and further values."""
        if self._moves:
            batch = to_device(batch, self.device)
        if self.precision.mixed:
            with self.precision.context():
                loss, _, _, values = self.objective(self.forward, batch)
        else:
            loss, _, _, values = self.objective(self.forward, batch)
        # The engine takes the mean over the shares; ours is over their samples.
        part = loss if share is None else loss * (share * self.engine.readers)
        # What has no token has no mean; its gradient may be NaN, also times 0.
        if share != 0 or not self.engine.alone:
            self.precision.backward(part)
        if values:
            values = {name: _detached(value) for name, value in values.items()}
        return loss, values

    def _examined(self, step: Step) -> bool:
        """Check loss and gradients, and clip; return whether to apply the update."""
        if self.check_finite:
            step.number = self._checked("loss", step.attached)
        self.precision.unscale(self.optimizer, self.engine)
        scaled = self.precision.scaler is not None
        if not (self.clipping.wanted or self.on_non_finite is not None or scaled):
            return True
        check = None
        if self.check_finite or scaled:

            def check(norm: Tensor) -> None:
                self._checked("gradient norm", norm)

        try:
            step.gradient_norm = self.clipping(self.optimizer.param_groups, check)
        except NonFiniteError:
            if not self.precision.overflowed():
                raise
            self.skipped += 1
            return False
        return True

    def _checked(self, what: str, value: Tensor) -> float:
        """Return the number, which is finite."""
        if not math.isfinite(number := value.item()):
            bad = () if what == "loss" else not_finite(self.model)
            raise NonFiniteError(what, number, self.updates, bad)
        return number


def _kept(rate: Any) -> Any:
    """Return a rate that stays as it is: a scheduler may refill a tensor in place."""
    return rate.clone() if isinstance(rate, Tensor) else rate


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def summed(
    engine: Engine, values: Mapping[str, Any], device: torch.device
) -> dict[str, Tensor]:
    """Return each value summed over all ranks, which exchange them together."""
    wide = torch.float32 if device.type == "mps" else torch.float64
    given = [torch.as_tensor(value, device=device) for value in values.values()]
    sums = engine.sum(torch.stack([value.to(wide).reshape(()) for value in given]))
    return {
        name: total.to(value.dtype)
        for name, total, value in zip(values, sums, given, strict=True)
    }


def compiled(model: nn.Module, options: bool | Mapping[str, Any]) -> nn.Module:
    """Return what computes as the model does, with its weights, compiled if wanted.

    Args:
        model: keeps its name for each weight, compiled or not.
        options: True, or those of `torch.compile`; False returns the model.
    """
    if options is False:
        return model
    if options is not True and not isinstance(options, Mapping):
        raise TypeError(
            "compile must be True, False, or options of torch.compile such as "
            f"{{'mode': 'max-autotune'}}, got {options!r}"
        )
    given = {} if options is True else dict(options)
    return cast(nn.Module, torch.compile(model, **given))


def require_trained(model: nn.Module, optimizer: optim.Optimizer) -> None:
    """Refuse an optimizer that would leave the model as it is."""
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    own = [id(p) for p in model.parameters()]
    if own and held.isdisjoint(own):
        raise ValueError(
            "optimizer holds none of the model's parameters, so nothing would be "
            "trained; build it with model.parameters()"
        )
