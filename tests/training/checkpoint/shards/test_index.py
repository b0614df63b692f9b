"""The pieces of a tensor are the whole of it, or it is refused."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributed.checkpoint import default_planner
from torch.distributed.checkpoint import metadata as dcp

from lehr.training import CheckpointCorruptError
from lehr.training.checkpoint.files import write
from lehr.training.checkpoint.shards.header import Piece
from lehr.training.checkpoint.shards.held import Shard, chunks_of
from lehr.training.checkpoint.shards.index import Whole, _is_covered, index_of

FILES = ["shard-00000-of-00002.safetensors", "shard-00001-of-00002.safetensors"]


def cuts(size):
    """Ways to cut a length: bounds of the pieces."""
    inner = st.lists(st.integers(0, size), max_size=3)
    return inner.map(lambda xs: sorted({0, size, *xs}))


GRIDS = st.lists(st.integers(1, 6), max_size=3).flatmap(
    lambda shape: st.tuples(st.just(tuple(shape)), st.tuples(*map(cuts, shape)))
)


def whole_of(shape, boxes):
    pieces = [
        ("file", Piece("w", "F32", tuple(sizes), tuple(offsets), shape, 0, 0))
        for offsets, sizes in boxes
    ]
    return Whole(torch.float32, shape, pieces)


def is_covered_by_dcp(whole):
    """What DCP itself says of a plan to write these pieces."""
    chunks = [
        dcp.ChunkStorageMetadata(torch.Size(p.offsets), torch.Size(p.sizes))
        for _, p in whole.pieces
    ]
    properties = dcp.TensorProperties(dtype=torch.float32)
    about = dcp.TensorStorageMetadata(properties, torch.Size(whole.shape), chunks)
    told = default_planner._validate_global_plan([], dcp.Metadata({"w": about}))
    return not told


def boxes_of(bounds):
    spans = [list(itertools.pairwise(one)) for one in bounds]
    return [
        ([a for a, _ in box], [b - a for a, b in box])
        for box in itertools.product(*spans)
    ]


@given(GRIDS, st.data())
def test_a_grid_is_whole_and_with_a_box_moved_dropped_or_doubled_it_is_not(grid, data):
    shape, bounds = grid
    boxes = data.draw(st.permutations(boxes_of(bounds)))
    assert _is_covered(whole_of(shape, boxes))
    assert not _is_covered(whole_of(shape, boxes[1:]))
    assert not _is_covered(whole_of(shape, [*boxes, boxes[0]]))
    _, sizes = boxes[0]
    for number, (_, other) in enumerate(boxes[1:], 1):
        if other == sizes:  # as many numbers as before, but one box lies on another
            moved = [*boxes[:number], boxes[0], *boxes[number + 1 :]]
            assert not _is_covered(whole_of(shape, moved))


@given(GRIDS, st.data())
def test_dcp_says_the_same_of_boxes_anywhere(grid, data):
    shape, bounds = grid
    boxes = boxes_of(bounds)
    moved = []
    for offsets, sizes in boxes:
        free = [st.integers(0, n - s) for n, s in zip(shape, sizes, strict=True)]
        moved.append((data.draw(st.sampled_from([offsets, None])), sizes))
        if moved[-1][0] is None:
            moved[-1] = (list(data.draw(st.tuples(*free))), sizes)
    whole = whole_of(shape, moved)
    if len(shape):  # of numbers without a shape, DCP looks at none
        assert _is_covered(whole) == is_covered_by_dcp(whole)


def test_many_pieces_along_any_dimension_are_looked_at_quickly():
    boxes = [([0, 3 * n], [1000, 3]) for n in range(3000)]
    assert _is_covered(whole_of((1000, 9000), boxes))
    assert math.prod((1000, 9000)) == 3000 * 3000


def two_files(path, **pieces):
    """Write a shard to each file, as two ranks would that disagree."""
    for file, shard in zip(FILES, pieces.values(), strict=True):
        write(path / file, chunks_of({"model/w": shard}))


def test_files_that_say_different_things_of_a_tensor_are_refused(tmp_path):
    shard = Shard(torch.ones(2, 3), (0, 0), (4, 3))
    for number, other in enumerate(
        [
            Shard(torch.ones(2, 3), (2, 0), (5, 3)),
            Shard(torch.ones(2, 3).half(), (2, 0), (4, 3)),
        ]
    ):
        path = tmp_path / str(number)
        path.mkdir()
        two_files(path, one=shard, other=other)
        with pytest.raises(CheckpointCorruptError, match="says otherwise than others"):
            index_of(path, FILES, ["model"])
        assert index_of(path, FILES, ["state"]) == {}


def test_two_files_with_the_same_rows_are_refused(tmp_path):
    shard = Shard(torch.ones(2, 3), (0, 0), (4, 3))
    two_files(tmp_path, one=shard, other=shard)
    with pytest.raises(CheckpointCorruptError, match="'model/w' are not the whole"):
        index_of(tmp_path, FILES, ["model"])
