"""Each kind of number finds its namespace, and all of them agree on the basics."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
import torch

from lehr._numerics import jax, namespace_of, numpy, python
from lehr._numerics import torch as tensors

NAMES = ["cos", "cosh", "exp", "expm1", "floor_divide", "fmod", "log", "log1p"]
NAMES += ["maximum", "minimum", "power", "sin", "sinh", "sqrt", "tanh", "where"]
ARRAYS = [(numpy, np.asarray), (tensors, torch.tensor), (jax, jnp.asarray)]
every_array = pytest.mark.parametrize(("xp", "array"), ARRAYS)


def test_each_number_finds_its_own():
    for number in (1, 1.0, True, np.float32(1), np.int64(1), np.float64(1)):
        assert namespace_of(number) is python
    for xp, array in ARRAYS:
        assert namespace_of(array([1.0])) is xp


def test_what_is_no_number_is_told_so():
    with pytest.raises(TypeError, match=r"got list; wrap a list: numpy\.asarray"):
        namespace_of([1.0])


@every_array
@pytest.mark.parametrize("name", NAMES)
def test_functions_agree_with_those_of_numbers(xp, array, name):
    x, y = [0.25, 1.0, 2.75, 7.5], 0.75
    ours = getattr(python, name)
    if name == "where":
        value = xp.where(array(x) > 2, array(x), y)
        expected = [ours(number > 2, number, y) for number in x]
    elif name in {"floor_divide", "fmod", "maximum", "minimum", "power"}:
        value = getattr(xp, name)(array(x), y)
        expected = [ours(number, y) for number in x]
    else:
        value = getattr(xp, name)(array(x))
        expected = [ours(number) for number in x]
    np.testing.assert_allclose(np.asarray(value), expected, rtol=3e-7)


@every_array
def test_clocks_hold_their_own_and_unknown_ones_are_set_aside(xp, array):
    t = array([-math.inf, -1.0, 5.0, math.nan, 1e30, math.inf])
    clock = xp.clock(t, 100, 2.0**63)
    expected = [-math.inf, -1.0, 5.0, 0.0, 2.0**63, 2.0**63]
    assert np.asarray(clock).tolist() == expected
    like = np.asarray(xp.like(t, clock))
    assert np.isnan(like).tolist() == [False, False, False, True, False, False]


@every_array
def test_tables_and_edges_are_searched_alike(xp, array):
    edges, t = (1, 2.5, 4), array([0.0, 1.0, 2.0, 2.5, 4.0, 9.0])
    index = xp.search(edges, t)
    assert np.asarray(index).tolist() == [0, 1, 1, 2, 3, 3]
    values = xp.take((10.0, 20.0, 30.0, 40.0), xp.real(index))
    assert np.asarray(values).tolist() == [10.0, 20.0, 20.0, 30.0, 40.0, 40.0]
    branches = [lambda t, rest, k=k: t * 0.0 + k for k in range(4)]
    found = xp.piecewise(edges, branches, t, t)
    assert np.asarray(found).tolist() == [0, 1, 1, 2, 3, 3]


def test_a_power_past_the_largest_float_is_infinite():
    assert python.power(10.0, 400) == math.inf


def test_jax_counts_whole_updates_in_whole_numbers():
    whole = jax.clock(jnp.array([2**24 + 1]), 2**30, math.inf)
    assert whole.dtype == jnp.int32
    assert jax.clock(jnp.array([5]), 10**12, math.inf).dtype == jnp.float32
    with pytest.raises(TypeError, match="must hold real numbers"):
        jax.clock(jnp.array([True]), 10, math.inf)
