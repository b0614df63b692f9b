"""Headers that contradict themselves are refused before memory is asked for."""

import json
import re

import pytest
import torch
from safetensors.torch import save

from lehr.training import CheckpointCorruptError
from lehr.training.checkpoint.shards.header import (
    SHARDING,
    Piece,
    file_of,
    is_shard,
    read_header,
)
from lehr.training.checkpoint.tensors import DTYPES


def file_with(path, header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(text) if length is None else length
    path.write_bytes(size.to_bytes(8, "little") + text + data)
    return path


def one(**changes):
    return {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}}


def placed(offsets=(0,), shape=(2,), **changes):
    about = {"w": {"saved_offsets": offsets, "shape": shape, **changes}}
    return {"__metadata__": {SHARDING: json.dumps(about)}, **one()}


def test_what_safetensors_itself_writes_is_read(tmp_path):
    tensors = {
        str(dtype): torch.zeros(3, 2).to(dtype) for dtype in DTYPES if dtype.itemsize
    }
    (tmp_path / "all").write_bytes(save({**tensors, "scalar": torch.tensor(1.0)}))
    found = {piece.name: piece for piece in read_header(tmp_path / "all")}
    assert found["scalar"].sizes == found["scalar"].shape == ()
    for name, tensor in tensors.items():
        piece = found[name]
        assert piece.dtype == DTYPES[tensor.dtype]
        assert (piece.sizes, piece.offsets) == ((3, 2), (0, 0))
        assert piece.end - piece.begin == tensor.nbytes


def test_a_shard_tells_its_place_in_the_whole(tmp_path):
    path = file_with(tmp_path / "one", placed([3], [5]), b"12345678")
    end = path.stat().st_size
    found = Piece("w", "F32", (2,), (3,), (5,), begin=end - 8, end=end)
    assert read_header(path) == [found]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (one(shape=[3]), "'w' has 8 bytes for a shape [3]"),
        (one(shape=[2**62, 2**62]), "8 bytes for a shape"),
        (one(shape=[-2]), "'w' has sizes [-2]"),
        (one(shape=[2.0]), "'w' has sizes [2.0]"),
        (one(shape=[True, 2]), "'w' has sizes"),
        (one(shape=2), "'w' has no list of sizes"),
        (one(shape=[1] * 65), "'w' has no list of sizes"),
        (one(data_offsets=[8, 16]), "begin at a wrong place"),
        (one(data_offsets=[8, 0]), "'w' has -8 bytes"),
        (one(data_offsets=[0]), "not enough values"),
        (one(dtype="F31"), "F31"),
        (one(dtype=["F32"]), "unhashable"),
        ({**one(), "v": one()["w"]}, "begin at a wrong place"),
        ({}, "its tensors end at byte"),
        ([], "no attribute"),
        ("text", "no attribute"),
        ({"w": None}, "not subscriptable"),
        (b"{", "Expecting property name"),
        (b"\xff", "decode"),
        (b"[" * 100_000, "too deep"),
        (placed([1]), "'w' reaches over the end of its whole"),
        (placed([0, 0]), "shorter"),
        (placed([-1]), "'w' has sizes [-1]"),
        (placed(shape=[2**63]), "'w' has sizes"),
        ({"__metadata__": {SHARDING: "{}"}, **one()}, "'w'"),
        ({"__metadata__": {SHARDING: "{"}, **one()}, "Expecting property name"),
        ({"__metadata__": {SHARDING: 3}, **one()}, "must be str"),
        ({"__metadata__": None, **one()}, "not iterable"),
    ],
)
def test_a_header_that_is_wrong_is_refused(tmp_path, header, reason):
    path = file_with(tmp_path / "one", header, b"12345678")
    with pytest.raises(CheckpointCorruptError, match="one is no safetensors") as caught:
        read_header(path)
    assert re.search(re.escape(reason), str(caught.value))


@pytest.mark.parametrize("length", [2**32, 2**63, 2**64 - 1, 10**8 + 1])
def test_a_header_that_claims_to_be_huge_is_refused(tmp_path, length):
    path = file_with(tmp_path / "one", one(), b"12345678", length)
    with pytest.raises(CheckpointCorruptError, match=f"claims {length:,} bytes"):
        read_header(path)


def test_short_files_and_links_are_no_safetensors_files(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to(file_with(tmp_path / "one", {}))
    assert read_header(tmp_path / "one") == []
    for name in ("empty", "link", "gone"):
        with pytest.raises(CheckpointCorruptError, match=f"{name} is no safetensors"):
            read_header(tmp_path / name)


def test_the_names_of_files_of_shards():
    assert is_shard(file_of(0, 1))
    assert is_shard(file_of(123_456, 200_000))
    assert not is_shard("model.safetensors")
    assert not is_shard("shard-0-of-1.safetensors")
