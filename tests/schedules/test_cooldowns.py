"""The cooldown ramps: 1-sqrt, mirror cosine, REX."""

from math import inf, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Cosine, Linear, MirrorCosine, OneMinusSqrt, Rex

values = st.floats(-1e3, 1e3)
FAMILIES = [OneMinusSqrt, MirrorCosine, Rex]
each = pytest.mark.parametrize("family", FAMILIES)


def test_one_minus_sqrt_is_that_of_transformers():
    # HF WSD d4 min .1, shape 1-sqrt, from the first update of the decay on.
    decay = [1, 0.55, 0.363604, 0.220577, 0.1]
    lr = OneMinusSqrt(1.0, 0.1, 4)
    assert [lr(t) for t in range(5)] == pytest.approx(decay, abs=1e-6)


def test_mirror_cosine_is_as_far_below_the_line_as_the_cosine_is_above():
    lr, line, wave = (f(2.0, 0.5, 64) for f in (MirrorCosine, Linear, Cosine))
    for t in range(65):
        assert lr(t) - line(t) == pytest.approx(line(t) - wave(t), abs=1e-14)


def test_rex_at_its_quarters():
    # (1 - x) / (1 - x / 2) by hand: 1, 6/7, 2/3, 2/5, 0
    assert [Rex(1.0, 0.0, 4)(t) for t in range(5)] == pytest.approx(
        [1, 6 / 7, 2 / 3, 2 / 5, 0], rel=1e-15
    )


@each
@given(start=values, end=values, steps=st.integers(1, 10**9))
def test_ends_are_exact_and_held(family, start, end, steps):
    lr = family(start, end, steps)
    assert lr(-1) == lr(0) == start
    assert lr(steps) == lr(steps + 1) == end
    assert family(start, end, 0)(0) == end


@each
@given(t=st.floats(0, 100), low=values, high=values)
def test_is_affine_in_its_ends(family, t, low, high):
    unit = family(1.0, 0.0, 100)(t)
    assert family(high, low, 100)(t) == pytest.approx(
        low + (high - low) * unit, rel=1e-12, abs=1e-9
    )


def test_areas_are_those_of_the_integrals_by_hand():
    assert OneMinusSqrt(1.0, 0.0, 3).area() == pytest.approx(1.0, rel=1e-14)
    assert MirrorCosine(1.0, 0.0, 10).area() == pytest.approx(5.0, rel=1e-14)
    # The integral of (1 - x) / (1 - x / 2) over [0, 1] is 2 - 2 ln 2.
    assert Rex(1.0, 0.0, 1).area() == pytest.approx(0.6137056388801094, rel=1e-14)


def test_one_minus_sqrt_falls_first_and_rex_last():
    shapes = [f(1.0, 0.0, 100) for f in (OneMinusSqrt, Linear, Rex)]
    assert [s(50) for s in shapes] == pytest.approx([1 - sqrt(0.5), 0.5, 2 / 3])


@each
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": nan}, "start must be finite, got nan"),
        ({"end": inf}, "end must be finite, got inf"),
        ({"steps": -1}, "steps must be >= 0 and finite, got -1"),
    ],
)
def test_names_the_argument_it_refuses(family, wrong, message):
    with pytest.raises(ValueError, match=message):
        family(**{"start": 1.0, "end": 0.0, "steps": 10} | wrong)
