"""Shares of batches that know nothing of processes."""

import copy
from dataclasses import dataclass

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from lehr.training.data import DatasetLoader, Loader, StreamLoader
from lehr.training.data.states import States
from lehr.training.engine.cut import Cut, batch_size_of, shared


@dataclass
class Record:
    x: torch.Tensor
    weights: torch.Tensor


def shares(data, ranks=2, states=True):
    return [
        list(Cut(data, rank, ranks, States(0) if states else None))
        for rank in range(ranks)
    ]


def test_every_tensor_of_the_samples_is_cut_and_the_rest_stays():
    batch = {"x": torch.arange(5), "y": (torch.arange(10).view(5, 2), "note")}
    [one], [two] = shares([batch])
    assert (one["x"].tolist(), two["x"].tolist()) == ([0, 1], [2, 3, 4])
    assert (len(one["y"][0]), len(two["y"][0])) == (2, 3)
    assert one["y"][1] == "note"
    [record], _ = shares([Record(torch.arange(4), torch.ones(3))])
    assert (len(record.x), len(record.weights)) == (2, 3)


def test_shuffling_is_the_same_on_all_ranks_and_moves_on():
    data = DataLoader(TensorDataset(torch.arange(8)), batch_size=4, shuffle=True)
    torch.manual_seed(1)
    cut = Cut(data, 0, 2, States(5))
    first, second = ([b[0].tolist() for b in cut] for _ in range(2))
    assert first != second
    torch.manual_seed(2)  # what else is drawn there does not matter
    other = [b[0].tolist() for b in Cut(data, 1, 2, States(5))]
    both = [one for batch in first + other for one in batch]
    assert sorted(both) == list(range(8))


def test_a_random_state_can_be_gone_back_to():
    data = DataLoader(TensorDataset(torch.arange(8)), batch_size=4, shuffle=True)
    cut = Cut(data, 0, 1, States(5))
    state = cut.random_state()
    first = [b[0].tolist() for b in cut]
    cut.set_random_state(state)
    assert [b[0].tolist() for b in cut] == first
    assert Cut(data, 0, 1, None).random_state() is None


def test_a_batch_too_small_to_train_on_is_refused_and_evaluated_once():
    with pytest.raises(ValueError, match="1 samples cannot be shared by 2 ranks"):
        list(Cut([torch.ones(1, 2)], 0, 2, States(0)))
    cut = Cut([torch.ones(3, 2), torch.ones(1, 2)], 1, 2, None)
    assert [(len(batch), cut.whole) for batch in cut] == [(2, False), (1, True)]


def test_what_the_data_can_do_is_still_there():
    data = DataLoader(TensorDataset(torch.arange(6)), batch_size=3)
    cut = Cut(data, 0, 2, None)
    assert len(cut) == 2 and cut.batch_size == 3
    assert not hasattr(cut, "state_dict")
    assert copy.copy(cut).data is data


@pytest.mark.parametrize("train", [True, False])
def test_lehrs_loader_deals_the_shares_of_a_rank(train):
    loader = Loader(torch.arange(10), 4, shuffle=False)
    states = States(0) if train else None
    mine = shared(loader, 1, 2, states, cut=True)
    assert [b[0].tolist() for b in mine] == [[2, 3], [6, 7], [9]]
    assert (loader.world_size, loader.samples) == (1, 0)
    assert shared(mine, 1, 2, states, cut=True) is mine
    with pytest.raises(ValueError, match="rank 1 of 2"):
        shared(mine, 0, 3, states, cut=True)


def test_a_loader_that_cannot_be_shared_is_refused_or_evaluated_whole():
    loader = Loader(torch.arange(9), 4)
    with pytest.raises(ValueError, match="the last batch holds 1 samples"):
        shared(loader, 0, 2, States(0), cut=True)
    assert isinstance(shared(loader, 0, 2, None, cut=True), Cut)


def test_a_stream_and_a_data_set_are_shared_by_copies():
    stream = StreamLoader(range(8), batch_size=4)
    halves = [shared(stream, r, 2, States(0), cut=True) for r in range(2)]
    assert [b.tolist() for b in halves[1]] == [[2, 3], [6, 7]]
    assert [b.tolist() for b in stream] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    rows = DatasetLoader(list(range(8)), batch_size=4, shuffle=False)
    mine = shared(rows, 0, 2, States(0), cut=True)
    assert [b.tolist() for b in mine] == [[0, 1], [4, 5]]


def test_data_that_deal_themselves_out_are_left_alone():
    data = TensorDataset(torch.arange(8))
    sampler = DistributedSampler(data, num_replicas=2, rank=0)
    loader = DataLoader(data, batch_size=2, sampler=sampler)
    assert shared(loader, 0, 2, States(0), cut=True) is loader
    assert batch_size_of(loader, 2) == 4
    assert batch_size_of(DataLoader(data, batch_size=2), 2) == 2
    assert batch_size_of([1], 2) is None
    batches = [torch.ones(2)]
    assert shared(batches, 0, 2, States(0), cut=False) is batches
