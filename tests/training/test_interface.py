"""The contract of a trainer, on every trainer there is."""

import copy

import pytest
import torch

from lehr.training import BaseTrainer, Trainer
from training import runs


def base(seed=3):
    torch.manual_seed(seed)
    model = runs.net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    return BaseTrainer(model, optimizer, metrics={"accuracy": runs.accuracy})


each_trainer = pytest.mark.parametrize("make", [base])


def test_a_trainer_lacks_none_of_the_four():
    assert Trainer.__abstractmethods__ == {
        "train",
        "validate",
        "save_checkpoint",
        "load_checkpoint",
    }
    partial = type("Partial", (Trainer,), {"train": lambda *_: {}})
    with pytest.raises(TypeError, match="abstract"):
        partial()


@each_trainer
def test_training_gives_a_list_per_metric_an_entry_per_epoch(make):
    trainer = make()
    assert isinstance(trainer, Trainer)
    history = trainer.train(3, runs.batches("lehr"), runs.validation())
    assert isinstance(history, dict)
    assert history.keys() >= {"train_loss", "val_loss", "val_accuracy"}
    for values in history.values():
        assert len(values) == 3
        assert all(isinstance(value, float) for value in values)
    assert history["train_loss"][-1] < history["train_loss"][0]


@each_trainer
def test_without_validation_data_there_is_nothing_of_it(make):
    history = make().train(1, runs.batches("lehr"))
    assert "train_loss" in history and "val_loss" not in history


@each_trainer
def test_training_moves_the_weights_and_validating_does_not(make):
    trainer = make()
    start = copy.deepcopy(trainer.model.state_dict())
    found = trainer.validate(runs.validation())
    assert isinstance(found, dict) and isinstance(found["val_loss"], float)
    assert all(torch.equal(v, start[n]) for n, v in trainer.model.state_dict().items())
    assert all(p.grad is None for p in trainer.model.parameters())
    trainer.train(1, runs.batches("lehr"))
    assert not torch.equal(trainer.model.state_dict()["0.weight"], start["0.weight"])


@each_trainer
def test_a_saved_trainer_goes_on_as_the_one_that_was_not(make, tmp_path):
    whole, first, second = make(), make(), make(seed=9)
    whole.train(4, runs.batches("lehr"), runs.validation())
    first.train(2, runs.batches("lehr"), runs.validation())
    assert first.save_checkpoint(tmp_path / "deep" / "half") is None
    assert second.load_checkpoint(tmp_path / "deep" / "half") is None
    assert second.validate(runs.validation()) == first.validate(runs.validation())
    second.train(2, runs.batches("lehr"), runs.validation())
    assert runs.digest(second) == runs.digest(whole)


@each_trainer
def test_a_checkpoint_is_never_overwritten_and_must_be_there(make, tmp_path):
    trainer = make()
    trainer.save_checkpoint(tmp_path / "one")
    with pytest.raises(FileExistsError, match="a checkpoint is never overwritten"):
        trainer.save_checkpoint(str(tmp_path / "one"))
    with pytest.raises(FileNotFoundError, match="there is no checkpoint at"):
        trainer.load_checkpoint(tmp_path / "two")
