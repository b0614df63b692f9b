"""Say during a run what its loss will be at the end, by a law of one's choice."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from lehr._checks import count, finite
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import StartContext, UpdateContext
from lehr.training.intervals import Every, Progress

FORECAST = "forecast"
"""What a run that was stopped by its forecast says it was stopped by."""


@dataclass(frozen=True)
class LossCurve:
    """The training loss of a run so far, a point for every `window` updates.

    Attributes:
        updates: number of the last update of each point, from 0.
        losses: means over the updates of each point.
        rates: learning rates of the first param group, likewise.
        total: updates of the whole run, if it is known.
    """

    updates: Sequence[int]
    losses: Sequence[float]
    rates: Sequence[float]
    total: int | None


class LossForecast(Callback):
    """Forecasts the final training loss, into the records as `forecast_loss`.

    Args:
        predict: `predict(curve)` returns the loss at the end of the run, from a
            `LossCurve`; NaN says that it cannot tell yet.
        every: how often: updates, or an interval such as "1Mtok" or "10m".
        window: updates per point of the curve, >= 1.
        start: the first update that counts, from 0: a warmup follows no law.
        stop_above: end the run, with "forecast", when a forecast is above this.

    Raises:
        ValueError: a number is out of range.

    >>> import torch
    >>> from lehr.training import BaseTrainer
    >>> def lowest(curve):
    ...     return min(curve.losses)
    >>> model = torch.nn.Linear(1, 1)
    >>> forecast = LossForecast(lowest, every=5, window=1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> trainer = BaseTrainer(model, optimizer, callbacks=[forecast])
    >>> batch = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> _ = trainer.fit([batch] * 12, num_epochs=1)
    >>> [update for update, loss in forecast.forecasts]
    [4, 9]
    """

    order = 100

    def __init__(
        self,
        predict: Callable[[LossCurve], float],
        *,
        every: int | str | Every = 500,
        window: int = 50,
        start: int = 0,
        stop_above: float | None = None,
    ) -> None:
        if not callable(predict):
            raise TypeError(
                f"predict must be callable as predict(curve), got {predict!r}"
            )
        self.predict = predict
        self.every = Every.of(every)
        self.window = count("window", window, minimum=1)
        self.start = count("start", start)
        self.stop_above = (
            None if stop_above is None else finite("stop_above", stop_above)
        )
        self._total: int | None = None
        self._forget()

    def _forget(self) -> None:
        self.forecasts: list[tuple[int, float]] = []
        """The number of the update, and the loss that was forecast after it."""
        self._points: list[tuple[int, float, float]] = []
        self._sum: Tensor | float = 0.0
        self._counted = 0
        self._before = Progress()

    def on_start(self, context: StartContext) -> None:
        """Begin, or go on with the curve there is."""
        if not context.resumed:
            self._forget()
        if self.every.unit == "tokens":
            context.trainer.loop.weighing.tokens_wanted = True
        self._total = context.total_updates
        self._before = context.trainer.progress()

    def on_update(self, context: UpdateContext) -> None:
        """Count the loss; forecast, if it is due."""
        if context.update >= self.start:
            self._sum = self._sum + context.loss.detach()
            self._counted += 1
            if self._counted == self.window:
                self._end_point(context)
        now = context.trainer.progress()
        if self.every.due(self._before, now) and self._points:
            self._forecast(context)
        self._before = now

    def _end_point(self, context: UpdateContext) -> None:
        loss, rate = float(self._sum) / self._counted, float(context.rates[0])
        self._points.append((context.update, loss, rate))
        self._sum, self._counted = 0.0, 0

    def _forecast(self, context: UpdateContext) -> None:
        updates, losses, rates = zip(*self._points, strict=True)
        loss = float(self.predict(LossCurve(updates, losses, rates, self._total)))
        if math.isnan(loss):
            return
        self.forecasts.append((context.update, loss))
        context.record["forecast_loss"] = loss
        if self.stop_above is not None and loss > self.stop_above:
            context.stop(FORECAST)

    def state_dict(self) -> dict[str, Any]:
        """Return the curve and the forecasts."""
        return {
            "points": [list(point) for point in self._points],
            "forecasts": [list(one) for one in self.forecasts],
            "sum": float(self._sum),
            "counted": self._counted,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved curve."""
        self._points = [(update, loss, rate) for update, loss, rate in state["points"]]
        self.forecasts = [(update, loss) for update, loss in state["forecasts"]]
        self._sum, self._counted = state["sum"], state["counted"]
