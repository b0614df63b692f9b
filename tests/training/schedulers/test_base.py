"""What all schedulers share: they are values, or count their own steps exactly."""

import copy
import json
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.training import schedulers
from lehr.training.optimizers import SGD
from lehr.training.schedulers import (
    CosineAnnealingLR,
    CosineScheduler,
    ExponentialLR,
    LRScheduler,
    MultiStepLR,
    StepLR,
    StepScheduler,
    WarmupCosineAnnealingLR,
    WarmupLR,
    WarmupScheduler,
    WarmupStepLR,
)

VALUES = [
    StepLR(0.1, 30, 0.1),
    MultiStepLR(0.1, [30, 60], 0.5),
    ExponentialLR(0.1, 0.95),
    CosineAnnealingLR(0.1, 100, 0.01),
    WarmupLR(0.1, 10, start_lr=0.01, shape="exponential"),
    WarmupCosineAnnealingLR(0.1, 10, 100),
    WarmupStepLR(0.1, 10, 30, 0.1),
]
each_value = pytest.mark.parametrize(
    "scheduler", VALUES, ids=lambda s: type(s).__name__
)

MAKES = [
    lambda **options: StepScheduler(0.1, 3, 0.5, **options),
    lambda **options: CosineScheduler(0.1, 20, 0.01, **options),
    lambda **options: WarmupScheduler(0.1, 7, 0.02, "cosine", **options),
]
each_make = pytest.mark.parametrize("make", MAKES)


def test_they_are_there_without_torch():
    code = (
        "import sys; import lehr.training.schedulers as s; "
        "s.StepLR(0.1, 30, 0.1).get_lr(40); s.StepScheduler(0.1).step(); "
        "from lehr.training import StepLR, schedulers; "
        "assert StepLR is s.StepLR is schedulers.StepLR; "
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@each_value
def test_a_rate_by_epoch_is_a_value(scheduler):
    scheduler.get_lr(3)
    twins = [
        eval(repr(scheduler), vars(schedulers).copy()),
        pickle.loads(pickle.dumps(scheduler)),
        copy.deepcopy(scheduler),
    ]
    for twin in twins:
        assert (twin, hash(twin), repr(twin)) == (
            scheduler,
            hash(scheduler),
            repr(scheduler),
        )
        assert [twin.get_lr(e) for e in range(120)] == [
            scheduler.get_lr(e) for e in range(120)
        ]
    assert len(set(VALUES)) == len(VALUES)
    with pytest.raises(FrozenInstanceError):
        scheduler.base_lr = 1.0


@each_value
def test_its_schedule_says_the_same(scheduler):
    assert isinstance(scheduler, LRScheduler)
    epochs = range(130)
    assert [scheduler.get_lr(e) for e in epochs] == [
        scheduler.schedule(e) for e in epochs
    ]


@each_value
def test_the_batch_changes_nothing_and_both_are_checked(scheduler):
    assert scheduler.get_lr(12, 7) == scheduler.get_lr(12, batch=0)
    for arguments in ((-1,), (2.5,), (0, -1), (0, 0.5)):
        with pytest.raises(ValueError, match=r"(epoch|batch) must be"):
            scheduler.get_lr(*arguments)
    with pytest.raises(TypeError, match="epoch must be a number, got True"):
        scheduler.get_lr(True)


@given(
    st.sampled_from(MAKES),
    st.integers(0, 60),
    st.sampled_from(["after", "before"]),
    st.sampled_from(["step", "epoch"]),
)
def test_stepping_there_loading_there_and_the_formula_agree(make, steps, order, mode):
    walked = make(order=order, mode=mode)
    for _ in range(steps):
        walked.step()
    loaded = make(order=order, mode=mode)
    loaded.load_state_dict(walked.state_dict())
    # Before the optimizer, the first call is for update 0.
    update = steps if order == "after" else max(steps - 1, 0)
    assert walked.get_lr() == loaded.get_lr() == walked.schedule(update)
    assert walked.counter == loaded.counter == steps
    assert walked.state_dict() == loaded.state_dict()


@each_make
def test_the_state_is_plain_and_holds_what_was_planned(make):
    scheduler = make(mode="epoch")
    scheduler.step()
    state = json.loads(json.dumps(scheduler.state_dict(), allow_nan=False))
    assert {"counter", "current_lr", "initial_lr", "mode", "order"} <= set(state)
    assert (state["counter"], state["mode"]) == (1, "epoch")
    assert state["current_lr"] == scheduler.get_lr()
    again = make(mode="epoch")
    again.load_state_dict(state)
    assert again.get_lr() == scheduler.get_lr()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"counter": -3}, ValueError, "counter must be >= 0, got -3"),
        ({"counter": 1.5}, ValueError, "counter must be a whole number"),
        ({"counter": True}, TypeError, "counter must be a number"),
        ({"current_lr": 0.03}, ValueError, "current_lr is 0.03, but counter 4 and"),
        ({"step_size": 0}, ValueError, "step_size must be >= 1"),
        ({"mode": "tokens"}, ValueError, "mode must be one of"),
        ({"T_max": 3}, ValueError, "no state of a StepScheduler, which has no T_max"),
    ],
)
def test_a_state_that_cannot_be_is_refused_and_changes_nothing(change, error, message):
    scheduler = StepScheduler(0.1, 3, 0.5)
    for _ in range(4):
        scheduler.step()
    before = scheduler.state_dict()
    with pytest.raises(error, match=message):
        scheduler.load_state_dict({**before, **change})
    assert scheduler.state_dict() == before


def test_a_state_of_another_kind_is_refused():
    state = CosineScheduler(0.1, 3).state_dict()
    with pytest.raises(ValueError, match="StepScheduler: it lacks gamma, step_size"):
        StepScheduler(0.1).load_state_dict(state)
    with pytest.raises(TypeError, match="what state_dict"):
        StepScheduler(0.1).load_state_dict(None)


def test_another_configuration_needs_a_policy():
    saved = StepScheduler(0.1, 2, 0.5)
    for _ in range(4):
        saved.step()
    state = saved.state_dict()
    other = StepScheduler(0.1, 4, 0.25)
    with pytest.raises(
        ValueError, match=r"step_size was 2 and is 4; gamma was 0\.5 and is 0\.25"
    ):
        other.load_state_dict(state)
    assert (other.counter, other.get_lr()) == (0, 0.1)
    other.load_state_dict(state, on_change="override")
    assert (other.counter, other.get_lr()) == (4, 0.025)
    other.load_state_dict(state, on_change="keep")
    assert (other.step_size, other.gamma, other.get_lr()) == (2, 0.5, 0.025)
    other.step()
    assert other.state_dict() == {**state, "counter": 5}
    own = StepScheduler(0.1, 4, 0.25, on_change="override")
    own.load_state_dict(state)
    assert own.get_lr() == 0.025
    with pytest.raises(ValueError, match="did you mean 'keep'"):
        own.load_state_dict(state, on_change="keeps")


@each_make
@pytest.mark.parametrize("lehrs", [False, True])
def test_an_optimizer_always_has_the_rate_in_force(make, lehrs):
    parameter = torch.nn.Parameter(torch.ones(1))
    optimizer = SGD(1.0) if lehrs else torch.optim.SGD([parameter], lr=1.0)
    scheduler = make(optimizer=optimizer)
    if lehrs:
        assert optimizer.get_lr() == scheduler.get_lr()
        optimizer.bind([parameter])
    for _ in range(10):
        assert optimizer.param_groups[0]["lr"] == scheduler.get_lr()
        optimizer.step()
        scheduler.step()
    twin = torch.optim.SGD([parameter], lr=1.0)
    again = make(optimizer=twin)
    again.load_state_dict(scheduler.state_dict())
    assert twin.param_groups[0]["lr"] == scheduler.get_lr()


def test_what_is_no_optimizer_is_refused():
    with pytest.raises(TypeError, match="optimizer must have param_groups"):
        StepScheduler(0.1, optimizer=0.5)


def test_settings_cannot_be_changed_in_silence():
    scheduler = StepScheduler(0.1)
    with pytest.raises(FrozenInstanceError):
        scheduler.gamma = 0.5
    assert repr(scheduler) == (
        "StepScheduler(initial_lr=0.1, step_size=30, gamma=0.1, mode='step', "
        "order='after', on_change='refuse')"
    )
    assert pickle.loads(pickle.dumps(scheduler)).state_dict() == scheduler.state_dict()
