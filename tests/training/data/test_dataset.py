"""Batches of a data set: order, positions, augmentation, shares, errors."""

import itertools
import json
import os
import random
import signal
import sys

import numpy as np
import pytest
import torch
from torch.utils.data import IterableDataset, Subset, TensorDataset

from lehr.training.data import DatasetLoader, Loader
from training import data_runs
from training.data_runs import Noisy

# A machine may have fewer cores than a test has workers.
pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create")


class Watched:
    """Numbers, and a list of those that were read."""

    def __init__(self, size):
        self.size, self.read = size, []

    def __len__(self):
        return self.size

    def __getitem__(self, number):
        self.read.append(number)
        return number


class Broken(Watched):
    def __getitem__(self, number):
        if number == 7:
            raise KeyError("no such file")
        return number


def noisy(size=40):
    return Noisy(torch.zeros(size, 8), torch.arange(size))


def dealt(loader):
    return [[part.tolist() for part in batch] for batch in loader]


def numbers(loader):
    return [batch.tolist() for batch in loader]


def test_the_order_is_that_of_the_loader_of_tensors():
    table = torch.arange(23)
    ours = DatasetLoader(list(range(23)), 4, seed=3)
    theirs = Loader(table, 4, seed=3)
    for _ in range(2):
        assert numbers(ours) == [batch.tolist() for (batch,) in theirs]
        assert ours.state_dict() == theirs.state_dict()


def test_resuming_reads_no_earlier_sample():
    data = Watched(200_008)
    loader = DatasetLoader(data, 2, seed=1)
    loader.load_state_dict({"seed": 1, "size": 200_008, "epoch": 3, "samples": 200_000})
    rest = numbers(loader)
    assert data.read == list(itertools.chain(*rest)) and len(data.read) == 8
    assert loader.state_dict()["epoch"] == 4


@pytest.mark.parametrize("workers", [0, 2])
def test_what_was_read_ahead_was_not_dealt(workers):
    options = {"num_workers": workers} | ({"prefetch_factor": 4} if workers else {})
    loader = DatasetLoader(noisy(), 4, seed=2, **options)
    whole = dealt(DatasetLoader(noisy(), 4, seed=2))
    head = [[part.tolist() for part in b] for b in itertools.islice(loader, 3)]
    state = json.loads(json.dumps(loader.state_dict()))
    assert state["samples"] == 12
    again = DatasetLoader(noisy(), 4, seed=2)
    again.load_state_dict(state)
    assert head + dealt(again) == whole
    # Going on in the same process, with the same workers, deals the same.
    assert dealt(loader) == whole[3:]


def test_augmentation_is_that_of_the_sample_whatever_the_workers_and_batches():
    def by_number(loader):
        rows = {}
        for x, y in loader:
            rows.update(zip(y.tolist(), x.tolist(), strict=True))
        return rows

    one, *others = (
        by_number(DatasetLoader(noisy(), batch, num_workers=workers, shuffle=shuffle))
        for batch, workers, shuffle in [(4, 0, True), (4, 2, True), (7, 1, False)]
    )
    assert others == [one, one]
    assert len({tuple(row) for row in one.values()}) == 40
    second = DatasetLoader(noisy(), 4)
    second.set_epoch(1)
    assert by_number(second) != one


def three_numbers():
    return random.random(), np.random.rand(), torch.rand(1).item()


def seed_three(seed):
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_random_numbers_of_the_training_are_left_alone(workers):
    seed_three(1)
    expected = three_numbers()
    seed_three(1)
    dealt(DatasetLoader(noisy(), 4, num_workers=workers))
    assert three_numbers() == expected


def test_unseeded_samples_draw_from_the_states_that_are_there():
    seed_three(1)
    first = dealt(DatasetLoader(noisy(), 4, seeded=False))
    assert dealt(DatasetLoader(noisy(), 4, seeded=False)) != first
    seed_three(1)
    assert dealt(DatasetLoader(noisy(), 4, seeded=False)) == first


def test_a_plain_read_draws_nothing():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    numbers(DatasetLoader(range(10), 3, seeded=False))
    numbers(DatasetLoader(range(10), 3, num_workers=1))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("ranks", [2, 3])
def test_the_ranks_cut_each_batch_and_a_position_holds_for_any_number_of_them(ranks):
    whole = numbers(DatasetLoader(range(46), 12))
    shares = [
        numbers(DatasetLoader(range(46), 12, rank=rank, world_size=ranks))
        for rank in range(ranks)
    ]
    assert [list(itertools.chain(*cut)) for cut in zip(*shares, strict=True)] == whole
    assert max(map(len, shares[0])) == 12 // ranks
    two = DatasetLoader(range(46), 12, rank=1, world_size=ranks)
    next(iter(two))
    alone = DatasetLoader(range(46), 12)
    alone.load_state_dict(two.state_dict())
    assert numbers(alone) == whole[1:]


def test_tensors_are_cut_in_the_same_way():
    shares = [
        [b.tolist() for (b,) in Loader(torch.arange(10), 4, rank=r, world_size=2)]
        for r in (0, 1)
    ]
    whole = [b.tolist() for (b,) in Loader(torch.arange(10), 4)]
    assert [a + b for a, b in zip(*shares, strict=True)] == whole


def test_batches_by_collation_or_by_many_at_once():
    data = Subset(TensorDataset(torch.arange(12)), list(range(10)))
    several = DatasetLoader(data, 5, seeded=False, shuffle=False)
    assert dealt(several) == [[[0, 1, 2, 3, 4]], [[5, 6, 7, 8, 9]]]
    lists = DatasetLoader(range(5), 2, shuffle=False, collate_fn=list, seeded=False)
    assert list(lists) == [[0, 1], [2, 3], [4]]
    full = DatasetLoader(range(5), 2, shuffle=False, collate_fn=list, drop_last=True)
    assert list(full) == [[0, 1], [2, 3]] and len(full) == 2


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_names_sample_batch_and_worker(workers):
    loader = DatasetLoader(Broken(12), 2, shuffle=False, num_workers=workers)
    text = data_runs.error_of(KeyError, lambda: numbers(loader))
    assert "no such file" in text
    place = " (worker 1)" if workers else ""
    assert f"while reading sample 7 of epoch 0{place}" in text
    assert "while dealing batch 3 of epoch 0" in text
    assert loader.samples == 6, "the batches before are dealt"


class Fatal(Watched):
    def __getitem__(self, number):
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return number


# Torch raises from its signal handler, wherever the process then is.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_worker_that_dies_ends_the_iteration_where_it_was():
    loader = DatasetLoader(Fatal(12), 2, shuffle=False, num_workers=1)
    with pytest.raises(RuntimeError):
        numbers(loader)
    assert loader.samples <= 6


def test_moving_the_position_ends_an_iteration():
    loader = DatasetLoader(range(12), 3, num_workers=1, shuffle=False)
    first = iter(loader)
    assert next(first).tolist() == [0, 1, 2]
    loader.set_epoch(4)
    assert list(first) == [] and loader.epoch == 4
    assert numbers(loader) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]
    loader.load_state_dict(loader.state_dict() | {"samples": 12})
    assert numbers(loader) == [] and loader.epoch == 6


def test_options_reach_the_workers():
    def begin(number):
        sys.setrecursionlimit(777)

    class Limit(Watched):
        def __getitem__(self, number):
            return sys.getrecursionlimit()

    options = {"worker_init_fn": begin, "multiprocessing_context": "fork"}
    loader = DatasetLoader(Limit(2), 2, num_workers=1, timeout=60, **options)
    assert numbers(loader) == [[777, 777]]


class Endless(IterableDataset):
    def __iter__(self):
        return iter(int, 1)


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (Endless(), {}, TypeError, "got Endless; .* StreamLoader"),
        (3, {}, TypeError, "dataset must have len"),
        ([], {}, ValueError, "data set is empty"),
        ([1], {"num_workers": -1}, ValueError, "num_workers must be >= 0, got -1"),
        ([1], {"timeout": 1}, ValueError, "timeout needs num_workers >= 1"),
        ([1], {"timeot": 1}, ValueError, "did you mean 'timeout'"),
        ([1], {"rank": 1}, ValueError, "rank must be < world_size, which is 1, got 1"),
        ([1, 2], {"world_size": 3}, ValueError, "multiple of world_size, which is 3"),
        ([1] * 5, {"world_size": 2}, ValueError, "last batch holds 1 samples for 2"),
        ([1], {"drop_last": True}, ValueError, "leaves nothing of 1 samples"),
    ],
)
def test_refuses_what_it_cannot_deal(data, options, error, message):
    with pytest.raises(error, match=message):
        DatasetLoader(data, 4, **options)
