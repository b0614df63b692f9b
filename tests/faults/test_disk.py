"""A disk that is full, limited, read-only or not there."""

import shutil
import subprocess

import pytest

from lehr.training import CheckpointStore

LIMIT = 9_000  # bytes: more than the log of metrics has, less than the state has


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_limit_on_file_sizes_ends_the_run_and_it_goes_on_without_one(
    tmp_path, forks, whole, asynchronous
):
    options = {"checkpointing": {"asynchronous": asynchronous}}
    failed = forks("train", folder=tmp_path, limit=(8, LIMIT), **options)
    assert (failed.status, failed.result["error"]) == (1, "CheckpointWriteError")
    assert "File too large" in failed.result["told"]
    assert "free bytes there" in failed.result["told"]
    assert str(tmp_path / "checkpoints" / "update-") in failed.result["told"]
    assert CheckpointStore(tmp_path / "checkpoints").newest()[0].updates == 8
    assert not list((tmp_path / "checkpoints").glob(".stage*"))
    assert forks("train", folder=tmp_path, noise=1, **options).run == whole.run


@pytest.mark.parametrize("asynchronous", [False, True])
def test_with_warn_the_run_trains_on_and_saves_when_it_can(
    tmp_path, forks, whole, asynchronous
):
    checkpointing = {"asynchronous": asynchronous, "on_save_error": "warn"}
    ended = forks(
        "train", folder=tmp_path, limit=(8, LIMIT, 11), checkpointing=checkpointing
    )
    assert ended.run == whole.run
    assert ended.stderr.count("training goes on") == 1
    assert CheckpointStore(tmp_path / "checkpoints").newest()[0].updates == 20


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte in memory."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    try:
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("mounting is not allowed here")
    except OSError:
        pytest.skip("there is no mount here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full_in_truth_loses_nothing(small_disk, tmp_path, forks, whole):
    run = {"folder": small_disk, "log": tmp_path / "metrics.jsonl"}
    forks("train", die=("log", 8), **run)
    store = CheckpointStore(small_disk / "checkpoints")
    before = store.newest()[0].updates
    # What the kill has left of a save would be swept, and leave room for another.
    for left in store.folder.glob(".stage*"):
        shutil.rmtree(left)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
        while file.write(bytes(4096)):
            pass
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - 8 * 4096)
    failed = forks("train", **run)
    assert (failed.status, failed.result["error"]) == (1, "CheckpointWriteError")
    assert "No space left on device" in failed.result["told"]
    assert store.newest()[0].updates == before
    assert not list(store.folder.glob(".stage*"))
    filler.unlink()
    assert forks("train", noise=1, **run).run == whole.run


def under_a_file(folder):
    folder.write_text("a file")
    return folder / "run", lambda: None


def immutable(folder):
    folder.mkdir()
    try:
        done = subprocess.run(
            ["chattr", "+i", folder], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("there is no chattr here")
    if done.returncode:
        pytest.skip("this file system has no immutable folders")
    return folder, lambda: subprocess.run(["chattr", "-i", folder], check=True)


def the_name_of_a_file(folder):
    folder.write_text("a file")
    return folder, lambda: None


@pytest.mark.parametrize("make", [under_a_file, immutable, the_name_of_a_file])
def test_a_folder_that_cannot_be_written_is_told_before_the_first_update(
    tmp_path, forks, make
):
    folder, undo = make(tmp_path / "place")
    try:
        failed = forks("train", folder=folder, log=tmp_path / "metrics.jsonl")
    finally:
        undo()
    assert failed.status == 1
    assert failed.result["error"] in (
        "NotADirectoryError",
        "FileExistsError",
        "PermissionError",
    )
    assert str(folder) in failed.result["told"]
    assert not (tmp_path / "metrics.jsonl").exists(), "no update was done"
