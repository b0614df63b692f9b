"""State dictionaries go both ways, and hold nothing but plain values."""

import copy
import io
import json
import pickle
import random

import pytest
import torch

from dropin.torch.playing import SINGLE, arguments, ours, rates, sgd, theirs

pytestmark = pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")

ALL = (*SINGLE, "SequentialLR", "ChainedScheduler", "ReduceLROnPlateau")


class Factor:
    """A factor with a memory of its own."""

    def __init__(self, gamma):
        self.gamma = gamma

    def __call__(self, epoch):
        return self.gamma**epoch


def built(name, library, optimizer):
    if name == "SequentialLR":
        parts = [library.LinearLR(optimizer), library.ExponentialLR(optimizer, 0.9)]
        return library.SequentialLR(optimizer, parts, [3])
    if name == "ChainedScheduler":
        parts = [library.LinearLR(optimizer), library.ExponentialLR(optimizer, 0.9)]
        return library.ChainedScheduler(parts)
    if name == "ReduceLROnPlateau":
        return library.ReduceLROnPlateau(optimizer, patience=0)
    return getattr(library, name)(optimizer, **arguments(name, random.Random(1)))


def step(scheduler, optimizer):
    optimizer.step()
    if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
        scheduler.step(1.0)
    else:
        scheduler.step()


def stepped(name, library, steps=7):
    optimizer = sgd(0.1, 0.2)
    scheduler = built(name, library, optimizer)
    for _ in range(steps):
        step(scheduler, optimizer)
    return scheduler, optimizer


def keys(state):
    """Return the shape of a state: its keys, of the parts too."""
    return {
        key: [keys(part) for part in value] if key == "_schedulers" else None
        for key, value in state.items()
    }


@pytest.mark.parametrize("name", ALL)
def test_a_state_has_the_keys_and_values_of_torchs(name):
    mine, theirs_ = stepped(name, ours)[0], stepped(name, theirs)[0]
    a, b = mine.state_dict(), theirs_.state_dict()
    assert keys(a) == keys(b)
    for key in a:
        if not isinstance(a[key], (list, float)):
            assert a[key] == b[key], key
    assert a["_last_lr"] == pytest.approx(b["_last_lr"], rel=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_torch_reads_it_with_weights_only(name):
    state = stepped(name, ours)[0].state_dict()
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    assert torch.load(file, weights_only=True) == state


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("first", "second"), [(ours, theirs), (theirs, ours)])
def test_each_goes_on_from_the_others_state(name, first, second):
    old, old_optimizer = stepped(name, first)
    new, optimizer = stepped(name, second, 0)
    optimizer.load_state_dict(old_optimizer.state_dict())
    new.load_state_dict(old.state_dict())
    for _ in range(9):
        assert rates(optimizer) == pytest.approx(rates(old_optimizer), rel=1e-9)
        assert new.get_last_lr() == pytest.approx(old.get_last_lr(), rel=1e-9)
        step(old, old_optimizer)
        step(new, optimizer)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "again",
    [
        pytest.param(copy.deepcopy, id="deepcopy"),
        pytest.param(lambda one: pickle.loads(pickle.dumps(one)), id="pickle"),
    ],
)
def test_a_copy_goes_on_by_itself(name, again):
    scheduler, optimizer = stepped(name, ours)
    copied = again(scheduler)
    assert copied.optimizer is not optimizer
    assert copied.get_last_lr() == scheduler.get_last_lr()
    for _ in range(9):
        step(copied, copied.optimizer)
    assert rates(optimizer) == stepped(name, ours, 7)[0].get_last_lr()
    for _ in range(9):
        step(scheduler, optimizer)
    assert rates(copied.optimizer) == rates(optimizer)


def test_a_shallow_copy_shares_the_optimizer():
    scheduler, optimizer = stepped("StepLR", ours)
    copied = copy.copy(scheduler)
    assert copied.optimizer is optimizer
    assert copied.state_dict() == scheduler.state_dict()


def test_a_copy_made_before_the_first_update_does_not_warn():
    optimizer = sgd(0.1)
    copied = copy.deepcopy(ours.StepLR(optimizer, 3))
    copied.optimizer.step()
    copied.step()
    assert copied.last_epoch == 1


def test_json_leaves_milestones_what_they_are():
    optimizer = sgd(0.1)
    scheduler = ours.MultiStepLR(optimizer, [2, 4], gamma=0.5)
    state = json.loads(json.dumps(scheduler.state_dict()))
    assert "2" in state["milestones"]
    scheduler.load_state_dict(state)
    assert scheduler.milestones == {2: 1, 4: 1}
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    assert rates(optimizer) == [0.05]


def test_a_loaded_state_is_not_the_schedulers_own():
    scheduler = stepped("LambdaLR", ours)[0]
    state = scheduler.state_dict()
    before = copy.deepcopy(state)
    other = built("LambdaLR", ours, sgd(0.1, 0.2))
    other.load_state_dict(state)
    other.optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    step(other, other.optimizer)
    assert state == before


@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
def test_a_callable_keeps_its_memory(name):
    optimizer = sgd(0.1)
    state = getattr(ours, name)(optimizer, Factor(0.5)).state_dict()
    assert state["lr_lambdas"] == [{"gamma": 0.5}]
    new = getattr(ours, name)(sgd(0.1), Factor(0.9))
    new.load_state_dict(state)
    assert new.lr_lambdas[0].gamma == 0.5
    function = getattr(ours, name)(sgd(0.1), lambda epoch: 0.5)
    assert function.state_dict()["lr_lambdas"] == [None]


def test_an_old_state_of_one_cycle_brings_its_own_function():
    optimizer = sgd(0.1)
    scheduler = ours.OneCycleLR(optimizer, 1.0, total_steps=10)
    expected = []
    for _ in range(5):
        expected.append(rates(optimizer))
        optimizer.step()
        scheduler.step()
    optimizer = sgd(0.1)
    scheduler = ours.OneCycleLR(optimizer, 1.0, total_steps=10)
    del scheduler._anneal_func_type
    state = scheduler.state_dict()
    state["anneal_func"] = ours.OneCycleLR._annealing_cos
    scheduler.load_state_dict(state)
    for found in expected:
        assert rates(optimizer) == pytest.approx(found)
        optimizer.step()
        scheduler.step()
