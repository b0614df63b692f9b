"""The laws that hold for every controller: pure, resumable, a value, strict JSON."""

import copy
import json
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr import controllers
from lehr.controllers import Controller, Plateau, Stopper

EXAMPLES = [
    Plateau(),
    Plateau("max", factor=0.5, patience=1, cooldown=2, floor=0.2, nan="ignore"),
    Plateau(patience=0, threshold=0.1, threshold_mode="absolute", cooldown=1),
    Plateau(patience=0, cooldown=2, watch_cooldown=False),
    Plateau("max", patience=1, threshold=0.1, threshold_mode="signed"),
    Stopper(),
    Stopper("max", patience=1, min_delta=0.1, delta_mode="relative", nan="bad"),
    Stopper(patience=0, warmup=3, baseline=1.0, divergence=9.0, target=-8.0),
]
every_controller = pytest.mark.parametrize("controller", EXAMPLES, ids=repr)
anything = st.floats(-10, 10) | st.sampled_from([math.nan, math.inf, -math.inf, 1.0])
curves = st.lists(anything, max_size=25)


def test_every_public_controller_has_an_example():
    public = {getattr(controllers, name) for name in controllers.__all__}
    leaves = {c for c in public if issubclass(c, Controller)} - {Controller}
    assert leaves == {type(controller) for controller in EXAMPLES}


@every_controller
@given(metrics=curves, cut=st.integers(0, 25))
def test_resumed_from_json_anywhere_it_says_the_same(controller, metrics, cut):
    state = controller.start()
    for metric in metrics[:cut]:
        state, _ = controller.update(state, metric)
    text = json.dumps(state.to_dict(), allow_nan=False)
    read = type(state).from_dict(json.loads(text))
    assert read == state
    resumed = controller.replay(metrics[cut:], read)
    assert resumed == controller.replay(metrics)[cut:]


@every_controller
@given(metrics=curves)
def test_the_memory_is_the_callers_and_is_not_changed(controller, metrics):
    state = controller.start()
    for metric in metrics:
        before = copy.copy(state)
        first, again = (controller.update(state, metric) for _ in range(2))
        assert first == again
        assert state == before
        state, _ = first
    assert state.evaluations == len(metrics)


@every_controller
def test_is_a_value(controller):
    same = eval(repr(controller), vars(controllers))
    assert same == controller
    assert hash(same) == hash(controller)
    assert pickle.loads(pickle.dumps(controller)) == controller
    with pytest.raises(AttributeError, match="cannot assign"):
        controller.patience = 3


@every_controller
@pytest.mark.parametrize(
    "number",
    [1, np.float32(0.5), np.array(0.5), torch.tensor(0.5), Fraction(1, 2)],
    ids=lambda x: type(x).__name__,
)
def test_any_real_number_is_a_metric(controller, number):
    assert controller.replay([number]) == controller.replay([float(number)])


@every_controller
@pytest.mark.parametrize("metric", [None, "0.5", True, [0.5], np.array([0.5])])
def test_what_is_no_number_is_refused(controller, metric):
    with pytest.raises(TypeError, match="metric must be a number, got "):
        controller.update(controller.start(), metric)


@every_controller
def test_another_controllers_state_is_refused_with_the_way_out(controller):
    for state in [{}, None, controllers.State()]:
        with pytest.raises(TypeError, match=r"begin with start\(\), or read"):
            controller.update(state, 1.0)


@every_controller
def test_a_saved_state_with_other_keys_is_refused(controller):
    kind, data = type(controller.start()), controller.start().to_dict()
    with pytest.raises(ValueError, match=r"has no \['patience'\]; it has \['bad'"):
        kind.from_dict(data | {"patience": 3})
    data.pop("best")
    with pytest.raises(ValueError, match=r"lacks \['best'\]"):
        kind.from_dict(data)


@every_controller
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("best", math.nan),
        ("best", math.inf),
        ("best", "1"),
        ("best", True),
        ("bad", -1),
        ("bad", 0.5),
        ("evaluations", None),
        ("evaluations", True),
    ],
)
def test_a_state_that_no_controller_made_is_refused(controller, name, value):
    kind, data = type(controller.start()), controller.start().to_dict()
    with pytest.raises(ValueError, match=f"{name} must be"):
        kind.from_dict(data | {name: value})
