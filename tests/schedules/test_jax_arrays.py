"""JAX arrays: the same values, eager, compiled and mapped, in float32 and float64."""

import math
import subprocess
import sys

import examples
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import lehr
from lehr import Function, Noise, PiecewiseConstant, Step, Table

UPDATES = [0, 1, 2, 3, 7, 10, 30, 100, 999]
TIMES = [-1e30, -1.0, 0.0, 0.5, 6.0, 10.0, 1e3, math.inf, math.nan]
ARRAYS = [s for s in examples.EXAMPLES if not isinstance(s, Function)]
COMPILED = [
    lehr.warmup_cosine(3e-4, warmup=10, total=100),
    lehr.warmup_stable_decay(1.0, warmup=10, stable=20, decay=30, shape="1-sqrt"),
    lehr.warm_restarts(1.0, period=10, stretch=1.5, decay=0.5, warmup=3),
    lehr.Repeat(lehr.Cosine(1.0, 0.0, 10)) * lehr.Noise(0.1, seed=1),
    lehr.Step(1.0, factor=0.5, every=7) + lehr.Tanh(1.0, 0.0, 50),
    lehr.Clip(lehr.Polynomial(1.0, 0.0, 60, power=2), low=0.1),
    lehr.multi_step(1.0, factor=0.5, milestones=(30, 60)),
]
IN_FLOAT64 = """
import jax, jax.numpy as jnp, numpy as np, math
jax.config.update("jax_enable_x64", True)
import examples, lehr
updates = [0, 1, 7, 10, 99, 1_000, 2**31 + 1, 10**12 - 1]
for schedule in examples.EXAMPLES[::7]:
    if "Function" in repr(schedule):
        continue
    expected = [schedule(t) for t in updates]
    scale = 1e-13 * max(map(abs, expected))
    for t in (jnp.array(updates), jnp.array(updates, float)):
        value = schedule(t)
        assert value.dtype == jnp.float64
        np.testing.assert_allclose(value, expected, rtol=1e-13, atol=scale,
                                   err_msg=repr(schedule))
last = lehr.Cosine(1.0, 0.0, 10**12)
step = jax.jit(jax.vmap(last))
assert abs(step(jnp.array([10**12 - 1]))[0] / last(10**12 - 1) - 1) < 1e-15
"""


def close(actual, schedule, updates):
    expected = np.array([schedule(t) for t in updates])
    assert actual.dtype == jnp.float32
    scale = np.nanmax(np.abs(expected), initial=0.0)
    np.testing.assert_allclose(
        np.asarray(actual, np.float64), expected, rtol=1e-4, atol=2e-5 * scale
    )


@pytest.mark.parametrize("schedule", ARRAYS, ids=repr)
def test_an_array_gives_what_its_elements_give(schedule):
    close(schedule(jnp.array(UPDATES)), schedule, UPDATES)
    # Clocks that float32 does not tell apart are no fair question.
    times = TIMES if schedule.steps < math.inf else [*TIMES[:-2], 7.0, math.nan]
    close(schedule(jnp.array(times)), schedule, times)


@pytest.mark.parametrize("schedule", COMPILED, ids=repr)
def test_compiles_and_maps(schedule):
    t = jnp.array(UPDATES)
    close(jax.jit(schedule)(t), schedule, UPDATES)
    close(jax.vmap(schedule)(t), schedule, UPDATES)
    close(jax.jit(jax.vmap(schedule))(t), schedule, UPDATES)
    assert jax.jit(schedule)(jnp.int32(7)).shape == ()
    assert schedule(t.reshape(1, -1)).shape == (1, len(UPDATES))
    _, drawn = jax.lax.scan(lambda n, _: (n + 1, schedule(n)), 0, length=5)
    close(drawn, schedule, range(5))


def test_whole_clocks_stay_exact_past_what_float32_counts():
    steps = 2**31 - 10
    for schedule in (
        lehr.Cosine(1.0, 0.0, steps),
        lehr.warmup_cosine(1.0, warmup=2**30, total=steps),
        lehr.Repeat(lehr.Cosine(1.0, 0.0, 2**24 + 1)),
        lehr.Linear(1.0, 0.0, steps),
    ):
        updates = [1, 2**24 - 1, 2**24, 2**24 + 1, 2**30 + 1, steps - 1]
        value = np.asarray(jax.jit(schedule)(jnp.array(updates)), np.float64)
        expected = [schedule(t) for t in updates]
        np.testing.assert_allclose(value, expected, rtol=3e-6)


def test_restarts_fall_on_their_update():
    schedule = lehr.Repeat(lehr.Cosine(1.0, 0.1, 10), stretch=1.5)
    begins = [math.ceil(20 * (1.5**i - 1)) for i in range(1, 30)]
    value = jax.jit(schedule)(jnp.array(begins))
    np.testing.assert_allclose(value, [schedule(t) for t in begins], rtol=1e-5)


def test_is_differentiated_by_its_clock():
    slope = jax.grad(lehr.Linear(0.0, 1.0, 10))(4.0)
    assert slope == pytest.approx(0.1)


def test_in_float64_it_is_as_right_as_numbers():
    where = ["src", "tests/schedules"]
    code = f"import sys; sys.path[:0] = {where!r}\n{IN_FLOAT64}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("edge", [2**24 + 1, 2**31 - 1])
def test_stairs_are_counted_beyond_the_digits_of_float32(edge):
    for schedule in (
        Step(1.0, 0.5, edge),
        PiecewiseConstant((1.0, 2.0), (edge,)),
        Noise(0.1, seed=0),
        Table((1.0, 2.0), every=edge),
    ):
        for t in (edge - 1, edge):
            value = float(schedule(jnp.int32(t)))
            assert value == pytest.approx(schedule(t), rel=2e-6), (schedule, t)
