"""When early stopping stops, what it knows then, and which weights it leaves.

The cases of the reference suite hold with one difference: there, patience p stops at
the p-th bad evaluation in a row; here p bad ones are tolerated and the next stops.
"""

import pytest
import torch

from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    EarlyStopping,
    TimeLimit,
    accuracy,
)
from training.callbacks import scripted


class Tape(Callback):
    """The weights after each epoch, as they were evaluated."""

    def __init__(self):
        self.weights = []

    def on_evaluate(self, context):
        self.weights.append(scripted.weights(context.trainer.model).clone())


def stopping(reference_patience, **options):
    """With the patience of the reference suite."""
    return EarlyStopping("val_x", patience=reference_patience - 1, **options)


@pytest.mark.parametrize(
    ("values", "options", "epochs"),
    [
        ([0.5, 0.6, 0.6, 0.6, 0.6], {"reference_patience": 3}, 4),
        ([0.5, 0.6, 0.6, 0.4, 0.5], {"reference_patience": 3}, 5),
        ([0.5, 0.495, 0.496, 0.1], {"reference_patience": 2, "min_delta": 0.01}, 3),
        ([0.5, 0.48, 0.49, 0.49], {"reference_patience": 2, "min_delta": 0.01}, 4),
        ([1.0, 0.9999, 0.9998, 0], {"reference_patience": 2, "min_delta": 1e-3}, 3),
        ([0.5, 0.6, 0.5, 0.5, 0.5, 1], {"reference_patience": 3, "mode": "max"}, 5),
        (
            [0.8, 0.7999, 1],
            {"reference_patience": 1, "min_delta": 1e-3, "mode": "max"},
            2,
        ),
        ([0.5, 0.5, 0.5], {"reference_patience": 1}, 2),
        ([0.7] * 9, {"reference_patience": 4}, 5),
    ],
)
def test_the_cases_of_the_reference_suite(values, options, epochs):
    callback = stopping(**options)
    result = scripted.run(values, callback)
    assert result.epochs == epochs
    assert (result.stopped_by == "early stopping") == (epochs < len(values))


@pytest.mark.parametrize(
    ("values", "options", "bad"),
    [
        ([1.0, 0.998], {"min_delta": 0.001}, 0),
        ([0.8, 0.805], {"min_delta": 0.001, "mode": "max"}, 0),
        ([0.5, 0.6, 0.6, 0.4], {}, 0),
        ([1.0, 0.999], {"min_delta": 0.001}, 1),  # equal to the margin: no improvement
    ],
)
def test_the_count_of_bad_evaluations(values, options, bad):
    callback = stopping(9, **options)
    scripted.run(values, callback)
    assert callback.summary()["bad_in_a_row"] == bad


@pytest.mark.parametrize(
    ("values", "mode", "best_epochs"),
    [
        ([0.5, 0.6, 0.3, 0.4], "min", [0, 0, 2, 2]),
        ([0.6, 0.7, 0.8, 0.75], "max", [0, 1, 2, 2]),
    ],
)
def test_the_best_epoch_is_known_at_any_time(values, mode, best_epochs):
    callback = EarlyStopping("val_x", mode=mode)
    seen = []

    class Watch(Callback):
        order = 101

        def on_evaluate(self, context):
            seen.append(callback.best_epoch)

    assert (callback.best_epoch, callback.best_value) == (None, None)
    scripted.run(values, callback, Watch())
    assert seen == best_epochs
    assert callback.best_value == values[best_epochs[-1]]


def test_an_epoch_that_improves_never_stops_whatever_the_patience():
    values = [0.9, 0.8, 0.7, 0.6]
    assert scripted.run(values, EarlyStopping("val_x", patience=0)).epochs == 4


def test_after_a_stop_it_tells_what_led_to_it():
    callback = EarlyStopping("val_x", patience=1)
    scripted.run([3.0, 2.0, 2.5, 2.5, 1.0], callback)
    assert callback.summary() == {
        "monitor": "val_x",
        "best_value": 2.0,
        "best_epoch": 1,
        "stopped_epoch": 3,
        "bad_in_a_row": 2,
        "patience": 1,
        "why": "no improvement for 2 evaluations, 1 tolerated; best 2 at evaluation 1",
    }


def test_a_fresh_run_begins_without_the_memory_of_another():
    callback = EarlyStopping("val_x", patience=0)
    assert scripted.run([1.0, 1.0, 0.0], callback).epochs == 2
    assert scripted.run([9.0, 8.0, 7.0], callback).epochs == 3
    assert callback.best_value == 7.0


@pytest.mark.parametrize("keep_on", ["cpu", "device"])
def test_the_best_weights_are_given_back_when_it_stops(keep_on):
    tape = Tape()
    callback = EarlyStopping("val_x", patience=1, restore_best=True, keep_on=keep_on)
    trainer = scripted.trainer_of([3.0, 1.0, 2.0, 2.0, 0.0], [tape, callback])
    assert scripted.fit(trainer).stopped_by == "early stopping"
    assert torch.equal(scripted.weights(trainer.model), tape.weights[1])
    assert not torch.equal(tape.weights[1], tape.weights[-1])


def test_they_are_given_back_at_the_goal_too():
    tape = Tape()
    callback = EarlyStopping("val_x", restore_best=True)
    trainer = scripted.trainer_of([1.0, 2.0, 3.0], [tape, callback])
    assert scripted.fit(trainer, 3).stopped_by == "epochs"
    assert torch.equal(scripted.weights(trainer.model), tape.weights[0])


@pytest.mark.parametrize("restore", [False, True])
def test_a_run_that_will_go_on_keeps_its_last_weights(restore):
    tape = Tape()
    callback = EarlyStopping("val_x", restore_best=restore)
    limit = TimeLimit(1e-9)
    trainer = scripted.trainer_of([1.0], [tape, callback, limit])
    assert scripted.fit(trainer).stopped_by == "time limit"
    assert torch.equal(scripted.weights(trainer.model), tape.weights[-1])


def test_without_restoring_the_last_weights_stay():
    tape = Tape()
    trainer = scripted.trainer_of([1.0, 2.0], [tape, EarlyStopping("val_x")])
    scripted.fit(trainer, 2)
    assert torch.equal(scripted.weights(trainer.model), tape.weights[-1])


def test_weights_of_no_finite_evaluation_are_not_restored():
    callback = EarlyStopping("val_x", patience=0, restore_best=True)
    tape = Tape()
    trainer = scripted.trainer_of([float("nan")], [tape, callback])
    scripted.fit(trainer)
    assert torch.equal(scripted.weights(trainer.model), tape.weights[-1])


def test_the_best_weights_survive_a_restart(tmp_path):
    values = [1.0, 3.0, 3.0, 3.0, 3.0]

    def part(values, epochs, tape, **options):
        callbacks = [
            tape,
            EarlyStopping("val_x", patience=3, restore_best=True),
            Checkpointing(monitor="val_x", keep_best=0),
        ]
        trainer = scripted.trainer_of(values, callbacks, folder=tmp_path)
        result = scripted.fit(trainer, epochs, **options)
        return result, trainer

    first, second = Tape(), Tape()
    part(values[:2], 2, first)
    result, trainer = part(values[2:], 9, second, resume=True)
    assert (result.stopped_by, result.epochs) == ("early stopping", 5)
    assert torch.equal(scripted.weights(trainer.model), first.weights[0])
    # Resumed once more it ends where it had ended, with the best weights again.
    result, trainer = part([], 9, Tape(), resume=True)
    assert (result.stopped_by, result.epochs) == ("early stopping", 5)
    assert torch.equal(scripted.weights(trainer.model), first.weights[0])


def test_the_checkpoint_has_the_last_weights_so_that_the_run_can_go_on(tmp_path):
    tape = Tape()
    callbacks = [
        tape,
        EarlyStopping("val_x", patience=0, restore_best=True),
        Checkpointing(monitor="val_x", keep_best=0),
    ]
    trainer = scripted.trainer_of([1.0, 2.0], callbacks, folder=tmp_path)
    result = scripted.fit(trainer)
    saved = trainer.store.load(result.checkpoint)["model"]
    assert torch.equal(
        torch.cat([v.flatten() for v in saved.values()]), tape.weights[1]
    )


def test_an_unknown_place_for_the_copy_is_refused():
    with pytest.raises(
        ValueError, match="keep_on must be one of cpu, device, got 'gpu'"
    ):
        EarlyStopping(keep_on="gpu")


def test_the_metric_of_the_best_is_that_of_the_trainer_unless_another_is_named():
    stopping, saving = EarlyStopping(patience=3), Checkpointing(keep_best=2)
    named = EarlyStopping("val_loss"), Checkpointing(monitor="val_accuracy", mode="min")
    model = torch.nn.Linear(2, 2)
    BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        metrics={"accuracy": accuracy},
        monitor="val_accuracy",
        mode="max",
        callbacks=[stopping, saving, *named],
    )
    assert (stopping.monitor, stopping.stopper.mode) == ("val_accuracy", "max")
    assert stopping.stopper.patience == 3
    assert (saving.retention.monitor, saving.retention.mode) == ("val_accuracy", "max")
    assert saving.retention.best == 2
    assert (named[0].monitor, named[0].stopper.mode) == ("val_loss", "min")
    assert named[1].retention.mode == "min"
