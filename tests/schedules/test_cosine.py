"""Cosine: its numbers, its ends, its symmetry, its errors."""

from math import inf, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Cosine, Linear

values, durations = st.floats(-1e3, 1e3), st.integers(1, 10**9)
WAVE = {0: 1, 25: (2 + sqrt(2)) / 4, 50: 1 / 2, 75: (2 - sqrt(2)) / 4, 100: 0}


@pytest.mark.parametrize(("t", "value"), WAVE.items())
def test_traces_half_a_cosine_wave(t, value):
    assert Cosine(start=1, end=0, steps=100)(t) == pytest.approx(value, abs=1e-15)


def test_is_the_decay_of_optax_with_a_floor():
    # optax warmup_cosine, w2 decay_steps10 end .1, from update 2 on.
    decay = [1, 0.965746, 0.868198, 0.722208, 0.55, 0.377792, 0.231802, 0.134254, 0.1]
    lr = Cosine(1.0, 0.1, 8)
    assert [lr(t) for t in range(9)] == pytest.approx(decay, abs=1e-6)


@given(values, values, durations, st.floats(0.1, 10), st.floats(0.1, 10))
def test_ends_are_exact_and_held(start, end, steps, exponent, k):
    for schedule in (Cosine(start, end, steps), Cosine(start, end, steps, exponent, k)):
        assert schedule(-1) == schedule(0) == start
        assert schedule(steps) == schedule(steps + 1) == end


@given(values, values, st.floats(0, 100))
def test_backwards_it_is_the_opposite_anneal(start, end, t):
    there, back = Cosine(start, end, 100), Cosine(end, start, 100)
    assert there(t) == pytest.approx(back(100 - t), abs=1e-9)


@given(st.integers(0, 100), st.floats(0.2, 5))
def test_an_exponent_is_a_power_of_the_weight(t, exponent):
    weight = Cosine(1.0, 0.0, 100)(t)
    assert Cosine(1.0, 0.0, 100, exponent)(t) == pytest.approx(
        weight**exponent, rel=1e-13
    )
    shaped = Cosine(2.0, 1.0, 100, exponent)(t)
    assert shaped == pytest.approx(1.0 + weight**exponent, rel=1e-13)


@given(st.integers(0, 100), st.floats(0.2, 5))
def test_k_bends_the_clock(t, k):
    bent = 100 * (t / 100) ** k
    assert Cosine(1.0, 0.0, 100, k=k)(t) == pytest.approx(
        Cosine(1.0, 0.0, 100)(bent), rel=1e-11, abs=1e-13
    )


def test_lies_above_the_line_before_the_middle_and_below_it_after():
    wave, line = Cosine(1.0, 0.0, 100), Linear(1.0, 0.0, 100)
    assert all(wave(t) > line(t) for t in range(1, 50))
    assert all(wave(t) < line(t) for t in range(51, 100))


def test_of_length_0_it_is_its_end_value():
    assert [Cosine(1.0, 0.25, 0)(t) for t in (-1, 0, 1)] == [0.25] * 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": nan}, "start must be finite, got nan"),
        ({"end": inf}, "end must be finite, got inf"),
        ({"steps": -3}, "steps must be >= 0 and finite, got -3"),
        ({"exponent": 0}, "exponent must be > 0 and finite, got 0"),
        ({"k": -1.0}, "k must be > 0 and finite, got -1.0"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Cosine(**{"start": 1.0, "end": 0.0, "steps": 10} | wrong)
