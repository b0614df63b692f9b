"""Each make of scheduler is moved as it wants; update 0 has the right rate too."""

import pytest
import torch
from torch.optim import lr_scheduler

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.training import (
    SGD,
    BaseTrainer,
    CosineScheduler,
    ExponentialLR,
    LRScheduler,
    MultiStepLR,
    ReduceLROnPlateau,
    StepLR,
    StepScheduler,
    TrainingLoop,
    WarmupLR,
    WarmupScheduler,
)
from lehr.training.clock import Clock
from training import runs

UPDATES = 14  # of an epoch


def optimizer_of(model, lr=1.0):
    return torch.optim.SGD(model.parameters(), lr=lr)


def trainer_of(scheduler, model=None, **options):
    """A trainer that notes the rates that its updates used."""
    model = runs.net() if model is None else model
    optimizer = optimizer_of(model)
    if not isinstance(scheduler, (LRScheduler, StepScheduler, ReduceLROnPlateau)):
        scheduler = scheduler(optimizer)
    watch = Watch()
    trainer = BaseTrainer(model, optimizer, scheduler, callbacks=[watch], **options)
    return trainer, watch.rates


class Watch(runs.Callback):
    def __init__(self):
        self.rates = []

    def on_update(self, context):
        self.rates.append(float(context.rates[0]))


def rates_of(scheduler, epochs=3, validation=True, **options):
    trainer, rates = trainer_of(scheduler, **options)
    data = runs.validation() if validation else None
    trainer.fit(runs.batches("lehr"), data, epochs)
    assert [row["lr"] for row in trainer.history] == rates[UPDATES - 1 :: UPDATES]
    return rates


def test_a_rate_by_epoch_holds_for_each_of_its_updates():
    assert rates_of(StepLR(0.5, 1, 0.5)) == [0.5] * 14 + [0.25] * 14 + [0.125] * 14
    assert rates_of(WarmupLR(1.0, 2))[::14] == [0.0, 0.5, 1.0]
    assert rates_of(MultiStepLR(1.0, [2], 0.5))[::14] == [1.0, 1.0, 0.5]


def test_a_rate_by_epoch_may_be_asked_by_update():
    scheduler = ExponentialLR(0.5, 0.5)
    rates = rates_of(scheduler, epochs=1, step_per="update")
    assert rates == [scheduler.get_lr(update) for update in range(14)]


@pytest.mark.parametrize("order", ["after", "before"])
def test_one_that_counts_is_moved_by_its_mode_and_order(order):
    by_update = StepScheduler(0.5, 3, 0.5, "step", order=order)
    rates = rates_of(by_update, epochs=2)
    assert rates == [0.5 * 0.5 ** (update // 3) for update in range(28)]
    assert by_update.counter == 28
    by_epoch = StepScheduler(0.5, 2, 0.5, "epoch", order=order)
    assert rates_of(by_epoch) == [0.5] * 28 + [0.25] * 14
    assert by_epoch.counter == 3


def test_one_that_counts_may_have_the_optimizer_itself():
    model = runs.net()
    optimizer = SGD(0.3)
    scheduler = WarmupScheduler(1.0, 4, 0.5, optimizer=optimizer)
    trainer = BaseTrainer(model, optimizer, scheduler)
    assert trainer.rates == [0.5]
    trainer.fit(runs.batches("lehr"), updates=3)
    assert (trainer.rates, optimizer.get_lr()) == ([0.75], 0.875)


@pytest.mark.parametrize("wrapped", [False, True])
def test_one_of_another_optimizer_is_refused(wrapped):
    optimizer = optimizer_of(runs.net())
    other = SGD() if wrapped else optimizer_of(runs.net())
    with pytest.raises(ValueError, match="belongs to another optimizer"):
        Clock(StepScheduler(0.1, optimizer=other), optimizer)


def test_the_plateau_is_moved_by_the_metric_of_each_evaluation():
    metrics = iter([0.5, 0.6, 0.7, 0.4])

    class Scripted(BaseTrainer):
        def validate(self, val_loader):
            return {"val_loss": next(metrics)}

    model = runs.net()
    scheduler = ReduceLROnPlateau(0.5, factor=0.5, patience=2)
    watch = Watch()
    trainer = Scripted(model, optimizer_of(model), scheduler, callbacks=[watch])
    trainer.fit(runs.batches("lehr"), runs.validation(), 4)
    assert watch.rates[::14] == [0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize(
    "make",
    [
        lambda o: ReduceLROnPlateau(0.1),
        lambda o: lr_scheduler.ReduceLROnPlateau(o),
    ],
)
def test_what_follows_a_metric_needs_one(make):
    trainer, _ = trainer_of(make)
    with pytest.raises(ValueError, match="driven by 'val_loss', so it needs evalua"):
        trainer.fit(runs.batches("lehr"), num_epochs=1)


def test_lehrs_bound_scheduler_may_count_epochs():
    rates = rates_of(lambda o: Scheduler(o, lr=Linear(1.0, 0.0, 4)), step_per="epoch")
    assert rates == [1.0] * 14 + [0.75] * 14 + [0.5] * 14


def test_param_groups_keep_the_ratios_of_their_rates():
    model = runs.net()
    body, head = list(model[:2].parameters()), list(model[4].parameters())
    groups = [{"params": body, "lr": 0.1}, {"params": head, "lr": 0.05}]
    optimizer = torch.optim.SGD(groups)
    loop = TrainingLoop(model, optimizer, WarmupLR(1.0, 2))
    steps = []
    for _ in range(3):
        loop.run(runs.batches("lehr"))
        steps.append([group["lr"] for group in optimizer.param_groups])
    assert steps == [[0.5, 0.25], [1.0, 0.5], [1.0, 0.5]]


def test_a_loop_counts_its_epochs_and_goes_to_one_that_is_named():
    model = runs.net()
    loop = TrainingLoop(model, SGD(), StepLR(1.0, 1, 0.5))
    rate = loop.optimizer.param_groups[0]
    for expected in (0.5, 0.25):
        loop.run(runs.batches("lehr"))
        assert rate["lr"] == expected
    loop.run(runs.batches("lehr"), epoch=6)
    assert (rate["lr"], loop.clock.epochs) == (2.0**-7, 7)


def test_a_unit_that_the_scheduler_does_not_count_is_refused():
    optimizer = optimizer_of(runs.net())
    scheduler = CosineScheduler(0.1, 3, mode="epoch")
    assert Clock(scheduler, optimizer, "epoch").per == "epoch"
    with pytest.raises(ValueError, match="must be 'epoch' for this CosineScheduler"):
        Clock(scheduler, optimizer, "update")


@pytest.mark.parametrize(
    "make", [lambda o: ReduceLROnPlateau(0.1), lr_scheduler.ReduceLROnPlateau]
)
def test_what_follows_a_metric_is_not_moved_by_updates(make):
    optimizer = optimizer_of(runs.net())
    assert Clock(make(optimizer), optimizer, "epoch").per == "epoch"
    with pytest.raises(ValueError, match="left out for ReduceLROnPlateau: it is moved"):
        Clock(make(optimizer), optimizer, "update")


def test_timms_schedulers_are_told_the_epochs_done(timm_scheduler):
    def make(optimizer):
        return timm_scheduler.StepLRScheduler(optimizer, decay_t=1, decay_rate=0.5)

    assert rates_of(make) == [1.0] * 14 + [0.5] * 14 + [0.25] * 14


def test_timms_schedulers_are_told_the_updates_done(timm_scheduler):
    def make(optimizer):
        return timm_scheduler.StepLRScheduler(
            optimizer, decay_t=5, decay_rate=0.5, t_in_epochs=False
        )

    assert rates_of(make, epochs=1) == [1.0] * 5 + [0.5] * 5 + [0.25] * 4
    with pytest.raises(ValueError, match="must be 'update' for this StepLRScheduler"):
        rates_of(make, step_per="epoch")


@pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated")
def test_timms_plateau_is_shown_the_metric_of_the_epoch(timm_scheduler):
    def make(optimizer):
        return timm_scheduler.PlateauLRScheduler(
            optimizer, decay_rate=0.5, patience_t=0, threshold=10.0, mode="max"
        )

    assert rates_of(make)[::14] == [1.0, 1.0, 0.5]
    with pytest.raises(ValueError, match="PlateauLRScheduler is driven by"):
        rates_of(make, validation=False)


@pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated")
def test_timms_plateau_does_not_forget_what_it_was_not_told_yet(
    timm_scheduler, tmp_path
):
    def trainer(folder, metrics):
        class Scripted(BaseTrainer):
            def validate(self, val_loader):
                return {"val_loss": next(metrics)}

        model = runs.net()
        optimizer = optimizer_of(model)
        options = {"decay_rate": 0.5, "patience_t": 0, "mode": "min"}
        scheduler = timm_scheduler.PlateauLRScheduler(optimizer, **options)
        options = {"folder": folder, "callbacks": [runs.Checkpointing()]}
        return Scripted(model, optimizer, scheduler, evaluate_every=9, **options)

    def fit(one, **options):
        one.fit(runs.batches("lehr"), runs.validation(), **options)
        return one.rates

    worse = [1.0, 2.0, 3.0, 4.0, 5.0]  # after updates 9, 18, 27, 36, and the last
    whole = fit(trainer(tmp_path / "whole", iter(worse)), num_epochs=3)
    assert whole == [0.5]
    fit(trainer(tmp_path / "parts", iter(worse)), updates=27)
    second = trainer(tmp_path / "parts", iter(worse[3:]))
    assert fit(second, num_epochs=3, resume=True) == whole
