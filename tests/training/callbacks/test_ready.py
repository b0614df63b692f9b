"""The callbacks that come with lehr."""

import json

import pytest
import torch
from torch import nn

from lehr import Linear
from lehr.bindings.torch import Scheduler, times_base
from lehr.controllers import Stopper
from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    EarlyStopping,
    JsonLines,
    Logger,
    LoggingCallback,
    RateMonitor,
    read_json_lines,
)
from training import runs


def scripted(values, callbacks, folder=None, **options):
    """A run whose metric `val_x` takes these values, one per epoch."""
    values = iter(values)
    model = nn.Linear(8, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    metrics = {"x": lambda *_: next(values)}
    trainer = BaseTrainer(
        model, optimizer, metrics=metrics, callbacks=callbacks, folder=folder, **options
    )
    data = [runs.table(8)]
    return trainer.fit(data, data, num_epochs=9)


def test_early_stopping_stops_when_its_stopper_does():
    values = [5.0, 4.0, 4.5, 4.5, 4.5, 1.0, 1.0, 1.0, 1.0]
    callback = EarlyStopping("val_x", patience=1)
    result = scripted(values, [callback])
    verdicts = Stopper("min", patience=1).replay(values)
    assert result.epochs == [v.stop for v in verdicts].index(True) + 1 == 4
    assert result.stopped_by == "early stopping"
    assert callback.verdict.best == 4.0


def test_early_stopping_takes_a_whole_stopper():
    stopper = Stopper("max", target=0.9)
    result = scripted([0.1, 0.95, 0.1], [EarlyStopping("val_x", stopper=stopper)])
    assert result.epochs == 2


def test_early_stopping_may_watch_the_training_loss():
    stopper = Stopper("min", divergence=1e-9)
    watched = EarlyStopping("train_loss", stopper=stopper)
    assert scripted([0.0] * 9, [watched]).epochs == 1


def test_changed_settings_go_on_after_a_stop(tmp_path):
    def resumed(patience):
        callbacks = [EarlyStopping("val_x", patience=patience), Checkpointing()]
        options = {"callbacks": callbacks, "folder": tmp_path}
        model = nn.Linear(8, 3)
        trainer = BaseTrainer(
            model,
            torch.optim.SGD(model.parameters(), lr=0.1),
            metrics={"x": lambda *_: 1.0},
            **options,
        )
        data = [runs.table(8)]
        return trainer.fit(data, data, num_epochs=9, resume="auto").epochs

    assert resumed(patience=1) == 3
    assert resumed(patience=1) == 3
    assert resumed(patience=2) == 4


@pytest.mark.parametrize("make", [EarlyStopping, lambda m: Checkpointing(monitor=m)])
def test_a_metric_that_will_never_come_is_refused_at_the_start(tmp_path, make):
    with pytest.raises(ValueError, match="this run has train_loss, val_loss, val_x"):
        scripted([1.0], [make("val_y")], tmp_path)


def test_checkpoints_hold_the_best_and_the_last(tmp_path):
    checkpointing = Checkpointing(monitor="val_x", mode="max")
    result = scripted([1, 5, 2, 5, 3, 4, 1, 2, 3], [checkpointing], tmp_path)
    saved = BaseTrainer(
        model := nn.Linear(8, 3),
        torch.optim.SGD(model.parameters(), lr=0.1),
        folder=tmp_path,
    ).store.entries()
    assert [entry.manifest.epochs for entry in saved] == [2, 9]
    assert saved[0].metrics["val_x"] == 5
    assert result.checkpoint == saved[-1].path


@pytest.mark.parametrize(
    ("options", "updates"),
    [
        ({"every_updates": 4, "every_epochs": None}, [4, 8, 11]),
        ({"every_epochs": 1}, [5, 10, 11]),
        ({"every_epochs": 2}, [10, 11]),
        ({"every_epochs": None}, [11]),
    ],
)
def test_checkpoints_come_when_they_are_due_and_at_the_end(tmp_path, options, updates):
    model = runs.net()
    trainer = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        accumulation=3,
        folder=tmp_path,
        callbacks=[Checkpointing(keep_last=100, **options)],
    )
    trainer.fit(runs.batches("lehr"), updates=11)
    saved = [entry.manifest.updates for entry in trainer.store.entries()]
    assert saved == updates


def test_checkpoints_need_a_folder_and_sane_settings():
    with pytest.raises(ValueError, match="Checkpointing needs a run folder"):
        scripted([1.0], [Checkpointing(monitor="val_x")])
    with pytest.raises(ValueError, match="every_epochs must be >= 1, got 0"):
        Checkpointing(every_epochs=0)
    with pytest.raises(ValueError, match="every_updates must be >= 1, got 0"):
        Checkpointing(every_updates=0)


def test_a_record_has_what_was_known_of_its_update(tmp_path):
    log = tmp_path / "log.jsonl"
    logging = LoggingCallback(4, [JsonLines(log)])
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    trainer = BaseTrainer(
        model,
        optimizer,
        scheduler,
        accumulation=3,
        callbacks=[logging, RateMonitor()],
    )
    result = trainer.fit(runs.batches("lehr"), runs.validation(), updates=11)
    records = list(read_json_lines(log))
    assert [record["update"] for record in records] == [0, 3, 4, 7, 9, 10]
    assert [record["lr"] for record in records] == [
        0.25 * 0.5 ** record["update"] for record in records
    ]
    rows = {row["updates"] - 1: row for row in result.history}
    for record in records:
        assert isinstance(record["loss"], float)
        row = rows.get(record["update"], {})
        assert record.get("train_loss") == row.get("train_loss")
    assert [r["update"] for r in records if "val_loss" in r] == [4, 9, 10]


def test_rates_that_differ_are_logged_by_group():
    model = runs.net()
    groups = [
        {"params": model[0].parameters(), "lr": 0.1, "name": "first"},
        {"params": model[4].parameters(), "lr": 0.2},
    ]
    seen = []

    class Watch(Callback):
        def on_log(self, context):
            seen.append(context.record)

    optimizer = torch.optim.SGD(groups)
    trainer = BaseTrainer(model, optimizer, callbacks=[RateMonitor(), Watch()])
    trainer.fit(runs.batches("lehr"), updates=1)
    assert (seen[0]["lr/first"], seen[0]["lr/1"]) == (0.1, 0.2)


def test_all_that_is_scheduled_is_logged_as_it_was_used(tmp_path):
    model = runs.net()
    groups = [
        {"params": model[0].parameters(), "weight_decay": 0.5, "name": "first"},
        {"params": model[4].parameters(), "weight_decay": 0.25, "name": "last"},
    ]
    optimizer = torch.optim.AdamW(groups, lr=torch.tensor(0.5))
    plan = {"lr": Linear(0.5, 0.0, 4), "beta1": Linear(0.75, 0.5, 8)}
    fall = Linear(1.0, 0.0, 4)
    scheduler = Scheduler(optimizer, weight_decay=times_base(fall), **plan)
    log = JsonLines(tmp_path / "log.jsonl")
    callbacks = [RateMonitor("rate"), LoggingCallback(1, [log])]
    trainer = BaseTrainer(model, optimizer, scheduler, callbacks=callbacks)
    trainer.fit(runs.batches("lehr"), updates=4)
    for update, record in enumerate(read_json_lines(log.path)):
        assert record["rate"] == plan["lr"](update)
        assert record["beta1"] == plan["beta1"](update)
        assert record["weight_decay/first"] == 0.5 * fall(update)
        assert record["weight_decay/last"] == 0.25 * fall(update)
        assert "lr" not in record


def test_a_logger_that_fails_is_left_out_and_reported_once(tmp_path, caplog):
    class Broken(Logger):
        def open(self, updates):
            pass

        def log(self, record):
            raise OSError("the disk is full")

    log = JsonLines(tmp_path / "log.jsonl")
    scripted([1.0] * 9, [LoggingCallback(1, [Broken(), log])])
    assert caplog.text.count("the disk is full") == 1
    assert len(list(read_json_lines(log.path))) == 9


def test_values_can_be_logged_by_hand():
    callback = LoggingCallback(log_interval=2)
    for epoch in range(5):
        callback.log("lr", torch.tensor(0.5), epoch)
    assert callback.values("lr") == [(0, 0.5), (2, 0.5), (4, 0.5)]
    assert callback.values("loss") == []
    with pytest.raises(ValueError, match="log_interval must be >= 1, got 0"):
        LoggingCallback(0)


def test_the_metrics_file_is_plain_json(tmp_path):
    log = JsonLines(tmp_path / "log.jsonl")
    log.log({"update": 0, "loss": float("inf")})
    log.close()
    assert json.loads(log.path.read_text()) == {"update": 0, "loss": "Infinity"}
