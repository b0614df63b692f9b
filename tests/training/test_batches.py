"""What a batch is: its size, its way to a device, its target."""

import pytest
import torch

from lehr.training.batches import inputs_and_target, size_of, to_device


@pytest.mark.parametrize(
    ("batch", "size"),
    [
        (torch.ones(3, 2), 3),
        (torch.tensor(1.0), 1),
        (["id", torch.ones(4)], 4),
        ({"x": torch.ones(5), "y": 1}, 5),
        (({"x": torch.ones(6)}, 7), 6),
        ((1, torch.tensor(2)), 1),
    ],
)
def test_the_size_of_a_batch_is_that_of_its_first_tensor(batch, size):
    assert size_of(batch) == size


@pytest.mark.parametrize("batch", ["text", 3, [], {"x": "y"}])
def test_a_batch_without_a_tensor_is_refused(batch):
    with pytest.raises(TypeError, match="a batch must be a tensor"):
        size_of(batch)


def test_batches_keep_their_shape_on_the_way_to_a_device():
    from collections import namedtuple

    pair = namedtuple("pair", "x y")
    meta = torch.device("meta")
    moved = to_device(pair(torch.ones(2), [torch.ones(1), "name"]), meta)
    assert type(moved) is pair
    assert moved.y[0].device == meta
    assert moved.y[1] == "name"
    assert to_device({"x": torch.ones(2)}, meta)["x"].device == meta


def test_a_mapping_gives_away_its_target_only():
    assert inputs_and_target({"x": 1, "labels": 2, "target": 3})[2] == 3
    assert inputs_and_target({"x": 1})[1:] == ({"x": 1}, None)
