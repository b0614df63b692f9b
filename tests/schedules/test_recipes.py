"""Recipes: each equals its documented formula, and refuses what does not fit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    Chain,
    Constant,
    Cosine,
    Exponential,
    Linear,
    MirrorCosine,
    OneMinusSqrt,
    Rex,
    inverse_sqrt,
    multi_step,
    noam,
    one_cycle,
    trapezoid,
    warm_restarts,
    warmup_constant,
    warmup_cosine,
    warmup_linear,
    warmup_stable_decay,
)
from lehr.schedules import power_of_tokens

WARMING = {
    "warmup_cosine": lambda p, w, **k: warmup_cosine(p, warmup=w, total=w + 50, **k),
    "warmup_linear": lambda p, w, **k: warmup_linear(p, warmup=w, total=w + 50, **k),
    "warmup_constant": lambda p, w, **k: warmup_constant(p, warmup=w, **k),
    "warmup_stable_decay": lambda p, w, **k: warmup_stable_decay(
        p, warmup=w, stable=20, decay=30, **k
    ),
    "trapezoid": lambda p, w, **k: trapezoid(
        p, warmup=w, total=w + 50, cooldown=30, **k
    ),
    "warm_restarts": lambda p, w, **k: warm_restarts(p, warmup=w, period=10, **k),
    "inverse_sqrt": lambda p, w, **k: inverse_sqrt(p, warmup=w, timescale=10, **k),
}
every_warmup = pytest.mark.parametrize("recipe", WARMING.values(), ids=WARMING)


@every_warmup
@given(peak=st.floats(1e-6, 10), warmup=st.integers(0, 1_000))
def test_warmup_wastes_no_update_and_reaches_its_peak(recipe, peak, warmup):
    lr = recipe(peak, warmup)
    assert lr(warmup) == peak
    for t in {0, 1, warmup // 2, warmup - 1} & set(range(warmup)):
        assert lr(t) == pytest.approx(peak * (t + 1) / (warmup + 1), rel=1e-14)
        assert 0 < lr(t) < peak


@every_warmup
def test_another_first_value_is_explicit(recipe):
    lr = recipe(1.0, 4, start=0.0)
    assert [lr(t) for t in range(5)] == [0.0, 0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("floor", [0.0, 0.1])
@pytest.mark.parametrize("warmup", [0, 3, 99])
def test_the_floor_is_reached_at_total_exactly_and_held(warmup, floor):
    for lr in (
        warmup_cosine(1.0, warmup=warmup, total=100, floor=floor),
        warmup_linear(1.0, warmup=warmup, total=100, floor=floor),
        warmup_stable_decay(1.0, warmup=warmup, decay=1, total=100, floor=floor),
        trapezoid(1.0, warmup=warmup, total=100, cooldown=1, floor=floor),
        inverse_sqrt(
            1.0, warmup=warmup, total=100, cooldown=1, floor=floor, timescale=10
        ),
    ):
        assert lr.steps == 100
        assert lr(99) > floor
        assert lr(100) == lr(10**9) == lr.minimum == floor or lr.minimum == lr(0)


def test_warmup_cosine_is_optax_after_its_warmup():
    # optax warmup_cosine, w2 decay_steps10 end .1, which starts from 0.
    optax = [
        0,
        0.5,
        1,
        0.965746,
        0.868198,
        0.722208,
        0.55,
        0.377792,
        0.231802,
        0.134254,
    ]
    lr = warmup_cosine(1.0, warmup=2, total=10, floor=0.1, start=0.0)
    assert [lr(t) for t in range(10)] == pytest.approx(optax, abs=1e-6)


def test_warmup_linear_is_transformers_and_nemo():
    hf = [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0, 0, 0]
    lr = warmup_linear(1.0, warmup=2, total=10, start=0.0)
    assert [lr(t) for t in range(13)] == hf
    # NeMo's warmup is ours: (t + 1) / (w + 1). WarmupPolicy w2
    nemo = [1 / 3, 2 / 3, 1, 1]
    own = warmup_constant(1.0, warmup=2)
    assert [own(t) for t in range(4)] == pytest.approx(nemo)


def test_a_decay_of_length_0_vanishes():
    full = warmup_cosine(1.0, warmup=10, total=10)
    assert full == Chain((Linear(1 / 11, 1.0, 10),))
    assert full(10) == full(99) == 1.0
    wsd = warmup_stable_decay(1.0, warmup=2, stable=5, decay=0)
    assert wsd(10**9) == 1.0


def test_runs_of_one_update_work():
    assert warmup_cosine(1.0, warmup=0, total=1)(0) == 1.0
    assert warmup_linear(1.0, warmup=1, total=1)(0) == 0.5
    assert one_cycle(1.0, total=1)(0) == 1.0
    assert warmup_stable_decay(1.0, warmup=0, decay=1, total=1)(1) == 0.0


SHAPES = {
    "linear": Linear,
    "cosine": Cosine,
    "1-sqrt": OneMinusSqrt,
    "mirror-cosine": MirrorCosine,
    "exponential": Exponential,
    "rex": Rex,
}


@pytest.mark.parametrize(("shape", "family"), SHAPES.items())
def test_a_cooldown_has_the_shape_of_its_name(shape, family):
    lr = warmup_stable_decay(1.0, warmup=3, stable=3, decay=8, floor=0.1, shape=shape)
    assert [lr(6 + t) for t in range(10)] == [family(1.0, 0.1, 8)(t) for t in range(10)]
    by_class = warmup_stable_decay(
        1.0, warmup=3, stable=3, decay=8, floor=0.1, shape=family
    )
    assert by_class == lr


def test_one_minus_square_is_what_it_says():
    lr = warmup_stable_decay(1.0, warmup=0, stable=0, decay=4, shape="1-square")
    assert [lr(t) for t in range(6)] == pytest.approx([1, 15 / 16, 0.75, 7 / 16, 0, 0])


def test_a_cooldown_may_be_a_function():
    def halves(start, end, steps):
        return Chain((Linear(start, (start + end) / 2, steps // 2), Constant(end)))

    lr = warmup_stable_decay(1.0, warmup=0, stable=4, decay=4, shape=halves)
    assert [lr(t) for t in (4, 5, 6)] == [1.0, 0.75, 0.0]


def test_is_transformers_wsd_with_its_start():
    hf = [0.1, 0.4, 0.7, 1, 1, 1, 1, 0.55, 0.363604, 0.220577, 0.1]
    lr = warmup_stable_decay(
        1.0, warmup=3, stable=3, decay=4, floor=0.1, shape="1-sqrt", start=0.1
    )
    assert [lr(t) for t in range(11)] == pytest.approx(hf, abs=1e-6)


def test_a_trapezoid_is_a_linear_wsd():
    assert trapezoid(1.0, warmup=5, total=50, cooldown=10) == warmup_stable_decay(
        1.0, warmup=5, stable=35, decay=10
    )


def test_one_cycle_is_that_of_optax():
    # optax cosine_onecycle_schedule(10, 1.0)
    head, tail = [0.04, 0.28, 0.76, 1, 0.950485], {9: 0.049519, 10: 4e-6}
    lr = one_cycle(1.0, total=10)
    assert [lr(t) for t in range(5)] == pytest.approx(head, abs=1e-6)
    assert {t: lr(t) for t in tail} == pytest.approx(tail, abs=1e-6)


def test_one_cycle_in_three_phases_comes_down_as_it_went_up():
    lr = one_cycle(1.0, total=100, phases=3, start=0.1, floor=0.001, shape="linear")
    assert [lr(30 - t) for t in range(31)] == pytest.approx(
        [lr(30 + t) for t in range(31)], rel=1e-13
    )
    assert (lr(0), lr(30), lr(60), lr(100)) == (0.1, 1.0, 0.1, 0.001)


@given(st.integers(0, 40))
def test_warm_restarts_rise_once_and_decay_above_their_floor(t):
    lr = warm_restarts(1.0, period=10, count=3, decay=0.5, floor=0.1, warmup=4)
    if t < 4:
        expected = (t + 1) / 5
    elif t < 34:
        i, e = divmod(t - 4, 10)
        expected = 0.1 + 0.9 * 0.5**i * (1 + math.cos(math.pi * e / 10)) / 2
    else:
        expected = 0.1
    assert lr(t) == pytest.approx(expected, rel=1e-13)


@given(st.integers(1, 2_000), st.integers(1, 500), st.integers(0, 10**6))
def test_noam_is_its_equation(dimension, warmup, t):
    n = t + 1
    expected = dimension**-0.5 * min(n**-0.5, n * warmup**-1.5)
    assert noam(dimension, warmup=warmup)(t) == pytest.approx(expected, rel=1e-12)
    assert noam(dimension, warmup=warmup, factor=2.0)(t) == pytest.approx(
        2 * expected, rel=1e-12
    )


@given(st.integers(1, 500), st.integers(0, 10**6))
def test_inverse_sqrt_is_peak_times_the_root_of_warmup_over_t(warmup, after):
    t = warmup + after
    expected = 0.3 * math.sqrt(warmup / t)
    assert inverse_sqrt(0.3, warmup=warmup)(t) == pytest.approx(expected, rel=1e-14)


def test_inverse_sqrt_cools_down_from_where_it_is():
    lr = inverse_sqrt(1.0, warmup=4, total=110, cooldown=10, shape="1-sqrt", floor=0.01)
    assert lr(100) == pytest.approx(0.2)
    assert lr.is_continuous
    assert [p.shape for p in lr.phases] == ["linear", "inverse-sqrt", "1-sqrt"]


@given(st.integers(1, 10**12))
def test_power_of_tokens_is_its_equation(n):
    rate = power_of_tokens(0.02, scale=4.6, exponent=-0.51)
    assert rate(n) == pytest.approx(min(0.02, 4.6 * n**-0.51), rel=1e-11)


def test_multi_step_multiplies_at_each_milestone():
    lr = multi_step(1.0, factor=0.5, milestones=[30, 60])
    assert [lr(t) for t in (0, 29, 30, 59, 60)] == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert multi_step(1.0, factor=0.1, milestones=())(9) == 1.0
