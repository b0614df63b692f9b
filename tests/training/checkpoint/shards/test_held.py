"""Of what ranks hold, each number is written once; no rank asks another."""

import math

import pytest
import torch
import torch.distributed as dist
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Partial, Replicate, Shard
from torch.testing._internal.distributed.fake_pg import FakeStore

from lehr.training.checkpoint.files import write
from lehr.training.checkpoint.folder import load_model, take_apart, write_parts
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.shards import (
    Alone,
    read_sharded,
    split,
    templates_for,
    write_sharded,
)
from lehr.training.checkpoint.shards.header import file_of
from lehr.training.checkpoint.shards.held import Held, chunks_of, is_spread
from lehr.training.checkpoint.shards.held import Shard as OwnShard
from lehr.training.checkpoint.staging import Staging

SHAPES = {"even": (8, 3), "odd": (5, 7), "few": (1,), "none": (0, 3)}
SHAPES |= {f"layer{number}": (2, 2) for number in range(8)}


@pytest.fixture
def as_rank():
    """Act as one of some ranks that never answer."""

    def start(rank, world_size):
        if dist.is_initialized():
            dist.destroy_process_group()
        store = FakeStore()
        dist.init_process_group("fake", store=store, rank=rank, world_size=world_size)

    yield start
    if dist.is_initialized():
        dist.destroy_process_group()


def spread(tensor, mesh, placements):
    """This rank's share of a tensor that all know."""
    whole = DTensor.from_local(tensor, mesh, [Replicate()] * mesh.ndim, run_check=False)
    return whole.redistribute(mesh, placements) if placements else whole


def wholes():
    torch.manual_seed(0)
    return {name: torch.randn(shape) for name, shape in SHAPES.items()}


@pytest.mark.parametrize(
    "placements",
    [
        (Shard(0), Replicate()),
        (Replicate(), Shard(0)),
        (Replicate(), Replicate()),
        (Shard(0), Shard(0)),
    ],
)
def test_each_number_is_in_one_file_that_dcp_itself_can_read(
    as_rank, tmp_path, placements
):
    numbers, writers = dict.fromkeys(SHAPES, 0), set()
    for rank in range(4):
        as_rank(rank, 4)
        mesh = init_device_mesh("cpu", (2, 2))
        state = {name: spread(t, mesh, placements) for name, t in wholes().items()}
        held = split(take_apart({"model": state}), rank)
        assert list(held.parts) == (["model"] if rank == 0 else [])
        for name, shard in held.shards.items():
            numbers[name.removeprefix("model/")] += shard.tensor.numel()
            writers.add(rank)
        if held.shards:
            write(tmp_path / file_of(rank, 4), chunks_of(held.shards))
    assert numbers == {name: math.prod(shape) for name, shape in SHAPES.items()}
    assert len(writers) == 4, "the work is shared, also where all hold the same"
    about = HuggingFaceStorageReader(str(tmp_path)).read_metadata()
    assert about.state_dict_metadata.keys() == {f"model/{name}" for name in SHAPES}
    for name, shape in SHAPES.items():
        size = about.state_dict_metadata[f"model/{name}"].size
        assert tuple(size) == shape


def test_a_sum_that_is_not_made_yet_cannot_be_saved(as_rank):
    as_rank(0, 2)
    mesh = init_device_mesh("cpu", (2,))
    tensor = DTensor.from_local(torch.ones(2), mesh, [Partial()], run_check=False)
    with pytest.raises(TypeError, match="'model/w' is a sum over ranks"):
        split(take_apart({"model": {"w": tensor}}))


def test_shares_that_are_not_those_of_their_spread_cannot_be_saved(as_rank):
    as_rank(0, 2)
    mesh = init_device_mesh("cpu", (2,))
    tensor = DTensor.from_local(
        torch.ones(3), mesh, [Shard(0)], run_check=False, shape=(4,), stride=(1,)
    )
    with pytest.raises(TypeError, match="'model/w' is spread in a way"):
        split(take_apart({"model": {"w": tensor}}))


def test_ranks_that_are_not_on_its_mesh_write_nothing_of_a_tensor(as_rank):
    as_rank(1, 2)
    mesh = dist.DeviceMesh("cpu", [0])
    tensor = DTensor.from_local(torch.ones(2), mesh, [Shard(0)], run_check=False)
    assert split(take_apart({"model": {"w": tensor}}), rank=1).shards == {}


def test_one_process_does_not_write_what_is_spread_and_says_who_has_to(
    as_rank, tmp_path
):
    as_rank(0, 2)
    tensor = spread(torch.ones(4), init_device_mesh("cpu", (2,)), [Shard(0)])
    assert is_spread(tensor)
    assert not is_spread(torch.ones(4))
    parts = take_apart({"model": {"w": tensor}})
    with pytest.raises(TypeError, match="'w' is spread over ranks: all"):
        write_parts(tmp_path / "one", parts, Manifest("", 0, 0, 0, {}, {}))
    assert not list(tmp_path.iterdir())


def test_a_model_that_is_spread_over_one_rank_is_saved_and_loaded(as_rank, tmp_path):
    as_rank(0, 1)
    mesh = init_device_mesh("cpu", (1,))

    def make(seed):
        torch.manual_seed(seed)
        model = torch.nn.Linear(3, 2)
        for name, one in list(model.named_parameters()):
            value = torch.nn.Parameter(spread(one.detach(), mesh, [Shard(0)]))
            setattr(model, name, value)
        return model

    model, other = make(1), make(2)
    optimizer = torch.optim.Adam(model.parameters())
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter.detach())
    optimizer.step()
    state = {
        "model": model.state_dict(),
        "state": {"optimizer": optimizer.state_dict()},
    }
    about = Manifest("", 1, 1, 0, {}, {})
    made = write_sharded(tmp_path / "one", state, about, Alone(), pinned=True)
    assert (tmp_path / "one" / "KEEP").exists()
    assert "shard-00000-of-00001.safetensors" in made.files
    load_model(tmp_path / "one", other)
    weights = read_sharded(tmp_path / "one")["model"]
    for name, parameter in other.named_parameters():
        assert torch.equal(parameter.to_local(), weights[name])
    fresh = torch.optim.Adam(other.parameters())
    given = templates_for(other, fresh)
    read = read_sharded(tmp_path / "one", given)["state"]["optimizer"]
    assert is_spread(read["state"][0]["exp_avg"])
    assert not is_spread(read["state"][0]["step"])
    fresh.load_state_dict(read)
    # More moments than there are parameters: whole, and somebody else's trouble.
    fewer = templates_for(other, torch.optim.Adam([other.weight]))
    read = read_sharded(tmp_path / "one", fewer)["state"]["optimizer"]
    assert not is_spread(read["state"][1]["exp_avg"])


def test_a_copy_does_not_change_with_what_was_copied():
    weight, mean = torch.ones(3), torch.zeros(2)
    parts = take_apart({"model": {"mean": mean}})
    held = Held(parts, {"model/w": OwnShard(weight, (0,), (6,))}, ("model",))
    copy = held.copied(Staging())
    weight += 1
    mean += 1
    assert torch.equal(copy.shards["model/w"].tensor, torch.ones(3))
    assert copy.shards["model/w"].shape == (6,)
    assert torch.equal(copy.parts["model"].tensors["mean"], torch.zeros(2))


def test_weights_decide_whether_it_is_finite_and_all_where_there_is_no_model():
    bad = {"state/m": OwnShard(torch.tensor([math.nan]), (0,), (2,))}
    assert Held({}, bad, ("model", "state")).finite()
    assert not Held({}, bad, ("state",)).finite()
    assert not Held({}, {"model/w": bad["state/m"]}, ("model", "state")).finite()
    parts = take_apart({"model": {"w": torch.tensor(math.inf)}})
    assert not Held(parts, {}, ("model",)).finite()


def test_a_part_with_the_name_of_a_file_of_shards_is_refused():
    with pytest.raises(ValueError, match="no part may be named"):
        take_apart({"shard-00000-of-00001": {}})
