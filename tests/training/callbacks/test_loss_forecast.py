"""A forecast sees the curve so far, goes on after a resume, and may end the run."""

import math

import pytest
import torch

from lehr.training import BaseTrainer, Callback, LossForecast
from training import runs


class Losses(Callback):
    def __init__(self):
        self.losses, self.rates = [], []

    def on_update(self, context):
        self.losses.append(context.loss.item())
        self.rates.append(context.rates[0])


def test_the_curve_is_made_of_means_over_windows(tmp_path):
    curves, watch = [], Losses()
    forecast = LossForecast(
        lambda curve: curves.append(curve) or 1.5, every=4, window=3, start=2
    )
    runs.fit(runs.trainer(tmp_path, callbacks=[watch, forecast]), updates=12)
    assert forecast.forecasts == [(7, 1.5), (11, 1.5)]
    first, last = curves
    assert (first.updates, last.updates) == ((4, 7), (4, 7, 10))
    assert last.losses[1] == pytest.approx(sum(watch.losses[5:8]) / 3, rel=1e-6)
    assert last.rates == tuple(watch.rates[i] for i in (4, 7, 10))
    assert last.total == 12


def test_the_curve_survives_a_resume(tmp_path):
    def run(folder, updates, resume=None):
        curves = []
        forecast = LossForecast(
            lambda curve: curves.append(curve) or 0.0, every=5, window=3
        )
        one = runs.trainer(folder, callbacks=[forecast])
        runs.fit(one, updates=updates, resume=resume)
        return forecast, curves[-1:]

    _, [whole] = run(tmp_path / "a", 15)
    run(tmp_path / "b", 10)
    forecast, [resumed] = run(tmp_path / "b", 15, resume=True)
    assert resumed.updates == whole.updates
    assert resumed.losses == pytest.approx(whole.losses, rel=1e-6)
    assert [update for update, _ in forecast.forecasts] == [4, 9, 14]


def test_a_forecast_that_is_too_high_ends_the_run(tmp_path):
    forecast = LossForecast(
        lambda curve: 9.0 if len(curve.updates) > 2 else math.nan,
        every=1,
        window=2,
        stop_above=5.0,
    )
    result = runs.fit(runs.trainer(tmp_path, callbacks=[forecast]), updates=20)
    assert (result.stopped_by, result.updates) == ("forecast", 6)
    assert forecast.forecasts == [(5, 9.0)]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"predict": 3}, TypeError, "predict must be callable"),
        ({"window": 0}, ValueError, "window must be >= 1"),
        ({"every": "never"}, ValueError, "every must be a whole number"),
        ({"stop_above": math.inf}, ValueError, "stop_above"),
    ],
)
def test_what_means_nothing_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        LossForecast(**{"predict": min, **options})


def test_forecasts_by_tokens_have_them_counted():
    data = [(torch.ones(2, 3, 1), torch.ones(2, 3, dtype=torch.long))] * 5
    model = torch.nn.Linear(1, 2)
    forecast = LossForecast(lambda curve: 1.0, every="12 tok", window=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    BaseTrainer(model, optimizer, callbacks=[forecast]).fit(data, num_epochs=1)
    assert forecast.forecasts == [(1, 1.0), (3, 1.0)]
