"""Whatever happens to a save: nothing that was told to be on the disk is lost."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from lehr.training import CheckpointStore, CheckpointWriteError, Retention

KILLS = 200  # in each round


def state(number):
    weights = torch.full((40, 30), float(number))
    return {"model": {"w": weights}, "state": {"done": number, "m": weights * 2}}


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    for number in (1, 2):
        store.save(state(number), updates=number)
    return store


def test_two_hundred_kills_at_random_times_lose_nothing(tmp_path, figures, round):
    script = Path(__file__).with_name("saves.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "run"), str(KILLS), str(round)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    counts = json.loads(done.stdout)
    inside = counts["inside a save"]
    figures("SIGKILL while saving and rotating", KILLS - counts["failed"], KILLS)
    figures("of these, inside a save", inside - counts["lost"], inside)
    assert counts["kills"] == KILLS, done.stderr
    assert inside >= KILLS // 5, "the kills were at the wrong times"
    assert counts["saves"] > 0


class NoSpaceAtTheEnd:
    """A file that takes all, and tells when it is closed that it could not."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._file.close()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refused(number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    return refuse


def closing_fails(open_):
    return lambda *args, **options: NoSpaceAtTheEnd(open_(*args, **options))


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("where", "name", "number"),
    [
        (os, "fsync", errno.EIO),
        (os, "fsync", errno.EINTR),
        (os, "fsync", errno.ENOSPC),
        (Path, "open", "close"),
        (Path, "rename", errno.EXDEV),
        (Path, "mkdir", errno.EROFS),
        (Path, "mkdir", errno.EDQUOT),
    ],
)
def test_a_refusal_of_the_disk_is_a_failed_save_and_the_next_one_works(
    store, monkeypatch, asynchronous, where, name, number
):
    patched = refused(number) if number != "close" else closing_fails(Path.open)
    number = errno.ENOSPC if number == "close" else number
    save = store.save_async if asynchronous else store.save
    with monkeypatch.context() as patch:
        patch.setattr(where, name, patched)
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


def test_two_hundred_saves_leave_neither_files_nor_memory(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    store = CheckpointStore(tmp_path / "checkpoints")
    resident = []
    for number in range(1, 201):
        store.save_async(state(number), updates=number, retention=Retention(best=0))
        resident.append(pages())
    store.close()
    names = sorted(path.name for path in store.folder.iterdir())
    assert names == ["run.json", "update-000000000200"]
    assert not list((tmp_path / "temporary").iterdir())
    assert not store._staging._buffers
    grown = (resident[-1] - resident[50]) * os.sysconf("SC_PAGE_SIZE")
    assert grown < 2**21, "after the first saves, no more memory"


def pages():
    """Pages of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_the_newest_is_the_last_that_was_saved_whatever_the_clock_says(
    store, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: 1)  # the clock jumps back, and stands
        patch.setattr(time, "time", lambda: 1e-9)
        store.save(state(50), updates=50)
        store.save(state(7), updates=7)
    assert store.newest()[0].updates == 7
    for age, entry in enumerate(store.entries()):
        for file in (entry.path, *entry.path.iterdir()):
            os.utime(file, (10**9 - age, 10**9 - age))
    assert [entry.updates for entry in store.entries()] == [1, 2, 50, 7]
    store.save(state(900), updates=900, retention=Retention(last=2))
    assert [entry.updates for entry in store.entries()] == [7, 900]


def test_the_best_stay_over_gaps_in_the_numbers(tmp_path):
    losses = {3: 0.5, 40: 0.1, 41: 0.4, 500: 0.3, 9000: 0.2}
    for updates, loss in losses.items():
        CheckpointStore(tmp_path).save(  # one that knows nothing of those before
            state(updates),
            updates=updates,
            metrics={"val_loss": loss},
            retention=Retention(last=1, best=2),
        )
    entries = CheckpointStore(tmp_path).entries()
    assert [entry.updates for entry in entries] == [40, 9000]
