"""Constant: one value, everywhere and for ever."""

from math import inf, nan

import pytest

from lehr import Chain, Constant, Linear


@pytest.mark.parametrize("t", [-5, 0, 0.5, 10**9, inf])
def test_is_its_value_at_every_update(t):
    assert Constant(3e-4, steps=10)(t) == 3e-4


def test_takes_its_length_in_a_chain_and_none_at_the_end():
    lr = Chain((Constant(1.0, 5), Linear(1.0, 0.5, 5), Constant(0.1)))
    assert lr.steps == 10
    assert [lr(t) for t in (4, 5, 9, 10)] == [1.0, 1.0, 0.6, 0.1]


def test_never_changes_and_never_falls():
    constant = Constant(0.1, 100)
    assert constant.next_change(0) == inf
    assert constant.minimum == constant.maximum == 0.1
    assert constant.first_step_below(0.1) is None
    assert constant.area(-10, 20) == pytest.approx(3.0, rel=1e-15)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"value": nan}, "value must be finite, got nan"),
        ({"value": 10**400}, "value must be finite, got 1000"),
        ({"steps": -1}, "steps must be >= 0 and finite, got -1"),
        ({"steps": inf}, "steps must be >= 0 and finite, got inf"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Constant(**{"value": 1.0} | wrong)


@pytest.mark.parametrize("wrong", ["0.1", True, None, (1,)])
def test_takes_numbers_only(wrong):
    with pytest.raises(TypeError, match="value must be a number, got"):
        Constant(wrong)
