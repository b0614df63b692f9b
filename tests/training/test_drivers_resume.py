"""A run under any scheduler of lehr's goes on exactly where it ended."""

import pytest
import torch
from torch.optim import lr_scheduler

from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    CosineAnnealingLR,
    MultiStepLR,
    ReduceLROnPlateau,
    StepLR,
    StepScheduler,
    WarmupCosineAnnealingLR,
    WarmupScheduler,
    snapshot,
)
from training import runs


class Watch(Callback):
    def __init__(self):
        self.rates = []

    def on_update(self, context):
        self.rates.append([float(rate) for rate in context.rates])


class Crash(Callback):
    def __init__(self, update):
        self.update = update

    def on_update(self, context):
        if context.update == self.update:
            raise ZeroDivisionError


def trainer_of(folder, scheduler, *callbacks, groups=1, **options):
    model = runs.net()
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(
        [
            {"params": parameters[i::groups], "lr": 0.1 / (i + 1), "momentum": 0.9}
            for i in range(groups)
        ]
    )
    watch = Watch()
    callbacks = [watch, Checkpointing(every_updates=1), *callbacks]
    options = {"accumulation": runs.ACCUMULATION, **options}
    one = BaseTrainer(
        model, optimizer, scheduler, folder=folder, callbacks=callbacks, **options
    )
    return one, watch.rates


@pytest.mark.parametrize("crash", [3, 4, 7, 12])
@pytest.mark.parametrize(
    ("make", "options"),
    [
        (lambda: StepLR(0.1, 1, 0.5), {}),
        (lambda: WarmupCosineAnnealingLR(0.1, 2, 4), {"groups": 2}),
        (lambda: CosineAnnealingLR(0.1, 20), {"step_per": "update"}),
        (lambda: StepScheduler(0.1, 3, 0.5, "step"), {}),
        (lambda: WarmupScheduler(0.1, 3, mode="epoch"), {"groups": 2}),
        (lambda: StepScheduler(0.1, 3, 0.5, "step", order="before"), {}),
        (lambda: StepScheduler(0.1, 1, 0.5, "epoch", order="before"), {}),
        (lambda: ReduceLROnPlateau(0.1, "max", 0.5, 1), {}),
    ],
)
def test_20_updates_in_one_go_are_those_of_a_run_that_crashed(
    tmp_path, make, options, crash
):
    whole, straight = trainer_of(tmp_path / "whole", make(), **options)
    runs.fit(whole, updates=20)
    first, before = trainer_of(tmp_path / "parts", make(), Crash(crash), **options)
    with pytest.raises(ZeroDivisionError):
        runs.fit(first, updates=20)
    second, after = trainer_of(tmp_path / "parts", make(), **options)
    runs.fit(second, updates=20, resume=True)
    assert runs.digest(second) == runs.digest(whole)
    assert before[:crash] + after == straight
    assert len({tuple(rates) for rates in straight}) > 1, "the rate has moved"


def test_another_curve_is_refused_on_resume_unless_it_is_to_be_followed(tmp_path):
    one, _ = trainer_of(tmp_path, StepLR(0.1, 1, 0.5))
    runs.fit(one, updates=7)
    other, rates = trainer_of(tmp_path, MultiStepLR(0.1, [1], 0.25))
    message = r"followed .*Step\(start=0.1, factor=0.5, every=1\).*on_change = 'overr"
    with pytest.raises(ValueError, match=message):
        runs.fit(other, updates=9, resume=True)
    other.clock.on_change = "override"
    runs.fit(other, updates=9, resume=True)
    assert rates == [[0.025], [0.025]]


def test_a_policy_reaches_a_scheduler_that_counts(tmp_path):
    one, _ = trainer_of(tmp_path, StepScheduler(0.1, 2, 0.5))
    runs.fit(one, updates=7)
    other, rates = trainer_of(tmp_path, StepScheduler(0.1, 7, 0.25))
    with pytest.raises(ValueError, match="step_size was 2 and is 7"):
        runs.fit(other, updates=8, resume=True)
    other.clock.on_change = "override"
    runs.fit(other, updates=8, resume=True)
    assert rates == [[0.025]]


def test_the_unit_is_part_of_the_configuration(tmp_path):
    one, _ = trainer_of(tmp_path, StepLR(0.1, 1, 0.5))
    other, _ = trainer_of(tmp_path / "b", StepLR(0.1, 1, 0.5), step_per="update")
    with pytest.raises(ValueError, match="'step_per': 'epoch'"):
        snapshot.put_back(other, snapshot.take(one))


def test_another_librarys_scheduler_does_not_take_the_state_of_another(tmp_path):
    def trainer(make):
        model = runs.net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        callbacks = [Checkpointing()]
        scheduler = make(optimizer)
        return BaseTrainer(
            model, optimizer, scheduler, folder=tmp_path, callbacks=callbacks
        )

    runs.fit(trainer(lambda o: lr_scheduler.StepLR(o, 3)), updates=4)
    for make, name in [
        (lambda o: lr_scheduler.CosineAnnealingLR(o, 9), "CosineAnnealingLR"),
        (lambda o: StepLR(0.1, 1, 0.5), "one of lehr's"),
    ]:
        other = trainer(make)
        before = runs.digest(other)
        with pytest.raises(
            ValueError, match=f"state of StepLR, the trainer has {name}"
        ):
            runs.fit(other, updates=6, resume=True)
        assert runs.digest(other) == before, "what is refused changes nothing"
    other = trainer(lambda o: StepLR(0.1, 1, 0.5))
    other.clock.on_change = "override"
    runs.fit(other, updates=6, resume=True)
    assert other.rates == [0.1]
