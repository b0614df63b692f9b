"""The ends of a run: totals by any clock, and a metric that is good enough."""

import math

import pytest
import torch
from torch import nn

from lehr.training import BaseTrainer, Callback, accuracy
from lehr.training.goal import Goal, Threshold
from lehr.training.intervals import Progress
from training import runs


def test_the_first_goal_reached_is_named():
    both = Goal(epochs=2, updates=9)
    assert both.reached(Progress(updates=9, epochs=2)) == "epochs"
    assert both.reached(Progress(updates=9, epochs=1)) == "updates"
    assert Goal(epochs=2).reached(Progress(updates=9, epochs=1)) is None
    assert Goal(samples=64).reached(Progress(samples=64)) == "samples"
    assert Goal(tokens=64).reached(Progress(tokens=63)) is None
    assert Goal(time="1m").reached(Progress(seconds=60.0)) == "time"


def test_the_length_of_a_run_is_known_where_it_can_be():
    assert Goal(epochs=2, updates=9).total_updates(5) == 9
    assert Goal(epochs=2).total_updates(None) is None
    assert Goal(samples=100).total_updates(None, 30) == 4
    assert Goal(samples=100, updates=3).total_updates(None, 30) == 3
    assert Goal(tokens=100).total_updates(7, 30) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "the run has no end"),
        ({"until": "val_loss < 1"}, "the run has no end"),
        ({"samples": 0}, "samples must be >= 1, got 0"),
        ({"tokens": -1}, "tokens must be >= 1, got -1"),
        ({"time": "soon"}, "time must be a length of time"),
        ({"updates": 3, "until": "val_loss"}, "until must be a metric, a sign"),
        ({"updates": 3, "until": "val_loss < low"}, "such as 'val_accuracy >= 0.99'"),
        ({"updates": 3, "until": 0.5}, "until must be a metric, a sign"),
    ],
)
def test_a_goal_that_means_nothing_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Goal(**options)


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [
        ("val_loss < 0.5", 0.5, False),
        ("val_loss <= 0.5", 0.5, True),
        ("val_acc>=5e-1", 0.5, True),
        ("val_acc > 0.5", 0.5, False),
        ("val_acc > 0.5", math.nan, False),
        ("val_loss < 0.5", math.nan, False),
    ],
)
def test_a_metric_is_compared_as_it_is_written(text, value, met):
    threshold = Threshold.of(text)
    assert threshold.met({threshold.metric: value}) is met


def fit(val_data=None, **goals):
    model = runs.net()
    one = BaseTrainer(
        model,
        torch.optim.Adam(model.parameters(), lr=0.02),
        metrics={"accuracy": accuracy},
        mean_over="samples",
    )
    return one.fit(runs.batches("lehr"), val_data, **goals)


def test_a_run_ends_with_the_update_that_reaches_the_samples():
    result = fit(samples=41)
    assert (result.stopped_by, result.samples, result.updates) == ("samples", 44, 11)
    assert result.exit_code == 0


def test_a_run_ends_with_the_update_that_reaches_the_tokens():
    model = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 5))
    target = torch.tensor([[1, 2, -100], [3, -100, -100]])
    batch = (torch.zeros(2, 3, dtype=torch.long), target)
    one = BaseTrainer(model, torch.optim.SGD(model.parameters(), lr=0.1))
    result = one.fit([batch] * 5, tokens=10)
    assert (result.stopped_by, result.tokens, result.updates) == ("tokens", 12, 4)


def test_a_run_ends_when_its_time_is_over():
    result = fit(num_epochs=10**6, time=0.2)
    assert result.stopped_by == "time"
    assert result.seconds >= 0.2
    assert (result.reached_goal, result.exit_code) == (True, 0)


def test_a_run_ends_with_a_metric_that_is_good_enough():
    result = fit(runs.validation(), num_epochs=60, until="val_accuracy >= 0.7")
    values = [row["val_accuracy"] for row in result.evaluations]
    assert result.stopped_by == "metric"
    assert values[-1] >= 0.7 > max(values[:-1], default=0.0)


def test_a_metric_that_no_evaluation_gives_is_refused_before_the_run():
    with pytest.raises(ValueError, match="until watches 'val_acc', but this run has"):
        fit(runs.validation(), num_epochs=2, until="val_acc >= 0.7")
    with pytest.raises(ValueError, match="or pass val_data"):
        fit(num_epochs=2, until="val_accuracy >= 0.7")


class EveryUpdate(Callback):
    def __init__(self):
        self.evaluated = []

    def on_evaluate(self, context):
        self.evaluated.append(context.update + 1)


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (5, [5, 10, 15, 20, 25, 28]),
        ("16 samples", [4, 8, 12, 17, 21, 25, 28]),
        ("2ep", [28]),
    ],
)
def test_evaluations_come_by_any_clock_and_at_the_goal(every, expected):
    watch, model = EveryUpdate(), runs.net()
    one = BaseTrainer(
        model,
        torch.optim.Adam(model.parameters()),
        evaluate_every=every,
        callbacks=[watch],
    )
    one.fit(runs.batches("lehr"), runs.validation(), num_epochs=2)
    assert watch.evaluated == expected


def test_a_run_that_was_good_enough_stays_so_when_it_is_started_again(tmp_path):
    for _ in range(2):
        one = runs.trainer(tmp_path)
        goal = {"num_epochs": 30, "until": "val_loss < 100"}
        result = runs.fit(one, **goal, resume="auto")
        assert (result.stopped_by, result.epochs) == ("metric", 1)
    more = runs.fit(one, num_epochs=2, until="val_loss < 0")
    assert (more.stopped_by, more.epochs) == ("epochs", 2)


def test_a_total_that_is_reached_at_the_same_update_comes_first(tmp_path):
    result = runs.fit(runs.trainer(tmp_path), num_epochs=1, until="val_loss < 100")
    assert (result.stopped_by, result.epochs) == ("epochs", 1)


def test_a_metric_of_training_may_be_good_enough(tmp_path):
    for _ in range(2):
        one = runs.trainer(tmp_path)
        goal = {"num_epochs": 9, "until": "train_loss < 100"}
        result = runs.fit(one, **goal, resume="auto")
        assert (result.stopped_by, result.epochs) == ("metric", 1)


def test_an_evaluation_of_an_earlier_place_does_not_end_a_run(tmp_path):
    class Stop(Callback):
        def on_update(self, context):
            if context.update == 6:
                context.stop("enough")

    one = runs.trainer(tmp_path, callbacks=[Stop()], evaluate_every=5)
    assert runs.fit(one, updates=20).updates == 7
    assert [row["update"] for row in one.evaluations] == [4]
    result = runs.fit(one, updates=20, until="val_loss < 100")
    assert (result.stopped_by, result.updates) == ("metric", 10)
