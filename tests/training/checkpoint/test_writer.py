"""Saves beside the training: of the state asked for, one at a time, none lost."""

import errno
import logging
import os
import subprocess
import sys
import threading

import pytest
import torch

from lehr.training import CheckpointStore, CheckpointWriteError, Retention
from lehr.training.checkpoint import files
from lehr.training.checkpoint.folder import take_apart
from lehr.training.checkpoint.staging import Staging
from lehr.training.checkpoint.writer import Saving


def state(weight, **rest):
    return {"model": {"w": weight}, "state": {"done": [1, {"best": None}], **rest}}


class Slow:
    """A disk whose writer waits to be let go on, and may then refuse."""

    def __init__(self, monkeypatch):
        self.go, self.began, self.refuses = threading.Event(), threading.Event(), False
        self.write = files.write
        monkeypatch.setattr(files, "write", self)

    def __call__(self, path, chunks):
        if threading.current_thread() is not threading.main_thread():
            self.began.set()
            assert self.go.wait(30)
            if self.refuses:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.write(path, chunks)


@pytest.fixture
def slow(monkeypatch):
    slow = Slow(monkeypatch)
    yield slow
    slow.go.set()


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    store.save(state(torch.zeros(3)), updates=1)
    return store


def test_it_holds_the_state_of_the_call_although_training_goes_on(store, slow):
    weight, row = torch.ones(3), [1.0]
    saving = store.save_async(state(weight, history=row), updates=2)
    assert slow.began.wait(30)
    weight.fill_(9)
    row.append(2.0)
    assert not saving.done
    assert not saving.path.exists()
    slow.go.set()
    entry = store.wait()
    assert (entry.path, saving.done, saving.wait()) == (saving.path, True, entry)
    loaded = store.load(entry.path)
    assert torch.equal(loaded["model"]["w"], torch.ones(3))
    assert loaded["state"]["history"] == [1.0]
    assert store.wait() is None


def test_a_second_one_waits_for_the_first_and_both_are_whole(store, slow):
    weight = torch.ones(3)
    first = store.save_async(state(weight), updates=2)
    assert slow.began.wait(30)
    threading.Timer(0.1, slow.go.set).start()
    weight.fill_(2)
    second = store.save_async(state(weight), updates=3)
    assert first.done
    second.wait()
    found = [
        store.load(entry.path)["model"]["w"][0].item() for entry in store.entries()
    ]
    assert found == [0.0, 1.0, 2.0]
    assert [entry.serial for entry in store.entries()] == [1, 2, 3]


def test_whatever_reads_waits_for_it(store, slow):
    saving = store.save_async(state(torch.ones(3)), updates=2)
    threading.Timer(0.1, slow.go.set).start()
    assert store.newest()[0].path == saving.path
    assert saving.done


def test_a_sweep_leaves_what_is_being_written(store, slow):
    saving = store.save_async(state(torch.ones(3)), updates=2)
    threading.Timer(0.1, slow.go.set).start()
    store.sweep()
    assert saving.wait().path.is_dir()


def test_it_rotates_and_then_tells(store):
    told = []
    rule = Retention(best=0)
    saving = store.save_async(
        state(torch.ones(3)), updates=2, retention=rule, then=told.append
    )
    assert told == [saving.wait()]
    assert [entry.updates for entry in store.entries()] == [2]


@pytest.mark.parametrize("again", ["save", "save_async", "wait", "close"])
def test_a_failure_is_raised_once_by_what_comes_next(store, slow, again, caplog):
    slow.refuses = True
    saving = store.save_async(state(torch.ones(3)), updates=2)
    slow.go.set()
    assert store.newest()[0].updates == 1, "reading does not take the failure away"
    assert "in the background: cannot write checkpoint" in caplog.text
    options = {"updates": 3} if again.startswith("save") else {}
    arguments = [state(torch.ones(3))] if options else []
    with pytest.raises(CheckpointWriteError, match="No space left") as caught:
        getattr(store, again)(*arguments, **options)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.free > 0
    assert not saving.path.exists()
    assert not list(store.folder.glob(".stage*"))
    slow.refuses = False
    assert store.wait() is None
    assert store.save_async(state(torch.ones(3)), updates=3).wait().serial == 2


def test_another_failure_in_the_thread_is_kept_too(store, caplog):
    def fail(entry):
        raise ZeroDivisionError("in then")

    store.save_async(state(torch.ones(3)), updates=2, then=fail)
    with pytest.raises(ZeroDivisionError, match="in then"):
        store.wait()
    assert store.newest()[0].updates == 2


def test_what_cannot_be_saved_is_refused_before_the_thread(store):
    with pytest.raises(TypeError, match=r"state\.a|a is a builtins\.set"):
        store.save_async({"state": {"a": {1}}}, updates=2)
    with pytest.raises(TypeError, match="'w' of type torch"):
        store.save_async(state(torch.eye(2).to_sparse()), updates=2)
    assert store.wait() is None


def test_buffers_are_reused_and_let_go():
    staging = Staging()
    first = staging.copy(take_apart(state(torch.ones(3, 4))))["model"].tensors["w"]
    turned = torch.arange(12.0).reshape(4, 3).T
    again = staging.copy(take_apart(state(turned)))["model"].tensors["w"]
    assert again.data_ptr() == first.data_ptr()
    assert torch.equal(again, turned)
    for other in (torch.ones(5), torch.ones(5, dtype=torch.float64)):
        copied = staging.copy(take_apart(state(other)))["model"].tensors["w"]
        assert torch.equal(copied, other)
        assert copied.dtype is other.dtype
    staging.clear()
    assert not staging._buffers


def test_close_lets_the_memory_go(store):
    store.save_async(state(torch.ones(3)), updates=2)
    assert store._staging._buffers
    store.close()
    assert not store._staging._buffers


def test_an_interrupt_while_waiting_loses_neither_the_save_nor_its_failure(
    store, slow, monkeypatch
):
    saving = store.save_async(state(torch.ones(3)), updates=2)
    join = Saving.join

    def interrupted(saving):
        monkeypatch.setattr(Saving, "join", join)
        raise KeyboardInterrupt

    monkeypatch.setattr(Saving, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.wait()
    slow.refuses = True
    slow.go.set()
    with pytest.raises(CheckpointWriteError):
        store.wait()
    assert saving.done


SCRIPT = """
import sys, time, torch
from lehr.training import CheckpointStore
from lehr.training.checkpoint import files
store, write = CheckpointStore(sys.argv[1]), files.write
def slowly(path, chunks):
    time.sleep(0.1)
    return write(path, chunks)
files.write = slowly
store.save_async({"model": {"w": torch.ones(3)}}, updates=5)
if sys.argv[2] == "raise":
    raise SystemExit(3)
"""


@pytest.mark.parametrize(("ending", "code"), [("end", 0), ("raise", 3)])
def test_the_end_of_the_interpreter_waits_for_it(tmp_path, ending, code):
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), ending])
    assert done.returncode == code
    assert CheckpointStore(tmp_path).newest()[0].updates == 5


def test_failures_are_logged_where_nobody_asks(store, slow, caplog):
    caplog.set_level(logging.WARNING, "lehr.training")
    slow.refuses = True
    saving = store.save_async(state(torch.ones(3)), updates=2)
    slow.go.set()
    saving.join()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
