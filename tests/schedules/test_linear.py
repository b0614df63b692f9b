"""Linear: a straight line, exact at both ends."""

from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Linear

values, durations = st.floats(-1e3, 1e3), st.integers(1, 10**9)


def test_is_transformers_and_optax_linear_decay():
    # HF linear, w2 T10, from update 2 on.
    decay = [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0, 0, 0]
    assert [Linear(1.0, 0.0, 8)(t) for t in range(11)] == decay


def test_is_mmengine_linear_warmup():
    assert [Linear(0.2, 1.0, 4)(t) for t in range(6)] == pytest.approx(
        [0.2, 0.4, 0.6, 0.8, 1, 1], rel=1e-15
    )


@given(values, values, durations)
def test_ends_are_exact_and_held(start, end, steps):
    line = Linear(start, end, steps)
    assert line(-1) == line(0) == start
    assert line(steps) == line(steps + 1) == end


@given(values, durations, st.integers(0, 10**9))
def test_a_line_between_equal_ends_is_level(value, steps, t):
    assert Linear(value, value, steps)(t) == value
    assert Linear(value, value, steps).next_change(t) == inf


@given(st.integers(1, 1_000), st.integers(0, 1_000))
def test_agrees_with_fractions(steps, t):
    exact = 1 - Fraction(min(t, steps), steps)
    assert Linear(1.0, 0.0, steps)(t) == pytest.approx(float(exact), rel=1e-15)


@given(st.floats(0, 100), st.floats(0, 100))
def test_its_area_is_that_of_a_trapezoid(a, b):
    line = Linear(2.0, 1.0, 100)
    assert line.area(a, b) == pytest.approx(
        (line(a) + line(b)) / 2 * (b - a), rel=1e-12
    )


def test_of_length_0_it_is_its_end_value():
    assert [Linear(1.0, 0.25, 0)(t) for t in (-1, 0, 1)] == [0.25] * 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": nan}, "start must be finite, got nan"),
        ({"end": inf}, "end must be finite, got inf"),
        ({"steps": -1}, "steps must be >= 0 and finite, got -1"),
        ({"steps": inf}, "steps must be >= 0 and finite, got inf"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Linear(**{"start": 1.0, "end": 0.0, "steps": 10} | wrong)


def test_ends_too_far_apart_for_a_float_are_refused():
    with pytest.raises(ValueError, match="end - start must be finite, got -inf"):
        Linear(1e308, -1e308, 10)
