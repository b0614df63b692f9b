"""Interpolated: curves through given points."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from lehr import Cosine, Interpolated

POINTS = ((0, 0.0), (10, 1.0), (30, 0.5), (31, 0.5), (50, 0.1))
METHODS = ("linear", "cosine", "monotone_cubic")
curves = st.dictionaries(
    st.integers(0, 1_000), st.integers(-50, 50), min_size=2, max_size=8
).map(lambda points: tuple(sorted(points.items())))


@pytest.mark.parametrize("method", METHODS)
def test_passes_through_its_points_and_holds_the_last(method):
    lr = Interpolated(POINTS, method)
    assert [lr(t) for t, _ in POINTS] == [value for _, value in POINTS]
    assert lr(-5) == 0.0
    assert lr(10**9) == 0.1
    assert lr.breakpoints == (10, 30, 31)


@given(curves)
def test_linear_is_that_of_numpy(points):
    t = np.arange(-10, 1_050)
    expected = np.interp(t, *zip(*points, strict=True))
    np.testing.assert_allclose(
        Interpolated(points)(t), expected, rtol=1e-12, atol=1e-12
    )


@given(curves)
def test_monotone_cubic_is_pchip(points):
    x, y = (np.array(column, float) for column in zip(*points, strict=True))
    t = np.linspace(x[0], x[-1], 301)
    lr = Interpolated(points, "monotone_cubic")
    np.testing.assert_allclose(lr(t), PchipInterpolator(x, y)(t), rtol=1e-9, atol=1e-9)
    area = PchipInterpolator(x, y).integrate(x[0], x[-1])
    assert lr.area(x[0], x[-1]) == pytest.approx(area, rel=1e-9, abs=1e-6)


@given(curves, st.sampled_from(METHODS))
def test_never_leaves_the_range_of_its_points(points, method):
    lr = Interpolated(points, method)
    values = [value for _, value in points]
    assert lr.minimum >= min(values)
    assert lr.maximum <= max(values)


def test_cosine_is_half_a_wave_between_two_points():
    lr = Interpolated(((5, 1.0), (25, 0.2)), method="cosine")
    assert [lr(5 + t) for t in range(25)] == [
        Cosine(1.0, 0.2, 20)(t) for t in range(25)
    ]


def test_one_point_is_a_constant():
    lr = Interpolated(((4, 2.0),))
    assert (lr(0), lr(4), lr(99)) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"points": ()}, "points must hold at least one pair"),
        ({"points": ((0, 1.0), 5)}, r"points\[1\] must be a pair .*, got 5"),
        ({"points": ((-1, 1.0),)}, r"points\[0\]\[0\] must be >= 0 .*, got -1"),
        ({"points": ((0, nan),)}, r"points\[0\]\[1\] must be finite, got nan"),
        ({"points": ((3, 1.0), (3, 2.0))}, "updates of points must increase, got 3, 3"),
        ({"method": "linaer"}, "method must be one of .*, got 'linaer'; did you mean"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Interpolated(**{"points": POINTS} | wrong)
