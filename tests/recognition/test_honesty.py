"""Sparse, shifted, late and long logs: the curve, or a word that it is a guess."""

import numpy as np
import pytest

import lehr
from lehr import Chain, Constant, Cosine, Linear, recognize

COSINE = lehr.warmup_cosine(3e-4, warmup=300, total=10_000, start=0.0)
STABLE = Chain((Linear(0.0, 0.1, 500), Constant(0.1, 8_500), Cosine(0.1, 0.0, 1_000)))
RESTARTS = Linear(0.0, 0.1, 500).then(lehr.Repeat(Cosine(0.1, 0.0, 9_500 / 3), count=3))
ROOT = lehr.inverse_sqrt(0.1, warmup=400, start=0.0)


def found_from(steps, curve, digits=None):
    steps = list(steps)
    rates = [curve(t) for t in steps]
    if digits:
        rates = [float(f"{rate:.{digits}g}") for rate in rates]
    return recognize(steps, rates)


def farthest(found, curve, updates):
    largest = max(abs(curve(t)) for t in updates)
    return max(abs(found.schedule(t) - curve(t)) for t in updates) / largest


@pytest.mark.parametrize("curve", [COSINE, STABLE, RESTARTS], ids=["c", "s", "r"])
@pytest.mark.parametrize("late", [-1, 1])
def test_a_log_that_is_one_update_off_gives_the_same_curve_one_off(curve, late):
    def logged(t):
        return curve(max(t + late, 0))

    steps = range(11, 9_999, 10)
    found = found_from(steps, logged)
    assert found.relative < 1e-11
    assert farthest(found, logged, range(11, 9_991, 3)) < 1e-11


def test_restarts_need_not_last_whole_updates():
    found = found_from(range(0, 10_000, 50), RESTARTS)
    assert farthest(found, RESTARTS, range(0, 9_950, 7)) < 1e-11
    assert found.schedule.pieces[1].steps == pytest.approx(9_500 / 3)
    assert found.unsure == ()


def test_the_flat_beginning_of_a_decay_is_not_taken_for_the_level():
    assert found_from(range(0, 10_001, 10), STABLE, digits=4).schedule == STABLE


@pytest.mark.parametrize("first", [0, 10])
def test_a_single_point_before_the_decay_is_a_ramp_and_a_guess(first):
    found = found_from([first, *range(500, 10_001, 500)], COSINE)
    assert found.recognized
    assert found.unsure == ((first, 500),)
    assert "a guess from" in str(found)
    assert farthest(found, COSINE, range(500, 10_001)) < 1e-9
    if first == 0:
        assert found.schedule == COSINE


def test_a_jump_between_two_points_is_a_guess_between_them():
    steps = lehr.PiecewiseConstant((0.1, 0.01, 0.001), (3_003, 6_000))
    found = found_from(range(0, 9_000, 50), steps)
    assert found.unsure == ((3_000, 3_050), (5_950, 6_000))
    assert recognize(range(9_000), steps(np.arange(9_000.0))).unsure == ()


def test_an_inverse_root_that_is_logged_late():
    found = found_from(range(5_000, 9_000, 10), ROOT)
    assert found.recognized
    assert farthest(found, ROOT, range(5_000, 12_000, 11)) < 1e-9


def test_a_long_log_is_held_to_all_of_its_points():
    times = np.arange(100_000.0)
    rates = np.asarray(lehr.Stretch(STABLE, 10.0)(times))
    found = recognize(times, rates)
    assert found.points == 100_000
    assert found.relative < 1e-11
    assert found.schedule.steps == 100_000
