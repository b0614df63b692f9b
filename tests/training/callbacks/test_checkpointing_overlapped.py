"""Checkpoints copied beside the next gradients hold what those of a waiting run do."""

import itertools
import json
import random
import time

import pytest
import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    CheckpointStore,
    EarlyStopping,
    Ema,
    RollBack,
    SkipNonFinite,
    snapshot,
)
from lehr.training.checkpoint import staging
from training import runs

UPDATES = 12


def make(folder, *others, accumulation=1, scale=1.0, **options):
    torch.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(8, 300), nn.BatchNorm1d(300), nn.ReLU(), nn.Dropout(0.5)
    )
    model.append(nn.Linear(300, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01 * scale)
    saving = Checkpointing(
        every_epochs=None,
        every_updates=1,
        keep_last=2 * UPDATES,
        keep_best=0,
        **options,
    )
    return BaseTrainer(
        model,
        optimizer,
        callbacks=[saving, *others],
        accumulation=accumulation,
        folder=folder,
        evaluate_every=3,
    )


def saved(folder):
    """The states of all checkpoints, by number of the save, but for the times."""
    store, states = CheckpointStore(folder / "checkpoints"), {}
    for entry in store.entries():
        state = store.load(entry.path)
        state["state"]["done"].pop("seconds")
        for row in state["state"]["history"]:
            row.pop("seconds")
        states[entry.serial] = state
    return states


def assert_equal(one, other, path="saves"):
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), path
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key, value in one.items():
            assert_equal(value, other[key], f"{path}.{key}")
    elif isinstance(one, list | tuple):
        for number, pair in enumerate(zip(one, other, strict=True)):
            assert_equal(*pair, f"{path}.{number}")
    else:
        assert json.dumps(one) == json.dumps(other), path


@pytest.fixture
def slowly(monkeypatch):
    """Let the copies of steady tensors take random times; count them."""
    chance, fill, done = random.Random(4), staging._fill, []

    def fill_slowly(buffer, source):
        time.sleep(chance.choice([0.0, 0.0, 0.001, 0.004]))
        fill(buffer, source)
        done.append(source.numel())

    monkeypatch.setattr(staging, "_fill", fill_slowly)
    return done


STREAM = {"others": [Ema, {"decay": 0.9}], "stream": True}
KINDS = {
    "plain": {},
    "accumulation": {"accumulation": 3},
    "ema": {"others": [Ema, {"decay": 0.9}]},
    "averaged buffers": {"others": [Ema, {"buffers": "average"}]},
    "best weights": {"others": [EarlyStopping, {"restore_best": True}]},
    "skips": {"others": [SkipNonFinite, {}], "bad": 5},
    "stream": STREAM,
    "exports": STREAM | {"export": "w.safetensors", "export_on": "save"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_equals_one_that_was_waited_for(tmp_path, slowly, kind):
    made = dict(KINDS[kind])
    bad, stream = made.pop("bad", None), made.pop("stream", False)
    callback, options = made.pop("others", (None, {}))
    x, y = runs.table(120)
    data = [list(pair) for pair in zip(x.split(8), y.split(8), strict=True)]
    if bad is not None:
        data[bad][0] = torch.full_like(data[bad][0], torch.nan)
    data = [tuple(pair) for pair in data]
    found = []
    for name, asynchronous in (("beside", True), ("waiting", False)):
        others = [] if callback is None else [callback(**options)]
        trainer = make(tmp_path / name, *others, asynchronous=asynchronous, **made)
        given = runs.stream(data[:5]) if stream else data
        trainer.fit(given, data[:2], num_epochs=20, updates=UPDATES)
        copied, slowly[:] = len(slowly), []
        assert copied >= 12 * (UPDATES - 2) if asynchronous else not copied
        found.append(saved(tmp_path / name))
    beside, waiting = found
    assert len(beside) >= UPDATES
    assert_equal(beside, waiting)


def test_a_step_that_does_not_wait_is_found_and_no_checkpoint_is_made(
    tmp_path, monkeypatch
):
    trainer = make(tmp_path)
    monkeypatch.setattr(trainer.store, "wait_for_copy", lambda: None)
    monkeypatch.setattr(staging, "_fill", lambda *_: time.sleep(0.01))
    with pytest.raises(RuntimeError, match=r"'model: .*' and 23 more changed while"):
        trainer.fit(runs.batches("lehr"), num_epochs=1)
    assert saved(tmp_path) == {}


class Head(Callback):
    """Changes weights before the first gradients of an epoch."""

    def on_epoch_start(self, context):
        with torch.no_grad():
            context.trainer.model[0].weight.mul_(0.5)


class Late(Callback):
    order = 1500

    def on_save_point(self, context):
        with torch.no_grad():
            context.trainer.model[0].weight.mul_(0.5)


@pytest.mark.parametrize("other", [Head, Late])
def test_nothing_is_left_for_later_where_a_users_callback_comes_between(
    tmp_path, slowly, other
):
    found = []
    for name, asynchronous in (("beside", True), ("waiting", False)):
        trainer = make(tmp_path / name, other(), asynchronous=asynchronous)
        data = [tuple(runs.table(8))] * 2
        trainer.fit(data, num_epochs=4)
        found.append(saved(tmp_path / name))
    assert bool(slowly) is (other is Head), "within an epoch nobody else acts"
    assert_equal(*found)


def test_all_is_copied_at_once_if_wanted_or_if_the_loop_would_not_wait(
    tmp_path, slowly
):
    data = [tuple(runs.table(8))] * 4
    make(tmp_path / "a", overlapped=False).fit(data, num_epochs=1)
    trainer = make(tmp_path / "b")
    trainer.loop.before_step = lambda: None  # somebody else's
    trainer.fit(data, num_epochs=1)
    assert not slowly
    make(tmp_path / "c").fit(data, num_epochs=1)
    assert slowly


def test_a_roll_back_and_a_loaded_state_wait_for_the_copy(tmp_path, slowly):
    good, bad = runs.table(8), [torch.full((8, 8), torch.nan), runs.table(8)[1]]
    data = [tuple(good)] * 4 + [tuple(bad)] + [tuple(good)] * 3
    trainer = make(tmp_path, RollBack())
    trainer.fit(data, num_epochs=1)
    assert trainer.callbacks.named["RollBack"].times == 1
    state = trainer.store.newest()[1]
    trainer.loop.before_step = trainer.store.wait_for_copy
    for number, go in enumerate((snapshot.put_back, snapshot.go_back), 1):
        weight = trainer.model[0].weight.detach().clone()
        snapshot.save(trainer, None, None, asynchronous=True, overlapped=True)
        other = {name: value + number for name, value in state["model"].items()}
        go(trainer, {**state, "model": other})
        written = trainer.store.load(trainer.store.wait().path)["model"]["0.weight"]
        assert torch.equal(written, weight)
        assert not torch.equal(trainer.model[0].weight, weight)


def test_an_error_in_the_next_gradients_leaves_a_whole_checkpoint(tmp_path, slowly):
    class Broken(nn.Module):
        calls = itertools.count()

        def forward(self, x):
            if next(self.calls) == 3:
                raise ZeroDivisionError
            return x

    trainer = make(tmp_path)
    trainer.model.append(Broken())
    with pytest.raises(ZeroDivisionError):
        trainer.fit([tuple(runs.table(8))] * 6, num_epochs=1)
    state = saved(tmp_path)[3]
    assert_equal(state["model"], dict(trainer.model.state_dict()) | _buffers(state))


def test_a_copy_that_failed_is_noted_on_the_error_that_ended_the_run(
    tmp_path, monkeypatch
):
    class Fail(Callback):
        def on_update(self, context):
            if context.update:
                raise ZeroDivisionError

    trainer = make(tmp_path, Fail())
    monkeypatch.setattr(trainer.store, "wait_for_copy", lambda: None)
    monkeypatch.setattr(staging, "_fill", lambda *_: time.sleep(0.01))
    with pytest.raises(ZeroDivisionError) as caught:
        trainer.fit([tuple(runs.table(8))] * 3, num_epochs=1)
    assert any("changed while" in note for note in caught.value.__notes__)


def _buffers(state):
    """The running means have seen the batch that failed."""
    return {k: v for k, v in state["model"].items() if "running" in k or "num_" in k}
