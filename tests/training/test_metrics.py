"""Means over samples, whatever the sizes of the batches."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.training import Averages, accuracy
from lehr.training.batches import inputs_and_target, size_of, to_device

PARTS = st.lists(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), min_size=1, max_size=8
)


@given(PARTS)
def test_the_mean_of_means_is_the_mean_of_all(parts):
    averages = Averages()
    for part in parts:
        averages.add("x", math.fsum(part) / len(part), len(part))
    values = [value for part in parts for value in part]
    exact = math.fsum(values) / len(values)
    assert averages.means()["x"] == pytest.approx(exact, rel=1e-9, abs=1e-6)


def test_many_small_terms_are_not_lost():
    averages = Averages()
    averages.add("x", torch.tensor(1.0), 2**26)
    for _ in range(100):
        averages.add("x", torch.tensor(1.0), 1)
    assert averages.means()["x"] == 1.0


def test_the_state_goes_on_and_is_no_view():
    averages, other = Averages(), Averages()
    averages.add("x", torch.tensor(2.0), 1)
    state = averages.state_dict()
    averages.add("x", 5.0, 2)
    other.load_state_dict(state)
    assert other.means() == {"x": 2.0}
    other.add("x", 5.0, 2)
    assert other.means() == averages.means() == {"x": 4.0}
    averages.clear()
    assert averages.means() == {}


def test_accuracy_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"output \(3,\) and target \(3,\)"):
        accuracy(torch.ones(3), torch.ones(3))


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
