"""Predictions of the same samples: right ones, written once, and nothing is changed."""

import math

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    Callback,
    Ema,
    SamplePredictions,
    read_json_lines,
)
from training import runs

INPUTS = runs.table(5, seed=9)[0]


class Outputs(Callback):
    """What the model gives for the inputs in evaluation mode, after each epoch."""

    def __init__(self, model_of=lambda trainer: trainer.model):
        self.seen, self.model_of = [], model_of

    def on_epoch_end(self, context):
        model = self.model_of(context.trainer)
        modes = [(m, m.training) for m in model.modules()]
        model.eval()
        with torch.no_grad():
            self.seen.append(model(INPUTS).tolist())
        for module, mode in modes:
            module.training = mode


def lines_of(folder):
    return list(read_json_lines(folder / "predictions.jsonl"))


def test_they_are_those_of_the_model_in_evaluation_mode(tmp_path):
    outputs = Outputs()
    samples = SamplePredictions(INPUTS)
    one = runs.trainer(tmp_path, callbacks=[samples, outputs])
    runs.fit(one, num_epochs=3)
    lines = lines_of(tmp_path)
    assert [line["predictions"] for line in lines] == outputs.seen
    assert [(line["update"], line["epoch"]) for line in lines] == [
        (4, 0),
        (9, 1),
        (14, 2),
    ]


def test_they_are_made_with_averaged_weights_if_there_are_some(tmp_path):
    ema, average = Ema(0.9), runs.net()

    def averaged(trainer):
        average.load_state_dict(ema.model_state())
        return average

    outputs = Outputs(averaged)
    one = runs.trainer(tmp_path, callbacks=[SamplePredictions(INPUTS), ema, outputs])
    runs.fit(one, num_epochs=2)
    assert [line["predictions"] for line in lines_of(tmp_path)] == outputs.seen


def test_the_run_is_the_same_with_and_without(tmp_path):
    def noisy(output):
        return torch.rand(3)

    plain = runs.trainer(tmp_path / "plain")
    samples = SamplePredictions(INPUTS, show=noisy)
    one = runs.trainer(tmp_path / "one", callbacks=[samples])
    one.model[3].eval()  # a part that stays in its own mode
    plain.model[3].eval()
    runs.fit(plain, updates=12)
    runs.fit(one, updates=12)
    assert runs.digest(one) == runs.digest(plain)


def test_a_resumed_run_has_each_line_once(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"

    def trainer(folder, updates, **options):
        samples = SamplePredictions(INPUTS, every=2)
        one = runs.trainer(folder, every=7, callbacks=[samples], evaluate_every=2)
        return runs.fit(one, updates=updates, **options)

    trainer(whole, 20)
    trainer(parts, 14)
    with (parts / "predictions.jsonl").open("a") as file:
        file.write('{"update": 15, "epoch": 3, "predictions": "later"}\n')
    trainer(parts, 20, resume=True)
    assert lines_of(parts) == lines_of(whole)
    assert [line["update"] for line in lines_of(whole)] == [1, 3, 7, 11, 15, 19]


class Sum(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, a, b=None):
        total = a if b is None else a + b
        return {"sum": total * self.weight, "odd": (math.nan, math.inf, -math.inf, "x")}


def predicted(inputs, path, **options):
    model = Sum()
    trainer = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.0),
        loss=lambda output, target: output["sum"].mean(),
        callbacks=[SamplePredictions(inputs, path=path, **options)],
    )
    data = [(torch.ones(2), torch.ones(2))]
    trainer.fit(data, data, num_epochs=1)
    return next(read_json_lines(path))["predictions"]


ONE = torch.tensor([1.0])


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [(ONE, [1.0]), ((ONE, ONE), [2.0]), ({"a": ONE, "b": 2 * ONE}, [3.0])],
)
def test_inputs_are_given_alone_in_order_or_by_name(tmp_path, inputs, expected):
    found = predicted(inputs, tmp_path / "a" / "p.jsonl")
    odd = ["NaN", "Infinity", "-Infinity", "x"]
    assert found == {"sum": expected, "odd": odd}


def test_what_cannot_be_written_is_found_before_the_run(tmp_path):
    with pytest.raises(TypeError, match="not JSON serializable"):
        predicted(ONE, tmp_path / "p.jsonl", show=lambda output: object())
    assert not (tmp_path / "p.jsonl").exists()


def test_without_a_place_it_says_what_it_needs():
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one = BaseTrainer(model, optimizer, callbacks=[SamplePredictions(INPUTS)])
    with pytest.raises(ValueError, match="SamplePredictions needs a file"):
        runs.fit(one, updates=1)
    with pytest.raises(ValueError, match="every must be >= 1, got 0"):
        SamplePredictions(INPUTS, every=0)
