"""What gathers over an evaluation takes part in one beside what is averaged."""

import pytest
import torch

from lehr.training import (
    BaseTrainer,
    ConfusionMatrix,
    EarlyStopping,
    ValidationLoop,
    accuracy,
)
from training import runs


class Largest:
    """The largest target: no mean of batches."""

    def __init__(self, value=None):
        self.value = value
        self.resets = 0

    def reset(self):
        self.resets += 1
        self.seen = []

    def update(self, output, target):
        self.seen.append(target.max())

    def compute(self):
        return max(self.seen) if self.value is None else self.value


def test_a_matrix_holds_the_last_evaluation_and_is_not_logged():
    model = runs.net()
    confusion = ConfusionMatrix(3)
    metrics = {"confusion": confusion, "accuracy": accuracy}
    loop = ValidationLoop(model, metrics=metrics)
    for _ in range(2):  # the second is not added to the first
        means = loop.run(runs.validation())
        assert list(means) == ["loss", "accuracy"]
        assert confusion.matrix.sum() == 30
        assert confusion.accuracy == pytest.approx(means["accuracy"])


def test_one_number_is_logged_in_its_place():
    model = runs.net()
    largest = Largest()
    metrics = {"largest": largest, "accuracy": accuracy}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    stopping = EarlyStopping("val_largest", patience=0)
    trainer = BaseTrainer(
        model, optimizer, metrics=metrics, callbacks=[stopping], monitor="val_largest"
    )
    result = trainer.fit(runs.batches("lehr"), runs.validation(), num_epochs=9)
    assert list(result.evaluations[0])[2:] == [
        "val_loss",
        "val_largest",
        "val_accuracy",
    ]
    assert result.epochs == 2  # it is flat
    assert largest.resets == 2
    assert result.best.value == max(y.max() for _, y in runs.validation())


def test_a_metric_of_torchmetrics_is_gathered():
    torchmetrics = pytest.importorskip("torchmetrics")
    model = runs.net()
    other = torchmetrics.Accuracy(task="multiclass", num_classes=3)
    loop = ValidationLoop(model, metrics={"theirs": other, "ours": accuracy})
    means = loop.run(runs.validation())
    assert means["theirs"] == pytest.approx(means["ours"])


@pytest.mark.parametrize(
    ("value", "message"), [(torch.ones(2), r"got shape \(2,\)"), ("many", "got 'many'")]
)
def test_what_is_not_one_number_is_refused(value, message):
    loop = ValidationLoop(runs.net(), metrics={"x": Largest(value)})
    with pytest.raises(
        TypeError, match=f"metric 'x' must compute one number, {message}"
    ):
        loop.run(runs.validation())


@pytest.mark.parametrize("value", [3, torch.tensor([3.0])])
def test_one_number_may_be_of_any_type(value):
    loop = ValidationLoop(runs.net(), metrics={"x": Largest(value)})
    assert loop.run(runs.validation())["x"] == 3.0


def test_a_matrix_cannot_be_watched():
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    metrics = {"confusion": ConfusionMatrix(3)}
    with pytest.raises(ValueError, match="monitor must be one of val_loss, got"):
        BaseTrainer(model, optimizer, metrics=metrics, monitor="val_confusion")
    stopping = EarlyStopping("val_confusion")
    trainer = BaseTrainer(model, optimizer, metrics=metrics, callbacks=[stopping])
    with pytest.raises(ValueError, match="watches 'val_confusion', but this run has"):
        trainer.fit(runs.batches("lehr"), runs.validation(), num_epochs=1)
