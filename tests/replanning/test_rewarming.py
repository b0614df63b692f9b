"""Up again, and down once more: shapes, peaks, lengths, refusals."""

import math

import pytest

from lehr import (
    Chain,
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    Linear,
    Noise,
    Plan,
    Table,
    inverse_sqrt,
    rewarm,
    warmup_cosine,
    warmup_stable_decay,
)

COSINE = warmup_cosine(1.0, warmup=10, total=100, floor=0.1)


def test_the_rise_begins_at_todays_value_and_the_decay_is_as_it_was():
    new = rewarm(COSINE, at=60, warmup=10)
    assert new(60) == COSINE(60)
    assert new(65) == pytest.approx((COSINE(60) + 1.0) / 2)
    assert [new(70 + t) for t in (0, 30, 90, 99)] == [
        COSINE(10 + t) for t in (0, 30, 90, 99)
    ]
    assert new.steps == 160


def test_total_stretches_what_comes_after_the_peak():
    wsd = warmup_stable_decay(1.0, warmup=9, total=99, decay=30)
    new = rewarm(wsd, at=99, warmup=11, total=290)
    assert new.pieces[3:] == (
        Linear(0.0, 1.0, 11),
        Constant(1.0, 120),
        Linear(1.0, 0.0, 60),
    )


def test_another_peak_draws_the_decay_to_the_same_end():
    new = rewarm(COSINE, at=100, warmup=10, peak=0.5, total=200)
    assert new.pieces[2:] == (Linear(0.1, 0.5, 10), Cosine(0.5, 0.1, 90))
    steep = rewarm(Exponential(1.0, 0.25, 50), at=50, warmup=10, peak=0.5)
    for t in range(51):
        part = (Exponential(1.0, 0.25, 50)(t) - 0.25) / 0.75
        assert steep(60 + t) == pytest.approx(0.25 + 0.25 * part)


def test_an_endless_decay_goes_on_for_ever_or_until_total():
    old = inverse_sqrt(1.0, warmup=50)
    new = rewarm(old, at=100, warmup=20, peak=2.0)
    assert new.steps == math.inf
    assert new(10**6) == 2.0 * old(10**6 - 70)
    assert rewarm(old, at=100, warmup=20, total=300).steps == 300


@pytest.mark.parametrize("old", [Constant(1.0), Linear(0.0, 1.0, 10), Constant(1.0, 9)])
def test_what_never_falls_is_held_after_the_rise(old):
    new = rewarm(old, at=20, warmup=5, start=0.5)
    assert [new(t) for t in (20, 25, 99)] == [0.5, 1.0, 1.0]
    assert rewarm(old, at=20, warmup=5, total=90)(80) == 1.0


def test_the_peak_may_lie_inside_a_piece():
    table = Table((0.0, 1.0, 0.5), every=10)
    new = rewarm(table, at=30, warmup=10)
    assert [new(t) for t in (30, 40, 49, 50)] == [0.5, 1.0, 1.0, 0.5]
    noise = Noise(0.1, 7, 1.0)[:50]
    assert rewarm(noise, at=50, warmup=10)(60) == pytest.approx(noise.maximum)


def test_no_warmup_is_a_jump_and_a_start_is_too():
    assert rewarm(COSINE, at=100, warmup=0, total=200)(100) == 1.0
    assert rewarm(COSINE, at=100, warmup=10, start=0.0)(100) == 0.0


def test_durations_are_of_the_plan():
    plan = Plan(batch_size=1, updates=100)
    assert rewarm(COSINE, at="60%", warmup="5%", plan=plan) == rewarm(
        COSINE, at=60, warmup=5
    )


@pytest.mark.parametrize(
    ("old", "options", "message"),
    [
        (COSINE, {"peak": 0.05}, "rises from 0.1 to peak=0.05, which is below"),
        (COSINE, {"total": 105}, r"total must be > at \+ warmup \(110\), got 105"),
        (COSINE, {"warmup": "5%"}, "warmup='5%' needs the run"),
        (COSINE, {"start": math.nan}, "start must be finite"),
        (
            Constant(1.0, 50).then(Constant(1.0, 9)),
            {"peak": 2.0},
            "does not fall after",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(old, options, message):
    with pytest.raises(ValueError, match=message):
        rewarm(old, at=100, **{"warmup": 10} | options)


def test_a_rise_that_goes_on_is_held_from_another_peak_too():
    new = rewarm(
        Chain((Constant(0.5, 9), Linear(0.5, 1.0, 9))), at=9, warmup=5, peak=3.0
    )
    assert new(14) == new(10**9) == 3.0


def test_an_endless_decay_of_a_constant_peak_is_scaled():
    new = rewarm(InverseSqrt(1.0, timescale=100), at=50, warmup=10, peak=3.0)
    assert new(60 + 300) == pytest.approx(1.5)
