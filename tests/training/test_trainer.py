"""The trainer: goals, history, evaluation, events, and what is refused."""

import copy

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    Callback,
    EmptyDataError,
    NonFiniteError,
    Trainer,
    accuracy,
)
from lehr.training.callbacks.base import EVENTS
from training import runs


def bare(**options):
    model = runs.net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    return BaseTrainer(model, optimizer, **options)


def weights(trainer):
    return torch.cat([p.detach().flatten() for p in trainer.model.parameters()])


class Recorder(Callback):
    """Notes every event, with the place of the run."""

    def __init__(self):
        self.events = []


def _noting(event):
    def note(self, context):
        trainer = context.trainer
        self.events.append((event, trainer.updates, trainer.epochs))

    return note


for _event in EVENTS:
    setattr(Recorder, _event, _noting(_event))


def test_the_events_come_in_their_order():
    recorder = Recorder()
    batches = list(zip(*(t.split(27) for t in runs.table()), strict=True))
    bare(callbacks=[recorder]).fit(batches, runs.validation(), num_epochs=1)
    assert recorder.events == [
        ("on_start", 0, 0),
        ("on_epoch_start", 0, 0),
        ("on_update", 1, 0),
        ("on_log", 1, 0),
        ("on_save_point", 1, 0),
        ("on_update", 2, 0),
        ("on_evaluate", 2, 1),
        ("on_epoch_end", 2, 1),
        ("on_log", 2, 1),
        ("on_save_point", 2, 1),
        ("on_end", 2, 1),
    ]


def test_a_classification_a_regression_and_a_language_model_converge():
    torch.manual_seed(0)
    x = torch.randn(128, 4)
    text = torch.arange(20).remainder(5).repeat(8, 1)
    cases = [
        (nn.Linear(4, 2), (x, (x[:, 0] > 0).long())),
        (nn.Linear(4, 1), (x, x @ torch.ones(4, 1))),
        (nn.Sequential(nn.Embedding(5, 8), nn.Linear(8, 5)), (text, (text + 1) % 5)),
    ]
    for model, data in cases:
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        batches = list(zip(*(part.split(32) for part in data), strict=True))
        losses = BaseTrainer(model, optimizer).train(40, batches)["train_loss"]
        assert losses[-1] < 0.2 * losses[0]


def test_the_history_has_a_row_for_each_epoch():
    trainer = bare(metrics={"accuracy": accuracy}, accumulation=3)
    result = trainer.fit(runs.batches("lehr"), runs.validation(), num_epochs=3)
    assert result.column("epoch") == [0, 1, 2]
    assert result.column("updates") == [5, 10, 15]
    assert result.column("samples") == [54, 108, 162]
    assert result.column("lr") == [0.02] * 3
    assert (
        result.column("val_accuracy")[-1]
        == trainer.validate(runs.validation())["val_accuracy"]
    )
    assert [row["update"] for row in result.evaluations] == [4, 9, 14]
    assert result.best.value == min(result.column("val_loss"))
    assert (result.stopped_by, result.reached_goal) == ("epochs", True)
    assert result.seconds > 0


def test_train_is_the_interface_and_adds_epochs():
    trainer = bare()
    assert isinstance(trainer, Trainer)
    first = trainer.train(2, runs.batches("lehr"), runs.validation())
    second = trainer.train(1, runs.batches("lehr"), runs.validation())
    assert {name: len(values) for name, values in first.items()} == {
        "train_loss": 2,
        "lr": 2,
        "val_loss": 2,
    }
    assert len(second["val_loss"]) == 1
    assert trainer.epochs == 3


def test_the_first_goal_reached_ends_the_run():
    assert bare().fit(runs.batches("lehr"), num_epochs=9, updates=16).updates == 16
    result = bare().fit(runs.batches("lehr"), num_epochs=1, updates=16)
    assert (result.updates, result.stopped_by) == (14, "epochs")


def test_a_callback_may_stop_the_run_and_the_first_reason_counts():
    class Enough(Callback):
        def on_update(self, context):
            if context.update == 2:
                context.stop("enough")
                context.stop("too much")

    result = bare(callbacks=[Enough()]).fit(runs.batches("lehr"), num_epochs=9)
    assert (result.stopped_by, result.updates) == ("enough", 3)
    assert not result.reached_goal


@pytest.mark.parametrize("data", ["lehr", "torch", "stream"])
def test_evaluating_more_often_changes_nothing(data):
    never, often = bare(), bare(evaluate_every=1)
    never.fit(runs.batches(data), num_epochs=2)
    result = often.fit(runs.batches(data), runs.validation(), num_epochs=2)
    assert len(result.evaluations) == 28
    assert torch.equal(weights(never), weights(often))


def test_evaluation_comes_by_updates_and_at_the_goal():
    trainer = bare(evaluate_every=4)
    result = trainer.fit(runs.batches("lehr"), runs.validation(), updates=10)
    assert [row["update"] for row in result.evaluations] == [3, 7, 9]


def test_a_stream_is_evaluated_at_the_end_of_its_epochs():
    recorder = Recorder()
    result = bare(callbacks=[recorder]).fit(
        runs.batches("stream"), runs.validation(), num_epochs=2
    )
    assert [row["updates"] for row in result.history] == [14, 28]
    assert [row["update"] for row in result.evaluations] == [13, 27]
    assert ("on_epoch_end", 28, 2) in recorder.events


def test_callbacks_change_no_number(tmp_path):
    loaded = runs.trainer(tmp_path)
    plain = BaseTrainer(
        model := runs.net(),
        optimizer := torch.optim.AdamW(model.parameters(), lr=1.0),
        runs.Scheduler(optimizer, lr=runs.warmup_cosine(0.02, warmup=4, total=20)),
        accumulation=3,
        clip_norm=1.0,
    )
    plain.fit(runs.batches("torch"), updates=12)
    loaded.fit(runs.batches("torch"), runs.validation(), updates=12)
    assert torch.equal(weights(plain), weights(loaded))


def test_the_seed_makes_the_run_and_none_leaves_the_random_states():
    runs_ = []
    for seed, noise in ((0, 1), (0, 2), (1, 1), (None, 1), (None, 2)):
        trainer = bare(seed=seed)
        torch.manual_seed(noise)
        trainer.fit(runs.batches("lehr"), updates=3)
        runs_.append(weights(trainer))
    assert torch.equal(runs_[0], runs_[1])
    assert not torch.equal(runs_[0], runs_[2])
    assert not torch.equal(runs_[3], runs_[4])


def test_a_loss_that_is_not_finite_ends_the_run_and_tells_the_callbacks():
    recorder = Recorder()
    x, y = runs.table(8)
    trainer = bare(callbacks=[recorder])
    trainer.fit([(x, y)], num_epochs=1)
    before = copy.deepcopy(trainer.model.state_dict())
    with pytest.raises(NonFiniteError, match="at update 1"):
        trainer.fit([(x * float("inf"), y)], num_epochs=2)
    parameters = dict(trainer.model.named_parameters())
    assert all(torch.equal(p, before[name]) for name, p in parameters.items())
    assert [name for name, *_ in recorder.events[-2:]] == ["on_error", "on_end"]


def test_a_nan_metric_is_never_the_best():
    values = iter([float("nan"), 3.0, float("nan"), 2.0, 5.0])
    trainer = bare(metrics={"odd": lambda *_: next(values)}, monitor="val_odd")
    x, y = runs.table(8)
    result = trainer.fit([(x, y)], [(x, y)], num_epochs=5)
    assert (result.best.value, result.best.epoch) == (2.0, 3)


def test_the_mode_max_is_for_metrics_that_grow():
    values = iter([0.5, 0.9, 0.7])
    trainer = bare(
        metrics={"score": lambda *_: next(values)}, monitor="val_score", mode="max"
    )
    x, y = runs.table(8)
    assert trainer.fit([(x, y)], [(x, y)], num_epochs=3).best.value == 0.9


def test_it_says_which_loss_it_chose():
    trainer = bare()
    assert trainer.loss_name == "not chosen yet"
    trainer.fit(runs.batches("lehr"), updates=1)
    assert trainer.loss_name == "cross entropy (integer targets)"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "the run has no end: pass num_epochs=..., updates=...,"),
        ({"num_epochs": 0}, ValueError, "num_epochs must be >= 1, got 0"),
        ({"updates": 0}, ValueError, "updates must be >= 1, got 0"),
    ],
)
def test_a_run_needs_a_goal(options, error, message):
    with pytest.raises(error, match=message):
        bare().fit(runs.batches("lehr"), **options)


def test_empty_data_is_refused_before_anything_happens():
    recorder = Recorder()
    trainer = bare(callbacks=[recorder])
    with pytest.raises(EmptyDataError, match="train_data holds no batch"):
        trainer.fit([], num_epochs=1)
    with pytest.raises(EmptyDataError, match="val_data holds no batch"):
        trainer.fit([1], [], num_epochs=1)
    assert recorder.events == []


def test_asking_for_what_was_done_is_told():
    trainer = bare()
    trainer.fit(runs.batches("lehr"), num_epochs=1)
    with pytest.raises(ValueError, match="goals are totals: ask for more"):
        trainer.fit(runs.batches("lehr"), num_epochs=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "most"}, "mode must be one of min, max, got 'most'"),
        ({"evaluate_every": 0}, "evaluate_every must be > 0, in updates"),
        ({"seed": -1}, "seed must be >= 0, got -1"),
        ({"clip_norm": -1.0}, "clip_norm must be > 0"),
    ],
)
def test_bad_settings_are_refused_at_construction(options, message):
    with pytest.raises(ValueError, match=message):
        bare(**options)


def test_saving_needs_a_folder():
    with pytest.raises(ValueError, match="there is no run folder"):
        bare().save()


def test_a_device_may_be_named():
    trainer = bare(device="cpu")
    assert trainer.fit(runs.batches("lehr"), updates=1).updates == 1


def test_a_misspelt_monitor_is_refused_before_training():
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=r"monitor.*did you mean 'val_loss'"):
        BaseTrainer(model, optimizer, monitor="val_los")
