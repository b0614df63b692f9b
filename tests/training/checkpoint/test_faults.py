"""What may happen to a disk or a process: nothing that was told to be saved is lost.

The figures are those of docs/reliability.md.
"""

import errno
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lehr.training import (
    CheckpointCorruptError,
    CheckpointStore,
    CheckpointWriteError,
    Retention,
)
from lehr.training.checkpoint import read_checkpoint
from lehr.training.checkpoint.verification import problems_of

KILLS, FLIPS = 100, 200


def state(number):
    weights = torch.full((40, 30), float(number))
    return {"model": {"w": weights}, "state": {"done": number, "m": weights * 2}}


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    for number in (1, 2):
        store.save(state(number), updates=number)
    return store


def test_a_hundred_kills_at_random_times_lose_nothing(tmp_path):
    script = Path(__file__).with_name("kills.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "run"), str(KILLS), "1"],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    counts = json.loads(done.stdout)
    assert counts["kills"] == KILLS
    assert (counts["failed"], counts["lost"]) == (0, 0), done.stderr
    assert counts["inside a save"] >= KILLS // 5, "the kills were at the wrong times"
    assert counts["saves"] > 0


def test_two_hundred_flipped_bits_are_all_found_and_named(store):
    path = store.entries()[-1].path
    chance = random.Random(1)
    names = sorted(file.name for file in path.iterdir())
    found = 0
    for number in range(FLIPS):
        file = path / names[number % len(names)]
        good = file.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        file.write_bytes(bad)
        with pytest.raises(CheckpointCorruptError):
            read_checkpoint(path)
        found += any(file.name in problem for problem in problems_of(path))
        file.write_bytes(good)
    assert found == FLIPS
    assert problems_of(path) == []
    assert store.newest()[0].updates == 2


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("where", "name", "number"),
    [
        (os, "fsync", errno.EIO),
        (os, "fsync", errno.ENOSPC),
        (Path, "rename", errno.EXDEV),
        (Path, "mkdir", errno.EROFS),
        (Path, "mkdir", errno.EDQUOT),
    ],
)
def test_a_refusal_of_the_disk_is_a_failed_save_and_the_next_one_works(
    store, monkeypatch, asynchronous, where, name, number
):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    save = store.save_async if asynchronous else store.save
    with monkeypatch.context() as patch:
        patch.setattr(where, name, refuse)
        with pytest.raises(CheckpointWriteError) as caught:
            save(state(3), updates=3, retention=Retention())
            store.wait()
    assert caught.value.errno == number
    assert os.strerror(number) in str(caught.value)
    assert store.newest()[0].updates == 2
    assert not list(store.folder.glob(".stage*"))
    save(state(4), updates=4, retention=Retention())
    store.wait()
    assert [entry.updates for entry in store.entries()] == [4]


def test_a_refused_flush_of_the_folders_name_is_no_success(store, monkeypatch):
    fsync, folder = os.fsync, store.folder

    def refuse(descriptor):
        if os.readlink(f"/proc/self/fd/{descriptor}") == str(folder):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(CheckpointWriteError, match="Input/output error"):
            store.save(state(3), updates=3, retention=Retention())
    assert {1, 2} <= {entry.updates for entry in store.entries()}, "none was dropped"


def test_two_hundred_saves_leave_neither_files_nor_memory(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    for number in range(1, 201):
        store.save_async(state(number), updates=number, retention=Retention(best=0))
    store.close()
    names = sorted(path.name for path in store.folder.iterdir())
    assert names == ["run.json", "update-000000000200"]
    assert not store._staging._buffers
