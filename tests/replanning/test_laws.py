"""Laws of every new plan, for every schedule: the past, no jump, the end, the range."""

import math

import pytest
from compositions import schedules as compositions
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import schedules

from lehr import (
    Constant,
    Exponential,
    Noise,
    Schedule,
    Step,
    diff,
    extend,
    rewarm,
    warmup_cosine,
    warmup_stable_decay,
)
from lehr.config import read_schedule

HOWS = ["rescale", "keep", "reanchor", "stable", "cooldown", "smooth"]


@st.composite
def replanned(draw, strategy=compositions):
    """A schedule, the update it was left at, the new length, and the new plan."""
    old, at = draw(strategy), draw(st.integers(0, 60))
    total, how = draw(st.integers(at + 1, 150)), draw(st.sampled_from(HOWS))
    options = {"how": "reanchor", "slope": True} if how == "smooth" else {"how": how}
    try:
        return old, at, total, how, extend(old, at=at, total=total, **options)
    except ValueError as error:
        assert any(word in str(error) for word in ("; ", "how=", "pass new"))
        assume(False)


def near(value, expected, scale):
    return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9 * (scale + 1e-9))


@given(replanned())
@settings(max_examples=60)
def test_the_past_is_untouched_and_the_plan_goes_on_from_today_to_its_length(case):
    old, at, total, how, new = case
    assert isinstance(new, Schedule)
    assert [new(t) for t in range(at)] == [old(t) for t in range(at)]
    scale = max(map(abs, old.bounds(0, 150)))
    assert near(new(at), old(at), scale), how
    assert new.steps == pytest.approx(total, rel=1e-12)
    if how == "rescale" or (how == "keep" and old.steps < math.inf):
        assert new(total) == pytest.approx(old(old.steps), rel=1e-9, abs=1e-9)


@given(replanned(schedules))
@settings(max_examples=35)
def test_a_plan_is_a_schedule_that_reads_back_from_its_text(case):
    *_, new = case
    again = read_schedule(repr(new))
    assert again == new
    assert [again(t) for t in range(0, 160, 7)] == [new(t) for t in range(0, 160, 7)]


@st.composite
def recipes(draw):
    """What people train with, of one size."""
    peak, floor = draw(st.floats(0.1, 1)), draw(st.sampled_from([0.0, 0.01]))
    warmup, total = draw(st.integers(0, 30)), draw(st.integers(50, 120))
    return draw(
        st.sampled_from(
            [
                warmup_cosine(peak, warmup=warmup, total=total, floor=floor),
                warmup_stable_decay(
                    peak, warmup=warmup, decay=20, total=total, shape="1-sqrt"
                ),
                Step(peak, every=20, factor=0.5, steps=total),
                Exponential(peak, 0.001, total),
                Noise(0.1, 7, peak)[:total],
            ]
        )
    )


@given(replanned(recipes()))
@settings(max_examples=40)
def test_nothing_leaves_the_range_of_what_is_left(case):
    old, at, total, how, new = case
    assume(at < old.steps)
    if how in ("reanchor", "smooth") and old(at) < old.maximum:
        later = [old(at), old.maximum, old(old.steps)]  # it may still rise
    else:
        later = [old(at + i / 4) for i in range(4 * 120)]
    low, high = min(later), max(later)
    low = min(low, 0.0) if how == "cooldown" else low
    if how == "smooth":  # beyond today's value where the slope leads there
        high += 0.29 * (high - low)
    slack = 2e-2 * (high - low) + 1e-9 * high  # the extremes lie between quarters
    assert all(low - slack <= new(t) <= high + slack for t in range(at, total + 2))


@given(replanned(), st.integers(1, 40), st.integers(1, 100), st.sampled_from(HOWS))
@settings(max_examples=35)
def test_a_plan_may_be_made_again(case, later, more, how):
    _, at, total, _, new = case
    at = min(at + later, total)
    options = {"how": "reanchor", "slope": True} if how == "smooth" else {"how": how}
    try:
        twice = extend(new, at=at, total=total + more, **options)
    except ValueError:
        assume(False)
    assert [twice(t) for t in range(at)] == [new(t) for t in range(at)]
    assert twice.steps == pytest.approx(total + more)
    assert read_schedule(repr(twice)) == twice


@given(replanned(), st.integers(0, 30), st.integers(1, 90))
@settings(max_examples=25)
def test_a_second_warmup_leaves_the_past_and_rises_from_today_to_its_peak(
    case, warmup, more
):
    old, at, *_ = case
    total = at + warmup + more
    try:
        new = rewarm(old, at=at, warmup=warmup, total=total)
    except ValueError:
        assume(False)
    assert [new(t) for t in range(at)] == [old(t) for t in range(at)]
    scale = max(map(abs, old.bounds(0, 150)))
    assert warmup == 0 or near(new(at), old(at), scale)
    assert near(new(at + warmup), old.maximum, scale)
    assert new.steps == pytest.approx(total)
    assert read_schedule(repr(new)) == new


@given(replanned())
@settings(max_examples=25)
def test_the_difference_is_what_adding_up_and_looking_at_each_update_gives(case):
    old, at, total, _, new = case
    assume(old.steps <= 200)
    found = diff(old, new, at=at, total=total)
    assert found.before[0] == found.before[1] == pytest.approx(old.area(0, at))
    fine = 64  # per update
    ticks = [at + (i + 0.5) / fine for i in range((total - at) * fine)]
    for schedule, area in ((old, found.after[0]), (new, found.after[1])):
        size = max(map(abs, schedule.bounds(0, total))) + 1e-12
        rough = sum(map(schedule, ticks)) / fine
        assert area == pytest.approx(rough, rel=0.02, abs=0.1 * size)
    apart = [abs(old(t) - new(t)) for t in range(total + 1)]
    if found.first is None:
        assert max(apart) <= 1e-9 * max(map(abs, old.bounds(0, total)))
    else:
        assert found.largest is not None
        assert apart[found.largest] == max(apart)
        assert max(apart[: found.first], default=0.0) <= 1e-9 * 1e4


def test_a_constant_goes_on_as_it_is_under_every_plan():
    for how in ("rescale", "keep", "reanchor", "stable"):
        assert extend(Constant(2.0, 10), at=5, total=20, how=how) == Constant(2.0, 20)
