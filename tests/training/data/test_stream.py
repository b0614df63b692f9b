"""Batches of a stream: shares, seeking, states, warnings, errors."""

import itertools
import json
import logging
import random
from functools import partial

import pytest
import torch
from torch.utils.data import IterableDataset, get_worker_info

from lehr.training.data import StreamLoader
from training import data_runs
from training.data_runs import Rows, Seekable

# A machine may have fewer cores than a test has workers.
pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create")


class Counted(Rows):
    """Rows, and how many were read."""

    read = 0

    def __iter__(self):
        for row in super().__iter__():
            self.read += 1
            yield row


class Stateful(Counted):
    """Shuffles in a buffer, with a generator and a state of its own."""

    def __init__(self, *columns):
        super().__init__(*columns)
        self.next, self.buffer, self.random = 0, [], random.Random()
        self.loaded = False

    def set_epoch(self, epoch):
        if not self.loaded:
            self.next, self.buffer, self.random = 0, [], random.Random(epoch)

    def state_dict(self):
        version, numbers, gauss = self.random.getstate()
        return {
            "next": self.next,
            "buffer": list(self.buffer),
            "random": [version, list(numbers), gauss],
        }

    def load_state_dict(self, state):
        version, numbers, gauss = state["random"]
        self.random.setstate((version, tuple(numbers), gauss))
        self.next, self.buffer = state["next"], list(state["buffer"])

    def __iter__(self):
        values = self.columns[0]
        while self.next < len(values) or self.buffer:
            while len(self.buffer) < 5 and self.next < len(values):
                self.buffer.append(int(values[self.next]))
                self.next, self.read = self.next + 1, self.read + 1
            yield self.buffer.pop(self.random.randrange(len(self.buffer)))


class SplitByWorker(IterableDataset):
    """Deals itself out to torch's workers, as many data sets do."""

    def __iter__(self):
        info = get_worker_info()
        step = 1 if info is None else info.num_workers
        yield from range(0 if info is None else info.id, 20, step)


class ShuffledByGlobals(IterableDataset):
    def __iter__(self):
        values = list(range(20))
        random.shuffle(values)
        for value in values:
            yield value + torch.rand(1).item()


def drawn(sample):
    [value] = sample
    return int(value), random.random()


def numbers(loader):
    return [batch.tolist() for batch in loader]


def pairs(loader):
    return [list(zip(*(p.tolist() for p in b), strict=True)) for b in loader]


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_are_the_same_for_any_number_of_workers(workers):
    def build(number):
        return StreamLoader(
            Rows(torch.arange(22)), 4, transform=drawn, num_workers=number
        )

    expected, found = build(0), build(workers)
    for epoch in range(2):
        batches = pairs(expected)
        assert [n for batch in batches for n, _ in batch] == list(range(22))
        assert pairs(found) == batches
        assert found.state_dict()["epoch"] == epoch + 1


@pytest.mark.parametrize("stream", [SplitByWorker, ShuffledByGlobals])
def test_streams_that_split_or_shuffle_themselves_are_read_whole(stream):
    once = numbers(StreamLoader(stream(), 4))
    torch.manual_seed(9), random.seed(9)
    loader = StreamLoader(stream(), 4, num_workers=2)
    assert numbers(loader) == once
    assert sorted(int(n) for batch in once for n in batch) == list(range(20))
    assert (numbers(loader) == once) is (stream is SplitByWorker), "another epoch"


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stream_that_seeks_reads_nothing_twice(workers, caplog):
    def build():
        stream = Seekable(torch.arange(30))
        return StreamLoader(stream, 4, transform=drawn, num_workers=workers)

    first, whole = build(), pairs(build())
    head = pairs(itertools.islice(first, 3))
    state = json.loads(json.dumps(first.state_dict()))
    second = build()
    second.load_state_dict(state)
    assert head + pairs(second) == whole
    assert pairs(first) == whole[3:], "the same loader goes on, too"
    assert not caplog.records


def test_one_that_cannot_seek_is_read_again_and_a_warning_says_so(caplog):
    stream = Counted(torch.arange(30))
    loader = StreamLoader(stream, 4, transform=drawn)
    loader.load_state_dict(loader.state_dict() | {"samples": 12})
    with caplog.at_level(logging.WARNING, "lehr.training"):
        rest = pairs(loader)
    assert rest == pairs(StreamLoader(Rows(torch.arange(30)), 4, transform=drawn))[3:]
    assert "Counted has no load_state_dict and no seek: reading 12" in caplog.text
    assert stream.read == 30


@pytest.mark.parametrize(("before", "after"), [(0, 0), (2, 0), (0, 3), (2, 2)])
def test_one_with_a_state_goes_on_from_it_for_any_number_of_workers(before, after):
    whole = numbers(StreamLoader(Stateful(torch.arange(30)), 4))
    first = StreamLoader(Stateful(torch.arange(30)), 4, num_workers=before)
    head = numbers(itertools.islice(first, 3))
    stream = Stateful(torch.arange(30))
    second = StreamLoader(stream, 4, num_workers=after)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert head + numbers(second) == whole
    assert after or stream.read <= 18, "what was dealt is not read again"
    epoch = StreamLoader(Stateful(torch.arange(30)), 4)
    epoch.set_epoch(1)
    assert numbers(second) == numbers(epoch)


@pytest.mark.parametrize(("size", "left"), [(16, 0), (17, 1), (19, 0)])
def test_the_ranks_cut_each_batch(size, left, caplog):
    shares = [
        numbers(StreamLoader(range(size), 6, rank=rank, world_size=2))
        for rank in range(2)
    ]
    joined = [a + b for a, b in zip(*shares, strict=True)]
    seen = list(itertools.chain(*joined))
    left = size % 6 if size % 6 < 2 else 0
    assert seen == list(range(size - left))
    assert ("samples of epoch 0 are left out" in caplog.text) is bool(left)
    assert len(StreamLoader(range(size), 6, world_size=2)) == len(joined)


def test_the_random_numbers_of_the_training_are_left_alone():
    random.seed(1), torch.manual_seed(1)
    expected = random.random(), torch.rand(1).item()
    random.seed(1), torch.manual_seed(1)
    numbers(StreamLoader(ShuffledByGlobals(), 4))
    pairs(StreamLoader(Rows(torch.arange(8)), 4, transform=drawn))
    assert (random.random(), torch.rand(1).item()) == expected


def test_ends_and_lengths():
    assert len(StreamLoader(range(10), 4)) == 3
    assert len(StreamLoader(range(10), 4, drop_last=True)) == 2
    assert numbers(StreamLoader(range(10), 4, drop_last=True)) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
    ]
    with pytest.raises(TypeError):
        len(StreamLoader(SplitByWorker(), 4))
    empty = StreamLoader(range(0), 4)
    assert numbers(empty) == [] and empty.epoch == 1


def test_a_position_may_be_left_and_workers_used_again():
    loader = StreamLoader(range(40), 4, num_workers=2)
    first = iter(loader)
    assert next(first).tolist() == [0, 1, 2, 3]
    loader.set_epoch(0)
    again = iter(loader)
    assert next(again).tolist() == [0, 1, 2, 3]
    loader.set_epoch(3)
    assert list(again) == []
    assert len(numbers(loader)) == 10


class Breaks:
    def __iter__(self):
        yield from range(6)
        raise OSError("the disk is gone")


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_names_its_place(workers):
    place = " (worker 0)" if workers else ""
    cases = [
        (Breaks(), None, f"reading the stream after sample 4 of epoch 0{place}"),
        (range(8), lambda n: 1 // (5 - n), f"transforming sample 5 of epoch 0{place}"),
    ]
    for stream, transform, message in cases:
        options = {"transform": transform, "num_workers": workers}
        loader = StreamLoader(stream, 4, collate_fn=torch.tensor, **options)
        text = data_runs.error_of(
            (OSError, ZeroDivisionError), partial(numbers, loader)
        )
        assert message in text and "dealing batch 1 of epoch 0" in text


def test_refuses_what_it_cannot_deal():
    with pytest.raises(TypeError, match="again and again, got list_iterator"):
        StreamLoader(iter([1]), 4)
    with pytest.raises(TypeError, match="again and again, got int"):
        StreamLoader(3, 4)
    loader = StreamLoader(range(5), 2)
    with pytest.raises(ValueError, match="seed 1, this loader 0"):
        loader.load_state_dict(loader.state_dict() | {"seed": 1})
    loader.load_state_dict(loader.state_dict() | {"samples": 8})
    with pytest.raises(ValueError, match=r"ended after 5 samples; .* data has changed"):
        numbers(loader)
