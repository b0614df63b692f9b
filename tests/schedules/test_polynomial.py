"""Polynomial: a power of the remaining fraction."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Cosine, Linear, Polynomial


def test_square_root_power_is_the_default_of_timm():
    # timm poly, power .5, T10: 1 .9487 ... .3162 0
    lr = Polynomial(1.0, 0.0, 10, power=0.5)
    assert [lr(t) for t in (0, 1, 9, 10)] == pytest.approx(
        [1, 0.9486833, 0.3162278, 0], abs=1e-7
    )


def test_power_2_is_the_square_of_the_line():
    lr, line = Polynomial(1.0, 0.0, 7, power=2), Linear(1.0, 0.0, 7)
    assert [lr(t) for t in range(9)] == pytest.approx(
        [line(t) ** 2 for t in range(9)], rel=1e-15
    )


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(1, 10**9))
def test_ends_are_exact_and_held(start, end, steps):
    lr = Polynomial(start, end, steps, power=0.7)
    assert lr(-1) == lr(0) == start
    assert lr(steps) == lr(steps + 1) == end


@given(st.floats(0.1, 10), st.integers(0, 1_000))
def test_power_1_is_linear_whatever_the_ends(end, t):
    assert Polynomial(3.0, end, 1_000)(t) == pytest.approx(
        Linear(3.0, end, 1_000)(t), rel=1e-14
    )


def test_its_area_is_one_over_power_plus_one():
    assert Polynomial(1.0, 0.0, 30, power=2).area() == pytest.approx(10.0, rel=1e-14)
    assert Polynomial(1.0, 0.0, 30, power=0.5).area() == pytest.approx(20.0, rel=1e-14)


def test_a_higher_power_falls_earlier():
    powers = [Polynomial(1.0, 0.0, 10, p)(5) for p in (0.5, 1, 2, 4)]
    assert powers == sorted(powers, reverse=True)
    assert Polynomial(1.0, 0.0, 10, 4)(5) < Cosine(1.0, 0.0, 10)(5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"power": 0}, "power must be > 0 and finite, got 0"),
        ({"power": -0.5}, "power must be > 0 and finite, got -0.5"),
        ({"start": nan}, "start must be finite, got nan"),
        ({"steps": -1}, "steps must be >= 0 and finite, got -1"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Polynomial(**{"start": 1.0, "end": 0.0, "steps": 10} | wrong)
