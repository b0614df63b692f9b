"""Marks that keep a checkpoint for ever, and the run whose checkpoints are dropped."""

import pytest
import torch

from lehr.training import CheckpointCorruptError, CheckpointStore, Retention
from lehr.training.checkpoint import read_checkpoint
from lehr.training.checkpoint.verification import problems_of

ONE = Retention(best=0)


def state(number):
    return {"model": {"w": torch.full((2,), float(number))}}


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path / "checkpoints")


def updates(store):
    return [entry.updates for entry in store.entries()]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_one_saved_to_be_kept_is_never_dropped(store, asynchronous):
    save = store.save_async if asynchronous else store.save
    for number in range(1, 6):
        save(state(number), updates=number, retention=ONE, keep=number == 2)
    store.wait()
    assert updates(store) == [2, 5]
    assert [entry.pinned for entry in store.entries()] == [True, False]


def test_one_that_is_marked_later_is_kept_until_the_mark_is_gone(store):
    path = store.save(state(1), updates=1).path
    store.keep(path, "the paper's")
    store.keep(path, "again")
    assert (path / "KEEP").read_text() == "the paper's"
    assert problems_of(path) == []
    assert read_checkpoint(path)["model"]["w"].sum() == 2
    store.save(state(2), updates=2, retention=ONE)
    assert updates(store) == [1, 2]
    (path / "KEEP").unlink()
    store.save(state(3), updates=3, retention=ONE)
    assert updates(store) == [3]


def test_what_is_no_checkpoint_is_not_marked(store, tmp_path):
    with pytest.raises(CheckpointCorruptError):
        store.keep(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("plant", ["mkdir", "symlink_to"])
def test_a_mark_is_a_plain_file(store, plant):
    path = store.save(state(1), updates=1).path
    arguments = [path / "model.json"] if plant == "symlink_to" else []
    getattr(path / "KEEP", plant)(*arguments)
    assert problems_of(path) == ["KEEP does not belong to it"]
    with pytest.raises(CheckpointCorruptError, match="KEEP"):
        read_checkpoint(path)


def test_weights_that_are_not_finite_displace_none_that_are(store):
    for number in (1, 2, float("nan"), float("inf")):
        store.save(state(number), updates=len(updates(store)) + 1, retention=ONE)
    finite = [entry.finite for entry in store.entries()]
    assert finite == [True, False], "the newest, and the newest that is finite"
    store.save(state(5), updates=9, retention=ONE)
    assert updates(store) == [9]


def test_the_same_update_saved_three_times_has_three_names(store):
    names = [store.save(state(n), updates=7).path.name for n in range(3)]
    names.append(store.save_async(state(3), updates=7).wait().path.name)
    assert len(set(names)) == 4
    assert store.newest()[1]["model"]["w"][0] == 3


def test_a_folder_of_another_run_is_not_dropped_and_its_serial_is_passed(store):
    other = CheckpointStore(store.folder.parent / "other")
    for number in (1, 2, 3):
        other.save(state(number), updates=number)
    store.folder.mkdir()
    foreign = other.entries()[-1].path
    foreign.rename(store.folder / foreign.name)
    entry = store.save(state(4), updates=4, retention=ONE)
    assert entry.serial == 4
    assert updates(store) == [3, 4]
