"""Schedule-free optimizers: trained at some weights, evaluated at others."""

import copy

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    Checkpointing,
    EarlyStopping,
    TrainingLoop,
    ValidationLoop,
    load_weights,
)
from training import runs

schedulefree = pytest.importorskip("schedulefree")
EPOCHS = 3


def optimizer_of(model):
    return schedulefree.AdamWScheduleFree(model.parameters(), lr=0.1, warmup_steps=5)


def trainer_of(*callbacks, folder=None):
    model = runs.net(dropout=0.0)
    return BaseTrainer(
        model, optimizer_of(model), callbacks=callbacks, folder=folder, seed=None
    )


def weights(model):
    return copy.deepcopy(model.state_dict())


def equal(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def by_hand():
    """The loop that the library's documentation asks for, on copies to evaluate."""
    model = runs.net(dropout=0.0)
    optimizer = optimizer_of(model)
    losses = []
    loader = runs.batches("lehr")
    for epoch in range(EPOCHS):
        loader.set_epoch(epoch)
        model.train()
        optimizer.train()
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        twin, other = copy.deepcopy((model, optimizer))
        other.eval()
        losses.append(ValidationLoop(twin).run(runs.validation())["loss"])
    return weights(model), losses


def test_it_is_trained_and_evaluated_in_the_right_modes():
    trainer = trainer_of()
    result = runs.fit(trainer, num_epochs=EPOCHS)
    after, losses = by_hand()
    assert equal(weights(trainer.model), after)
    assert result.column("val_loss") == losses
    assert trainer.validate(runs.validation())["val_loss"] == losses[-1]
    trainer.optimizer.eval()
    for _ in range(2):
        assert trainer.validate(runs.validation())["val_loss"] == losses[-1]


def test_an_evaluation_changes_no_bit_of_the_weights_even_after_an_error():
    trainer = trainer_of()
    before_any = weights(trainer.model)
    trainer.validate(runs.validation())
    assert equal(weights(trainer.model), before_any)
    runs.fit(trainer, updates=9)
    before = weights(trainer.model)
    with pytest.raises(RuntimeError):
        trainer.validate([(torch.ones(2, 5), torch.zeros(2).long())])
    assert equal(weights(trainer.model), before)
    assert all(group["train_mode"] for group in trainer.optimizer.param_groups)


def test_a_loop_by_itself_tells_it_to_train():
    model = runs.net(dropout=0.0)
    loop = TrainingLoop(model, optimizer_of(model))
    for _ in range(EPOCHS):
        loop.run(runs.batches("lehr"))
    assert all(group["train_mode"] for group in loop.optimizer.param_groups)


def test_it_is_resumed_exactly(tmp_path):
    whole = trainer_of()
    runs.fit(whole, num_epochs=EPOCHS)
    runs.fit(trainer_of(Checkpointing(), folder=tmp_path), updates=17)
    second = trainer_of(Checkpointing(), folder=tmp_path)
    runs.fit(second, num_epochs=EPOCHS, resume=True)
    assert equal(weights(second.model), weights(whole.model))


def test_kept_and_exported_weights_are_those_that_were_evaluated(tmp_path):
    stopping = EarlyStopping(restore_best=True)
    saving = Checkpointing(export="best.safetensors")
    trainer = trainer_of(stopping, saving, folder=tmp_path)
    runs.fit(trainer, num_epochs=6)
    fresh = runs.net()
    load_weights(fresh, saving.exported)
    found = ValidationLoop(fresh).run(runs.validation())
    assert found["loss"] == stopping.best_value
    assert trainer.validate(runs.validation())["val_loss"] == stopping.best_value
    assert equal(weights(trainer.model), weights(fresh))
    assert runs.fit(trainer, num_epochs=7).epochs == 7
