"""Random numbers: the published vectors, the standard library's quantiles, evenness."""

import subprocess
import sys
from statistics import NormalDist

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr._numerics import numpy, python, random
from lehr._numerics import torch as tensors

words = st.integers(0, 2**32 - 1)
FULL = 2**32 - 1
# key, counter, output of Threefry-2x32-20: the known answers of Random123.
KNOWN = [
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((FULL, FULL), (FULL, FULL), (0x1CB996FC, 0xBB002BE7)),
    ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
]


@pytest.mark.parametrize(("key", "counter", "output"), KNOWN)
def test_threefry_gives_the_published_words(key, counter, output):
    low, high = counter
    assert random.threefry(key, high, low) == output


@given(words, words, words, words)
def test_threefry_is_that_of_jax(a, b, low, high):
    import jax.numpy as jnp
    from jax.extend.random import threefry_2x32

    key, counter = (jnp.array(pair, jnp.uint32) for pair in ((a, b), (low, high)))
    theirs = threefry_2x32(key, counter)
    assert random.threefry((a, b), high, low) == tuple(theirs.tolist())
    word = jnp.uint32
    ours = random.threefry((a, b), word(high), word(low), word)
    assert [int(x) for x in ours] == theirs.tolist()


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 2**53), min_size=1))
def test_arrays_draw_what_numbers_draw(seed, counters):
    drawn = [random.uniform(seed, t, python) for t in counters]
    clock = np.array(counters, np.float64)
    assert random.uniform(seed, clock, numpy).tolist() == drawn
    assert random.uniform(seed, torch.tensor(clock), tensors).tolist() == drawn


def test_numbers_are_even_and_unlike_each_other():
    counters = np.arange(100_000, dtype=np.float64)
    first, second = (random.uniform(seed, counters, numpy) for seed in (1, 2))
    assert first.min() > 0
    assert first.max() < 1
    counts, _ = np.histogram(first, bins=100, range=(0, 1))
    assert ((counts - 1_000) ** 2 / 1_000).sum() < 150  # chi^2 of 99: 99.9 % < 148.2
    for other in (second, np.roll(first, 1)):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.015


@given(st.floats(2.0**-33, 1 - 2.0**-33))
def test_normal_quantiles_are_those_of_the_standard_library(p):
    expected = NormalDist().inv_cdf(p)
    slack = {"rel": 1e-13, "abs": 1e-15}
    assert random.normal_quantile(p, python) == pytest.approx(expected, **slack)
    array = random.normal_quantile(np.array([p]), numpy)
    assert array[0] == pytest.approx(expected, **slack)


@pytest.mark.parametrize("q", [0.0, 0.425, 0.4250001, -0.425, 0.49, -0.499999999])
def test_normal_quantiles_meet_at_the_seams(q):
    expected = NormalDist().inv_cdf(0.5 + q)
    value = random.normal_quantile(0.5 + q, python)
    assert value == pytest.approx(expected, rel=1e-13, abs=1e-16)


def test_the_same_numbers_come_in_another_process():
    code = "import lehr; print(lehr.Noise(0.1, seed=7)(12), lehr.Noise(1, 2**63)(9**9))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, 'src'); {code}"],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != ""
