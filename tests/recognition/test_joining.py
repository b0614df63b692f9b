"""Pieces that are cut off, begin late or end between two points."""

import pytest

from lehr import Chain, Constant, Cosine, Linear, Polynomial, recognize

CURVES = {
    "ends between points": Linear(0.1, 0.0, 1_003),
    "cut polynomial": Chain(
        (Polynomial(0.1, 0.0, 1_000, 2.0)[:500], Linear(0.025, 0.0, 500))
    ),
    "cut cosine": Chain((Cosine(0.1, 0.0, 800)[:400], Linear(0.05, 0.0, 600))),
    "cut beginning": Chain((Constant(0.05, 300), Cosine(0.1, 0.0, 1_400)[700:])),
}


@pytest.mark.parametrize("name", CURVES)
def test_cut_pieces_keep_their_lengths(name):
    curve, steps = CURVES[name], range(0, 1_001, 10)
    found = recognize(steps, [curve(t) for t in steps])
    assert found.recognized
    assert found.relative < 1e-11
    assert max(abs(found.schedule(t) - curve(t)) for t in range(1_001)) < 1e-11


def test_a_line_that_ends_between_two_points_lands_at_zero():
    steps = range(0, 1_001, 10)
    line = CURVES["ends between points"]
    assert recognize(steps, [line(t) for t in steps]).schedule == line
