"""What is trained: batches of any kind, steps of one's own, several validation sets."""

from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
import torch
from torch.nn import functional

from lehr.training import BaseTrainer, Callback, accuracy
from lehr.training.batches import changed, size_of
from training.small import Net, X, Y, trained


@dataclass
class Sample:
    x: torch.Tensor
    target: torch.Tensor
    name: str = "some"
    seen: int = field(default=0, init=False)


class Pair(NamedTuple):
    x: torch.Tensor
    target: torch.Tensor


@pytest.mark.parametrize(
    "kind",
    [
        lambda x, y: Sample(x, y),
        Pair,
        lambda x, y: [x, y],
        lambda x, y: {"x": x, "labels": y},
    ],
)
def test_batches_of_every_kind_train_alike(kind):
    pairs = [(X[:3], Y[:3]), (X[3:], Y[3:])]
    options = {"loss": functional.cross_entropy}
    same = trained([kind(x, y) for x, y in pairs], **options)
    assert torch.equal(same, trained(pairs, **options))


def test_a_batch_may_be_one_tensor_with_the_loss_in_the_step():
    def step(model, batch):
        return functional.mse_loss(model(batch), batch[:, :3])

    same = trained([(X, X[:, :3])], loss=functional.mse_loss)
    assert torch.equal(trained([X], step=step), same)


def test_a_record_keeps_what_is_no_tensor():
    record = Sample(X, Y, name="mine")
    double = changed(record, lambda tensor: tensor * 2)
    assert (double.name, double.x[1, 0].item()) == ("mine", 2 * X[1, 0].item())
    assert size_of(record) == 6
    assert size_of({"meta": "text", "inner": record}) == 6
    with pytest.raises(TypeError, match="tuple, list, mapping or dataclass that holds"):
        size_of("text")


def test_a_step_gives_metrics_and_further_values():
    records = []

    class Watch(Callback):
        def on_log(self, context):
            records.append(dict(context.record))

    def step(model, batch):
        x, y = batch
        output = model(x)
        loss = functional.cross_entropy(output, y)
        return {"loss": loss, "output": output, "target": y, "confidence": output.max()}

    model = Net()
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        step=step,
        metrics={"accuracy": accuracy},
        callbacks=[Watch()],
        monitor="val_confidence",
        accumulation=2,
    )
    pairs = [(X[:4], Y[:4]), (X[4:], Y[4:])]
    with torch.no_grad():
        tops = [model(x).max().item() for x, _ in pairs]
    result = one.fit(pairs, pairs, num_epochs=1)
    assert one.loss_name == "step"
    mean = (4 * tops[0] + 2 * tops[1]) / 6
    assert records[0]["confidence"].item() == pytest.approx(mean)
    assert result.history[0]["train_confidence"] == pytest.approx(mean)
    assert list(result.evaluations[0]) == [
        "update",
        "epoch",
        "val_loss",
        "val_accuracy",
        "val_confidence",
    ]
    assert result.best.metric == "val_confidence"
    assert not records[0]["confidence"].requires_grad


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (3.0, TypeError, "step must return the loss, or a mapping with 'loss'"),
        ({"output": 1}, TypeError, "or a mapping with 'loss', got dict"),
        (torch.ones(2), ValueError, r"loss must be a scalar tensor.*step gave shape"),
        ({"loss": 2.0}, ValueError, "loss must be a scalar tensor"),
    ],
)
def test_a_step_that_returns_no_loss_is_refused(returned, error, message):
    def step(model, batch):
        return returned

    with pytest.raises(error, match=message):
        trained([(X, Y)], step=step)


def test_step_and_loss_exclude_each_other():
    with pytest.raises(ValueError, match="loss and step may not both be given"):
        trained([(X, Y)], step=lambda m, b: m(b), loss=functional.cross_entropy)
    with pytest.raises(TypeError, match="step must be callable"):
        trained([(X, Y)], step="loss")


def test_several_validation_sets_have_metrics_of_their_own():
    easy, hard = [(X, Y)], [(X.flip(0), Y)]
    model = Net()
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.5),
        metrics={"accuracy": accuracy},
        monitor="val_hard_accuracy",
        mode="max",
    )
    result = one.fit([(X, Y)], {"easy": easy, "hard": hard}, num_epochs=3)
    names = [n for n in result.evaluations[0] if n.startswith("val_")]
    assert names == [
        "val_easy_loss",
        "val_easy_accuracy",
        "val_hard_loss",
        "val_hard_accuracy",
    ]
    assert result.best.metric == "val_hard_accuracy"
    alone = one.validate(hard)
    assert alone["val_loss"] == one.validate({"hard": hard})["val_hard_loss"]


def test_a_monitor_must_be_of_one_of_the_sets():
    model = Net()
    one = BaseTrainer(model, torch.optim.SGD(model.parameters(), lr=0.5))
    with pytest.raises(ValueError, match=r"monitor watches .val_loss., but .*val_a_"):
        one.fit([(X, Y)], {"a": [(X, Y)]}, num_epochs=1)
    with pytest.raises(ValueError, match="val_data names no data"):
        one.fit([(X, Y)], {}, num_epochs=1)
    with pytest.raises(ValueError, match="monitor must be one of val_loss"):
        BaseTrainer(model, torch.optim.SGD(model.parameters()), monitor="loss")
