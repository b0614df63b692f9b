"""Repeat: cycles, stretched and decayed, in exact arithmetic."""

from fractions import Fraction
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import Chain, Constant, Cosine, InverseSqrt, Linear, Repeat, Table

WAVE = Cosine(1.0, 0.0, 10)


def test_is_the_sgdr_of_torch():
    # torch CosineAnnealingWarmRestarts, T_0 = 4, T_mult = 2
    cycles = [
        1,
        0.853553,
        0.5,
        0.146447,
        1,
        0.96194,
        0.853553,
        0.691342,
        0.5,
        0.308658,
        0.146447,
        0.03806,
        1,
    ]
    lr = Repeat(Cosine(1.0, 0.0, 4), stretch=2)
    assert [lr(t) for t in range(13)] == pytest.approx(cycles, abs=1e-5)


@pytest.mark.parametrize(("length", "stretch"), [(1, 3), (1, 10), (10, 2), (2, 1.5)])
def test_begins_anew_exactly_at_every_restart(length, stretch):
    lr = Repeat(Linear(1.0, 0.0, length), stretch=stretch)
    begin = Fraction(0)
    for i in range(20):
        if begin.denominator == 1 and i > 0 and begin < 2**53:
            t = int(begin)
            assert lr(t) == 1.0
            assert lr(t - 1) < 1.0 or t == length == 1
        begin += length * Fraction(stretch) ** i


def test_after_its_last_cycle_it_holds_the_end():
    lr = Repeat(Cosine(1.0, 0.1, 10), count=3, decay=0.5)
    assert lr.steps == 30
    assert lr(10) == 0.5
    assert lr(20) == 0.25
    assert lr(30) == lr(10**9) == pytest.approx(0.025)


@given(st.integers(0, 100), st.integers(1, 5))
def test_is_a_chain_of_its_cycles(t, count):
    cycle = Linear(1.0, 0.2, 9)
    chain = Chain(tuple(0.5**i * cycle for i in range(count)))
    assert Repeat(cycle, count, decay=0.5)(t) == pytest.approx(chain(t), rel=1e-15)


@given(st.integers(0, 10**15))
def test_endless_equal_cycles_are_periodic(t):
    assert Repeat(WAVE)(t) == WAVE(t % 10)


def test_shrinking_cycles_end():
    lr = Repeat(Linear(1.0, 0.0, 64), count=5, stretch=0.5)
    assert lr.steps == 64 + 32 + 16 + 8 + 4
    assert [lr(t) for t in (64, 96, 112, 120)] == [1.0] * 4


def test_knows_its_facts_without_playing_its_cycles():
    many = Repeat(WAVE, count=10**9, decay=1.0)
    assert many.steps == 10**10
    assert (many.minimum, many.maximum) == (0.0, 1.0)
    assert many.area() == pytest.approx(5e9, rel=1e-12)
    assert many.area(10**9 + 10, 10**9 + 20) == pytest.approx(5.0, rel=1e-12)
    assert not many.is_continuous
    assert many.first_step_below(0.03) == 9
    assert Repeat(Chain((WAVE, Linear(0.0, 1.0, 5))), count=10**9).is_continuous


def test_endless_cycles_know_the_least_value_of_any_update():
    # The end of a cycle belongs to the next one: 0 is never used.
    assert Repeat(WAVE).minimum == WAVE(9) > 0
    assert Repeat(WAVE).first_step_below(WAVE(9)) is None
    # Longer and longer cycles come as near to 0 as one likes.
    assert Repeat(WAVE, stretch=2).minimum == 0.0
    assert Repeat(WAVE, decay=0.5).minimum == 0.0
    # Cycles of 2.5 updates are met at 0, 1, 2, 0.5 and 1.5 in turn.
    short = Cosine(1.0, 0.0, 2.5)
    assert Repeat(short).minimum == pytest.approx(short(2), rel=1e-15)
    assert Repeat(short).first_step_below(short(2) * 0.99) is None


def test_shows_its_cycles_as_phases():
    spans = [phase.span for phase in Repeat(WAVE, 3, stretch=2).phases]
    assert spans == [(0, 10), (10, 30), (30, 70)]
    assert [phase.span for phase in Repeat(WAVE).phases] == [(0, 10)]
    assert Repeat(WAVE).breakpoints == (10,)
    assert [phase.span for phase in Repeat(WAVE)[5:25].phases] == [
        (0, 5),
        (5, 15),
        (15, 20),
    ]


def test_a_plateau_in_a_cycle_is_known_as_one():
    cycle = Chain((Constant(1.0, 5), Linear(1.0, 0.0, 5)))
    lr = Repeat(cycle, decay=0.5)
    assert [lr.next_change(t) for t in (0, 4, 5, 9, 10, 1_000)] == [
        5,
        5,
        6,
        10,
        15,
        1_005,
    ]
    table = Repeat(Table((1.0, 2.0), every=2)[:4])
    assert [table.next_change(t) for t in range(6)] == [2, 2, 4, 4, 6, 6]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"schedule": InverseSqrt(1.0, 10)}, r"a length > 0, got steps=inf; .*\[:n\]"),
        ({"schedule": Constant(1.0)}, "a length > 0, got steps=0; give it steps="),
        ({"count": 0}, "count must be >= 1, got 0"),
        ({"count": 2.5}, "count must be a whole number, got 2.5"),
        ({"stretch": 0}, "stretch must be > 0 and finite, got 0"),
        ({"stretch": 0.5}, "stretch < 1 needs a count, got stretch=0.5"),
        ({"decay": -1}, "decay must be >= 0, got -1"),
        ({"decay": nan}, "decay must be finite, got nan"),
        ({"decay": 2.0}, "decay > 1 grows without end, got decay=2.0; give a count"),
        (
            {"count": 10**6, "stretch": 2},
            "count=1000000 cycles at stretch=2.0, .*lower",
        ),
        ({"count": 10**6, "decay": 2}, "count=1000000 cycles at .*decay=2.0 go beyond"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        Repeat(**{"schedule": WAVE} | wrong)


def test_repeats_schedules_only():
    with pytest.raises(TypeError, match="schedule must be a schedule, got 'cosine'"):
        Repeat("cosine")


def test_growing_cycles_with_a_count_grow():
    lr = Repeat(WAVE, count=3, decay=2.0)
    assert (lr(0), lr(10), lr(20)) == (1.0, 2.0, 4.0)
    assert lr.maximum == 4.0
    assert lr.steps < inf


def test_a_length_that_is_no_float_ends_exactly():
    # 40 and 40 x 0.1 add up to a little more than 44.
    lr = Repeat(Linear(1.0, 0.0, 40), count=2, stretch=0.1)
    assert lr.steps == pytest.approx(44, rel=1e-15)
    assert [lr(t) for t in (45, 10**9)] == [0.0, 0.0]
    assert lr(np.array([45, 45.5])).tolist() == [0.0, 0.0]
