"""torch tensors: the same values, eager and compiled, of any kind and shape."""

import math

import examples
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import clocks, schedules

import lehr
from lehr import Function

TIMES = [-math.inf, -1, 0, 0.5, 2.5, 7, 10, 99, 1_000, 10**12, 2**53, 1e300, math.inf]
TENSORS = [s for s in examples.EXAMPLES if not isinstance(s, Function)]
every_schedule = pytest.mark.parametrize("schedule", TENSORS, ids=repr)
COMPILED = [
    lehr.warmup_cosine(3e-4, warmup=10, total=100),
    lehr.warmup_stable_decay(1.0, warmup=10, stable=20, decay=30, shape="1-sqrt"),
    lehr.warm_restarts(1.0, period=10, stretch=1.5, decay=0.5, warmup=3),
    lehr.Repeat(lehr.Cosine(1.0, 0.0, 10)) * lehr.Noise(0.1, seed=1),
    lehr.Step(1.0, factor=0.5, every=7) + lehr.Tanh(1.0, 0.0, 50),
    lehr.Clip(lehr.Polynomial(1.0, 0.0, 60, power=2), low=0.1),
    lehr.Table((0.1, 0.3, 0.2), every=5),
    lehr.multi_step(1.0, factor=0.5, milestones=(30, 60)),
]


def close(actual, expected):
    scale = max(map(abs, expected), default=0.0)
    assert actual.dtype == torch.float64
    np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-13, atol=1e-13 * scale)


@every_schedule
def test_a_tensor_gives_what_its_elements_give(schedule):
    expected = [schedule(float(t)) for t in TIMES]
    close(schedule(torch.tensor(TIMES, dtype=torch.float64)), expected)


@given(schedules, st.lists(clocks, max_size=8))
def test_a_tensor_gives_what_its_elements_give_in_any_combination(schedule, updates):
    expected = [schedule(float(t)) for t in updates]
    close(schedule(torch.tensor(updates, dtype=torch.float64)), expected)


@every_schedule
def test_a_tensor_may_hold_any_real_numbers(schedule):
    expected = [schedule(t) for t in (0, 5, 101)]
    for kind in ("int64", "int32", "uint8", "float32", "float16", "bfloat16"):
        t = torch.tensor([0, 5, 101], dtype=getattr(torch, kind))
        close(schedule(t), expected)


@every_schedule
def test_a_tensor_keeps_its_shape(schedule):
    t = torch.arange(12).reshape(2, 3, 2).transpose(0, 2)
    value = schedule(t)
    assert value.shape == t.shape
    close(value.flatten(), [schedule(x) for x in t.flatten().tolist()])
    assert schedule(torch.tensor(3)).shape == ()
    assert schedule(torch.tensor(3)).item() == pytest.approx(schedule(3), rel=1e-13)
    assert schedule(torch.zeros(0, 4)).shape == (0, 4)
    assert math.isnan(schedule(torch.tensor(math.nan)))


def test_what_is_not_real_is_refused():
    for wrong in (torch.tensor([True]), torch.tensor([1j])):
        with pytest.raises(TypeError, match="must hold real numbers"):
            lehr.Linear(0.0, 1.0, 10)(wrong)


def test_a_function_of_numbers_takes_no_tensor():
    with pytest.raises(TypeError, match="vectorized=True"):
        Function("math:sqrt", steps=100)(torch.tensor([4.0]))
    roots = Function("torch:sqrt", steps=100, vectorized=True)(torch.tensor([4, 400]))
    assert roots.tolist() == [2.0, 10.0]


@pytest.mark.parametrize("schedule", COMPILED, ids=repr)
def test_compiles_as_a_whole_and_once(schedule):
    graphs = []

    def keep(graph, inputs):
        graphs.append(graph)
        return graph.forward

    compiled = torch.compile(schedule.__call__, fullgraph=True, backend=keep)
    for updates in ([0, 3, 50, 2_000], [99, 10, 1, 7]):
        close(compiled(torch.tensor(updates)), [schedule(t) for t in updates])
    assert len(graphs) == 1
