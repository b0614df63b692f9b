"""Nothing in a checkpoint of shards can run code, lead out of it, or claim memory."""

import json
import os
import pickle
import random
import shutil
from pathlib import Path

import pytest
import torch

from lehr.training import CheckpointCorruptError, CheckpointSecurityError
from lehr.training.checkpoint import manifest, read_checkpoint
from lehr.training.checkpoint.files import FileRecord, write
from lehr.training.checkpoint.shards import read_sharded
from lehr.training.checkpoint.verification import problems_of
from training.checkpoint.shards.planted import exploits

GOLDEN = Path(__file__).parents[1] / "golden/format-3/checkpoints/update-000000000006"
FILES = sorted(file.name for file in GOLDEN.iterdir())
SHARD = "shard-00001-of-00002.safetensors"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "checkpoints" / GOLDEN.name
    shutil.copytree(GOLDEN, path)
    return path


def put(path, name, data):
    """Change a file as one who can compute all hashes."""
    (path / name).unlink(missing_ok=True)
    record = write(path / name, [data])
    about = json.loads((path / manifest.NAME).read_text())
    del about["sha256"]
    about["files"][name] = {"bytes": record.bytes, "sha256": record.sha256}
    (path / manifest.NAME).write_bytes(manifest._sealed(about))


@pytest.fixture(scope="module")
def pickles(tmp_path_factory):
    mark = tmp_path_factory.mktemp("planted") / "mark"
    return mark, exploits(mark)


def test_the_planted_pickles_do_harm_where_pickles_are_loaded(pickles):
    mark, planted = pickles
    harmful = 0
    for name in ("os.system", "builtins.eval", "nested GLOBAL", "STACK_GLOBAL", "INST"):
        pickle.loads(planted[name])
        harmful += mark.exists()
        mark.unlink()
    assert harmful == 5


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("sealed", [False, True])
def test_a_pickle_in_any_file_is_never_run(path, pickles, monkeypatch, name, sealed):
    mark, planted = pickles
    good = {file: (path / file).read_bytes() for file in (name, manifest.NAME)}
    for module, function in ((pickle, "loads"), (pickle, "load"), (torch, "load")):
        monkeypatch.setattr(module, function, lambda *_, **__: pytest.fail("a pickle"))
    for kind, data in planted.items():
        for file, content in good.items():
            (path / file).write_bytes(content)
        if sealed and name != manifest.NAME:
            put(path, name, data)
        else:
            (path / name).write_bytes(data)
        for read in (read_sharded, read_checkpoint):
            with pytest.raises(CheckpointCorruptError):
                read(path)
        assert sealed or problems_of(path), kind
    assert not mark.exists()


@pytest.mark.parametrize("name", [".metadata", "__0_0.distcp", "data.pkl"])
def test_files_of_pickles_do_not_belong_there(path, pickles, name):
    mark, planted = pickles
    (path / name).write_bytes(planted["os.system"])
    with pytest.raises(CheckpointCorruptError, match="does not belong"):
        read_sharded(path)
    put(path, name, planted["os.system"])
    with pytest.raises(CheckpointCorruptError):
        read_sharded(path)
    assert not mark.exists()


def test_sixty_flipped_bits_are_all_found_and_named(path):
    chance = random.Random(3)
    for number in range(60):
        file = path / FILES[number % len(FILES)]
        good = file.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        file.write_bytes(bad)
        for read in (read_sharded, read_checkpoint):
            with pytest.raises(CheckpointCorruptError):
                read(path)
        assert any(file.name in problem for problem in problems_of(path))
        file.write_bytes(good)
    assert problems_of(path) == []


@pytest.mark.parametrize("name", FILES)
def test_what_is_missing_cut_or_a_link_is_refused_and_named(path, tmp_path, name):
    good = (path / name).read_bytes()
    (path / name).write_bytes(good[:-1])
    with pytest.raises(CheckpointCorruptError, match=name):
        read_sharded(path)
    (path / name).unlink()
    with pytest.raises(CheckpointCorruptError, match=name):
        read_sharded(path)
    (tmp_path / "elsewhere").write_bytes(good)
    (path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CheckpointSecurityError, match=f"{name} is a link"):
        read_sharded(path)
    (path / name).unlink()
    os.mkfifo(path / name)
    with pytest.raises(CheckpointCorruptError, match=name):
        read_sharded(path)


def test_swapped_shards_are_found(path):
    one, other = path / SHARD, path / SHARD.replace("1-of", "0-of")
    one.rename(path / "aside")
    other.rename(one)
    (path / "aside").rename(other)
    with pytest.raises(CheckpointCorruptError, match="shard-00000"):
        read_sharded(path)


@pytest.mark.parametrize(
    "name", ["../shard-00001-of-00002.safetensors", "/etc/passwd", "a/b", "..", "a\0b"]
)
def test_a_name_that_leads_out_is_refused(path, name):
    about = manifest.read_manifest(path)
    record = FileRecord(1, "0" * 64)
    files = {**about.files, name: record}
    data = json.loads((path / manifest.NAME).read_text())
    del data["sha256"]
    data["files"] = {n: vars(r) for n, r in files.items()}
    (path / manifest.NAME).write_bytes(manifest._sealed(data))
    with pytest.raises(CheckpointSecurityError, match="names a file"):
        read_sharded(path)


def test_a_part_of_shards_alone_is_refused(path):
    put(path, "other.json", b"{}")
    with pytest.raises(CheckpointSecurityError, match="not those of 'other'"):
        read_sharded(path)


def test_a_shard_that_is_left_out_of_the_manifest_is_missed(path):
    (path / SHARD).unlink()
    data = json.loads((path / manifest.NAME).read_text())
    del data["sha256"], data["files"][SHARD]
    (path / manifest.NAME).write_bytes(manifest._sealed(data))
    with pytest.raises(CheckpointCorruptError, match="are not the whole tensor"):
        read_sharded(path)
