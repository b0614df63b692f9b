"""Tanh and Logistic: an S between two values that meets both."""

from math import exp, inf, tanh

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Linear, Logistic, Tanh

values = st.floats(-1e3, 1e3)


def test_meets_its_ends_and_has_the_shape_of_timm_between():
    # timm tanh T10 (-7, 3), which misses its ends: stretched so that they are met.
    timm = [
        0.999999,
        0.999994,
        0.999955,
        0.999665,
        0.997527,
        0.982014,
        0.880797,
        0.5,
        0.119203,
        0.017986,
    ]
    first, last = (1 - tanh(-7)) / 2, (1 - tanh(3)) / 2
    met = [(value - last) / (first - last) for value in timm]
    lr = Tanh(1.0, 0.0, 10, low=-7, high=3)
    assert [lr(t) for t in range(10)] == pytest.approx(met, abs=1e-6)
    assert lr(0), lr(10) == (1.0, 0.0)


def test_logistic_is_the_sigmoid_stretched_to_its_ends():
    def sigmoid(x):
        return 1 / (1 + exp(8 * (x - 0.25)))

    lr = Logistic(3.0, 1.0, 40, steepness=8, midpoint_fraction=0.25)
    for t in range(41):
        weight = (sigmoid(t / 40) - sigmoid(1)) / (sigmoid(0) - sigmoid(1))
        assert lr(t) == pytest.approx(1 + 2 * weight, rel=1e-13)


@pytest.mark.parametrize("family", [Tanh, Logistic])
@given(start=values, end=values, steps=st.integers(1, 10**9))
def test_ends_are_exact_and_held(family, start, end, steps):
    lr = family(start, end, steps)
    assert lr(-1) == lr(0) == start
    assert lr(steps) == lr(steps + 1) == end


@pytest.mark.parametrize("family", [Tanh, Logistic])
@given(t=st.floats(0, 100))
def test_is_symmetric_about_its_middle(family, t):
    lr = family(1.0, 0.0, 100)
    assert lr(t) + lr(100 - t) == pytest.approx(1.0, rel=1e-14)


def test_a_flat_piece_of_the_tangent_is_nearly_a_line():
    lr, line = Tanh(1.0, 0.0, 100, low=-1e-4, high=1e-4), Linear(1.0, 0.0, 100)
    assert [lr(t) for t in range(101)] == pytest.approx(
        [line(t) for t in range(101)], abs=1e-8
    )


@given(st.floats(0, 50), st.floats(0.5, 20))
def test_logistic_is_a_tangent_of_half_the_steepness(t, steepness):
    half = steepness / 2
    s, u = Logistic(1.0, 0.2, 50, steepness), Tanh(1.0, 0.2, 50, -half / 2, half / 2)
    assert s(t) == pytest.approx(u(t), rel=1e-13)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Tanh(1.0, 0.0, 10, low=3, high=3), "-300 <= low < high <= 300, .*3.0"),
        (lambda: Tanh(1.0, 0.0, 10, high=400), "got low=-3.0, high=400"),
        (lambda: Tanh(1.0, 0.0, -1), "steps must be >= 0 and finite, got -1"),
        (lambda: Logistic(1.0, 0.0, 10, steepness=0), "steepness must be > 0 .* got 0"),
        (
            lambda: Logistic(1.0, 0.0, 10, steepness=700),
            "steepness must be <= 600, got",
        ),
        (
            lambda: Logistic(1.0, 0.0, 10, midpoint_fraction=1.5),
            r"midpoint_fraction must be in \[0, 1\], got 1.5",
        ),
        (lambda: Logistic(inf, 0.0, 10), "start must be finite, got inf"),
    ],
)
def test_names_the_argument_it_refuses(build, message):
    with pytest.raises(ValueError, match=message):
        build()
