"""The plan of the training utilities: interfaces, files, and each success criterion."""

import copy
import inspect

import pytest
import torch
from torch import nn

from lehr.training import (
    SGD,
    BaseTrainer,
    Checkpointing,
    CosineScheduler,
    EarlyStopping,
    LoggingCallback,
    StepScheduler,
    Trainer,
    TrainingLoop,
    ValidationLoop,
    WarmupScheduler,
)


def batches_of(n, seed, size=8):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 3, generator=generator)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3
    return list(zip(x.split(size), y.split(size), strict=True))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 1), nn.Dropout(0.0))


@pytest.fixture
def train_loader():
    return batches_of(64, 1)


@pytest.fixture
def val_loader():
    return batches_of(21, 2)  # the last batch is smaller


def test_the_trainer_interface_has_the_four_methods_of_the_document():
    def arguments(name):
        return list(inspect.signature(getattr(Trainer, name)).parameters)

    assert arguments("train") == ["self", "epochs", "train_loader", "val_loader"]
    assert arguments("validate") == ["self", "val_loader"]
    assert arguments("save_checkpoint") == ["self", "path"]
    assert arguments("load_checkpoint") == ["self", "path"]
    assert Trainer.__abstractmethods__ == {
        "train",
        "validate",
        "save_checkpoint",
        "load_checkpoint",
    }


def test_the_base_trainer_trains_a_model_to_convergence(
    model, train_loader, val_loader
):
    trainer = BaseTrainer(model, SGD(learning_rate=0.1))
    history = trainer.train(30, train_loader, val_loader)
    assert isinstance(history, dict)
    assert len(history["train_loss"]) == len(history["val_loss"]) == 30
    assert history["val_loss"][-1] < 1e-6 < history["val_loss"][0]
    torch.testing.assert_close(
        model[0].weight.data, torch.tensor([[1.0, -2.0, 0.5]]), atol=1e-3, rtol=0
    )


def test_the_training_loop_updates_the_weights(model, train_loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    before = copy.deepcopy(model.state_dict())
    x, y = train_loader[0]
    nn.functional.mse_loss(model(x), y).backward()
    by_hand = before["0.weight"] - 0.1 * model[0].weight.grad
    TrainingLoop(model, optimizer).run(train_loader[:1])
    torch.testing.assert_close(model[0].weight.data, by_hand)


def test_the_validation_loop_gives_exact_metrics_and_changes_nothing(model, val_loader):
    model.train()
    weights = copy.deepcopy(model.state_dict())
    random = torch.get_rng_state()
    means = ValidationLoop(model).run(val_loader)

    x = torch.cat([x for x, _ in val_loader])
    y = torch.cat([y for _, y in val_loader])
    with torch.no_grad():
        over_all = nn.functional.mse_loss(model(x), y).item()
    assert means["loss"] == pytest.approx(over_all, rel=1e-6)
    assert all(torch.equal(weights[n], v) for n, v in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert all(module.training for module in model.modules())
    assert torch.equal(random, torch.get_rng_state())


@pytest.mark.parametrize(
    ("scheduler", "expected"),
    [
        (StepScheduler(0.1, step_size=4, gamma=0.5), [0.1] * 4 + [0.05] * 4),
        (
            StepScheduler(0.1, step_size=1, gamma=0.5, mode="epoch"),
            [0.1] * 8 + [0.05] * 8,
        ),
        (WarmupScheduler(0.1, warmup_steps=4, start_lr=0.02), [0.02, 0.04, 0.06, 0.08]),
        (CosineScheduler(0.1, T_max=8), [0.1, 0.0961939766, 0.0853553391]),
    ],
)
def test_schedulers_adjust_the_rate_that_each_update_uses(
    model, train_loader, scheduler, expected
):
    used = []

    class Record(LoggingCallback):
        def on_update(self, context):
            used.append(context.rates[0])

    optimizer = torch.optim.SGD(model.parameters(), lr=9.0)
    trainer = BaseTrainer(
        model, optimizer, scheduler, callbacks=[Record(log_interval=1)]
    )
    trainer.fit(train_loader, num_epochs=2)
    assert used[: len(expected)] == pytest.approx(expected, rel=1e-9)


def test_callbacks_integrate_with_the_training_workflow(
    model, train_loader, val_loader, tmp_path
):
    stopping = EarlyStopping(patience=2, min_delta=1e-3)
    trainer = BaseTrainer(
        model,
        SGD(learning_rate=0.1),
        callbacks=[Checkpointing(), stopping, LoggingCallback(log_interval=10)],
        folder=tmp_path,
    )
    result = trainer.fit(train_loader, val_loader, num_epochs=200)
    assert result.stopped_by == "early stopping"
    assert result.epochs < 200
    assert result.checkpoint is not None
    assert result.checkpoint.exists()


def test_state_can_be_saved_and_restored(model, train_loader, val_loader, tmp_path):
    def trainer_of(net):
        scheduler = CosineScheduler(0.1, T_max=48)
        return BaseTrainer(net, SGD(learning_rate=0.1, momentum=0.9), scheduler)

    straight = copy.deepcopy(model)
    trainer_of(straight).train(6, train_loader, val_loader)

    first = trainer_of(copy.deepcopy(model))
    first.train(2, train_loader, val_loader)
    first.save_checkpoint(tmp_path / "after-2")
    second = trainer_of(model)
    second.load_checkpoint(tmp_path / "after-2")
    second.train(4, train_loader, val_loader)

    for name, value in straight.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    assert second.updates == 48


@pytest.mark.parametrize(
    "module",
    [
        "schedulers.step_scheduler",
        "schedulers.cosine_scheduler",
        "schedulers.warmup_scheduler",
        "callbacks.checkpointing",
        "callbacks.early_stopping",
    ],
)
def test_the_files_of_the_plan_are_where_it_puts_them(module):
    import importlib

    assert importlib.import_module(f"lehr.training.{module}").__doc__
