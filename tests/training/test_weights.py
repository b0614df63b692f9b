"""A model's weights alone, in one file that is there whole or not at all."""

import os

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from lehr.training import load_weights, save_weights
from training import runs


def test_weights_and_buffers_come_back(tmp_path):
    model, other = runs.net(), runs.net()
    model(torch.randn(5, 8))  # moves the running means
    with torch.no_grad():
        model[0].weight.add_(1)
    path = save_weights(model, tmp_path / "deep" / "down" / "model.safetensors")
    load_weights(other, path)
    for name, tensor in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor), name


def test_the_file_is_what_safetensors_reads(tmp_path):
    model = runs.net()
    found = load_file(save_weights(model, tmp_path / "model.safetensors"))
    assert found.keys() == model.state_dict().keys()
    assert all(torch.equal(found[name], t) for name, t in model.state_dict().items())


def test_shared_weights_stand_there_under_each_name(tmp_path):
    def tied():
        model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        model[1].weight = model[0].weight
        return model

    model, other = tied(), tied()
    path = save_weights(model, tmp_path / "model.safetensors")
    load_weights(other, path)
    assert torch.equal(other[1].weight, model[0].weight)
    assert other[1].weight is other[0].weight


def test_a_disk_that_refuses_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    path = save_weights(nn.Linear(2, 1), tmp_path / "model.safetensors")
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_weights(nn.Linear(2, 1), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


class Stateful(nn.Linear):
    def get_extra_state(self):
        return {"calls": 3}


@pytest.mark.parametrize(
    ("model", "name", "error", "message"),
    [
        (nn.Linear(2, 1), "model.pt", ValueError, "path must end in .safetensors, got"),
        (Stateful(2, 1), "x.safetensors", TypeError, "_extra_state is none; save a"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, model, name, error, message):
    with pytest.raises(error, match=message):
        save_weights(model, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_is_no_such_file_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"a pickle, perhaps")
    with pytest.raises(
        ValueError, match=r"model\.safetensors is not a safetensors file"
    ):
        load_weights(nn.Linear(2, 1), path)
    save_weights(nn.Linear(2, 1), path)
    with pytest.raises(RuntimeError, match="size mismatch"):
        load_weights(nn.Linear(3, 1), path)
