"""A function of optax gives back what it was made with."""

import random

import numpy as np
import optax
import pytest

from lehr import Linear
from lehr.importing import CannotImport, RecognizedWarning, from_optax

DRAWN = random.Random(2)


def functions():
    u, n = DRAWN.uniform, DRAWN.randint
    return {
        "constant": optax.constant_schedule(u(0, 1)),
        "linear": optax.linear_schedule(u(0, 1), u(0, 1), n(1, 30), n(0, 5)),
        "polynomial": optax.polynomial_schedule(u(0, 1), u(0, 1), 2.5, n(1, 30)),
        "cosine": optax.cosine_decay_schedule(u(0, 1), n(1, 40), u(0, 0.5), u(0.5, 2)),
        "exponential": optax.exponential_decay(
            u(0.5, 1), n(1, 9), u(0.3, 0.9), n(0, 3), n(0, 1), DRAWN.choice([None, 0.1])
        ),
        "steps": optax.piecewise_constant_schedule(1.0, {3: 0.1, n(4, 20): 0.5}),
        "no steps": optax.piecewise_constant_schedule(1.0),
        "lines": optax.piecewise_interpolate_schedule(
            DRAWN.choice(["linear", "cosine"]), 1.0, {n(1, 9): 0.1, 20: 3.0}
        ),
        "warmup": optax.warmup_constant_schedule(0.0, 1.0, n(1, 9)),
        "warmup cosine": optax.warmup_cosine_decay_schedule(0.0, 1.0, n(1, 9), 40),
        "warmup exponential": optax.warmup_exponential_decay_schedule(
            0.0, 1.0, n(1, 9), 10, 0.5, end_value=0.1
        ),
        "one cycle": optax.cosine_onecycle_schedule(n(30, 90), u(0.1, 1)),
        "joined": optax.join_schedules(
            [optax.linear_schedule(0.0, 1.0, 5), optax.constant_schedule(0.5)], [7]
        ),
        "flat": optax.linear_schedule(0.5, 1.0, 0),
    }


@pytest.mark.parametrize("name", functions())
def test_the_schedule_has_the_functions_values(name):
    for round in range(3):
        function = functions()[name]
        if round:
            function(3)  # which changes some of its cells
        schedule = from_optax(function)
        times = np.arange(0, 120, 3)
        theirs = [float(function(int(t))) for t in times]
        np.testing.assert_allclose(schedule(times), theirs, rtol=1e-5, atol=1e-6)


def test_the_parameters_are_read_and_not_guessed():
    lr = from_optax(optax.warmup_cosine_decay_schedule(0.0, 3e-4, 10, 100))
    assert lr.steps == 100
    assert lr(10) == 3e-4


def test_a_function_of_ones_own_is_recognized_by_its_values():
    def mine(count):
        return 0.1 * min(1.0, count / 100)

    with pytest.warns(RecognizedWarning, match="mine: .*within .* of 500 points"):
        lr = from_optax(mine, steps=500)
    assert lr(50) == pytest.approx(0.05)
    assert lr(10**6) == pytest.approx(0.1)


def test_a_join_with_a_function_of_ones_own_is_recognized_as_a_whole():
    joined = optax.join_schedules(
        [lambda count: 0.1 * count / 10, optax.constant_schedule(0.1)], [10]
    )
    with pytest.raises(CannotImport, match="cannot be read; pass steps="):
        from_optax(joined)
    with pytest.warns(RecognizedWarning):
        assert from_optax(joined, steps=40)(5) == pytest.approx(0.05, rel=1e-5)


def test_what_cannot_be_recognized_is_refused():
    drawn = random.Random(0)
    values = [drawn.random() for _ in range(8)]
    with pytest.raises(CannotImport, match="not recognized from 8 of its values"):
        from_optax(values.__getitem__, steps=8)
    with pytest.raises(TypeError, match=r"must be a function.*lehr\.Constant"):
        from_optax(0.1)


def test_values_that_are_arrays_are_numbers():
    function = optax.linear_schedule(np.float32(0.5), np.float32(0.25), 4)
    assert from_optax(function) == Linear(0.5, 0.25, 4)


def test_a_schedule_is_its_own():
    assert from_optax(Linear(1.0, 0.0, 10)) == Linear(1.0, 0.0, 10)
