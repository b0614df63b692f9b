"""torch's factors: any step of torch itself, golden values, edges."""

import math
import random

import numpy as np
import pytest

from dialects.torch_children import FACTORS
from dialects.torch_draws import DRAWN
from dialects.torch_oracle import check, of, played
from lehr.dialects.torch import (
    constant,
    exponential,
    linear,
    multi_step,
    polynomial,
    step,
)


@pytest.mark.parametrize(
    "name", ["StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "PolynomialLR"]
)
def test_defaults_are_torchs(name):
    given = {"StepLR": {"step_size": 30}, "MultiStepLR": {"milestones": [3, 8, 8]}}
    check(of(name, **given.get(name, {})))


def test_any_step_may_be_asked_for_in_any_order_and_as_an_array():
    rng = random.Random(1)
    for name in FACTORS:
        for _ in range(4):
            child = of(name, **DRAWN[name](rng))
            (theirs,) = played(child, 200, bases=[0.1])
            asked = rng.sample(range(201), 40)
            scale = max(map(abs, theirs))
            expected = pytest.approx([theirs[n] for n in asked], abs=1e-12 * scale)
            curve = child.curve(0.1)
            assert [curve(n) for n in asked] == expected
            assert curve(np.array(asked)).tolist() == expected


def test_golden_values():
    rise = linear(1.0)
    golden = [1 / 3, 0.4667, 0.6, 0.7333, 0.8667, 1, 1]
    assert [rise(n) for n in range(7)] == pytest.approx(golden, abs=5e-5)
    held = constant(1.0)
    assert [held(n) for n in range(7)] == [1 / 3] * 5 + [1, 1]
    long = linear(0.1, start_factor=0.00066667, total_iters=10)
    golden = [6.6667e-5, 0.01006, 0.0200533, 0.0300466, 0.04004, 0.0500333, 0.0600267]
    assert [long(n) for n in range(7)] == pytest.approx(golden, rel=1e-5)
    drops = multi_step(0.1, milestones=[5, 8])
    assert [drops(n) for n in range(10)] == pytest.approx(
        [0.1] * 5 + [0.01] * 3 + [0.001] * 2
    )


def test_a_milestone_given_twice_counts_twice_and_order_does_not():
    assert multi_step(1.0, milestones=[5, 5], gamma=0.5)(5) == 0.25
    assert multi_step(1.0, milestones=[9, 0, 5]) == multi_step(
        1.0, milestones=[0, 5, 9.0]
    )
    assert multi_step(1.0, milestones=[0, 7], gamma=0.5)(0) == 0.5


@pytest.mark.parametrize("gamma", [1.01, -1.7, 1e300])
def test_growth_is_held_where_a_float_would_overflow(gamma):
    for curve in (
        exponential(-2.0, gamma=gamma),
        step(1e-3, step_size=7, gamma=gamma),
        step(0.0, step_size=7, gamma=gamma),
    ):
        assert all(math.isfinite(curve(n)) for n in (10**5, 10**12, math.inf))
    assert abs(exponential(1.0, gamma=1.01)(10**9)) > 1e305


def test_far_beyond_any_recursion_the_value_is_that_of_the_formula():
    assert step(1.0, step_size=10**6, gamma=0.5)(3 * 10**6 - 1) == 0.25
    assert exponential(1.0, gamma=1 - 2**-20)(2**20) == pytest.approx(
        math.exp(2**20 * math.log1p(-(2**-20))), rel=1e-12
    )


def test_a_factor_of_0_ends_although_torch_divides_by_it():
    assert [constant(0.1, factor=0, total_iters=2)(n) for n in (0, 1, 2)] == [0, 0, 0.1]
    with pytest.raises(ZeroDivisionError):
        played(of("ConstantLR", factor=0, total_iters=2), 3)


@pytest.mark.parametrize(
    ("curve", "wrong", "message"),
    [
        (step, {"step_size": 0}, "step_size must be >= 1, got 0"),
        (step, {"step_size": 2.5}, "step_size must be a whole number, got 2.5"),
        (step, {"step_size": 3, "gamma": math.nan}, "gamma must be finite, got nan"),
        (exponential, {"gamma": math.inf}, "gamma must be finite, got inf"),
        (multi_step, {"milestones": [-1]}, r"milestones\[0\] must be >= 0, got -1"),
        (multi_step, {"milestones": [2.5]}, r"milestones\[0\] must be a whole number"),
        (multi_step, {"milestones": [1, 2], "gamma": 1e200}, r"values\[2\] .* finite"),
        (constant, {"factor": 1.5}, r"factor must be in \[0, 1\], got 1.5"),
        (constant, {"total_iters": -1}, "total_iters must be >= 0, got -1"),
        (linear, {"start_factor": 0}, r"start_factor must be in \(0, 1\], got 0"),
        (linear, {"end_factor": 1.1}, r"end_factor must be in \[0, 1\], got 1.1"),
        (polynomial, {"power": -1.0}, "power must be >= 0, got -1.0"),
        (polynomial, {"power": math.inf}, "power must be finite, got inf"),
        (linear, {"last_epoch": 3}, r"last_epoch must be -1, got 3; .* seek\("),
    ],
)
def test_names_what_it_refuses(curve, wrong, message):
    with pytest.raises(ValueError, match=message):
        curve(0.1, **wrong)


@pytest.mark.parametrize("milestones", ["30, 60", 30])
def test_milestones_are_a_list(milestones):
    with pytest.raises(TypeError, match="milestones must be a list of steps"):
        multi_step(0.1, milestones=milestones)


def test_the_base_is_a_number():
    for curve in (constant, linear, polynomial):
        with pytest.raises(ValueError, match="base must be finite, got nan"):
            curve(math.nan)
