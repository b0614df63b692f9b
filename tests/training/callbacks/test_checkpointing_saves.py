"""When the disk refuses; milestones; and that `fit` returns with all on the disk."""

import errno
import os

import pytest
import torch

from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    CheckpointStore,
    CheckpointWriteError,
)
from lehr.training.checkpoint import files
from training.callbacks import scripted

both = pytest.mark.parametrize("asynchronous", [True, False])


class Disk(Callback):
    """Refuses the saves of chosen updates."""

    def __init__(self, monkeypatch, refused):
        self.refused, self.write = set(refused), files.write
        monkeypatch.setattr(files, "write", self)

    def __call__(self, path, chunks):
        stage = path.parent.name
        if any(f"update-{update:012d}" in stage for update in self.refused):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.write(path, chunks)


def updates_in(folder):
    store = CheckpointStore(folder / "checkpoints")
    return [entry.updates for entry in store.entries()]


def fit(folder, epochs=6, **options):
    callback = Checkpointing(monitor="val_x", keep_best=0, **options)
    trainer = scripted.trainer_of([1.0] * epochs, [callback], folder=folder)
    return callback, trainer, lambda: scripted.fit(trainer, epochs)


@both
def test_fit_returns_with_the_last_one_on_the_disk(tmp_path, asynchronous):
    _, trainer, go = fit(tmp_path, asynchronous=asynchronous)
    result = go()
    assert result.checkpoint == trainer.checkpoint
    assert result.checkpoint.name == "update-000000000006"
    assert updates_in(tmp_path) == [6]
    assert not trainer.store._staging._buffers


@both
def test_an_error_waits_for_the_one_that_is_being_written(tmp_path, asynchronous):
    class Fail(Callback):
        def on_update(self, context):
            if context.update == 3:
                raise ZeroDivisionError

    checkpointing = Checkpointing(monitor="val_x", asynchronous=asynchronous)
    trainer = scripted.trainer_of([1.0] * 6, [checkpointing, Fail()], folder=tmp_path)
    with pytest.raises(ZeroDivisionError):
        scripted.fit(trainer, 6)
    assert trainer.checkpoint.name == "update-000000000003"
    assert max(updates_in(tmp_path)) == 3


@both
def test_a_disk_that_refuses_ends_the_run(tmp_path, monkeypatch, asynchronous):
    Disk(monkeypatch, {3})
    _, trainer, go = fit(tmp_path, asynchronous=asynchronous)
    with pytest.raises(CheckpointWriteError, match="No space left") as caught:
        go()
    assert caught.value.errno == errno.ENOSPC
    assert trainer.updates == (4 if asynchronous else 3), "told at the next save"
    assert updates_in(tmp_path) == [2]
    assert trainer.checkpoint.name == "update-000000000002", "the last that is whole"


@both
def test_with_warn_it_is_tried_again_at_the_next_save(
    tmp_path, monkeypatch, asynchronous, caplog
):
    Disk(monkeypatch, {2, 3})
    options = {"asynchronous": asynchronous, "on_save_error": "warn"}
    callback, _, go = fit(tmp_path, **options)
    result = go()
    assert result.updates == 6
    assert callback.save_errors == 0
    assert updates_in(tmp_path) == [6]
    assert "failure 2 in a row; 3 end the run" in caplog.text
    assert "failure 3" not in caplog.text


@both
def test_so_many_failures_in_a_row_end_the_run_all_the_same(
    tmp_path, monkeypatch, asynchronous
):
    Disk(monkeypatch, range(2, 9))
    options = {"on_save_error": "warn", "max_save_errors": 2}
    _, trainer, go = fit(tmp_path, asynchronous=asynchronous, **options)
    with pytest.raises(CheckpointWriteError):
        go()
    assert trainer.updates == (4 if asynchronous else 3)
    assert updates_in(tmp_path) == [1]


@both
def test_the_last_one_is_never_lost_silently(tmp_path, monkeypatch, asynchronous):
    Disk(monkeypatch, {6})
    options = {"asynchronous": asynchronous, "on_save_error": "warn"}
    _, _, go = fit(tmp_path, **options)
    with pytest.raises(CheckpointWriteError, match="update-000000000006"):
        go()
    assert updates_in(tmp_path) == [5]


def test_a_failure_beside_another_error_is_noted_on_it(tmp_path, monkeypatch):
    class Fail(Callback):
        def on_update(self, context):
            if context.update == 3:
                raise ZeroDivisionError

    Disk(monkeypatch, {3})
    checkpointing = Checkpointing(monitor="val_x")
    trainer = scripted.trainer_of([1.0] * 6, [checkpointing, Fail()], folder=tmp_path)
    with pytest.raises(ZeroDivisionError) as caught:
        scripted.fit(trainer, 6)
    assert any("No space left on device" in note for note in caught.value.__notes__)


@both
def test_milestones_stay(tmp_path, asynchronous):
    options = {"keep_every_epochs": 2, "keep_last": 1, "asynchronous": asynchronous}
    fit(tmp_path, 7, **options)[2]()
    assert updates_in(tmp_path) == [2, 4, 6, 7]
    other = tmp_path / "other"
    fit(other, 7, keep_every_updates=3, asynchronous=asynchronous)[2]()
    assert updates_in(other) == [3, 6, 7]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"on_save_error": "ignore"}, "on_save_error must be one of raise, warn"),
        ({"max_save_errors": 0}, "max_save_errors must be >= 1, got 0"),
        ({"keep_every_epochs": 0}, "keep_every_epochs must be >= 1, got 0"),
    ],
)
def test_bad_options_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        Checkpointing(**options)


@pytest.mark.parametrize("every", [2, "2ep", "16 samples"])
def test_checkpoints_come_by_any_clock(tmp_path, every):
    saving = Checkpointing(every=every, every_epochs=None, keep_last=9, keep_best=0)
    scripted.run([1.0] * 5, saving, folder=tmp_path)
    assert updates_in(tmp_path) == [2, 4, 5]


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="every must be a whole number of updates"):
        Checkpointing(every="3 apples")


def test_checkpoints_by_tokens_have_them_counted(tmp_path):
    data = [(torch.ones(2, 3, 1), torch.ones(2, 3, dtype=torch.long))] * 5
    model = torch.nn.Linear(1, 2)
    saving = Checkpointing(every="12 tok", every_epochs=None, keep_last=9)
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        callbacks=[saving],
        folder=tmp_path,
    )
    assert one.fit(data, num_epochs=1).tokens == 30
    assert [entry.updates for entry in one.store.entries()] == [2, 4, 5]
