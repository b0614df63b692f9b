"""Draws: uniform, independent of the batch, different for each key."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.training.data import Draws, sample_rng

seeds, epochs = st.integers(0, 2**63 - 1), st.integers(0, 10**6)
numbers = st.lists(st.integers(0, 2**40), min_size=1, max_size=20)

MASK = 2**64 - 1


def splitmix(x):
    """The step of splitmix64 in Python's unbounded integers."""
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


@given(seeds, epochs, numbers)
def test_equals_the_published_hash_in_unbounded_integers(seed, epoch, indices):
    drawn = Draws(seed, epoch, torch.tensor(indices)).uniform(3).tolist()
    key = splitmix((splitmix(seed) + epoch) & MASK)
    for row, index in zip(drawn, indices, strict=True):
        own = splitmix((key + index) & MASK)
        assert row == [(splitmix((own + n) & MASK) >> 40) / 2**24 for n in range(3)]


def test_known_values_of_the_hash():
    # The first outputs of the reference splitmix64 with state 0 and 1234567.
    assert splitmix(0) == 0xE220A8397B1DCDAF
    assert splitmix(1234567) == 6457827717110365317


def test_numbers_are_uniform_and_columns_uncorrelated():
    drawn = Draws(1, 0, torch.arange(40_000)).uniform(4)
    assert ((drawn >= 0) & (drawn < 1)).all()
    for column in drawn.T:
        counts = torch.histc(column, 20, 0, 1)
        chi_square = ((counts - 2000) ** 2 / 2000).sum()
        assert chi_square < 50  # 19 degrees of freedom: 1 in 10,000
    correlations = torch.corrcoef(drawn.T) - torch.eye(4)
    assert correlations.abs().max() < 0.03


def test_another_seed_epoch_or_sample_draws_other_numbers():
    def drawn(seed, epoch, index):
        return tuple(Draws(seed, epoch, torch.tensor([index])).uniform(2)[0].tolist())

    keys = [(s, e, i) for s in range(6) for e in range(6) for i in range(6)]
    assert len({drawn(*key) for key in keys}) == len(keys)


def test_a_generator_of_a_sample_is_its_own():
    draws = {
        torch.rand(1, generator=sample_rng(seed, epoch, index)).item()
        for seed in range(3)
        for epoch in range(3)
        for index in range(3)
    }
    assert len(draws) == 27
