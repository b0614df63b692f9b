"""Step: a drop every so many updates."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Constant, PiecewiseConstant, Repeat, Step


@given(st.integers(0, 10**6), st.integers(1, 1_000))
def test_counts_whole_periods(t, every):
    drops, value = t // every, 1.0
    for _ in range(min(drops, 60)):
        value *= 0.5
    if drops <= 60:
        assert Step(1.0, factor=0.5, every=every)(t) == value


def test_drops_at_the_update_and_not_one_before():
    lr = Step(1.0, factor=0.1, every=30)
    assert [lr(t) for t in (-1, 0, 29, 30, 59)] == [1.0, 1.0, 1.0, 0.1, 0.1]


@given(st.integers(0, 90))
def test_is_a_constant_repeated_with_decay(t):
    again = Repeat(Constant(0.8, 10), decay=0.5)
    assert Step(0.8, factor=0.5, every=10)(t) == again(t)


def test_an_end_holds_the_value_reached():
    lr = Step(1.0, factor=0.5, every=10, steps=25)
    assert [lr(t) for t in (20, 25, 30, 10**9)] == [0.25] * 4
    assert lr.minimum == 0.25


def test_is_a_staircase_in_its_facts():
    lr = Step(1.0, factor=0.5, every=10, steps=30)
    same = PiecewiseConstant((1.0, 0.5, 0.25, 0.125), (10, 20, 30))
    assert lr.breakpoints == (10, 20)
    assert not lr.is_continuous
    assert lr.area() == same.area() == 17.5
    assert [lr.next_change(t) for t in (0, 9, 10, 25, 30)] == [10, 10, 20, 30, inf]
    assert [phase.span for phase in lr.phases] == [(0, 10), (10, 20), (20, 30)]
    assert lr.first_step_below(0.3) == 20


def test_endless_it_is_known_by_its_first_drop():
    lr = Step(1.0, factor=0.5, every=10)
    assert lr.breakpoints == (10,)
    assert (lr.minimum, lr.maximum) == (0.0, 1.0)
    assert lr.first_step_below(2**-50) == 510


@given(st.floats(0.9, 0.9999999), st.integers(1, 10**6))
def test_its_area_is_a_geometric_series(factor, drops):
    lr = Step(1.0, factor=factor, every=10)
    series = sum(factor**i for i in range(100))
    assert lr.area(0, 1_000) == pytest.approx(10 * series, rel=1e-13)
    both = lr.area(0, 10 * drops) + lr.area(10 * drops, 20 * drops)
    assert lr.area(0, 20 * drops) == pytest.approx(both, rel=1e-12)


def test_factor_0_switches_off():
    lr = Step(1.0, factor=0.0, every=5)
    assert [lr(t) for t in (4, 5, 10**9)] == [1.0, 0.0, 0.0]
    assert lr.area(0, 100) == 5.0


def test_periods_of_a_fraction_of_an_update_drop_where_they_end():
    lr = Step(1.0, factor=0.5, every=2.5)
    assert [lr(t) for t in range(6)] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]
    assert [lr.next_change(t) for t in range(6)] == [3, 3, 3, 5, 5, 8]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"factor": -0.1}, "factor must be >= 0, got -0.1"),
        ({"factor": 1.5}, "steps must be given: these values grow without end"),
        ({"every": 0}, "every must be > 0 and finite, got 0"),
        ({"every": inf}, "every must be >= 0 and finite, got inf"),
        ({"start": nan}, "start must be finite, got nan"),
        ({"steps": -1}, "steps must be >= 0, got -1"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Step(**{"start": 1.0, "factor": 0.1, "every": 30} | wrong)
