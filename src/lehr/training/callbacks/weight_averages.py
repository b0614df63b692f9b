"""Average the weights over the updates, and evaluate with the average."""

import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor, nn

from lehr._checks import choice, count, fraction, positive
from lehr.training.averaged_weights import AveragedWeights
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import EndContext, StartContext, UpdateContext

if TYPE_CHECKING:
    from lehr.training.validation import ValidationLoop

logger = logging.getLogger("lehr.training")

BUFFERS = ("copy", "average")


class WeightAverage(Callback):
    """Keeps the mean of the weights after each update, all with equal weight.

    Evaluations use the average, and so what follows from them: the best, early
    stopping with its best weights, exported files of weights. The model is trained, and
    ends, with its own weights; `copy_to(model)` gives it the average. The average is
    part of each checkpoint, so a run that goes on goes on with it bit for bit.

    Before the first update that counts, the average is the model's own weights.

    Args:
        start: number of the first update, from 0, whose weights count.
        every: count those of every so many-th update only, >= 1.
        evaluate: whether evaluations use the average; of several in one run, one may.
        buffers: "copy" uses the model's own, as they are; "average" averages those
            which are floating-point, such as the running means of batch norm.

    Raises:
        ValueError: an argument is out of range; at the start: evaluations use other
            weights already; on resume: the averages are those of another model.
        RuntimeError: the average is asked for before the run.

    Source: P. Izmailov et al., Averaging Weights Leads to Wider Optima and Better
    Generalization, 2018, arXiv 1803.05407, without its cyclic rate.

    >>> import torch
    >>> from lehr.training import BaseTrainer
    >>> model = nn.Linear(1, 1)
    >>> average = WeightAverage(start=2)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> trainer = BaseTrainer(model, optimizer, callbacks=[average])
    >>> batch = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> _ = trainer.fit([batch] * 6, num_epochs=1)
    >>> average.averaged
    4
    >>> average.copy_to(model)
    """

    order = -200
    steady_state = True  # the averages move in `on_update` only

    def __init__(
        self,
        start: int = 0,
        *,
        every: int = 1,
        evaluate: bool = True,
        buffers: Literal["copy", "average"] = "copy",
    ) -> None:
        self.start = count("start", start)
        self.every = count("every", every, minimum=1)
        self.evaluate = evaluate
        self.buffers = choice("buffers", buffers, BUFFERS)
        self.averaged = 0
        self._average: AveragedWeights | None = None
        self._saved: Mapping[str, Tensor] | None = None
        self._running = False

    def share(self, update: int) -> float:
        """How far the average moves towards the weights after this update."""
        return 1.0 / (self.averaged + 1)

    def model_state(self) -> dict[str, Any]:
        """Return a copy of the model's `state_dict` with the averages in it."""
        return self._there().model_state()

    def copy_to(self, model: nn.Module) -> None:
        """Give a model of the same architecture the averages."""
        if self._saved is not None:  # loaded from a checkpoint, and no run since
            average = self._loaded(model, self._saved)
            model.load_state_dict(average.model_state())
        else:
            model.load_state_dict(self.model_state())

    def in_place(self) -> contextlib.AbstractContextManager[None]:
        """Let the model have the averages inside a `with` block."""
        return self._there().in_place()

    def _there(self) -> AveragedWeights:
        if self._average is None:
            raise RuntimeError(
                f"{type(self).__name__} has no weights before its run: call fit first"
            )
        if not self.averaged:
            self._average.move(1.0)
        return self._average

    def _loaded(self, model: nn.Module, saved: Mapping[str, Tensor]) -> AveragedWeights:
        average = AveragedWeights(model, buffers=self.buffers == "average")
        average.load_state_dict(saved)
        return average

    def on_start(self, context: StartContext) -> None:
        """Begin with the model's weights, or go on with the averages there are."""
        model, saved = context.trainer.model, self._saved
        known = self._average is not None and self._average.model is model
        if context.resumed and saved is not None:
            self._average = self._loaded(model, saved)
        elif not (context.resumed and known):
            self._average = AveragedWeights(model, buffers=self.buffers == "average")
            self.averaged = 0
            if context.resumed:
                name = type(self).__name__
                logger.warning("%s was not in this run before: it begins here", name)
        self._saved, self._running = None, True
        if self.evaluate:
            self._stand_in(context.trainer.validation)

    def _stand_in(self, validation: "ValidationLoop") -> None:
        """Let the run's evaluations use the averages."""
        if validation.weights not in (contextlib.nullcontext, self._evaluated):
            raise ValueError(
                f"{type(self).__name__} is not the only one whose weights evaluations "
                "would use; pass evaluate=False to all but one"
            )
        validation.weights = self._evaluated

    def _evaluated(self) -> contextlib.AbstractContextManager[None]:
        return self.in_place() if self.averaged else contextlib.nullcontext()

    def on_update(self, context: UpdateContext) -> None:
        """Move the average towards the weights."""
        update = context.update
        if update >= self.start and (update + 1) % self.every == 0:
            self._there().move(self.share(update))
            self.averaged += 1

    def on_end(self, context: EndContext) -> None:
        """Let evaluations use the model's own weights again."""
        self._running = False
        validation = context.trainer.validation
        if validation.weights == self._evaluated:
            validation.weights = contextlib.nullcontext

    def state_dict(self) -> dict[str, Any]:
        """Return the averages, and how many weights are in them."""
        if self._average is None or self._saved is not None:
            return {"averaged": self.averaged, "weights": dict(self._saved or {})}
        return {"averaged": self.averaged, "weights": self._average.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from saved averages."""
        self.averaged = state["averaged"]
        if self._running:
            self._there().load_state_dict(state["weights"])
        else:
            self._saved = state["weights"]  # whose model is known at the start only


class Ema(WeightAverage):
    """Keeps an exponential moving average of the weights after each update.

    average = decay * average + (1 - decay) * weights. All else is as for
    `WeightAverage`, with which it shares evaluation, resume and `copy_to`.

    Args:
        decay: in [0, 1], or a schedule of it over the updates. 1 - 1/n remembers about
            the last n updates. The first average is the weights as they are.
        every, evaluate, buffers: as for `WeightAverage`; the decay is per average.
        start: number of the first update, from 0, that counts.
        warmup: average number n, from 0, uses no more than (1 + n)/(warmup + n), so
            that the first weights, which are random, are soon forgotten; > 0. None uses
            the decay from the start.

    Raises:
        ValueError: as for `WeightAverage`; or a decay is not in [0, 1].

    Source: the warmup is that of TensorFlow's ExponentialMovingAverage, where it is 10.

    >>> import torch
    >>> from lehr import Linear
    >>> from lehr.training import BaseTrainer
    >>> model = nn.Linear(1, 1)
    >>> ema = Ema(Linear(0.9, 0.999, 1000))
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> batch = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> trainer = BaseTrainer(model, optimizer, callbacks=[ema])
    >>> result = trainer.fit([batch] * 20, [batch], num_epochs=1)
    >>> with ema.in_place():
    ...     trainer.validate([batch])["val_loss"] == result.best.value
    True
    """

    def __init__(
        self,
        decay: float | Callable[[int], float] = 0.999,
        *,
        every: int = 1,
        start: int = 0,
        warmup: float | None = 10.0,
        evaluate: bool = True,
        buffers: Literal["copy", "average"] = "copy",
    ) -> None:
        super().__init__(start, every=every, evaluate=evaluate, buffers=buffers)
        self.decay = decay if callable(decay) else fraction("decay", decay)
        self.warmup = None if warmup is None else positive("warmup", warmup)

    def share(self, update: int) -> float:
        """How far the average moves towards the weights after this update."""
        if not self.averaged:
            return 1.0
        decay = self.decay
        if callable(decay):
            decay = fraction("decay", decay(update))
        if self.warmup is not None:
            n = self.averaged
            decay = min(decay, (1 + n) / (self.warmup + n))
        return 1.0 - decay
