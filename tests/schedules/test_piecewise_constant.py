"""PiecewiseConstant: one value between each two boundaries."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Chain, Constant, PiecewiseConstant

LR = PiecewiseConstant((1.0, 0.5, 0.1), boundaries=(3, 6))


def test_a_boundary_belongs_to_the_later_value():
    # The right-continuous rule of torch and optax; Keras changes one update later.
    values = [LR(t) for t in range(8)]
    assert values == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.1, 0.1]


@given(st.integers(-5, 40))
def test_is_a_chain_of_constants(t):
    chain = Chain((Constant(1.0, 3), Constant(0.5, 3), Constant(0.1)))
    assert LR(t) == chain(t)


def test_its_facts_are_its_fields():
    assert LR.steps == 6
    assert LR.breakpoints == (3,)
    assert [phase.span for phase in LR.phases] == [(0, 3), (3, 6)]
    assert [phase.name for phase in LR.phases] == ["stable", "stable"]
    assert LR.area(0, 10) == pytest.approx(3 + 1.5 + 0.4)
    assert (LR.minimum, LR.maximum) == (0.1, 1.0)
    assert [LR.next_change(t) for t in (-2, 0, 2, 3, 6)] == [3, 3, 3, 6, inf]
    assert not LR.is_continuous
    assert LR.first_step_below(0.5) == 6


def test_a_boundary_between_updates_counts_from_the_next():
    lr = PiecewiseConstant((1.0, -2.0, 3.0), boundaries=(7.25, 7.5))
    assert [lr(t) for t in (7, 8)] == [1.0, 3.0]
    # No update is ever at -2, though the clock passes it.
    assert (lr.minimum, lr.maximum) == (1.0, 3.0)
    assert lr.next_change(0) == 8


def test_without_boundaries_it_is_constant():
    lr = PiecewiseConstant((0.5,), boundaries=())
    assert (lr.steps, lr(9), lr.phases, lr.is_continuous) == (0, 0.5, (), True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"values": (1.0,)}, "one more than boundaries, got 1 values and 2 boundaries"),
        ({"values": (1.0, nan, 0)}, r"values\[1\] must be finite, got nan"),
        ({"boundaries": (0, 6)}, r"boundaries\[0\] must be > 0 and finite, got 0"),
        ({"boundaries": (6, 3)}, "boundaries must increase, got 6 before 3"),
        ({"boundaries": (3, 3)}, "boundaries must increase, got 3 before 3"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        PiecewiseConstant(**{"values": (1.0, 0.5, 0.1), "boundaries": (3, 6)} | wrong)
