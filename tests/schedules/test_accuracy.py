"""Every value is right to 4 ulp against exact and 60-digit arithmetic, at every update.

Numbers, NumPy arrays, torch tensors and whole curves are held to the same bound, at
horizons of 10 to 2**53 updates and at the updates where plain formulas lose digits.
"""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracles import cycle_begins, error, true
from strategies import durations, positive

import lehr
from lehr import (
    Cosine,
    Exponential,
    ExponentialDecay,
    Interpolated,
    InverseSqrt,
    InverseTime,
    Linear,
    Logarithmic,
    Logistic,
    MirrorCosine,
    NaturalExponential,
    OneMinusSqrt,
    Polynomial,
    Power,
    Repeat,
    Rex,
    Sawtooth,
    Staircase,
    Step,
    Tanh,
    Triangular,
)

LIMIT = 4.0
HORIZONS = [10, 10**6, 10**12, 2**53]
ENDS = [(1.0, 0.0), (0.0, 1.0), (3e-4, 1e-6), (0.85, 0.95), (-0.3, -1.1)]


def ramps(a, b, steps):
    yield Linear(a, b, steps)
    yield Cosine(a, b, steps)
    yield Cosine(a, b, steps, exponent=2.0)
    yield Cosine(a, b, steps, exponent=0.5)
    yield Cosine(a, b, steps, k=0.5)
    yield Cosine(a, b, steps, k=3.0)
    yield OneMinusSqrt(a, b, steps)
    yield MirrorCosine(a, b, steps)
    yield Rex(a, b, steps)
    yield from (Logarithmic(a, b, steps, scale) for scale in (1, 7.3, 10**7))
    yield from (Polynomial(a, b, steps, power=p) for p in (0.1, 0.5, 2.0, 3.7, 50.0))
    yield Tanh(a, b, steps)
    yield Tanh(a, b, steps, low=0.1, high=20.0)
    yield Tanh(a, b, steps, low=-299.3, high=-0.7)
    yield Logistic(a, b, steps)
    yield Logistic(a, b, steps, steepness=37.3, midpoint_fraction=0.3)
    for method in ("linear", "cosine", "monotone_cubic"):
        points = ((0, a), (steps // 3, b), (steps // 2, a), (steps, 0.7 * a + 0.3 * b))
        yield Interpolated(points, method)
    if a * b > 0:
        yield Exponential(a, b, steps)


def decays(steps):
    yield Exponential(1.0, 1e-300, steps)
    for factor in (0.5, 0.9999, 1 - 1e-9):
        yield ExponentialDecay(0.1, factor)
        yield ExponentialDecay(0.1, factor, every=steps / 10)
        yield ExponentialDecay(0.1, factor, every=0.3)
    for rate in (0.3, 1e-3, 1e-9):
        yield NaturalExponential(0.1, rate)
        yield InverseTime(0.1, rate)
        yield InverseTime(0.1, rate, every=7.3)
    yield from (InverseSqrt(0.3, timescale) for timescale in (0.7, 100, 10**9))
    for exponent in (-0.51, -1, -3.3, -20):
        yield Power(0.3, exponent, timescale=steps / 10)
        yield Power(0.3, exponent)
    yield Power(0.3, 2, timescale=7, steps=steps)
    yield Step(0.1, 0.9, every=steps / 100)


def updates(steps, seed=0):
    """Return the updates where digits are lost: ends, middle, powers of 2, random."""
    draw, log = random.Random(seed), math.log10(steps)
    near = [int(10 ** draw.uniform(0, log)) for _ in range(8)]
    known = [0, 1, 2, steps - 1, steps - 2, steps // 3, steps // 4]
    known += [steps // 2 + d for d in (-1, 0, 1)]
    known += [2**24 - 1, 2**24 + 1, 2**31 - 1, 2**31 + 1, 2**53 - 1, 2**53]
    drawn = [draw.randrange(steps) for _ in range(16)]
    return sorted({*known, *drawn, *near, *(steps - t for t in near)})


def check(schedule, ts, scale=0.0):
    """Hold numbers, arrays, tensors and the curve about each update to the limit."""
    truths = [true(schedule, t) for t in ts]
    clock = np.array(ts, np.float64)
    ways = {
        "numbers": [schedule(t) for t in ts],
        "NumPy": schedule(clock),
        "torch": schedule(torch.tensor(clock)),
    }
    if all(isinstance(t, int) for t in ts):
        ways["curves"] = [
            schedule.curve(t - t % 5, t - t % 5 + 7)[t % 5] for t in ts if t < 2**53 - 9
        ]
    for way, values in ways.items():
        for t, value, truth in zip(ts, values, truths, strict=False):
            off = error(value, truth, scale)
            assert off <= LIMIT, f"{way} of {schedule} at {t}: {off:.2f} ulp"


@pytest.mark.parametrize("steps", HORIZONS)
@pytest.mark.parametrize(("start", "end"), ENDS)
def test_a_ramp_is_right_at_every_update(start, end, steps):
    for schedule in ramps(start, end, steps):
        check(schedule, updates(steps))


@pytest.mark.parametrize("steps", HORIZONS)
def test_a_decay_is_right_at_every_update(steps):
    for schedule in decays(steps):
        check(schedule, updates(steps))


@given(positive, positive, durations, st.floats(0, 1))
def test_a_cosine_of_any_size_is_right_anywhere(start, end, steps, fraction):
    schedule = Cosine(start, end, steps)
    for t in (fraction * steps, min(fraction, 1e-9), steps * (1 - fraction * 1e-9)):
        assert error(schedule(t), true(schedule, t)) <= LIMIT


def test_the_last_step_of_a_long_cosine_keeps_all_digits():
    for steps in (10**6, 10**9, 10**12):
        # For small x, sin(x)^2 is x^2 to one part in x^2 / 3.
        expected = Fraction(math.pi) ** 2 / 4 / Fraction(steps) ** 2
        last = Cosine(1.0, 0.0, steps)(steps - 1)
        slack = 3 * 2.0**-52 + 1 / steps**2
        assert abs(Fraction(last) / expected - 1) <= slack
        assert Cosine(1.0, 0.0, steps).curve(steps - 1, steps)[0] == pytest.approx(
            last, rel=4 * 2.0**-52
        )


def test_a_ramp_through_zero_is_right_to_its_larger_end():
    for schedule in ramps(0.3, -0.2, 10**6):
        check(schedule, updates(10**6), scale=0.3)


@pytest.mark.parametrize(
    "schedule",
    [
        lehr.warmup_cosine(3e-4, warmup=10_001, total=300_007, floor=1e-5),
        Cosine(0.0, 1.0, 100_001),
        Cosine(1.0, 0.0, 123_456.75),
        Repeat(Cosine(1.0, 0.0, 70_000), count=3, stretch=1.5, decay=0.5),
    ],
    ids=repr,
)
def test_a_long_curve_is_right_all_along(schedule):
    drawn = schedule.curve()
    for t in random.Random(1).sample(range(len(drawn)), 100):
        assert error(drawn[t], true(schedule, t)) <= LIMIT
    # Shuffled, an array is evaluated element by element.
    order = np.random.default_rng(0).permutation(len(drawn))
    np.testing.assert_allclose(schedule(order), drawn[order], rtol=8 * 2.0**-52)


@pytest.mark.parametrize("multiplier", [1.0, 1.5, 2.0, 3.0, 10.0])
@pytest.mark.parametrize("length", [7, 10, 1_000])
@pytest.mark.parametrize("decay", [1.0, 0.5])
def test_restarts_fall_on_their_update_and_no_other(multiplier, length, decay):
    schedule = Repeat(Cosine(1.0, 0.0, length), stretch=multiplier, decay=decay)
    if multiplier == 1.0:
        cycles = {i: Fraction(length * i) for i in (1, 2, 100, 10**9, 10**12 // length)}
    else:
        cycles = dict(enumerate(cycle_begins(length, multiplier, 10**12)))
    for i, begin in cycles.items():
        if begin == int(begin):
            assert schedule(int(begin)) == decay**i
        first = math.ceil(begin)
        if first and decay**i:
            assert schedule(first - 1) < 0.5 * decay**i
    ts = {math.ceil(b) + d for b in cycles.values() for d in (-2, -1, 0, 1)}
    check(schedule, sorted(t for t in ts if 0 <= t < 10**13))


@pytest.mark.parametrize(
    "schedule",
    [
        Repeat(Cosine(1.0, 0.1, 0.1)),
        Repeat(Linear(1.0, 0.0, 2.5), count=100),
        lehr.warm_restarts(
            1.0, period=100, stretch=2, decay=0.5, floor=0.01, warmup=10
        ),
        Triangular(0.1, 1.0, up=2.5, down=7.25),
        Triangular(0.1, 1.0, up=7, mode="triangular2"),
        Triangular(0.1, 1.0, up=7, mode="exp_range", factor=0.999),
    ],
    ids=repr,
)
def test_cycles_of_fractional_length_are_right(schedule):
    draw = random.Random(3)
    # Dyadic times, so that floats hold the position in a cycle.
    ts = [draw.randrange(2**18) / 1024 for _ in range(150)]
    check(schedule, sorted({*ts, 0, 1, 2.5, 9.75, 19.5, 249, 250}))


@pytest.mark.parametrize(
    "schedule",
    [
        lehr.warmup_cosine(3e-4, warmup=10**6, total=10**12),
        lehr.warmup_linear(3e-4, warmup=100, total=10**6, floor=3e-5),
        lehr.warmup_stable_decay(
            1.0, warmup=10**3, stable=10**6, decay=10**5, shape="1-sqrt"
        ),
        lehr.warmup_stable_decay(
            1.0, warmup=10**3, stable=10**6, decay=10**5, shape="1-square"
        ),
        lehr.one_cycle(1.0, total=10**6),
        lehr.one_cycle(1.0, total=1_000, phases=3, shape="linear"),
        lehr.noam(512, warmup=4_000),
        lehr.inverse_sqrt(1.0, warmup=100, total=10**6, cooldown=10**4),
        lehr.power_of_tokens(0.02, scale=4.6, exponent=-0.51),
        lehr.Reverse(lehr.warmup_cosine(1.0, warmup=100, total=1_000)),
        lehr.Stretch(OneMinusSqrt(1.0, 0.0, 100), factor=3.75),
        lehr.Shift(Cosine(1.0, 0.0, 100), by=10**6),
        lehr.Window(Cosine(1.0, 0.0, 1_000), 10, 990),
        Staircase(Cosine(1.0, 0.0, 10**4), every=7),
        Staircase(InverseTime(1.0, 0.1), every=2.5),
        Sawtooth(1.0, 0.0, every=30),
        Sawtooth(1.0, 0.1, every=1_000, power=0.3),
        Sawtooth(1.0, 0.0, every=7, power=3.3),
        lehr.Blend(
            Cosine(1.0, 0.0, 10**3), Linear(0.5, 0.0, 10**3), 200, 300, "cosine"
        ),
        0.3 * Cosine(1.0, 0.0, 1_000) * Exponential(1.0, 0.1, 1_000),
        Cosine(1.0, 0.0, 1_000) + Exponential(1.0, 0.1, 1_000),
    ],
    ids=repr,
)
def test_what_is_combined_is_as_right_as_its_pieces(schedule):
    steps = int(min(schedule.steps, 10**5))
    near = [int(joint) + d for joint in schedule.breakpoints for d in (-1, 0, 1)]
    check(schedule, sorted({*near, *(t for t in updates(steps) if t < 2**52)}))
