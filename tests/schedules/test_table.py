"""Table: one value per update, or per some updates."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import PiecewiseConstant, Table

VALUES = (0.1, 0.3, 0.2, -0.5)


@given(st.integers(-3, 10))
def test_looks_its_values_up(t):
    assert Table(VALUES)(t) == VALUES[max(0, min(t, 3))]


@given(st.integers(-3, 60))
def test_each_value_may_last_several_updates(t):
    same = PiecewiseConstant(VALUES, boundaries=(10, 20, 30))
    assert Table(VALUES, every=10)(t) == same(t)


def test_its_facts_are_those_of_its_values():
    table = Table(VALUES, every=10)
    assert table.steps == 30
    assert table.breakpoints == (10, 20)
    assert (table.minimum, table.maximum) == (-0.5, 0.3)
    assert table.area() == pytest.approx(6.0)
    assert table.area(25, 40) == pytest.approx(5 * 0.2 - 10 * 0.5)
    assert [table.next_change(t) for t in (0, 9, 10, 29, 30)] == [10, 10, 20, 30, inf]
    assert not table.is_continuous
    assert table.first_step_below(0) == 30


def test_takes_any_iterable_of_numbers():
    array = np.array([1.0, 0.5], dtype=np.float32)
    assert Table(array) == Table([1, 0.5]) == Table(x for x in (1.0, 0.5))
    assert Table(array).values == (1.0, 0.5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"values": ()}, "values must hold at least one number, got none"),
        ({"values": (1.0, nan)}, r"values\[1\] must be finite, got nan"),
        ({"every": 0}, "every must be > 0 and finite, got 0"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Table(**{"values": VALUES} | wrong)


def test_refuses_what_is_not_a_number():
    with pytest.raises(TypeError, match=r"values\[1\] must be a number, got 'x'"):
        Table((1.0, "x"))
