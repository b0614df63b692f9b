"""What each rank does in the tests, once it has met the others."""

import itertools
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor

from lehr.training import CheckpointWriteError
from lehr.training.checkpoint import catalog, read_checkpoint, write_checkpoint
from lehr.training.checkpoint.folder import take_apart
from lehr.training.checkpoint.manifest import Manifest, read_manifest
from lehr.training.checkpoint.shards import (
    GroupRanks,
    ShardedSave,
    read_sharded,
    split,
    templates_for,
    write_sharded,
)
from lehr.training.checkpoint.staging import Staging
from training.checkpoint.shards.trainee import same, state_of, train, trainee, whole


def about(updates=1):
    return Manifest("run", updates, updates, 0, {"val_loss": 0.5}, {})


def save(folder, asynchronous=False):
    """Train, save; write beside it what was saved, whole, as one process does."""
    model, optimizer = trainee(seed=1)
    train(model, optimizer)
    state, ranks = state_of(model, optimizer), GroupRanks()
    reference = whole(state)
    folder.mkdir(exist_ok=True)
    target = folder / "update-000000000001"
    if asynchronous:
        held = split(take_apart(state), ranks.rank).copied(Staging())
        saving = ShardedSave.begin(target, ranks, timeout=20)
        train(model, optimizer)  # what is written is what was there
        manifest = saving.write(held, about())
    else:
        manifest = write_sharded(target, state, about(), ranks, timeout=20)
    assert manifest.finite
    assert target.is_dir(), "it is there for all ranks when it is told to be durable"
    if ranks.rank == 0:
        write_checkpoint(
            folder / "whole",
            reference,
            run="run",
            serial=1,
            updates=1,
            epochs=0,
            metrics={},
        )
    dist.barrier()


def resume(folder, source, target):
    """Read what others saved, compare, go on with it, save it again as it was read."""
    ranks = GroupRanks()
    model, optimizer = trainee(seed=2)
    templates = templates_for(model, optimizer)
    state = read_sharded(folder / source, templates, ranks=ranks)
    expected = read_checkpoint(folder / "whole")
    assert same(whole(state), expected)
    assert isinstance(state["state"]["optimizer"]["state"][0]["exp_avg"], DTensor)
    assert state["state"]["optimizer"]["state"][0]["step"].shape == ()
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["state"]["optimizer"])
    assert same(whole(state_of(model, optimizer)), expected)
    assert model.head.weight is model.embedding.weight
    write_sharded(folder / target, state_of(model, optimizer), about(2), ranks)
    train(model, optimizer, 1)
    print(sum(float(whole(p.detach()).double().sum()) for p in model.parameters()))


def plain(folder, source):
    """Read it into whole tensors, on each of several ranks."""
    state = read_sharded(folder / source, ranks=GroupRanks())
    assert same(state, read_checkpoint(folder / "whole"))


def placements(folder):
    """Save any spread on a mesh of 2 x 2, read it in any other."""
    torch.manual_seed(0)
    ranks, mesh = GroupRanks(), init_device_mesh("cpu", (2, 2))
    row = init_device_mesh("cpu", (4,))
    tensors = {
        "matrix": torch.randn(5, 7),
        "few": torch.randn(1),
        "none": torch.zeros(0, 3),
        "scalar": torch.tensor(3.5),
        "truth": torch.rand(6, 3) > 0.5,
        "small": torch.randn(8).to(torch.float8_e4m3fn),
        "complex": torch.randn(4, 3, dtype=torch.complex64),
        "wide": torch.randn(3, 9, 2).double().transpose(0, 1),
    }
    one, two = Replicate(), Shard(0)
    spreads = [
        (row, (Shard(0),)),
        (row, (Replicate(),)),
        (mesh, (one, two)),
        (mesh, (two, one)),
        (mesh, (one, one)),
        (mesh, (Shard(0), Shard(1))),
        (mesh, (Shard(0), Shard(0))),
    ]
    written = 0
    for number, (saved_on, saved_as) in enumerate(spreads):
        state = {"model": _spread(tensors, saved_on, saved_as)}
        path = folder / f"update-{number:012}"
        made = write_sharded(path, state, about(number), ranks)
        written = sum(record.bytes for record in made.files.values())
        assert written < 12_000, "what all hold alike is written once"
        for further in (0, 1, 2, 4):
            read_on, read_as = spreads[(number + further) % len(spreads)]
            blank = {name: torch.zeros_like(t) for name, t in tensors.items()}
            templates = _spread(blank, read_on, read_as)
            given = {f"model/{name}": tensor for name, tensor in templates.items()}
            back = read_sharded(path, given)["model"]
            expected = _spread(tensors, read_on, read_as)
            for name, tensor in expected.items():
                assert back[name] is templates[name]
                mine, its = back[name].to_local(), tensor.to_local()
                assert mine.dtype == its.dtype
                assert torch.equal(_bytes(mine), _bytes(its)), (name, saved_as, read_as)


def _bytes(tensor):
    return tensor.contiguous().flatten().view(torch.uint8)


def _spread(tensors, mesh, placements):
    def fits(tensor):
        return all(p.is_replicate() or p.dim < tensor.ndim for p in placements)

    return {
        name: distribute_tensor(
            tensor,
            mesh,
            placements if fits(tensor) else [Replicate()] * mesh.ndim,
            src_data_rank=None,  # each takes its own: gloo sends no float8
        )
        for name, tensor in tensors.items()
    }


def killed(folder, who, when):
    """One rank is killed while all write; the others say what they see of it."""
    ranks = GroupRanks()
    mesh = init_device_mesh("cpu", (ranks.world_size,))
    state = {"model": {"w": distribute_tensor(torch.ones(64, 8), mesh, [Shard(0)])}}
    folder.mkdir(exist_ok=True)
    write_sharded(folder / "update-000000000001", state, about(1), ranks)
    held = split(take_apart(state), ranks.rank)
    saving = ShardedSave.begin(folder / "update-000000000002", ranks, timeout=1.5)
    if ranks.rank == int(who):
        if when == "half":
            name = f"shard-{ranks.rank:05}-of-{ranks.world_size:05}.safetensors"
            Path(saving.stage, name).write_bytes(b"half of it")
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        saving.write(held, about(2))
    except CheckpointWriteError as error:
        print(error, file=sys.__stdout__, flush=True)
    os._exit(0)  # the others are not there to say goodbye to


def until_killed(folder, who, saves):
    """Save until one rank is killed, after so many; the other says what was durable."""
    ranks = GroupRanks()
    mesh = init_device_mesh("cpu", (ranks.world_size,))
    folder.mkdir(exist_ok=True)
    begin = time.perf_counter()
    for number in itertools.count(1):
        weight = torch.full((256, 512), float(number))
        spread = distribute_tensor(weight, mesh, [Shard(0)], src_data_rank=None)
        state = {"model": {"w": spread}}
        target = folder / catalog.name_of(number)
        if ranks.rank == who and number == 2:
            seconds = min(time.perf_counter() - begin, 0.3) * saves
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
        try:
            write_sharded(target, state, about(number), ranks, timeout=1)
        except (CheckpointWriteError, RuntimeError) as error:
            told = number - 1, type(error).__name__  # the latter: of gloo
            print(*told, file=sys.__stdout__, flush=True)
            os._exit(0)


def refused(folder):
    """The disk of one rank refuses; all ranks get an error, and go on."""
    ranks = GroupRanks()
    mesh = init_device_mesh("cpu", (ranks.world_size,))
    state = {"model": {"w": distribute_tensor(torch.ones(64, 8), mesh, [Shard(0)])}}
    folder.mkdir(exist_ok=True)
    saving = ShardedSave.begin(folder / "update-000000000001", ranks, timeout=10)
    if ranks.rank == 1:  # a folder is where its file would be
        Path(saving.stage, "shard-00001-of-00002.safetensors").mkdir()
    try:
        saving.write(split(take_apart(state), ranks.rank), about())
    except CheckpointWriteError as error:
        print(error)
    assert not list(folder.glob("update-*"))
    write_sharded(folder / "update-000000000002", state, about(2), ranks)


def nowhere(folder):
    """The folder of rank 0 is not there, or another rank does not see it."""
    ranks = GroupRanks()
    for parent in ("gone", f"of-{ranks.rank}"):
        if parent != "gone":
            (folder / parent).mkdir(parents=True)
        try:
            ShardedSave.begin(folder / parent / "update-000000000001", ranks)
        except CheckpointWriteError as error:
            print(error)


def disagree(folder, source):
    """A byte is wrong in the share that rank 1 verifies: all ranks raise the same."""
    ranks = GroupRanks()
    name = sorted(read_manifest(folder / source).files)[1]
    if ranks.rank == 0:
        shutil.copytree(folder / source, folder / "wrong")
        data = bytearray((folder / "wrong" / name).read_bytes())
        data[-1] ^= 1
        (folder / "wrong" / name).write_bytes(data)
    dist.barrier()
    source = "wrong"
    try:
        read_sharded(folder / source, ranks=GroupRanks())
    except Exception as error:
        print(type(error).__name__, error)
