"""The packaging document: each of its examples, with the root package renamed."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from lehr.training import LRScheduler, StepLR

STAIRCASE = [(0, 0.1), (29, 0.1), (30, 0.01), (59, 0.01), (60, 0.001), (99, 0.0001)]


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Linear(4, 2)


@pytest.fixture
def train_data():
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(64, 4, generator=generator)
    return list(zip(x.split(16), (x.sum(1) > 0).long().split(16), strict=True))


@pytest.fixture
def val_data(train_data):
    return train_data[:2]


def test_every_import_pattern_gives_the_same_class():
    # Option 3: Import from training top-level
    from lehr.training import StepLR as third

    # Option 4: Import entire module
    from lehr.training import schedulers

    # Option 1: Direct import from schedulers module
    # Option 2: Import from schedulers subpackage
    from lehr.training.schedulers import StepLR as first

    sched = schedulers.StepLR(base_lr=0.1, step_size=30, gamma=0.1)
    assert first is third is type(sched)


def test_the_contract_is_where_the_document_imports_it_from():
    from lehr.training.base import LRScheduler as contract

    assert contract is LRScheduler


@pytest.mark.parametrize("name", ["StepLR", "CosineAnnealingLR", "WarmupLR"])
def test_the_subpackage_and_the_package_export_each_scheduler(name):
    from lehr import training
    from lehr.training import schedulers

    assert name in training.__all__
    assert name in schedulers.__all__
    assert getattr(training, name) is getattr(schedulers, name)
    assert issubclass(getattr(training, name), LRScheduler)


@pytest.mark.parametrize(
    "first",
    [
        "lehr.training",
        "lehr.training.base",
        "lehr.training.schedulers",
        "lehr.training.schedulers.base",
    ],
)
def test_no_import_is_circular_whichever_comes_first(first):
    code = (
        f"import {first}; from lehr.training.schedulers import StepLR; "
        "from lehr.training import LRScheduler; "
        "print(StepLR(base_lr=1.0, step_size=30, gamma=0.5).get_lr(30))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert (run.stdout.strip(), run.stderr) == ("0.5", "")


def test_with_optimizers(model):
    from lehr.training import SGD, StepLR

    optimizer = SGD(learning_rate=0.1)
    scheduler = StepLR(base_lr=0.1, step_size=30, gamma=0.1)

    # Training loop
    used = []
    for epoch in range(100):
        new_lr = scheduler.get_lr(epoch)
        optimizer.set_lr(new_lr)
        used.append(optimizer.get_lr())

    for epoch, rate in STAIRCASE:
        assert used[epoch] == pytest.approx(rate, rel=1e-15)


def test_set_lr_reaches_the_groups_of_a_bound_optimizer(model):
    from lehr.training import SGD

    optimizer = SGD(learning_rate=0.1)
    bound = optimizer.bind(model)
    optimizer.set_lr(0.025)
    assert [group["lr"] for group in bound.param_groups] == [0.025]


def test_with_training_loop(model, train_data, val_data):
    from lehr.training import SGD, BaseTrainer, StepLR

    optimizer = SGD(learning_rate=0.1)
    before = model.weight.detach().clone()

    scheduler = StepLR(base_lr=0.1, step_size=30, gamma=0.1)
    trainer = BaseTrainer(
        model=model,
        optimizer=optimizer,
        scheduler=scheduler,  # Scheduler integrated into trainer
    )

    result = trainer.fit(train_data, val_data, num_epochs=100)

    assert result.stopped_by == "epochs"
    assert not torch.equal(model.weight, before)
    lrs = result.column("lr")
    assert len(lrs) == 100
    for epoch, rate in STAIRCASE:
        assert lrs[epoch] == pytest.approx(rate, rel=1e-15)


def test_with_callbacks():
    from lehr.training import LoggingCallback, StepLR

    scheduler = StepLR(base_lr=0.1, step_size=30, gamma=0.1)

    # Log LR changes
    callback = LoggingCallback(log_interval=1)

    for epoch in range(100):
        lr = scheduler.get_lr(epoch)
        callback.log("lr", lr, epoch)

    logged = callback.values("lr")
    assert [epoch for epoch, _ in logged] == list(range(100))
    for epoch, rate in STAIRCASE:
        assert logged[epoch][1] == pytest.approx(rate, rel=1e-15)


def test_usage_in_a_training_loop(model):
    from lehr.training import SGD, StepLR

    optimizer = SGD(learning_rate=0.1)
    optimizer.bind(model)
    scheduler = StepLR(
        base_lr=0.1,  # Initial learning rate
        step_size=30,  # Reduce LR every 30 epochs
        gamma=0.1,  # Multiply LR by 0.1 at each step
    )

    # In training loop
    for epoch in range(100):
        lr = scheduler.get_lr(epoch)
        optimizer.set_lr(lr)

    assert optimizer.param_groups[0]["lr"] == pytest.approx(1e-4, rel=1e-15)


@pytest.mark.parametrize(
    ("step_size", "gamma", "epoch", "rate"),
    [
        (30, 0.1, 90, 1e-4),  # classic step decay (AlexNet, VGG)
        (50, 0.5, 100, 0.025),  # gentler
        (100, 0.9, 250, 0.081),  # very gradual
    ],
)
def test_common_configurations(step_size, gamma, epoch, rate):
    schedule = StepLR(base_lr=0.1, step_size=step_size, gamma=gamma)
    assert schedule.get_lr(epoch) == pytest.approx(rate, rel=1e-15)
    assert schedule.get_lr(epoch, batch=7) == schedule.get_lr(epoch)


def test_steplr_import_from_schedulers():
    """Test StepLR can be imported from schedulers module."""
    from lehr.training.schedulers import StepLR

    sched = StepLR(base_lr=0.1, step_size=10, gamma=0.1)
    assert sched.get_lr(10) == pytest.approx(0.01)


def test_steplr_import_from_training():
    """Test StepLR can be imported from training top-level."""
    from lehr.training import StepLR

    sched = StepLR(base_lr=0.1, step_size=10, gamma=0.1)
    assert sched.get_lr(10) == pytest.approx(0.01)


def test_the_schedulers_need_the_standard_library_only():
    code = (
        "import sys; from lehr.training import StepLR, CosineAnnealingLR, WarmupLR; "
        "StepLR(0.1, 30, 0.1).get_lr(3); "
        "print([m for m in ('torch', 'numpy', 'jax') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
