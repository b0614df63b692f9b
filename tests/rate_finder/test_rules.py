"""The rules on curves whose answer is plain to see, and on those of the original."""

import math

import pytest

from lehr.rate_finder.rules import lowest, minimum, slide, steepest, valley
from lehr.rate_finder.smoothing import Average, averaged, smooth


def s_curve(points=100):
    """A level of 2, a fall around 1e-3, a floor at 1, and a wall at 1."""
    places = [math.log(10.0) * (-7 + 8 * i / (points - 1)) for i in range(points)]
    return [
        (x, 2 - 1 / (1 + math.exp(-2 * (x - math.log(1e-3)))) + math.exp(3 * x))
        for x in places
    ]


def test_the_steepest_place_of_a_symmetric_fall_is_its_middle():
    assert math.exp(steepest(s_curve())) == pytest.approx(1e-3, rel=0.1)


def test_the_steepest_place_does_not_hang_on_the_slope_over_the_rate_itself():
    # Lightning's slope is over the rate, which is largest at the smallest rates.
    noisy = [(x, y + 1e-6 * (-1) ** i) for i, (x, y) in enumerate(s_curve())]
    assert math.exp(steepest(noisy)) == pytest.approx(1e-3, rel=0.2)


def test_minimum_is_a_tenth_of_the_lowest_rate():
    curve = s_curve()
    assert minimum(curve) == pytest.approx(curve[lowest(curve)][0] - math.log(10))


def test_the_valley_of_a_plain_descent_is_its_middle():
    down = [(float(i), 10.0 - i) for i in range(11)]
    assert valley(down) == 5.0
    assert valley([*down, *((11.0 + i, 20.0) for i in range(9))]) == 5.0


def test_a_valley_may_have_bumps():
    losses = [9.0, 8.0, 8.5, 7.0, 6.0, 6.5, 5.0, 20.0]
    assert valley(list(enumerate(losses))) == 3  # five points that end at number 6


def test_there_is_no_valley_in_a_rise():
    assert valley([(float(i), float(i)) for i in range(10)]) is None


def test_there_is_no_steepest_fall_in_a_rise():
    assert steepest([(float(i), float(i)) for i in range(40)]) is None


def test_the_slide_stops_before_the_wall():
    curve = s_curve()
    assert 1e-4 < math.exp(slide(curve)) < math.exp(curve[lowest(curve)][0])


def test_nothing_slides_where_there_is_no_wall():
    assert slide([(float(i), 10.0 - i) for i in range(20)]) is None


def test_an_average_has_no_bias_and_forgets_by_its_half_life():
    keep = 0.5 ** (1 / 3)  # a half-life of 3 values
    assert averaged([5.0] * 4, keep) == pytest.approx([5.0] * 4)
    average = Average(keep)
    last = [average.add(value) for value in [1.0] * 400 + [0.0] * 3][-1]
    assert last == pytest.approx(0.5)


def test_smoothing_a_straight_line_gives_points_of_it():
    places = [0.1 * i for i in range(30)]
    for x, y in smooth(places, [3.0 - 2.0 * x for x in places], 0.9):
        assert y == pytest.approx(3.0 - 2.0 * x)


def test_no_smoothing_changes_nothing():
    assert smooth([1.0, 2.0], [5.0, 4.0], 0.0) == [(1.0, 5.0), (2.0, 4.0)]
