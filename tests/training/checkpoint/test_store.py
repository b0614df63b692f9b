"""A checkpoint exists whole or not at all, and what is damaged is not used."""

import errno
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch

from lehr.training import (
    CheckpointCorruptError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
    CheckpointStore,
    CheckpointWriteError,
    Retention,
)
from lehr.training.checkpoint import load_model, manifest, read_checkpoint

FILES = (
    "manifest.json",
    "model.json",
    "model.safetensors",
    "state.json",
    "state.safetensors",
)


def state(number=0.0):
    return {
        "model": {"weight": torch.full((4, 3), number), "steps": torch.tensor(7)},
        "state": {"random": torch.arange(5), "done": {"updates": 3, "best": None}},
    }


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    store.save(state(1.0), updates=1)
    store.save(state(2.0), updates=2, epochs=1, metrics={"val_loss": 0.5})
    return store


def newest_number(store):
    return store.newest()[1]["model"]["weight"][0, 0].item()


def test_what_was_saved_is_loaded(store):
    entry, loaded = store.newest()
    assert sorted(path.name for path in entry.path.iterdir()) == sorted(FILES)
    assert loaded["state"]["done"] == {"updates": 3, "best": None}
    assert torch.equal(loaded["state"]["random"], torch.arange(5))
    assert torch.equal(loaded["model"]["weight"], torch.full((4, 3), 2.0))
    about = entry.manifest
    assert (about.updates, about.epochs, about.serial) == (2, 1, 2)
    assert about.metrics == {"val_loss": 0.5}


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_anywhere_is_found_and_the_older_one_is_used(store, name):
    path = store.entries()[-1].path / name
    good = path.read_bytes()
    positions = range(0, len(good) * 8, max(1, len(good) * 8 // 40))
    for position in positions:
        bad = bytearray(good)
        bad[position // 8] ^= 1 << position % 8
        path.write_bytes(bad)
        with pytest.raises(CheckpointCorruptError):
            read_checkpoint(path.parent)
    assert newest_number(store) == 1.0
    assert path.exists(), "what is damaged is left for its owner to look at"
    path.write_bytes(good)
    assert newest_number(store) == 2.0


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["empty", "short", "long", "missing"])
def test_other_damage_is_found_and_reported(store, name, damage, caplog):
    path = store.entries()[-1].path / name
    good = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(
            {"empty": b"", "short": good[:-1], "long": good + b" "}[damage]
        )
    assert newest_number(store) == 1.0
    assert "going back to update-000000000001" in caplog.text
    assert name in caplog.text


def test_files_that_were_swapped_between_checkpoints_are_found(store):
    older, newer = (entry.path for entry in store.entries())
    shutil.copy(older / "model.safetensors", newer / "model.safetensors")
    with pytest.raises(CheckpointCorruptError, match=r"model.safetensors has changed"):
        read_checkpoint(newer)
    shutil.copy(older / "manifest.json", newer / "manifest.json")
    assert newest_number(store) == 1.0
    assert "its manifest is that of update-000000000001" in str(store.damaged[0])


def test_a_file_too_many_is_found(store):
    path = store.entries()[-1].path
    (path / "extra.pt").write_bytes(b"")
    with pytest.raises(CheckpointCorruptError, match=r"extra.pt.* does not belong"):
        read_checkpoint(path)


def test_if_none_is_whole_that_is_an_error_and_nothing_is_deleted(store):
    for entry in store.entries():
        (entry.path / "model.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointCorruptError, match="has 0 bytes"):
        store.newest()
    assert len(store.entries()) == 2


def test_what_is_foreign_or_unfinished_is_ignored_and_swept(store):
    stage = store.folder / ".stage-update-000000000009-1-1"
    stage.mkdir()
    (store.folder / ".stage-run.json-1").write_text("{")
    (store.folder / "update-9").mkdir()
    (store.folder / "notes.txt").write_text("mine")
    (store.folder / "update-000000000009").symlink_to(store.entries()[0].path)
    assert newest_number(store) == 2.0
    store.sweep()
    names = {path.name for path in store.folder.iterdir()}
    assert not {name for name in names if name.startswith(".stage")}
    assert {"update-9", "notes.txt"} <= names


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("forged", [False, True])
def test_a_planted_pickle_is_never_run(store, tmp_path, name, forged):
    trigger = tmp_path / "run by the pickle"
    path = store.entries()[-1].path
    planted = pickle.dumps(Bomb(trigger))
    (path / name).write_bytes(planted)
    if forged and name != "manifest.json":
        forge(path, name, planted)
    with pytest.raises(CheckpointCorruptError):
        read_checkpoint(path)
    assert not trigger.exists()
    pickle.loads(planted)
    assert trigger.exists(), "the bomb was no bomb"


def forge(path, name, data):
    """Make the manifest agree with a planted file."""
    import hashlib

    about = json.loads((path / manifest.NAME).read_text())
    about.pop("sha256")
    if data is None:
        about["files"][name] = {"bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
    else:
        digest = hashlib.sha256(data).hexdigest()
        about["files"][name] = {"bytes": len(data), "sha256": digest}
    (path / manifest.NAME).write_bytes(manifest._sealed(about))


@pytest.mark.parametrize(
    "name",
    ["../outside.json", "/etc/passwd", "a/b.json", "..", "", "\0.json", ".hidden"],
)
def test_a_manifest_that_points_outside_is_refused(store, name):
    path = store.entries()[-1].path
    forge(path, name, None)
    with pytest.raises(CheckpointSecurityError, match="names a file"):
        read_checkpoint(path)


def test_a_part_without_its_tensors_is_refused(store):
    path = store.entries()[-1].path
    (path / "more.json").write_text("{}")
    forge(path, "more.json", b"{}")
    with pytest.raises(CheckpointSecurityError, match="not those of 'more'"):
        read_checkpoint(path)


def test_a_link_is_not_followed(store, tmp_path):
    file = store.entries()[-1].path / "model.json"
    file.rename(tmp_path / "model.json")
    file.symlink_to(tmp_path / "model.json")
    with pytest.raises(CheckpointSecurityError, match=r"model.json is a link"):
        read_checkpoint(file.parent)


@pytest.mark.parametrize("name", ["manifest.json", "model.json"])
@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_found_and_not_waited_for(store, name, plant):
    file = store.entries()[-1].path / name
    file.unlink()
    plant(file)
    assert newest_number(store) == 1.0
    assert name in str(store.damaged[-1])


def test_a_claim_of_size_is_checked_before_it_is_read(store):
    path = store.entries()[-1].path
    about = json.loads((path / manifest.NAME).read_text())
    about.pop("sha256")
    about["files"]["model.json"]["bytes"] = 2**62
    (path / manifest.NAME).write_bytes(manifest._sealed(about))
    with pytest.raises(CheckpointCorruptError, match="bytes, not 4611686018427387904"):
        read_checkpoint(path)


def test_rotation_keeps_the_newest_and_the_best(tmp_path):
    store = CheckpointStore(tmp_path)
    losses = [0.9, 0.3, float("nan"), 0.5, 0.7]
    for update, loss in enumerate(losses, 1):
        entry = store.save(
            state(), updates=update, metrics={"val_loss": loss}, retention=Retention()
        )
        assert entry.path.is_dir()
    assert [entry.manifest.updates for entry in store.entries()] == [2, 5]
    assert store.best(Retention()).manifest.updates == 2
    assert store.best(Retention(monitor="val_accuracy", mode="max")) is None


def test_only_checkpoints_of_this_run_are_deleted(tmp_path, store):
    other = CheckpointStore(tmp_path / "other")
    foreign = other.save(state(), updates=1).path
    shutil.copytree(store.entries()[0].path, other.folder / "update-000000000000")
    other.save(state(), updates=3, retention=Retention())
    names = sorted(path.name for path in other.folder.glob("update-*"))
    assert names == ["update-000000000000", "update-000000000003"]
    assert not foreign.exists()


def test_saving_an_update_again_keeps_both_and_the_later_is_newest(store):
    entry = store.save(state(3.0), updates=2)
    assert entry.path.name == "update-000000000002-3"
    assert newest_number(store) == 3.0


def test_a_run_that_went_back_has_its_newest_where_it_saved_last(store):
    store.save(state(9.0), updates=90)
    store.save(state(4.0), updates=4)
    assert newest_number(store) == 4.0


def test_a_full_disk_leaves_the_older_ones_and_tells_the_free_space(store, monkeypatch):
    fsync, calls = os.fsync, iter(range(100))

    def full(descriptor):
        if next(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointWriteError, match="No space left on device") as caught:
        store.save(state(3.0), updates=3)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.free > 0
    assert "older checkpoints are untouched" in str(caught.value)
    assert newest_number(store) == 2.0
    assert not list(store.folder.glob(".stage*"))


def test_each_file_is_durable_before_the_name_and_the_name_before_the_end(
    tmp_path, monkeypatch
):
    store = CheckpointStore(tmp_path)
    store.save(state(), updates=1)
    calls = []
    fsync, rename = os.fsync, Path.rename

    def sync(descriptor):
        calls.append(("fsync", Path(os.readlink(f"/proc/self/fd/{descriptor}")).name))
        fsync(descriptor)

    def move(path, target):
        calls.append(("rename", Path(target).name))
        assert path.parent == Path(target).parent, "a rename, not a copy"
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", move)
    target = store.save(state(), updates=2).path
    files = [name for call, name in calls[:5] if call == "fsync"]
    assert sorted(files) == sorted(FILES)
    assert files[-1] == "manifest.json"
    assert calls[5][1].startswith(".stage-")
    assert calls[6:] == [("rename", target.name), ("fsync", tmp_path.name)]


def test_what_cannot_be_saved_is_named_and_leaves_nothing(store):
    with pytest.raises(TypeError, match=r"a\.0 is a builtins\.set"):
        store.save({"state": {"a": [{1, 2}]}}, updates=3)
    with pytest.raises(TypeError, match="'w' of type torch"):
        store.save({"model": {"w": torch.eye(2).to_sparse()}}, updates=3)
    assert not list(store.folder.glob(".stage*"))
    assert newest_number(store) == 2.0


def test_no_checkpoint_is_told(tmp_path):
    with pytest.raises(CheckpointNotFoundError, match="there is no checkpoint in"):
        CheckpointStore(tmp_path / "none").newest()
    with pytest.raises(CheckpointNotFoundError, match="there is no checkpoint at"):
        CheckpointStore(tmp_path).load(tmp_path / "none")


def test_a_damaged_identity_of_the_run_is_told(store):
    (store.folder / "run.json").write_text("{}")
    with pytest.raises(CheckpointCorruptError, match="run's identity"):
        store.save(state(), updates=3)


def test_the_model_alone_can_be_loaded(tmp_path):
    model, other = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    store = CheckpointStore(tmp_path)
    entry = store.save({"model": model.state_dict(), "state": {}}, updates=1)
    (entry.path / "state.safetensors").write_bytes(b"not needed for this")
    load_model(entry.path, other)
    assert torch.equal(other.weight, model.weight)


def test_an_old_checkpoint_that_cannot_be_removed_does_not_end_the_run(
    store, monkeypatch, caplog
):
    def refuse(*_):
        raise PermissionError("no")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    store.save(state(3.0), updates=3, retention=Retention())
    assert "cannot remove the old checkpoint" in caplog.text
    assert newest_number(store) == 3.0
