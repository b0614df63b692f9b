"""Values by blocks are the schedule's own, with NumPy and without."""

import sys

import pytest

from lehr import Chain, Cosine, Linear
from lehr.dropin._ahead import BLOCK, ahead

CURVE = Chain((Linear(0.0, 1.0, 100), Cosine(1.0, 0.1, 5000)))
TIMES = (0, 99, 100, 101, BLOCK - 1, BLOCK, 5099, 5100, -3, -BLOCK - 1, 10**12, 7)


@pytest.mark.parametrize("numpy", [True, False])
def test_a_value_is_the_schedules_whatever_was_asked_before(numpy, monkeypatch):
    if not numpy:
        monkeypatch.setitem(sys.modules, "numpy", None)
    value_at = ahead(CURVE)
    for t in TIMES:
        assert value_at(t) == pytest.approx(CURVE(t), rel=1e-14)
        assert value_at(t) == ahead(CURVE)(t)
        assert type(value_at(t)) is float
