"""Sampling: no spike, step or restart is lost between two columns."""

import math

import pytest
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    Chain,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    Repeat,
    multi_step,
    warm_restarts,
)
from lehr.plotting.sampling import MOST_JOINTS, horizon, sample


@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_every_schedule_is_sampled_over_its_whole_length(schedule):
    end = horizon(schedule)
    points = sample(schedule, end, 50)
    times = [t for t, _ in points]
    assert (times[0], times[-1]) == (0, end)
    assert times == sorted(times)
    assert len(points) >= 50
    assert all(math.isfinite(value) for _, value in points)
    if 0 < schedule.steps < math.inf:
        before = schedule(math.nextafter(schedule.steps, 0))
        jumps = abs(schedule(schedule.steps) - before) > 1e-6
        assert end == schedule.steps or jumps


def test_the_last_value_of_a_schedule_that_ends_in_a_jump_is_seen():
    drops = multi_step(1.0, factor=0.5, milestones=(30, 60))
    assert horizon(drops) == 66
    assert sample(drops, horizon(drops), 50)[-1] == (66, 0.25)
    assert horizon(Linear(1.0, 0.0, 60).then(Constant(0.0, 0))) == 60


@given(st.integers(1, 999_999))
def test_a_spike_of_one_update_is_never_lost(at):
    spike = Chain((Constant(1.0, at), Constant(5.0, 1), Constant(1.0, 10**6 - at)))
    assert max(value for _, value in sample(spike, 10**6, 100)) == 5.0


def test_a_jump_has_both_its_values_at_one_place():
    jump = Chain((Linear(0.0, 1.0, 10), Linear(0.2, 0.0, 10)))
    at_joint = [value for t, value in sample(jump, 20, 8) if t == 10]
    assert at_joint == pytest.approx([1.0, 0.2])


def test_each_restart_of_an_endless_schedule_is_seen():
    restarts = warm_restarts(1.0, period=7)
    peaks = {t for t, value in sample(restarts, 700, 20) if value == 1.0}
    assert peaks >= {7.0 * i for i in range(1, 100)}


def test_a_schedule_of_countless_joints_is_sampled_in_bounded_time():
    saw = Repeat(Linear(1.0, 0.0, 2), count=10**9)
    assert len(sample(saw, saw.steps, 100)) <= 2 * MOST_JOINTS + 100


def test_countless_restarts_are_seen_everywhere_alike():
    saw = Repeat(Linear(1.0, 0.0, 7), count=10**6)
    points = sample(saw, saw.steps, 100)
    for part in range(10):
        begin = saw.steps * part / 10
        values = [v for t, v in points if begin < t < begin + saw.steps / 10]
        assert (min(values), max(values)) == (pytest.approx(0.0, abs=1e-9), 1.0)
        assert 300 < len(values) < 500


def test_an_endless_schedule_is_drawn_over_ten_times_its_first_joint():
    assert horizon(Chain((Linear(0.0, 1.0, 30), InverseSqrt(1.0, 30)))) == 300
    assert horizon(Constant(1.0)) == 100
    assert horizon(Cosine(1.0, 0.0, 10), 25) == 25


@pytest.mark.parametrize("steps", [0, -1, math.inf, math.nan])
def test_a_length_that_cannot_be_drawn_is_refused(steps):
    with pytest.raises(ValueError, match="steps must be > 0 and finite"):
        horizon(Constant(1.0), steps)
