"""Means over samples, whatever the sizes of the batches."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.training import Averages

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
