"""Exponential: equal ratios between two values."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Exponential

positive = st.floats(1e-9, 1e9)


def test_is_the_last_stage_of_fairseq_tri_stage():
    # tri_stage 2/4/4 with a final scale of .01: 1 .316228 .1 .031623 .01 .01
    lr = Exponential(1.0, 0.01, 4)
    assert [lr(t) for t in range(6)] == pytest.approx(
        [1, 0.316228, 0.1, 0.031623, 0.01, 0.01], abs=1e-6
    )


@given(positive, positive, st.integers(1, 10**9))
def test_ends_are_exact_and_held(start, end, steps):
    lr = Exponential(start, end, steps)
    assert lr(-1) == lr(0) == start
    assert lr(steps) == lr(steps + 1) == end


@given(positive, positive, st.integers(1, 98))
def test_each_value_is_the_geometric_mean_of_its_neighbours(start, end, t):
    lr = Exponential(start, end, 99)
    assert lr(t) ** 2 == pytest.approx(lr(t - 1) * lr(t + 1), rel=1e-13)


def test_negative_ends_give_negative_values():
    assert Exponential(-1.0, -4.0, 2)(1) == pytest.approx(-2.0, rel=1e-15)


def test_its_area_over_one_update_keeps_its_digits():
    lr = Exponential(1.0, 0.1, 10**9)
    assert lr.area(5e8, 5e8 + 1) == pytest.approx(lr(5e8 + 0.5), rel=1e-14)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"end": 0.0}, "of one sign and not 0 .* start=1.0, end=0.0; end at a small"),
        ({"start": -1.0}, "of one sign and not 0 .* start=-1.0, end=0.5"),
        ({"start": inf}, "start must be finite, got inf"),
        ({"steps": -1}, "steps must be >= 0 and finite, got -1"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Exponential(**{"start": 1.0, "end": 0.5, "steps": 10} | wrong)
