"""Staircase: sample and hold, its facts, and what it refuses."""

import math

import numpy as np
import pytest
from compositions import ended, schedules
from hypothesis import given, settings
from hypothesis import strategies as st

from lehr import (
    Chain,
    Constant,
    Cosine,
    ExponentialDecay,
    InverseTime,
    Linear,
    Noise,
    Staircase,
    Step,
    Table,
)

DECAY = Staircase(InverseTime(1.0, 1.0, every=10), 10)
ENDING = Staircase(Linear(1.0, 0.0, 9), 4)
TABLE = Table((1.0, 5 / 9, 1 / 9, 0.0), every=4)


def test_holds_what_it_has_seen():
    assert [DECAY(t) for t in (-5, 0, 9.5, 10, 30)] == [1.0, 1.0, 1.0, 0.5, 0.25]
    assert DECAY(np.arange(12)).tolist() == [1.0] * 10 + [0.5] * 2


@settings(max_examples=40)
@given(schedules, st.integers(1, 9), st.integers(0, 300))
def test_is_the_schedule_at_whole_stairs(schedule, every, t):
    assert Staircase(schedule, every)(t) == schedule(t // every * every)


@given(st.integers(0, 400), st.sampled_from([0.5, 3, 7.25, 12.1]))
def test_of_an_exponential_decay_is_a_step_decay(t, every):
    stairs = Staircase(ExponentialDecay(2.0, 0.7, every), every)
    assert stairs(t) == pytest.approx(Step(2.0, 0.7, every)(t), rel=1e-13)


def test_has_the_facts_of_the_table_of_its_values():
    assert ENDING.steps == TABLE.steps == 12
    assert ENDING.curve(20) == pytest.approx(TABLE.curve(20))
    assert (ENDING.minimum, ENDING.maximum) == (0.0, 1.0)
    assert ENDING.area(1, 20) == pytest.approx(TABLE.area(1, 20), rel=1e-14)
    assert ENDING.breakpoints == TABLE.breakpoints == (4, 8)
    assert [ENDING.next_change(t) for t in (0, 4, 11, 12)] == [4, 8, 12, math.inf]
    assert (ENDING.stairs, ENDING.is_continuous) == (True, False)
    assert Chain((Constant(2.0, 3), ENDING)).breakpoints == (3, 7, 11)


def test_an_endless_one_has_the_facts_of_an_endless_step_decay():
    assert DECAY.steps == math.inf
    assert DECAY.breakpoints == (10,)
    assert DECAY.area(0, 25) == pytest.approx(10 + 5 + 5 / 3)
    assert DECAY.first_step_below(0.4) == 20
    assert (DECAY.minimum, DECAY.maximum) == (0.0, 1.0)
    assert [DECAY.next_change(3), DECAY.next_change(10)] == [10, 20]


def test_has_a_phase_for_each_of_the_schedule_which_begins_on_a_stair():
    lr = Staircase(Chain((Linear(0.0, 1.0, 10), Cosine(1.0, 0.0, 25))), 4)
    shown = [(p.name, p.shape, *p.span) for p in lr.phases]
    assert shown == [("warmup", "staircase", 0, 12), ("decay", "staircase", 12, 36)]
    assert lr.phases[0].end_value == lr(11) == 0.8
    (endless,) = DECAY.phases
    assert (*endless.span, endless.start_value, endless.end_value) == (
        *(0, math.inf),
        *(1.0, 0.0),
    )
    assert Staircase(Constant(1.0), 4).phases == ()


def test_a_constant_stays_one():
    for constant in (Constant(1.0), Constant(1.0, 10**12), Linear(1.0, 1.0, 10)):
        held = Staircase(constant, 4)
        assert held.is_continuous
        assert held.next_change(0) == math.inf
        assert held.area(0, 7) == 7.0


@settings(max_examples=40)
@given(schedules, st.sampled_from([1, 3, 2.5, 0.3]), st.floats(0, 90))
def test_the_area_is_that_of_its_stairs(schedule, every, length):
    stairs = Staircase(ended(schedule), every)
    begins = np.arange(0, length, every)
    ends = np.minimum(begins + every, length)
    expected = sum(
        (b - a) * stairs((a + b) / 2) for a, b in zip(begins, ends, strict=True)
    )
    assert stairs.area(0, length) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_long_runs_are_no_longer_to_ask():
    lr = Staircase(Linear(1.0, 0.0, 10**12), 1)
    assert not lr.is_continuous
    assert (lr.minimum, lr.first_step_below(0.25)) == (0.0, 75 * 10**10 + 1)
    assert Staircase(Noise(0.1, seed=3), 10**9).area(0, 10**10) != 10**10


@pytest.mark.parametrize("every", [0.1, 0.3, 0.7, 1.3])
@pytest.mark.parametrize("length", [1, 2.1, 7, 33.3])
def test_reaches_the_last_value_however_lengths_are_rounded(every, length):
    lr = Staircase(Linear(1.0, 0.5, length), every)
    assert lr.steps >= length > lr.steps - every * (1 + 1e-12)
    assert lr(lr.steps) == 0.5 < lr(math.nextafter(lr.steps, 0.0))
    assert lr(np.array([lr.steps, 1e9])).tolist() == [0.5, 0.5]


def test_names_the_argument_it_refuses():
    with pytest.raises(ValueError, match="every must be > 0 and finite, got 0"):
        Staircase(Linear(1.0, 0.0, 10), 0)
    with pytest.raises(TypeError, match=r"schedule must be a schedule, got 0\.1"):
        Staircase(0.1, 10)
