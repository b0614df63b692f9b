"""The loader: every sample once an epoch, exact positions, refusals."""

import json
from itertools import chain, islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.training.data import Loader

sizes, batch_sizes = st.integers(1, 40), st.integers(1, 12)


def numbered(size, batch_size, **options):
    return Loader(torch.arange(size), batch_size, **options)


def dealt(loader):
    return [batch.tolist() for (batch,) in loader]


def joined(batches):
    return list(chain.from_iterable(batches))


def endless(loader):
    while True:
        yield from dealt_one_by_one(loader)


def dealt_one_by_one(loader):
    for (batch,) in loader:
        yield batch.tolist()


@given(sizes, batch_sizes, st.integers(0, 2**40), st.booleans())
def test_deals_every_sample_once_an_epoch(size, batch_size, seed, shuffle):
    loader = numbered(size, batch_size, seed=seed, shuffle=shuffle)
    for _ in range(3):
        batches = dealt(loader)
        assert len(batches) == len(loader)
        assert all(len(batch) == batch_size for batch in batches[:-1])
        assert sorted(joined(batches)) == list(range(size))
        if not shuffle:
            assert joined(batches) == list(range(size))


@given(sizes, batch_sizes)
def test_drop_last_deals_full_batches_only(size, batch_size):
    if size < batch_size:
        with pytest.raises(ValueError, match=f"leaves nothing of {size} samples"):
            numbered(size, batch_size, drop_last=True)
        return
    loader = numbered(size, batch_size, drop_last=True)
    batches = dealt(loader)
    assert len(batches) == len(loader) == size // batch_size
    assert {len(batch) for batch in batches} == {batch_size}
    assert loader.epoch == 1


@given(sizes, batch_sizes, st.booleans(), st.data())
def test_goes_on_from_any_saved_position(size, batch_size, drop_last, data):
    drop_last = drop_last and batch_size <= size
    options = {"seed": 5, "drop_last": drop_last}
    taken = data.draw(st.integers(0, 3 * len(numbered(size, batch_size, **options))))
    whole = list(islice(endless(numbered(size, batch_size, **options)), taken + 8))
    first = numbered(size, batch_size, **options)
    stream = endless(first)
    head = list(islice(stream, taken))
    state = json.loads(json.dumps(first.state_dict()))
    second = numbered(size, batch_size, **options)
    second.load_state_dict(state)
    assert head + list(islice(endless(second), 8)) == whole


def test_the_order_depends_on_the_seed_and_the_epoch_alone():
    def order(seed, epoch):
        loader = numbered(50, 7, seed=seed)
        loader.set_epoch(epoch)
        return joined(dealt(loader))

    assert order(0, 3) == order(0, 3)
    assert len({tuple(order(s, e)) for s in range(4) for e in range(4)}) == 16
    torch.manual_seed(1)
    before = torch.get_rng_state()
    order(0, 0)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_hundred_thousandth_batch_is_reached_without_the_others():
    seen = []

    def watch(batch, draws):
        seen.append(len(draws.indices))
        return batch

    loader = Loader(torch.arange(200_000), 2, transform=watch)
    position = {"seed": 0, "size": 200_000, "epoch": 7, "samples": 199_998}
    loader.load_state_dict(position)
    assert len(dealt(loader)) == 1
    assert seen == [2]


def test_a_position_counts_samples_so_the_batch_size_may_change():
    first = numbered(40, 8)
    taken = list(islice(dealt_one_by_one(first), 3))
    second = numbered(40, 5)
    second.load_state_dict(first.state_dict())
    assert sorted(joined(taken + dealt(second))) == list(range(40))


def test_set_epoch_starts_an_epoch_afresh():
    loader = numbered(10, 3)
    list(islice(dealt_one_by_one(loader), 2))
    loader.set_epoch(0)
    assert joined(dealt(loader)) == joined(dealt(numbered(10, 3)))


def test_a_transform_gets_the_numbers_of_the_batch():
    def tag(batch, draws):
        values, doubles = batch
        assert torch.equal(values, draws.indices)
        assert draws.epoch == 0 and draws.seed == 9
        return values, doubles + draws.uniform(1)[:, 0]

    loader = Loader((torch.arange(6), 2.0 * torch.arange(6)), 4, seed=9, transform=tag)
    for values, doubles in loader:
        assert torch.equal(doubles.floor(), 2.0 * values)


@pytest.mark.parametrize(
    ("tensors", "options", "message"),
    [
        (torch.zeros(0, 3), {}, "data set is empty"),
        ((torch.zeros(3), torch.zeros(4)), {}, r"one length, got \[3, 4\]"),
        (torch.zeros(3), {"batch_size": 0}, "batch_size must be >= 1, got 0"),
        (torch.zeros(3), {"seed": -1}, "seed must be >= 0, got -1"),
    ],
)
def test_refuses_what_it_cannot_deal(tensors, options, message):
    with pytest.raises(ValueError, match=message):
        Loader(tensors, **{"batch_size": 2} | options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 1}, "seed 1, this loader 0"),
        ({"size": 9}, "size 9, this loader 10"),
        ({"samples": 11}, "samples must be <= 10, got 11"),
        ({"epoch": -1}, "epoch must be >= 0, got -1"),
    ],
)
def test_refuses_a_position_of_another_loader(change, message):
    loader = numbered(10, 2)
    with pytest.raises(ValueError, match=message):
        loader.load_state_dict(loader.state_dict() | change)
    assert loader.state_dict()["samples"] == 0
