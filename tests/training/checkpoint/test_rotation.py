"""What is old is told by the manifests alone: no clock, no place, no time of a file."""

import os
import random
import shutil
import time

import pytest
import torch

from lehr.training import CheckpointStore, Retention

TWO = Retention(last=2, best=0)


def state(number):
    return {"model": {"w": torch.full((2,), float(number))}}


def updates(store):
    return [entry.updates for entry in store.entries()]


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "now", [lambda: 7, lambda: random.Random(time.perf_counter()).randrange(9)]
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_clock_that_stands_or_jumps_does_not_matter(
    tmp_path, monkeypatch, now, asynchronous
):
    monkeypatch.setattr(time, "time_ns", now)
    monkeypatch.setattr(time, "time", now)
    store = CheckpointStore(tmp_path / "checkpoints")
    for number in range(1, 9):
        save = store.save_async if asynchronous else store.save
        save(state(number), updates=number, retention=TWO)
    store.wait()
    assert updates(store) == [7, 8]
    assert len(names(store.folder)) == 3, "two, and whose they are"


def test_times_of_files_and_names_of_folders_do_not_matter(tmp_path):
    store = CheckpointStore(tmp_path)
    paths = [store.save(state(n), updates=n).path for n in (30, 20, 10)]
    for age, path in enumerate(paths):
        for one in (path, *path.iterdir()):
            os.utime(one, (2e9 - 1e6 * age, 2e9 - 1e6 * age))
    assert updates(store) == [30, 20, 10]
    store.save(state(5), updates=5, retention=TWO)
    assert updates(store) == [10, 5]
    assert store.newest()[0].updates == 5


@pytest.mark.parametrize("how", [shutil.move, shutil.copytree])
def test_a_folder_that_was_moved_goes_on_and_leaves_others_alone(tmp_path, how):
    first = CheckpointStore(tmp_path / "first")
    for number in (1, 2, 3):
        first.save(state(number), updates=number)
    how(first.folder, tmp_path / "elsewhere")
    moved = CheckpointStore(tmp_path / "elsewhere")
    moved.save(state(4), updates=4, retention=TWO)
    assert updates(moved) == [3, 4]
    assert updates(first) == ([] if how is shutil.move else [1, 2, 3])


def test_a_run_whose_identity_was_lost_drops_nothing_of_before(tmp_path):
    store = CheckpointStore(tmp_path)
    for number in (1, 2, 3):
        store.save(state(number), updates=number)
    (tmp_path / "run.json").unlink()
    for number in (4, 5, 6):
        store.save(state(number), updates=number, retention=TWO)
    assert updates(store) == [1, 2, 3, 5, 6]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_deletion_that_was_cut_off_is_ignored_and_swept(
    tmp_path, monkeypatch, asynchronous
):
    def cut_off(path, **_):
        next(path.iterdir()).unlink()
        raise KeyboardInterrupt

    store = CheckpointStore(tmp_path)
    for number in (1, 2):
        store.save(state(number), updates=number)
    save = store.save_async if asynchronous else store.save
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", cut_off)
        with pytest.raises(KeyboardInterrupt):
            save(state(3), updates=3, retention=TWO)
            store.wait()
    again = CheckpointStore(tmp_path)
    assert updates(again) == [2, 3]
    assert again.newest()[0].updates == 3
    assert any(name.startswith(".stage-del-") for name in names(tmp_path))
    again.sweep()
    again.save(state(4), updates=4, retention=TWO)
    assert len(names(tmp_path)) == 3
