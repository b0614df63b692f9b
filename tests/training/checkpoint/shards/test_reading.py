"""What was saved, spread or not, is put into what the reader asks for."""

import shutil
from pathlib import Path

import pytest
import torch

from lehr.training import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
    CheckpointStore,
    CheckpointVersionError,
    load_weights,
)
from lehr.training.checkpoint import read_checkpoint
from lehr.training.checkpoint.shards import Saved, read_sharded, templates_for
from lehr.training.checkpoint.shards.header import Piece
from lehr.training.checkpoint.shards.plan import Read
from lehr.training.weights import export_weights

FOLDER = Path(__file__).parents[1] / "golden/format-3/checkpoints"
GOLDEN = FOLDER / "update-000000000006"
WEIGHT = torch.arange(6.0).reshape(2, 3) + 6


class Second:
    """Rank 1 of two, the first of which has told something."""

    rank, world_size = 1, 2

    def __init__(self, *told):
        self.told = list(told)

    def broadcast(self, value):
        raise AssertionError("there is nothing to decide")

    def gather(self, value):
        return [self.told.pop(0) if self.told else None, value]


def test_a_golden_folder_of_shards_is_read():
    entry, state = CheckpointStore(FOLDER).newest()
    assert (entry.serial, entry.updates, entry.epochs) == (2, 6, 2)
    assert torch.equal(state["model"]["0.weight"], WEIGHT)
    bias = state["model"]["0.bias"]
    assert torch.equal(bias, torch.tensor([1.0, 2.0, 6.0]).bfloat16())
    assert state["model"]["2.count"] == 6
    optimizer = state["state"]["optimizer"]
    assert torch.equal(optimizer["state"][0]["exp_avg"], torch.full((2, 3), 0.5))
    assert optimizer["state"][0]["step"].shape == ()
    assert optimizer["param_groups"] == [{"lr": 0.1, "betas": (0.9, 0.999)}]


def test_only_the_parts_that_are_asked_for_are_read():
    assert read_sharded(GOLDEN, only=("state",)).keys() == {"state"}
    assert read_sharded(GOLDEN, only=()) == {}


def test_a_template_is_filled_and_is_what_comes_back():
    asked = {}
    weight = torch.zeros(2, 3, requires_grad=True)
    columns = torch.zeros(3, 2)

    def template(name, saved):
        asked[name] = saved
        return {
            "model/0.weight": weight,
            "state/optimizer.state.0.exp_avg": columns.T,
        }.get(name)

    state = read_sharded(GOLDEN, template)
    assert state["model"]["0.weight"] is weight
    assert torch.equal(weight, WEIGHT)
    assert torch.equal(columns, torch.full((3, 2), 0.5))
    assert asked["model/0.bias"] == Saved(torch.bfloat16, (3,))
    assert asked["model/2.count"] == Saved(torch.int64, ())
    assert len(asked) == 6


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (
            torch.zeros(3, 2),
            r"float32 of shape \[2, 3\], and is to go into .* \[3, 2\]",
        ),
        (torch.zeros(2, 3).half(), r"go into torch.float16"),
        (torch.zeros(2, 3, device="meta"), "no memory"),
    ],
)
def test_a_template_that_does_not_fit_is_refused_and_none_is_filled(template, says):
    bias = torch.zeros(3, dtype=torch.bfloat16)
    given = {"model/0.bias": bias, "model/0.weight": template}
    with pytest.raises(ValueError, match=says) as caught:
        read_sharded(GOLDEN, given)
    assert type(caught.value) is ValueError
    assert not bias.any()


def test_nothing_is_filled_from_a_checkpoint_that_is_damaged(tmp_path):
    path = tmp_path / GOLDEN.name
    shutil.copytree(GOLDEN, path)
    data = bytearray((path / "state.json").read_bytes())
    data[-3] ^= 1
    (path / "state.json").write_bytes(data)
    weight = torch.zeros(2, 3)
    with pytest.raises(CheckpointCorruptError, match=r"state\.json has changed"):
        read_sharded(path, {"model/0.weight": weight})
    assert not weight.any()


def test_an_error_of_the_caller_is_not_taken_for_damage():
    def template(name, saved):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        read_sharded(GOLDEN, template)


def test_what_is_not_there_is_not_found(tmp_path):
    for read in (read_sharded, read_checkpoint):
        with pytest.raises(CheckpointNotFoundError):
            read(tmp_path / "gone")


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        (["CheckpointCorruptError", "x has changed"], CheckpointCorruptError, "x has"),
        (["CheckpointSecurityError", "x is a link"], CheckpointSecurityError, "a link"),
        (["CheckpointNotFoundError", "none"], CheckpointNotFoundError, "rank 0: none"),
        (["ValueError", "no"], CheckpointError, "rank 0 cannot read .* ValueError: no"),
    ],
)
@pytest.mark.parametrize("when", range(3))
def test_what_another_rank_finds_wrong_is_raised_here(told, kind, says, when):
    ranks = Second(*[None] * when, told)
    with pytest.raises(kind, match=says) as caught:
        read_checkpoint(GOLDEN, ranks=ranks)
    assert type(caught.value) is kind


def test_ranks_share_the_work_to_verify(tmp_path):
    path = tmp_path / GOLDEN.name
    shutil.copytree(GOLDEN, path)
    names = sorted(file.name for file in path.iterdir() if file.name != "manifest.json")
    found = []
    for name in names:
        good = (path / name).read_bytes()
        (path / name).write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        try:
            read_sharded(path, only=(), ranks=Second())
        except CheckpointCorruptError:
            found.append(name)
        (path / name).write_bytes(good)
    assert found == names[1::2], "rank 0 verifies the others"


def test_what_one_process_saved_is_put_into_templates(tmp_path):
    store, model = CheckpointStore(tmp_path), torch.nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), momentum=0.9)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    parts = {
        "model": model.state_dict(),
        "state": {"optimizer": optimizer.state_dict(), "rest": torch.ones(3)},
    }
    path = store.save(parts, updates=1).path
    other = torch.nn.Linear(3, 2)
    given = templates_for(other, torch.optim.SGD(other.parameters(), momentum=0.9))
    state = read_checkpoint(path, templates=given)
    assert torch.equal(other.weight, model.weight)
    momentum = state["state"]["optimizer"]["state"][0]["momentum_buffer"]
    assert torch.equal(momentum, optimizer.state[model.weight]["momentum_buffer"])


def test_weights_are_exported_and_loaded_from_shards(tmp_path):
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(2, 3))

    file = export_weights(GOLDEN, tmp_path / "model.safetensors")
    for source in (file, GOLDEN):
        model = Model()
        rename = {"0.weight": "weight"}
        load_weights(model, source, rename=rename, strict=False)
        assert torch.equal(model.weight, WEIGHT)


def test_a_newer_format_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("lehr.training.checkpoint.manifest.FORMAT", 2)
    with pytest.raises(CheckpointVersionError, match=r"has format 3, and .* up to 2"):
        read_sharded(GOLDEN)
    with pytest.raises(CheckpointVersionError):
        CheckpointStore(FOLDER).newest()


def test_a_file_that_becomes_shorter_while_it_is_read_is_an_error(tmp_path):
    file = tmp_path / "short"
    file.write_bytes(b"1234567")
    piece = Piece("w", "F32", (2,), (0,), (2,), begin=0, end=8)
    read = Read("short", piece, (0,), (2,), torch.zeros(2))
    with file.open("rb") as opened, pytest.raises(ValueError, match="become shorter"):
        read.fill(opened)
