"""Depth and width that a program may reach: they work, and stay quick."""

import pickle
from time import process_time

import pytest

from lehr import (
    Blend,
    Chain,
    Clip,
    Constant,
    Cosine,
    Linear,
    Maximum,
    Minimum,
    Product,
    Repeat,
    Reverse,
    Scale,
    Schedule,
    Shift,
    Stretch,
    Sum,
    Window,
)


def nested(depth):
    """Combinators that do not merge with their like, in turn."""
    schedule: Schedule = Cosine(1.0, 0.1, 50)
    wrap = [
        lambda s: Clip(s, low=0.15),
        lambda s: Sum((s, 0.0)),
        lambda s: Scale(s, 1.0),
        lambda s: Product((s, 1.0)),
        lambda s: Shift(s, 1),
        lambda s: Maximum((s, 0.01)),
        lambda s: Repeat(s, count=1),
        lambda s: Minimum((s, 5.0)),
        lambda s: Reverse(s),
        lambda s: Window(s, 0, s.steps),
        lambda s: Reverse(s),
        lambda s: Stretch(s, 1.0),
        lambda s: Blend(s, s, 0, 0) if depth < 50 else s,
    ]
    for i in range(depth):
        schedule = wrap[i % len(wrap)](schedule)
    return schedule


def facts(schedule):
    return (
        schedule(5),
        list(schedule.curve(20)),
        schedule.minimum,
        schedule.maximum,
        schedule.area(),
        schedule.area(3, 9),
        schedule.first_step_below(0.2),
        schedule.is_continuous,
        schedule.breakpoints,
        schedule.phases,
        schedule.next_change(3),
        hash(schedule),
        pickle.loads(pickle.dumps(schedule)) == schedule,
        repr(schedule),
    )


def test_two_hundred_levels_give_every_fact():
    deep = nested(200)
    begun = process_time()
    value, _, low, high, *_ = facts(deep)
    assert process_time() - begun < 20
    assert low == pytest.approx(0.15)
    assert 0.15 <= value <= high <= 1.0


def test_each_level_twice_is_not_a_doubling():
    # A combinator that asks its part twice would take 2**30 steps here.
    begun = process_time()
    facts(nested(30))
    assert process_time() - begun < 10


def test_five_thousand_pieces():
    begun = process_time()
    chain = Chain((Constant(0.0, 1),))
    for i in range(5_000):
        chain = chain.then(Linear(i % 7, (i + 1) % 7, 2))
    assert chain.steps == 10_001
    assert len(chain.breakpoints) == 5_000
    assert len(chain.phases) == 5_001
    assert (chain.minimum, chain.maximum) == (0.0, 6.0)
    assert chain(10_001) == 5_000 % 7
    assert chain.first_step_below(-1) is None
    assert chain.next_change(9_000) == 9_001
    assert chain.is_continuous
    assert chain.area() == pytest.approx(sum(chain.curve(10_001)), rel=1e-3)
    assert process_time() - begun < 20


def test_a_thousand_terms():
    begun = process_time()
    total: Schedule = Constant(0.0)
    for i in range(1, 1_001):
        total = total + Linear(1.0, 0.0, i)
    assert total(0) == 1_000.0
    assert total(10**6) == total.minimum == 0.0
    assert total.maximum == 1_000.0
    assert total.area() == pytest.approx(sum(range(1_001)) / 2, rel=1e-12)
    assert len(total.breakpoints) == 999
    assert total.first_step_below(500) == next(t for t in range(999) if total(t) < 500)
    assert process_time() - begun < 20
