"""Checkpoints that are not what was written: found, named, and never run."""

import os
import pickle
import random
import shutil
from pathlib import Path

import pytest

from lehr.training import (
    CheckpointCorruptError,
    CheckpointSecurityError,
    CheckpointStore,
)
from lehr.training.checkpoint import manifest, read_checkpoint
from lehr.training.checkpoint.verification import problems_of

FLIPS = 200  # in each round
FILES = (
    "manifest.json",
    "model.json",
    "model.safetensors",
    "state.json",
    "state.safetensors",
)
STRANGERS = (".metadata", "data.pkl", "model.pt", "state.pt", "__0_0.distcp", "a.py")

REFUSALS = (CheckpointCorruptError.__name__, CheckpointSecurityError.__name__)


@pytest.fixture
def run(tmp_path, forks):
    """A run that was killed after two checkpoints, and where it stands."""
    options = {"folder": tmp_path / "run", "checkpointing": {"keep_last": 3}}
    forks("train", die=("log", 12), **options)
    return options


@pytest.fixture
def entries(run):
    return CheckpointStore(run["folder"] / "checkpoints").entries()


def test_two_hundred_flipped_bits_are_all_found_and_named(entries, figures, round):
    path = entries[-1].path
    chance = random.Random(round)
    assert sorted(file.name for file in path.iterdir()) == sorted(FILES)
    found = 0
    for number in range(FLIPS):
        file = path / FILES[number % len(FILES)]
        good = file.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        file.write_bytes(bad)
        with pytest.raises(CheckpointCorruptError):
            read_checkpoint(path)
        found += any(file.name in problem for problem in problems_of(path))
        file.write_bytes(good)
    figures("one flipped bit, found and its file named", found, FLIPS)
    assert problems_of(path) == []


def cut(file):
    file.write_bytes(file.read_bytes()[:-1])


def halve(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file):
    file.write_bytes(b"")


def lengthen(file):
    file.write_bytes(file.read_bytes() + b"\0")


def forget(file):
    file.unlink()


def swap(file):
    """Put the file of the checkpoint before in its place."""
    before = sorted(file.parent.parent.glob("update-*"))[-2]
    shutil.copy(before / file.name, file)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [cut, halve, empty, lengthen, forget, swap])
def test_a_damaged_file_is_named_and_the_run_goes_on_from_the_one_before(
    run, entries, forks, whole, figures, name, damage
):
    path = entries[-1].path
    before = (path / name).read_bytes()
    damage(path / name)
    if (path / name).exists() and (path / name).read_bytes() == before:
        pytest.skip("this file is the same in both")
    problem = problems_of(path)[0]
    named = name in problem or "its manifest is that of" in problem
    forks("train", die=("start", 0), **run)
    left = path.exists()
    resumed = forks("train", noise=1, **run)
    good = named and left and resumed.run == whole.run
    figures("a damaged file, named, and the run is exact", good, 1)
    assert f"going back to {entries[-2].path.name}" in resumed.stderr


def test_if_none_is_whole_the_run_does_not_begin_anew(run, entries, forks):
    for entry in entries:
        (entry.path / "state.safetensors").write_bytes(b"")
    refused = forks("train", **run)
    assert (refused.status, refused.result["error"]) == (1, "CheckpointCorruptError")
    assert all(entry.path.is_dir() for entry in entries)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def forge(path, name, planted):
    """Let the manifest say that the planted file is what was written."""
    import hashlib
    import json

    about = json.loads((path / manifest.NAME).read_text())
    about.pop("sha256")
    digest = hashlib.sha256(planted).hexdigest()
    about["files"][name] = {"bytes": len(planted), "sha256": digest}
    (path / manifest.NAME).write_bytes(manifest._sealed(about))


@pytest.mark.parametrize("name", FILES + STRANGERS)
@pytest.mark.parametrize("forged", [False, True])
def test_a_planted_pickle_is_never_run(run, entries, forks, figures, name, forged):
    if forged and name == manifest.NAME:
        pytest.skip("the manifest does not vouch for itself")
    trigger = run["folder"] / "the pickle was run"
    planted = pickle.dumps(Bomb(trigger))
    for entry in entries:
        (entry.path / name).write_bytes(planted)
        if forged:
            forge(entry.path, name, planted)
    ended = forks("train", **run)
    safe = ended.status == 1 and ended.result["error"] in REFUSALS
    figures("a planted pickle, never run", safe and not trigger.exists(), 1)
    pickle.loads(planted)
    assert trigger.exists(), "the bomb was no bomb"


@pytest.mark.parametrize("name", FILES)
def test_a_link_out_of_the_checkpoint_is_refused(run, entries, forks, name):
    for entry in entries:
        outside = run["folder"] / f"{entry.updates}-{name}"
        (entry.path / name).rename(outside)
        (entry.path / name).symlink_to(outside)
    refused = forks("train", **run)
    assert (refused.status, refused.result["error"]) == (1, "CheckpointSecurityError")
    assert f"{name} is a link" in refused.result["told"]


def test_a_checkpoint_that_is_a_link_is_passed_over(run, entries, forks, whole):
    outside = run["folder"] / "elsewhere"
    shutil.copytree(entries[0].path, outside)
    (outside.parent / "checkpoints" / "update-000000000900").symlink_to(outside)
    before = {file: os.stat(file).st_mtime_ns for file in outside.iterdir()}
    assert forks("train", noise=1, **run).run == whole.run
    assert {file: os.stat(file).st_mtime_ns for file in outside.iterdir()} == before
