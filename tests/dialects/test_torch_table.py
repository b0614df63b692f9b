"""The table of torch's schedulers: complete, torch's signatures, values."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from torch.optim import lr_scheduler

from dialects.torch_oracle import DIALECTS, of
from lehr.config import read_schedule, write_schedule
from lehr.dialects import named
from lehr.dialects.torch import SCHEDULERS

CHILDREN = [of("LinearLR"), of("CosineAnnealingLR", T_max=9, eta_min=0.01)]
GIVEN = {
    "StepLR": {"step_size": 3, "gamma": -0.5},
    "MultiStepLR": {"milestones": [3, 7, 7]},
    "ExponentialLR": {"gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 10, "eta_min": 0.01},
    "CosineAnnealingWarmRestarts": {"T_0": 4, "T_mult": 3, "eta_min": 0.01},
    "CyclicLR": {"base_lr": 0.1, "max_lr": 1.0, "mode": "exp_range", "gamma": 0.9},
    "OneCycleLR": {"max_lr": 1.0, "total_steps": 20, "pct_start": 0.04},
    "SequentialLR": {"schedulers": CHILDREN, "milestones": [7]},
    "ChainedScheduler": {"schedulers": CHILDREN},
}
WITHOUT_FUNCTIONS = [
    d.name for d in SCHEDULERS if d.curve and d.functions != ("lr_lambda",)
]
every_value = pytest.mark.parametrize("name", WITHOUT_FUNCTIONS)


def test_every_scheduler_of_torch_has_a_dialect():
    assert set(DIALECTS) == set(lr_scheduler.__all__) - {"LRScheduler"}


@pytest.mark.parametrize("dialect", SCHEDULERS, ids=lambda dialect: dialect.name)
def test_parameters_and_defaults_are_torchs(dialect):
    theirs = inspect.signature(getattr(lr_scheduler, dialect.name)).parameters
    functions = [dialect.curve or dialect.metric_driven, *dialect.others.values()]
    for function in functions:
        ours = dict(inspect.signature(function).parameters)
        if dialect.curve:
            assert next(iter(ours)) == "base"
            del ours["base"]
        assert set(ours) == set(theirs) - {"optimizer"}
        for name, parameter in ours.items():
            assert parameter.kind is parameter.KEYWORD_ONLY
            assert parameter.default == theirs[name].default, name


@pytest.mark.parametrize("dialect", SCHEDULERS, ids=lambda dialect: dialect.name)
def test_the_named_parameters_exist(dialect):
    function = dialect.curve or dialect.metric_driven
    known = set(inspect.signature(function).parameters)
    assert {*dialect.lengths, *dialect.per_group, *dialect.functions} <= known
    assert dialect.horizon is None or dialect.horizon in dialect.lengths
    assert dialect.composite == ("schedulers" in known)


@every_value
def test_a_curve_is_saved_as_text_and_read_back(name):
    curve = of(name, **GIVEN.get(name, {})).curve(0.1)
    assert read_schedule(write_schedule(curve)) == curve


@every_value
def test_a_curve_is_a_value_with_phases(name):
    curve, again = (of(name, **GIVEN.get(name, {})).curve(0.1) for _ in range(2))
    assert curve == again == pickle.loads(pickle.dumps(curve)) == copy.deepcopy(curve)
    assert hash(curve) == hash(again)
    assert curve.phases
    assert curve.minimum <= curve(5) <= curve.maximum
    times = np.array([0, 1, 5, 6, 7, 40])
    expected = pytest.approx([curve(t) for t in times.tolist()], rel=1e-13)
    assert curve(times).tolist() == expected
    assert curve.curve(41)[times].tolist() == expected


@pytest.mark.parametrize("dialect", SCHEDULERS, ids=lambda dialect: dialect.name)
def test_proportional_is_what_it_says(dialect):
    if not dialect.curve:
        assert not dialect.proportional
        return
    arguments = GIVEN.get(dialect.name, {"lr_lambda": lambda n: 1 / (n + 1)})
    if dialect.name in ("ConstantLR", "LinearLR", "PolynomialLR"):
        arguments = {}
    one, other = (dialect.curve(base, **arguments) for base in (1.0, 0.3))
    same = [other(n) for n in range(50)] == pytest.approx(
        [0.3 * one(n) for n in range(50)], rel=1e-12, abs=1e-15
    )
    assert same is dialect.proportional


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="unknown scheduler 'Step'; known: StepLR, Mu"):
        named(SCHEDULERS, "Step")
