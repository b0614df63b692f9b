"""The order of an epoch: each number once, any place at once, no trace of the key."""

import pytest
import torch

from lehr.training.data import order
from lehr.training.data.order import Order, permuted

HUGE = 10**12


@pytest.mark.parametrize("size", [2, 3, 5, 64, 65, 1000, 10_007])
@pytest.mark.parametrize("key", [0, 1, 2**55])
def test_a_computed_order_has_each_number_once(size, key):
    assert sorted(permuted(torch.arange(size), size, key).tolist()) == list(range(size))


def test_a_place_is_the_same_alone_and_among_others():
    whole = Order(HUGE, seed=1, epoch=2)[500:30_500]
    for start in (500, 501, 9_000, 30_499):
        alone = Order(HUGE, seed=1, epoch=2)[start : start + 1]
        assert alone.tolist() == whole[start - 500 : start - 499].tolist()


def test_slices_in_any_sequence_agree():
    read = Order(HUGE, seed=1, epoch=2)
    whole = Order(HUGE, seed=1, epoch=2)[0:20_000]
    for start, stop in [(0, 7), (7, 9_000), (3, 5), (19_000, 20_000), (8_191, 8_193)]:
        assert torch.equal(read[start:stop], whole[start:stop])


def test_the_end_of_a_large_order_is_its_size():
    assert len(Order(HUGE, seed=0, epoch=0)[HUGE - 3 : HUGE + 5]) == 3
    plain = Order(HUGE, seed=0, epoch=0, shuffle=False)
    assert plain[HUGE - 2 : HUGE + 5].tolist() == [HUGE - 2, HUGE - 1]


def test_a_large_size_takes_the_computed_order(monkeypatch):
    monkeypatch.setattr(order, "LARGE", 10)
    assert sorted(Order(11, seed=0, epoch=0)[0:11].tolist()) == list(range(11))
    assert Order(11, seed=0, epoch=0)._whole is None
    assert Order(10, seed=0, epoch=0)._whole is not None


def test_a_computed_order_looks_uniform():
    """Chi-square of which quarter of the numbers each quarter of the places holds, and
    of neighbours' differences, far within what chance gives (p = 1e-6)."""
    size = 2**16 + 1
    for key in range(5):
        numbers = permuted(torch.arange(size), size, key)
        table = torch.zeros(16, 16)
        places = torch.arange(size)
        table.index_put_(
            (places * 16 // size, numbers * 16 // size),
            torch.ones(size),
            accumulate=True,
        )
        expected = size / 256
        assert ((table - expected) ** 2 / expected).sum() < 350  # 225 degrees
        steps = (numbers[1:] - numbers[:-1]) % size * 16 // size
        counts = torch.bincount(steps, minlength=16)
        assert ((counts - size / 16) ** 2 / (size / 16)).sum() < 60  # 15 degrees


def test_epochs_and_seeds_give_other_orders():
    starts = {
        tuple(Order(HUGE, seed=seed, epoch=epoch)[0:3].tolist())
        for seed in range(5)
        for epoch in range(5)
    }
    assert len(starts) == 25
