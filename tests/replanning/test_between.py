"""Changed plans: the past stays, and the value goes on from where it was."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lehr import (
    Chain,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    Step,
    warmup_cosine,
    warmup_stable_decay,
)
from lehr.replanning.between import reanchored, rescaled

values = st.floats(0.01, 1.0)
lengths = st.integers(1, 100)


@st.composite
def plans(draw):
    peak, total = draw(values), draw(st.integers(20, 100))
    kind = draw(st.sampled_from(["cosine", "wsd", "linear"]))
    warmup = draw(st.integers(0, 9))
    if kind == "cosine":
        return warmup_cosine(peak, warmup=warmup, total=total)
    if kind == "wsd":
        return warmup_stable_decay(peak, warmup=warmup, total=total, decay=10)
    return Linear(peak, 0.0, total)


@given(plans(), plans(), st.integers(0, 99))
def test_reanchoring_never_jumps_and_ends_where_the_new_plan_ends(saved, new, now):
    assume(now < new.steps)
    joined = reanchored(saved, new, now)
    assert joined(now) == pytest.approx(saved(now), rel=1e-9, abs=1e-15)
    assert [joined(t) for t in range(now)] == [saved(t) for t in range(now)]
    assert joined.steps == new.steps
    assert joined(new.steps) == pytest.approx(new(new.steps), abs=1e-15)
    ceiling = max(saved(now), new.maximum) * (1 + 1e-9)
    assert all(-1e-15 <= joined(t) <= ceiling for t in range(now, new.steps + 2))


@given(plans(), st.integers(0, 99))
def test_reanchoring_into_the_same_plan_changes_nothing(plan, now):
    assume(now < plan.steps)
    joined = reanchored(plan, plan, now)
    for t in range(0, plan.steps + 3):
        assert joined(t) == pytest.approx(plan(t), rel=1e-9, abs=1e-15)


def test_a_longer_cosine_is_scaled_down_to_todays_value():
    joined = reanchored(Cosine(1.0, 0.0, 100), Cosine(1.0, 0.0, 200), 50)
    scale = 0.5 / Cosine(1.0, 0.0, 200)(50)
    assert joined(125) == pytest.approx(scale * Cosine(1.0, 0.0, 200)(125))


def test_on_a_plateau_the_way_to_its_value_is_straight():
    new = Chain((Constant(2.0, 100), Linear(2.0, 0.0, 50)))
    joined = reanchored(Constant(1.0, 500), new, 50)
    assert [joined(t) for t in (50, 75, 100, 125, 150)] == [1.0, 1.5, 2.0, 1.0, 0.0]


def test_a_warmup_in_progress_goes_to_the_new_peak_and_no_higher():
    old = warmup_cosine(1.0, warmup=50, total=100)
    new = warmup_cosine(1.0, warmup=200, total=1000)
    joined = reanchored(old, new, 49)
    assert joined.maximum == pytest.approx(1.0)
    assert joined(200) == 1.0


def test_an_endless_plan_is_scaled_to_todays_value():
    endless = InverseSqrt(1.0, timescale=100)
    joined = reanchored(Linear(0.4, 0.2, 300), endless, 150)
    assert joined(150) == pytest.approx(0.3)
    assert joined(10**6) == pytest.approx(0.3 * endless(10**6) / endless(150))
    assert joined.steps == math.inf


def test_a_plan_that_is_over_cannot_be_reached():
    with pytest.raises(ValueError, match="at 50, past the end of the new schedule"):
        reanchored(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 50), 50)
    with pytest.raises(ValueError, match="at 50, past the end of the new schedule"):
        rescaled(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 50), 50)


@given(st.integers(2, 300), st.integers(2, 300), st.integers(0, 99), values)
def test_rescaling_the_same_curve_never_jumps_and_ends_on_the_new_horizon(
    old, new, now, peak
):
    assume(now < min(old, new))
    joined = rescaled(Cosine(peak, 0.0, old), Cosine(peak, 0.0, new), now)
    assert joined(now) == pytest.approx(Cosine(peak, 0.0, old)(now), rel=1e-6, abs=1e-9)
    assert joined.steps == pytest.approx(new)
    assert joined(new + 1) == 0.0


def test_rescaling_keeps_the_fraction_of_every_phase():
    short = warmup_stable_decay(1.0, warmup=10, total=100, decay=20)
    long = warmup_stable_decay(1.0, warmup=20, total=200, decay=40)
    joined = rescaled(short, long, 50)
    assert joined(50) == 1.0
    # Half of the way is left, on 150 updates: 60 of 100 are flat.
    assert joined(50 + 89) == 1.0
    assert joined(50 + 91) < 1.0
    assert joined(170) == pytest.approx(0.5)


def test_what_has_finished_stays_finished_when_rescaled():
    joined = rescaled(Linear(1.0, 0.5, 10), Linear(1.0, 0.25, 100), 20)
    assert [joined(t) for t in (5, 20, 60)] == [0.75, 0.25, 0.25]


def test_an_endless_plan_has_no_fraction():
    with pytest.raises(ValueError, match="rescale needs two schedules that end"):
        rescaled(Linear(1.0, 0.0, 10), InverseSqrt(1.0, timescale=9), 5)
    with pytest.raises(ValueError, match="never ends and is 0 at 5"):
        reanchored(Linear(1.0, 0.0, 10), 0.0 * InverseSqrt(1.0, timescale=9), 5)


def test_a_staircase_is_reached_step_by_step():
    new = Step(1.0, every=10, factor=0.5)
    joined = reanchored(Linear(0.25, 0.0, 100), new, 4)
    assert joined(4) == pytest.approx(0.24)
    assert joined(10) == new(10)
