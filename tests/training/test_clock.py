"""A scheduler of any make is moved when it should be, and only then."""

import pytest
import torch
from torch.optim import lr_scheduler

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.training import BaseTrainer, RateMonitor, TrainingLoop
from lehr.training.clock import Clock
from training import runs


def optimizer_of(model, lr=1.0):
    return torch.optim.SGD(model.parameters(), lr=lr)


def rates_of(make, epochs=3, **options):
    """The rates that the 14 updates of each epoch used, by the history."""
    model = runs.net()
    optimizer = optimizer_of(model)
    seen = []

    class Watch(RateMonitor):
        def on_update(self, context):
            seen.append(float(context.rates[0]))

    trainer = BaseTrainer(
        model, optimizer, make(optimizer), callbacks=[Watch()], **options
    )
    trainer.fit(runs.batches("lehr"), runs.validation(), epochs)
    return seen


def test_torchs_schedulers_move_once_per_update():
    rates = rates_of(lambda o: lr_scheduler.ExponentialLR(o, 0.9), epochs=1)
    assert rates == pytest.approx([0.9**t for t in range(14)])


def test_torchs_schedulers_move_once_per_epoch_when_told_so():
    rates = rates_of(lambda o: lr_scheduler.StepLR(o, 2, 0.1), step_per="epoch")
    assert rates == pytest.approx([1.0] * 28 + [0.1] * 14)


def test_lehrs_scheduler_gives_update_t_the_value_at_t():
    schedule = Linear(1.0, 0.0, 14)
    rates = rates_of(lambda o: Scheduler(o, lr=schedule), epochs=1)
    assert rates == [schedule(t) for t in range(14)]


def test_lehrs_scheduler_counts_the_samples():
    model = runs.net()
    optimizer = optimizer_of(model)
    scheduler = Scheduler(optimizer, lr=Linear(1.0, 0.0, 14))
    TrainingLoop(model, optimizer, scheduler).run(runs.batches("lehr"))
    assert (scheduler.position.updates, scheduler.position.samples) == (14, 54)


def test_plateau_moves_by_the_metric_of_each_evaluation():
    rates = rates_of(
        lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1, threshold=10.0),
        epochs=5,  # with such a threshold no evaluation is good
    )
    assert rates[::14] == pytest.approx([1.0, 1.0, 0.1, 0.1, 0.01])


def test_plateau_without_its_metric_is_told():
    optimizer = optimizer_of(runs.net())
    clock = Clock(lr_scheduler.ReduceLROnPlateau(optimizer), optimizer)
    with pytest.raises(ValueError, match="needs the metric 'val_loss'"):
        clock.after_evaluation({"val_accuracy": 1.0})


@pytest.mark.parametrize(
    "make",
    [
        lambda o: lr_scheduler.MultiStepLR(o, [3, 9], 0.5),
        lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=40),
        lambda o: lr_scheduler.CosineAnnealingLR(o, 20),
        lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0),
        lambda o: lr_scheduler.SequentialLR(
            o,
            [lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, 0.9)],
            milestones=[4],
        ),
        lambda o: lr_scheduler.LambdaLR(o, lambda t: 0.9**t),
    ],
)
def test_torchs_schedulers_are_resumed_exactly(tmp_path, make):
    def trainer(folder):
        model = runs.net()
        optimizer = optimizer_of(model, lr=0.1)
        options = {"folder": folder, "callbacks": [runs.Checkpointing()]}
        return BaseTrainer(model, optimizer, make(optimizer), **options)

    whole, first = trainer(tmp_path / "whole"), trainer(tmp_path / "parts")
    whole.fit(runs.batches("lehr"), runs.validation(), 2)
    first.fit(runs.batches("lehr"), runs.validation(), 1)
    second = trainer(tmp_path / "parts")
    second.fit(runs.batches("lehr"), runs.validation(), 2, resume=True)
    assert runs.digest(second) == runs.digest(whole)


def test_what_cannot_be_driven_is_refused():
    optimizer = optimizer_of(runs.net())
    with pytest.raises(TypeError, match=r"Linear\w* lacks step, state_dict"):
        Clock(Linear(1.0, 0.0, 3), optimizer)
    other = optimizer_of(runs.net())
    with pytest.raises(ValueError, match="belongs to another optimizer"):
        Clock(lr_scheduler.StepLR(other, 3), optimizer)
    with pytest.raises(ValueError, match="leave out step_per='epoch'"):
        Clock(
            Scheduler(optimizer, clock="samples", lr=Linear(1.0, 0.0, 3)),
            optimizer,
            "epoch",
        )
    with pytest.raises(ValueError, match="did you mean 'epoch'"):
        Clock(None, optimizer, "epochs")
