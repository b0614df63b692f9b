"""Ranks write without asking one another: threads stand for them here."""

import errno
import json
import math
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.distributed as dist

from lehr.training import CheckpointStore, CheckpointWriteError
from lehr.training.checkpoint import files, read_checkpoint
from lehr.training.checkpoint.folder import Part
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.shards import (
    GroupRanks,
    Held,
    Shard,
    ShardedSave,
    records,
)
from lehr.training.checkpoint.shards.records import tell

WORLD = 3
ABOUT = Manifest("run", 1, 7, 0, {}, {})


class Rank:
    """One of several ranks of a thread: what rank 0 says is known already."""

    def __init__(self, rank, told=None, world_size=WORLD):
        self.rank, self.told, self.world_size = rank, told, world_size

    def broadcast(self, value):
        if self.rank == 0:
            self.told = value()
        return self.told

    def gather(self, value):
        return [value] * self.world_size


def held(rank, value=1.0):
    shard = Shard(torch.full((2, 2), value), (2 * rank, 0), (2 * WORLD, 2))
    parts = {"model": Part({"w": {"$tensor": "w"}}, {})} if rank == 0 else {}
    return Held(parts, {"model/w": shard}, ("model",))


@pytest.fixture
def saves(tmp_path):
    """One save, as each rank sees it."""
    target, first = tmp_path / "update-000000000007", Rank(0)
    found = [ShardedSave.begin(target, first, timeout=5)]
    for rank in range(1, WORLD):
        ranks = Rank(rank, first.told)
        elsewhere = tmp_path / "another-name"
        found.append(ShardedSave.begin(elsewhere, ranks, timeout=5))
    return found


def outcomes(*writes):
    """What each call returns or raises, in threads that run beside each other."""

    def outcome(write):
        try:
            return write()
        except BaseException as error:
            return error

    with ThreadPoolExecutor(len(writes)) as pool:
        return list(pool.map(outcome, writes))


def writing(saves, *states):
    return [
        lambda s=s, h=h: s.write(h, ABOUT) for s, h in zip(saves, states, strict=True)
    ]


def test_all_ranks_return_the_manifest_when_it_is_durable(saves, tmp_path):
    assert {save.target for save in saves} == {tmp_path / "update-000000000007"}
    made = outcomes(*writing(saves, *map(held, range(WORLD))))
    assert made[0] == made[1] == made[2]
    assert [name for name in made[0].files if name.startswith("shard")] == [
        f"shard-0000{rank}-of-00003.safetensors" for rank in range(WORLD)
    ]
    assert read_checkpoint(saves[0].target)["model"]["w"].sum() == 4 * WORLD
    assert [path.name for path in tmp_path.iterdir()] == ["update-000000000007"]


def test_it_waits_for_the_last_one(saves):
    def late():
        time.sleep(0.3)
        assert not saves[0].target.exists()
        return saves[2].write(held(2), ABOUT)

    made = outcomes(*writing(saves[:2], held(0), held(1)), late)
    assert made[0] == made[2]


def test_a_rank_without_shards_only_waits_and_then_it_is_a_plain_checkpoint(saves):
    plain = Held({"model": Part({"w": {"$tensor": "w"}}, {"w": torch.ones(2)})}, {}, ())
    nothing = Held({}, {}, ())
    outcomes(*writing(saves, plain, nothing, nothing))
    path = saves[0].target
    names = {file.name for file in path.iterdir()}
    assert names == {"manifest.json", "model.json", "model.safetensors"}
    assert json.loads((path / "manifest.json").read_text())["format"] == 2
    assert read_checkpoint(path)["model"]["w"].sum() == 2


def test_weights_that_are_not_finite_on_one_rank_are_noted(saves):
    states = held(0), held(1, math.nan), held(2)
    assert [made.finite for made in outcomes(*writing(saves, *states))] == [False] * 3
    assert not CheckpointStore(saves[0].target.parent).entries()[0].finite


@pytest.mark.parametrize("who", range(WORLD))
def test_a_disk_that_refuses_one_rank_is_an_error_on_all(saves, monkeypatch, who):
    write = files.write

    def refuse(path, chunks):
        if path.name.startswith(f"shard-0000{who}"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, chunks)

    monkeypatch.setattr(files, "write", refuse)
    errors = outcomes(*writing(saves, *map(held, range(WORLD))))
    assert all(type(error) is CheckpointWriteError for error in errors), errors
    assert errors[who].errno == errno.ENOSPC
    assert who == 0 or f"rank {who} could not write: OSError(28" in str(errors[0])
    assert list(saves[0].target.parent.iterdir()) == []


def test_a_rank_that_does_not_tell_is_named(saves):
    saves[0]._timeout = 0.2
    [error] = outcomes(*writing(saves[:1], held(0)))
    assert "ranks 1, 2 did not write their shards within 0.2 s" in str(error)
    assert not saves[0].stage.exists()
    [late] = outcomes(*writing(saves[1:2], held(1)))
    assert type(late) is CheckpointWriteError


def test_rank_0_that_does_not_commit_is_named(saves):
    saves[1]._timeout = 0.2
    [error] = outcomes(*writing(saves[1:2], held(1)))
    assert "rank 0 has not committed it within 0.2 s" in str(error)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("shard-00002-of-00003.safetensors", b"x", "which is not its own"),
        ("../run.json", b"x", "which is not its own"),
        ("shard-00001-of-00002.safetensors", b"xy", "has 2 bytes, not 1"),
        ("shard-00001-of-00002.safetensors", None, "No such file"),
    ],
)
def test_a_rank_that_tells_of_what_is_not_there_is_not_believed(
    saves, name, data, says
):
    saves[0]._world_size = 2
    if data is not None:
        (saves[0].stage / name).write_bytes(data)
    tell(saves[0].stage, 1, {name: files.FileRecord(1, "0" * 64)})
    [error] = outcomes(*writing(saves[:1], held(0)))
    assert says in str(error)


def test_what_was_told_but_cannot_be_read_is_an_error(saves):
    (saves[0].stage / ".done-00001.json").write_text("{")
    [error] = outcomes(*writing(saves[:1], held(0)))
    assert "what rank 1 told is not readable" in str(error)


def test_an_interrupt_of_one_rank_is_told_to_rank_0(saves, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(saves[1], "_write_shards", interrupted)
    first, other, third = outcomes(*writing(saves, *map(held, range(WORLD))))
    assert "rank 1 could not write: KeyboardInterrupt()" in str(first)
    assert type(other) is KeyboardInterrupt
    assert "rank 0 has given it up" in str(third)


def test_a_stage_that_somebody_removes_is_an_error(saves):
    shutil.rmtree(saves[0].stage)
    errors = outcomes(*writing(saves, *map(held, range(WORLD))))
    assert {type(error) for error in errors} == {CheckpointWriteError}


def test_a_rank_that_cannot_even_tell_raises_its_own_error(saves, monkeypatch):
    def refuse(path, chunks):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files, "write", refuse)
    [error] = outcomes(*writing(saves[1:2], held(1)))
    assert error.errno == errno.EIO


def test_a_commit_that_is_seen_late_is_seen(saves, monkeypatch):
    monkeypatch.setattr(records, "_GRACE", 5.0)
    stage, target = saves[0].stage, saves[0].target
    aside = stage.with_name("aside")
    stage.rename(aside)
    timer = threading.Timer(0.2, lambda: aside.rename(target))
    timer.start()
    records.await_commit(stage, target, 5)
    timer.join()
    assert target.is_dir()


def test_a_folder_that_is_not_there_is_an_error_on_all(tmp_path):
    first = Rank(0)
    for rank in range(WORLD):
        ranks = Rank(rank, first.told)
        with pytest.raises(CheckpointWriteError, match="No such file") as caught:
            ShardedSave.begin(tmp_path / "gone" / "one", ranks)
        first.told = ranks.told
        assert caught.value.errno == errno.ENOENT


def test_a_rank_that_does_not_see_the_stage_is_an_error_on_all(tmp_path):
    class Blind(Rank):
        def gather(self, value):
            return [True, False, True]

    first = Blind(0)
    for rank in range(WORLD):
        ranks = Blind(rank, first.told)
        with pytest.raises(CheckpointWriteError, match=r"ranks \[1\] do not see"):
            ShardedSave.begin(tmp_path / "one", ranks)
        first.told = ranks.told
        assert list(tmp_path.iterdir()) == []


def test_a_group_of_one_process_agrees_with_itself(tmp_path):
    dist.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meeting", rank=0, world_size=1
    )
    try:
        ranks = GroupRanks()
        assert (ranks.rank, ranks.world_size) == (0, 1)
        assert ranks.broadcast(lambda: ["name", 3]) == ["name", 3]
        assert ranks.gather({"a": 1}) == [{"a": 1}]
    finally:
        dist.destroy_process_group()
