"""A logged curve gives back the schedule that made it."""

import random

import numpy as np
import pytest

import lehr
import lehr.config
from lehr import Chain, Constant, Cosine, Linear, OneMinusSqrt, recognize

KNOWN = {
    "constant": Constant(0.1),
    "cosine": lehr.warmup_cosine(3e-4, warmup=100, total=1_000, start=0.0),
    "floored": lehr.warmup_cosine(3e-4, warmup=100, total=1_000, start=0.0, floor=3e-5),
    "linear": lehr.warmup_linear(3e-4, warmup=100, total=1_000, start=0.0),
    "stable": lehr.warmup_stable_decay(
        1e-3, warmup=100, decay=200, total=1_000, start=0.0
    ),
    "1-sqrt": Chain(
        (Linear(0.0, 0.1, 100), Constant(0.1, 500), OneMinusSqrt(0.1, 0.0, 400))
    ),
    "milestones": lehr.PiecewiseConstant((0.1, 0.01, 0.001), (300, 600)),
    "exponential": lehr.ExponentialDecay(0.1, 0.99),
    "inverse sqrt": lehr.inverse_sqrt(0.1, warmup=100, start=0.0),
    "restarts": lehr.Repeat(Cosine(0.1, 0.0, 200), count=5),
    "one cycle": lehr.one_cycle(0.1, total=1_000),
    "triangles": lehr.Repeat(Linear(0.0, 0.1, 100) + Linear(0.0, 0.0, 100), count=5),
}
RUN = range(1_000)


def logged(schedule, every=10):
    steps = range(0, len(RUN), every)
    return list(steps), [schedule(t) for t in steps]


def farthest(found, schedule):
    largest = max(abs(schedule(t)) for t in RUN)
    return max(abs(found.schedule(t) - schedule(t)) for t in RUN) / largest


@pytest.mark.parametrize("name", KNOWN)
def test_a_curve_in_full_precision_gives_its_schedule_back(name):
    found = recognize(*logged(KNOWN[name]))
    assert found.recognized
    assert found.points == 100
    assert found.relative < 1e-11
    assert farthest(found, KNOWN[name]) < 1e-11


@pytest.mark.parametrize(
    "name", ["cosine", "floored", "linear", "stable", "milestones"]
)
def test_the_common_ones_come_back_equal_and_readable(name):
    found = recognize(*logged(KNOWN[name], every=25))
    assert found.schedule == KNOWN[name]
    assert lehr.config.read_schedule(repr(found.schedule)) == KNOWN[name]


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("rounding", ["float32", "four digits"])
def test_rounded_values_give_it_back_to_their_digits(name, rounding):
    steps, rates = logged(KNOWN[name])
    if rounding == "float32":
        rates, close = np.array(rates, "float32").tolist(), 3e-7
    else:
        rates, close = [float(f"{rate:.4g}") for rate in rates], 3e-4
    found = recognize(steps, rates)
    assert found.recognized, str(found)
    assert farthest(found, KNOWN[name]) < close


def test_order_gaps_and_later_values_of_one_update():
    steps, rates = logged(KNOWN["cosine"], every=5)
    pairs = [pair for pair in zip(steps, rates, strict=True) if pair[0] % 35]
    random.Random(0).shuffle(pairs)
    pairs = [(50, 1.0), *(pair for pair in pairs if pair[0] != 50), (50, 1.5e-4)]
    found = recognize(*zip(*pairs, strict=True))
    assert farthest(found, KNOWN["cosine"]) < 1e-11


def test_a_log_of_the_first_half_tells_the_whole():
    cosine = KNOWN["cosine"]
    steps = list(range(0, 600, 4))
    found = recognize(steps, [cosine(t) for t in steps])
    assert found.schedule == cosine


def test_noise_is_not_recognized_and_the_lines_go_through_it():
    draws = random.Random(1)
    rates = [draws.random() for _ in range(60)]
    found = recognize(range(60), rates)
    assert not found.recognized
    assert [found.schedule(t) for t in range(60)] == pytest.approx(rates)
    assert "not recognized" in str(found)


def test_a_tolerance_takes_noise_for_rounding():
    draws = random.Random(2)
    steps, rates = logged(KNOWN["linear"])
    rates = [rate + 1e-6 * draws.uniform(-1, 1) for rate in rates]
    assert not recognize(steps, rates, tolerance=1e-6).recognized
    found = recognize(steps, rates, tolerance=5e-3)
    assert found.recognized
    assert farthest(found, KNOWN["linear"]) < 2e-2


@pytest.mark.parametrize(
    ("steps", "rates", "options", "says"),
    [
        ([0, 1], [0.1], {}, "of one length"),
        ([0], [0.1], {}, "at least two points"),
        ([3, 3], [0.1, 0.2], {}, "two different steps"),
        ([0, 1], [0.1, float("nan")], {}, "finite"),
        ([-1, 1], [0.1, 0.1], {}, "steps must be >= 0"),
        ([0, 1], [0.1, 0.1], {"tolerance": 0.0}, "tolerance must be"),
        ([0, 1], [0.1, 0.1], {"max_pieces": 0}, "max_pieces must be"),
    ],
)
def test_refuses(steps, rates, options, says):
    with pytest.raises(ValueError, match=says):
        recognize(steps, rates, **options)
