"""Next change, continuity and breakpoints, against all updates."""

import math
from itertools import islice, pairwise

import pytest
from compositions import SEEN, ended, schedules, values_of
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    Blend,
    Chain,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    PiecewiseConstant,
    Repeat,
    Sum,
    Table,
)

seen = st.integers(0, SEEN)


@given(schedules)
def test_nothing_changes_before_the_next_change(schedule):
    brute = values_of(schedule)
    for t, value in enumerate(brute):
        change = schedule.next_change(t)
        assert change > t
        assert change == math.inf or change == int(change)
        assert all(u == value for u in brute[t + 1 : min(change, SEEN)])


@given(schedules, st.floats(-50, SEEN))
def test_between_updates_too(schedule, t):
    change = schedule.next_change(t)
    assert change > t
    for u in range(math.floor(t) + 1, min(change, SEEN)):
        assert u <= 0 or schedule(u) == schedule(t)


LEVELS = st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True)


@given(LEVELS, st.integers(1, 9))
def test_is_tight_on_plateaus_steps_and_tables(levels, length):
    changes = [length * (i + 1) for i in range(len(levels) - 1)]
    chain = Chain((*(Constant(x, length) for x in levels), Constant(levels[-1])))
    table = Table(tuple(levels), every=length)
    pieces = PiecewiseConstant(tuple(levels), tuple(changes))
    for t in range(length * len(levels)):
        expected = next((c for c in changes if c > t), math.inf)
        assert table.next_change(t) == pieces.next_change(t) == expected
        assert chain.next_change(t) in (expected, length * len(levels))


def test_a_ramp_between_equal_ends_is_a_plateau():
    wsd = Chain((Linear(0.0, 1.0, 10), Linear(1.0, 1.0, 80), Linear(1.0, 0.0, 10)))
    assert wsd.next_change(10) == 90


@given(schedules)
def test_continuous_means_no_jump_at_any_joint(schedule):
    schedule = ended(schedule)
    size = max(map(abs, values_of(schedule)))
    ends = [schedule.steps] if schedule.steps > 0 else []
    jumps = [
        abs(schedule(joint * (1 - 1e-14)) - schedule(joint * (1 + 1e-14)))
        for joint in [*islice(schedule.joints(0, schedule.steps), 1_000), *ends]
    ]
    jumps.append(abs(schedule(0) - schedule(1e-13)))
    # A root may move by 1e-7 of the whole in 1e-14 of its length.
    assert schedule.is_continuous == (max(jumps) <= 1e-5 * size + 1e-9)


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=6), st.booleans())
def test_jumps_by_construction_are_found(levels, back):
    pieces = [Linear(a, b, 3) for a, b in pairwise(levels)]
    joined = Chain(tuple(pieces))
    assert joined.is_continuous
    assert Repeat(joined).is_continuous == (levels[0] == levels[-1])
    broken = Chain((*pieces, Linear(levels[-1] + 0.01, 0.0, 3)))
    assert not broken.is_continuous
    assert not (broken + Cosine(1.0, 0.0, 5)).is_continuous
    assert not broken[1:].is_continuous
    assert Sum((joined, Linear(0.0, 1.0, 4))).is_continuous


@given(schedules)
def test_breakpoints_are_in_order_and_inside(schedule):
    points = schedule.breakpoints
    assert all(a < b for a, b in pairwise((0, *points, math.inf)))
    assert all(t < schedule.steps for t in points)


@given(schedules, seen, seen)
def test_joints_of_a_part_are_those_of_the_whole(schedule, a, b):
    a, b = sorted((a, b))
    whole = [t for t in schedule.joints(0, SEEN + 1) if a < t < b]
    assert list(schedule.joints(a, b)) == pytest.approx(whole, rel=1e-9, abs=1e-9)


def test_the_last_joint_before_an_endless_formula_counts():
    tail = InverseSqrt(1.0, 10)
    assert (Linear(0.0, 1.0, 7) + tail).breakpoints == (7,)
    assert Linear(0.0, 1.0, 7).then(tail).breakpoints == (7,)
    assert Blend(Constant(0.0), tail, 3, 5).breakpoints == (3, 8)
    assert not Blend(Constant(0.0), tail, 3, 0).is_continuous
    assert (Repeat(Linear(0.0, 1.0, 7)) + 1.0).breakpoints == (7,)
