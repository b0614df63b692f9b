"""Derived facts, against brute force over all updates of random compositions."""

import math
import time
from itertools import islice, pairwise

import pytest
from compositions import leaves, schedules
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lehr import (
    Blend,
    Chain,
    Clip,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    Maximum,
    Minimum,
    Noise,
    PiecewiseConstant,
    Repeat,
    Sum,
    Table,
    Triangular,
    warm_restarts,
    warmup_cosine,
)

SEEN = 400  # updates of an endless schedule that brute force looks at
seen = st.integers(0, SEEN)


def values(schedule):
    return [schedule(t) for t in range(math.ceil(min(schedule.steps, SEEN)) + 2)]


def ended(schedule):
    """The schedule, cut where brute force ends."""
    return schedule if schedule.steps <= SEEN else schedule[:SEEN]


# ------------------------------------------------------------------ extremes


@given(schedules)
def test_minimum_and_maximum_are_those_of_all_updates(schedule):
    cut = ended(schedule)
    brute = values(cut)
    slack = 1e-15 * max(map(abs, brute))
    assert cut.minimum == pytest.approx(min(brute), abs=slack, rel=1e-15)
    assert cut.maximum == pytest.approx(max(brute), abs=slack, rel=1e-15)


@given(schedules)
def test_an_endless_schedule_is_bounded_by_its_extremes(schedule):
    brute = values(schedule)
    slack = 1e-15 * max(map(abs, brute))
    assert schedule.minimum <= min(brute) + slack
    assert schedule.maximum >= max(brute) - slack


@given(schedules, st.floats(0, SEEN), st.floats(0, SEEN), st.floats(0, 1))
def test_bounds_hold_between_updates_too(schedule, a, b, x):
    a, b = sorted((a, b))
    low, high = schedule.bounds(a, b)
    value = schedule(a + x * (b - a))
    assert low - 1e-13 <= value <= high + 1e-13


def test_what_an_endless_schedule_comes_near_to_counts():
    assert InverseSqrt(1.0, 10).minimum == 0.0
    assert (0.1 + InverseSqrt(1.0, 10)).minimum == 0.1
    assert warm_restarts(1.0, period=10, stretch=2, floor=0.01).minimum == 0.01
    assert Triangular(0.1, 1.0, up=10, mode="triangular2").minimum == 0.1
    assert (Noise(0.1, seed=0) + 1.0).maximum == pytest.approx(2.3)


AWKWARD = {
    "a product with a top inside": (
        Linear(0.0, 1.0, 10**6) * Cosine(1.0, 0.0, 10**6),
        0.0,
        0.2622550567595058,
    ),
    "a sum that nearly cancels": (
        Linear(0.0, 1.0, 10**5) + Linear(1.0, 0.0, 10**5),
        1.0,
        1.0,
    ),
    "waves that cancel": (Cosine(0.0, 1.0, 10**5) + Cosine(1.0, 0.0, 10**5), 1.0, 1.0),
    "a crossfade of opposites": (
        Blend(Cosine(1.0, 0.0, 10**5), Cosine(0.0, 1.0, 10**5), 0, 10**5),
        0.5,
        1.0,
    ),
    "an endless sum of cycles": (
        Repeat(Cosine(1.0, 0.0, 1_000)) + Repeat(Cosine(1.0, 0.0, 777)),
        0.0,
        2.0,
    ),
    "a hump over 10**12 updates": (
        warmup_cosine(1.0, warmup=10**9, total=10**12) * 2.0,
        0.0,
        2.0,
    ),
    "an endless product": (
        Linear(0.0, 1.0, 10**6) * InverseSqrt(1.0, 100),
        0.0,
        0.009999500037496875,
    ),
}


@pytest.mark.parametrize(("schedule", "low", "high"), AWKWARD.values(), ids=AWKWARD)
def test_awkward_compositions_are_decided_soon(schedule, low, high):
    begun = time.process_time()
    assert schedule.minimum == pytest.approx(low, rel=1e-6, abs=1e-4)
    assert schedule.maximum == pytest.approx(high, rel=1e-12)
    assert time.process_time() - begun < 10


def test_noise_over_a_long_run_is_searched_exactly():
    shaken = Cosine(1.0, 0.5, 3_000) * Noise(0.1, seed=1)
    brute = [shaken(t) for t in range(3_000)]
    assert shaken[:2_999].minimum == min(brute)
    assert shaken[:2_999].maximum == max(brute)


# ----------------------------------------------------------------- crossings


@given(schedules, st.data())
def test_first_step_below_is_that_of_a_scan(schedule, data):
    cut = ended(schedule)
    brute = values(cut)
    x = data.draw(st.sampled_from(brute) | st.floats(-3, 3))
    expected = next((t for t, value in enumerate(brute) if value < x), None)
    assert cut.first_step_below(x) == expected


@given(st.integers(0, 10**12))
def test_a_crossing_of_a_long_run_is_found_exactly(t):
    lr = Linear(1.0, 0.0, 10**12)
    assert lr.first_step_below(lr(t)) == (t + 1 if t < 10**12 else None)


LONG = {
    "10**12 steps": (warmup_cosine(1.0, warmup=10, total=10**12)[10:], 1e-9),
    "an endless decay": (InverseSqrt(1.0, 10), 1e-6),
    "endless cycles": (Repeat(Cosine(1.0, 0.0, 10**6), decay=0.9), 1e-9),
    "sgdr": (warm_restarts(1.0, period=10**5, stretch=2), 1e-9),
}


@pytest.mark.parametrize(("schedule", "x"), LONG.values(), ids=LONG)
def test_long_and_endless_ones_are_searched_in_milliseconds(schedule, x):
    begun = time.process_time()
    found = schedule.first_step_below(x)
    assert time.process_time() - begun < 0.5
    assert schedule(found) < x <= schedule(found - 1)
    assert schedule.first_step_below(-1) is None


@pytest.mark.parametrize("x", [math.nan, "0.1", None])
def test_a_crossing_needs_a_number(x):
    with pytest.raises((ValueError, TypeError), match="x must be a number"):
        Linear(1.0, 0.0, 10).first_step_below(x)


# ---------------------------------------------------------------------- area


@given(leaves, st.floats(-20, 80), st.floats(-20, 80))
def test_area_is_that_of_numeric_integration(schedule, a, b):
    a, b = sorted((a, b))
    inner = [0, *schedule.joints(0, 90), min(schedule.steps, 90)]
    edges = sorted({a, b, *(t for t in inner if a < t < b)})
    expected = sum(
        quad(schedule, low, high, limit=400, epsabs=1e-11, epsrel=1e-11)[0]
        for low, high in pairwise(edges)
        if high - low > 1e-9
    )
    assert schedule.area(a, b) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@given(schedules, *[st.floats(-50, 150)] * 3)
def test_areas_add_up(schedule, a, b, c):
    whole = schedule.area(a, b) + schedule.area(b, c)
    assert schedule.area(a, c) == pytest.approx(whole, rel=1e-9, abs=1e-8)


@given(schedules, st.floats(1, 100))
def test_before_and_after_the_held_values_count(schedule, length):
    cut = ended(schedule)
    end = cut.steps
    assert cut.area(-length, 0) == pytest.approx(length * cut(0), rel=1e-13)
    assert cut.area(end, end + length) == pytest.approx(length * cut(end), rel=1e-12)
    assert cut.area(3, 1) == -cut.area(1, 3)


def test_area_needs_an_end():
    with pytest.raises(
        ValueError, match="ends of an area must be finite, got 0 to inf"
    ):
        InverseSqrt(1.0, 10).area()
    with pytest.raises(TypeError, match="a must be a number, got '0'"):
        InverseSqrt(1.0, 10).area("0", 5)


def test_area_of_a_short_stretch_of_a_long_run_keeps_its_digits():
    for family in (Linear, Cosine):
        lr = family(1.0, 0.0, 10**12)
        t = 3 * 10**11
        assert lr.area(t, t + 1) == pytest.approx(lr(t + 0.5), rel=1e-14)


def test_a_corner_is_a_breakpoint_and_its_area_exact():
    line = Linear(0.0, 1.0, 10)
    for cut in (Clip(line, high=0.3), Minimum((line, 0.3))):
        assert cut.breakpoints == pytest.approx((3,))
        assert cut.area() == pytest.approx(0.45 + 2.1, rel=1e-14)
        assert [phase.name for phase in cut.phases] == ["warmup", "stable"]
    raised = Maximum((InverseSqrt(1.0, 1), 0.1))
    assert raised.breakpoints == pytest.approx((99,))
    assert raised.area(0, 199) == pytest.approx(18 + 10, rel=1e-13)
    assert raised.next_change(150) == math.inf


# -------------------------------------------------------------- next change


@given(schedules)
def test_nothing_changes_before_the_next_change(schedule):
    brute = values(schedule)
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


# ---------------------------------------------------------------- continuity


@given(schedules)
def test_continuous_means_no_jump_at_any_joint(schedule):
    schedule = ended(schedule)
    size = max(map(abs, values(schedule)))
    ends = [schedule.steps] if schedule.steps > 0 else []
    jumps = [
        abs(schedule(joint * (1 - 1e-14)) - schedule(joint * (1 + 1e-14)))
        for joint in [*islice(schedule.joints(0, schedule.steps), 1_000), *ends]
    ]
    # A root may move by 1e-7 of the whole in 1e-14 of its length.
    assert schedule.is_continuous == (max(jumps, default=0) <= 1e-5 * size)


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


# --------------------------------------------------------------- breakpoints


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
