"""The Mersenne Twister as torch draws from it: torch itself."""

from itertools import islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr._numerics import mersenne_twister

seeds = st.integers(0, 2**64 - 1) | st.integers(0, 10_000)


@given(seeds)
def test_normal_numbers_are_those_of_torch(seed):
    generator = torch.Generator().manual_seed(seed)
    theirs = [torch.randn(1, generator=generator).item() for _ in range(7)]
    assert list(islice(mersenne_twister.normals(seed), 7)) == theirs


@given(seeds)
def test_uniform_numbers_are_those_of_torch(seed):
    generator = torch.Generator().manual_seed(seed)
    assert mersenne_twister.uniform(seed) == torch.rand(1, generator=generator).item()


def test_numbers_stay_those_of_torch_after_the_first_624_words():
    generator = torch.Generator().manual_seed(42)
    theirs = [torch.randn(1, generator=generator).item() for _ in range(700)]
    assert list(islice(mersenne_twister.normals(42), 700)) == theirs


@pytest.mark.parametrize("limit", [0.05, 0.67, 3.0])
def test_a_number_beyond_the_limit_is_drawn_again(limit):
    for seed in range(50):
        generator = torch.Generator().manual_seed(seed)
        while True:
            drawn = torch.randn(1, generator=generator).item()
            if abs(drawn) < limit:
                break
        assert mersenne_twister.normal(seed, limit) == drawn
