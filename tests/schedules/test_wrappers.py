"""Scale, Clip, Shift, Stretch, Reverse, Window, Blend: one schedule made another."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    Blend,
    Chain,
    Clip,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    PiecewiseConstant,
    Repeat,
    Reverse,
    Scale,
    Shift,
    Step,
    Stretch,
    Table,
    Window,
)

WAVE = Cosine(1.0, 0.2, 30)
HUMP = Chain((Linear(0.0, 1.0, 10), Constant(1.0, 20), Cosine(1.0, 0.1, 30)))
times = st.integers(-5, 80)


@given(times, st.floats(-10, 10))
def test_scale_multiplies(t, factor):
    assert Scale(HUMP, factor)(t) == factor * HUMP(t)
    assert Scale(Scale(HUMP, factor), 0.5) == Scale(HUMP, 0.5 * factor)


def test_a_negative_factor_turns_the_facts_over():
    down = Scale(HUMP, -2.0)
    assert (down.minimum, down.maximum) == (-2.0, 0.0)
    assert [p.name for p in down.phases] == ["decay", "stable", "rise"]
    assert down.area() == -2.0 * HUMP.area()
    assert Scale(HUMP, 0.0).next_change(5) == inf


@given(times)
def test_clip_keeps_between(t):
    assert Clip(HUMP, 0.3, 0.8)(t) == min(max(HUMP(t), 0.3), 0.8)
    assert Clip(HUMP, low=0.3)(t) == max(HUMP(t), 0.3)
    assert Clip(HUMP, high=0.8)(t) == min(HUMP(t), 0.8)


def test_clip_knows_its_extremes():
    assert (Clip(HUMP, 0.3, 0.8).minimum, Clip(HUMP, 0.3, 0.8).maximum) == (0.3, 0.8)
    assert Clip(InverseSqrt(1.0, 100), low=0.01).minimum == 0.01


@given(times, st.integers(0, 20), st.integers(0, 20))
def test_shift_waits(t, by, more):
    assert Shift(HUMP, by)(t) == HUMP(t - by)
    assert Shift(Shift(HUMP, by), more) == Shift(HUMP, by + more)


def test_shift_shows_the_wait_as_a_phase():
    wait, *_ = Shift(WAVE, 7).phases
    assert (wait.name, wait.span, wait.start_value) == ("stable", (0, 7), 1.0)
    assert Shift(HUMP, 7).phases[1].name == "rise"
    assert Shift(WAVE, 7).breakpoints == (7,)
    assert Shift(WAVE, 7).next_change(0) in (7, 8)
    assert Shift(Step(1.0, 0.5, 10), 7).next_change(0) == 17


@given(times, st.sampled_from([0.25, 0.5, 2, 3, 10]))
def test_stretch_slows_the_clock(t, factor):
    assert Stretch(HUMP, factor)(t) == pytest.approx(HUMP(t / factor), rel=1e-15)
    assert Stretch(HUMP, factor).steps == 60 * factor


def test_stretch_changes_at_every_update_of_its_own():
    # One update of the inner clock is ten of this one; the value moves at each.
    slow = Stretch(Linear(1.0, 0.0, 10), 10)
    assert slow.next_change(5) == 6
    assert Stretch(Step(1.0, 0.5, 3), 10).next_change(5) == 30
    assert slow.area() == pytest.approx(50.0)
    assert Stretch(HUMP, 2).breakpoints == (20, 60)
    assert Stretch(Stretch(HUMP, 2), 3) == Stretch(HUMP, 6)


@given(times)
def test_reverse_plays_backwards_and_twice_is_itself(t):
    assert Reverse(HUMP)(t) == HUMP(60 - t)
    assert Reverse(Reverse(HUMP))(t) == pytest.approx(HUMP(t), rel=1e-15, abs=1e-17)


def test_reverse_turns_the_facts_around():
    back = Reverse(HUMP)
    assert back.breakpoints == (30, 50)
    assert back.area(0, 25) == pytest.approx(HUMP.area(35, 60), rel=1e-14)
    assert [phase.name for phase in back.phases] == ["warmup", "stable", "decay"]
    assert (back.minimum, back.maximum) == (HUMP.minimum, HUMP.maximum)
    assert not Reverse(Table((1.0, 2.0, 3.0))).is_continuous


@given(times, st.integers(0, 50), st.integers(0, 40))
def test_a_window_is_what_a_slice_means(t, start, length):
    cut = HUMP[start : start + length]
    assert cut == Window(HUMP, start, start + length)
    assert cut.steps == length
    assert cut(t) == HUMP(start + min(max(t, 0), length))


def test_a_window_of_a_window_is_a_window():
    assert HUMP[10:50][5:20] == HUMP[15:30]
    # One that reaches past the first holds what that held.
    assert HUMP[10:20][5:30](25) == HUMP(20)


def test_a_window_knows_its_facts():
    cut = HUMP[5:45]
    assert cut.breakpoints == (5, 25)
    assert [phase.span for phase in cut.phases] == [(0, 5), (5, 25), (25, 40)]
    assert cut.phases[0].start_value == 0.5
    assert cut.area() == pytest.approx(HUMP.area(5, 45), rel=1e-14)
    assert (cut.minimum, cut.maximum) == (0.5, 1.0)
    held = WAVE[20:50]
    assert [phase.span for phase in held.phases] == [(0, 10), (10, 30)]
    assert held.breakpoints == (10,)


def test_a_slice_may_leave_its_ends_out():
    assert HUMP[:20] == Window(HUMP, 0, 20)
    assert HUMP[20:] == Window(HUMP, 20, 60)
    assert InverseSqrt(1.0, 10)[30:].steps == inf
    assert InverseSqrt(1.0, 10)[30:](0) == 0.5


@pytest.mark.parametrize("fade", ["linear", "cosine"])
@given(t=times)
def test_blend_is_a_weighted_mean_within_the_fade(fade, t):
    first, second = Linear(1.0, 0.0, 60), Constant(3.0, 60)
    blend = Blend(first, second, begin=10, length=20, fade=fade)
    ramp = Linear if fade == "linear" else Cosine
    w = ramp(1.0, 0.0, 20)(t - 10)
    assert blend(t) == pytest.approx(w * first(t) + (1 - w) * second(t), rel=1e-14)


def test_blend_of_length_0_switches():
    switch = Blend(Constant(1.0), Constant(0.0), begin=5, length=0)
    assert [switch(t) for t in (4, 5)] == [1.0, 0.0]
    assert not switch.is_continuous
    assert switch.next_change(0) == 5


def test_blend_knows_its_facts():
    blend = Blend(Constant(1.0), Repeat(Constant(0.5, 10)), begin=10, length=20)
    assert blend.is_continuous
    assert blend.breakpoints[:2] == (10, 20)
    assert blend.area(0, 40) == pytest.approx(10 + 15 + 5, rel=1e-12)
    assert (blend.minimum, blend.maximum) == (0.5, 1.0)
    assert [blend.next_change(t) for t in (0, 10, 15, 35)] == [10, 11, 16, 40]
    same = Blend(Constant(0.3), Constant(0.3), 5, 11)
    assert {same(t) for t in range(20)} == {0.3}


S = Constant(1.0)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Scale(S, nan), "factor must be finite, got nan"),
        (lambda: Clip(S), "low and high are both None; give at least one bound"),
        (lambda: Clip(S, 2, 1), r"low \(2.0\) exceeds high \(1.0\); swap them"),
        (lambda: Clip(S, low=inf), "low must be finite, got inf"),
        (lambda: Shift(S, -1), "by must be >= 0 and finite, got -1"),
        (lambda: Stretch(S, 0), "factor must be > 0 and finite, got 0"),
        (
            lambda: Reverse(InverseSqrt(1.0, 1)),
            r"never ends .*Reverse\(schedule\[:n\]\)",
        ),
        (lambda: HUMP[5:3], r"stop \(3\) must be >= start \(5\)"),
        (lambda: HUMP[-5:], "start must be >= 0 and finite, got -5"),
        (lambda: HUMP[:inf], "stop must be >= 0 and finite, got inf"),
        (lambda: Blend(S, S, -1, 5), "begin must be >= 0 and finite, got -1"),
        (lambda: Blend(S, S, 1, -5), "length must be >= 0 and finite, got -5"),
        (lambda: Blend(S, S, 1, 5, "sine"), "fade must be one of linear, cosine, got"),
    ],
)
def test_names_the_argument_it_refuses(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    "build",
    [
        lambda x: Scale(x, 1.0),
        lambda x: Clip(x, low=0.0),
        lambda x: Shift(x, 1),
        lambda x: Stretch(x, 2),
        lambda x: Reverse(x),
        lambda x: Window(x, 0, 1),
        lambda x: Blend(S, x, 0, 1),
        lambda x: Blend(x, S, 0, 1),
    ],
)
def test_wraps_schedules_only(build):
    with pytest.raises(
        TypeError, match=r"must be a schedule, got 0.5; write Constant\("
    ):
        build(0.5)


def test_a_boundary_between_updates_stays_sound_when_shifted():
    stairs = PiecewiseConstant((1.0, 0.5), boundaries=(2.5,))
    assert Shift(stairs, 0.5).next_change(0) == 3
    assert Stretch(stairs, 0.5).next_change(0) == 2
