"""What has no effect is left out before a target is asked for its words."""

import pytest

from lehr import Chain, Constant, Linear, PiecewiseConstant, Polynomial
from lehr.exporting.plain import plain

LINE = Linear(0.1, 0.0, 9)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Polynomial(0.1, 0.0, 9, 1.0), LINE),
        (Linear(0.2, 0.1, 0), Constant(0.1)),
        (PiecewiseConstant((0.1,), ()), Constant(0.1)),
        (Chain((LINE, Constant(0.0))), LINE),
        (Chain((LINE, Constant(0.5))), Chain((LINE, Constant(0.5)))),
        (Chain((LINE, Constant(0.0, 7))), Chain((LINE, Constant(0.0, 7)))),
    ],
)
def test_the_same_values_in_fewer_words(schedule, expected):
    assert plain(schedule) == expected
