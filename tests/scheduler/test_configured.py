"""Schedulers made of what the groups start with, whatever is built or loaded when."""

import copy
import itertools
import json
import pickle

import pytest
import torch

from lehr.scheduler import build_scheduler
from scheduler.runs import rates

CONFIGS = {
    "proportional": {"name": "StepLR", "step_size": 7, "gamma": 0.5},
    "affine": {"name": "CosineAnnealingLR", "T_max": 50, "eta_min": 1e-3},
    "momentum": {"name": "OneCycleLR", "max_lr": 1.0, "total_steps": 90},
    "composite": {
        "name": "SequentialLR",
        "schedulers": [
            {"name": "LinearLR", "total_iters": 5},
            {"name": "CosineAnnealingLR", "T_max": 50, "eta_min": 1e-3},
        ],
        "milestones": [5],
    },
    "timm": {"name": "timm_CosineLRScheduler", "t_initial": 50, "warmup_t": 4},
}
each_config = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
ORDERS = [
    order
    for order in itertools.permutations(["build", "optimizer", "scheduler"])
    if order.index("build") < order.index("scheduler")
]


def advance(scheduler, steps):
    for _ in range(steps):
        scheduler.optimizer.step()
        scheduler.step()
    return scheduler


@each_config
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("tensors", [False, True])
def test_a_run_goes_on_in_any_order_of_loading(optimizer, config, order, tensors):
    def fresh():
        values = [0.5, 0.125]
        values = [torch.tensor(v) for v in values] if tensors else values
        return optimizer(*values, kind=torch.optim.Adam, foreach=False)

    scheduler = advance(build_scheduler(fresh(), config), 23)
    states = copy.deepcopy(scheduler.optimizer.state_dict()), scheduler.state_dict()
    resumed = fresh()
    for action in order:
        if action == "build":
            again = build_scheduler(resumed, config)
        elif action == "optimizer":
            resumed.load_state_dict(copy.deepcopy(states[0]))
        else:
            again.load_state_dict(json.loads(json.dumps(states[1])))
    for _ in range(40):
        assert rates(resumed) == pytest.approx(rates(scheduler.optimizer), rel=1e-6)
        advance(scheduler, 1)
        advance(again, 1)


@each_config
def test_a_group_that_is_added_follows_from_its_own_start(optimizer, config):
    bound = optimizer(0.5)
    scheduler = advance(build_scheduler(bound, config), 9)
    added = {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.125}
    bound.add_param_group(added)
    bound.step()
    both = advance(build_scheduler(optimizer(0.5, 0.125), config), 9)
    assert rates(bound) == rates(both.optimizer)
    advance(scheduler, 20)
    advance(both, 20)
    assert rates(bound) == rates(both.optimizer)
    late = build_scheduler(optimizer(0.5), config)
    late.optimizer.add_param_group(
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.125}
    )
    late.load_state_dict(scheduler.state_dict())
    assert rates(late.optimizer) == rates(bound)


def test_a_group_beyond_the_listed_values_is_refused(optimizer):
    config = {"name": "OneCycleLR", "max_lr": [1.0, 2.0], "total_steps": 90}
    bound = optimizer(0.1, 0.2)
    scheduler = build_scheduler(bound, config)
    bound.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    with pytest.raises(ValueError, match="max_lr of OneCycleLR lists 2 values"):
        bound.step()
    assert scheduler.position.updates == 0


@pytest.mark.parametrize("name", sorted(set(CONFIGS) - {"momentum"}))
def test_a_state_under_another_start_is_refused_and_changes_nothing(optimizer, name):
    # OneCycleLR, which is left out, does not look at it.
    state = advance(build_scheduler(optimizer(0.5), CONFIGS[name]), 9).state_dict()
    scheduler = build_scheduler(optimizer(0.3), CONFIGS[name])
    before = rates(scheduler.optimizer)
    with pytest.raises(ValueError, match="another configuration"):
        scheduler.load_state_dict(state)
    assert rates(scheduler.optimizer) == before
    assert scheduler.position.updates == 0


@each_config
def test_a_refused_load_after_the_optimizer_changes_nothing(optimizer, config):
    scheduler = advance(build_scheduler(optimizer(0.5), config), 9)
    states = scheduler.optimizer.state_dict(), scheduler.state_dict()
    other = {"name": "ExponentialLR", "gamma": 0.9}
    resumed = optimizer(0.5)
    resumed.load_state_dict(states[0])
    again = build_scheduler(resumed, other)
    before = rates(resumed)
    with pytest.raises(ValueError, match="another configuration"):
        again.load_state_dict(states[1])
    assert rates(resumed) == before


@each_config
def test_building_twice_on_one_optimizer_starts_anew(optimizer, config):
    bound = optimizer(0.5, 0.125)
    build_scheduler(bound, config)
    start = rates(bound)
    advance(build_scheduler(bound, config), 13)
    build_scheduler(bound, config)
    assert rates(bound) == start


@each_config
def test_copies_go_their_own_way(optimizer, config):
    scheduler = advance(build_scheduler(optimizer(0.5), config), 9)
    for other in (copy.deepcopy(scheduler), pickle.loads(pickle.dumps(scheduler))):
        advance(other, 11)
        assert scheduler.position.updates == 9
        other.seek(9)
        assert rates(other.optimizer) == rates(scheduler.optimizer)


def test_kept_configurations_are_followed_by_groups_that_are_added(optimizer):
    half = {"name": "StepLR", "step_size": 5, "gamma": 0.5}
    state = advance(build_scheduler(optimizer(0.5), half), 5).state_dict()
    bound = optimizer(0.5)
    scheduler = build_scheduler(bound, half | {"gamma": 0.1})
    scheduler.load_state_dict(state, on_change="keep")
    bound.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 1.0})
    bound.step()
    assert rates(bound) == [0.25, 0.5]


def test_a_damaged_state_is_refused(optimizer):
    scheduler = build_scheduler(optimizer(0.5), CONFIGS["affine"])
    for starts in (3, {"lr": 3}, {"lr": [0.5]}, {"lr": [["a", "b"]]}):
        state = scheduler.state_dict() | {"starts": starts}
        with pytest.raises(ValueError, match="the state is damaged: starts are"):
            scheduler.load_state_dict(state)


def test_what_a_group_starts_with_is_in_the_state(optimizer):
    state = advance(build_scheduler(optimizer(0.5), CONFIGS["affine"]), 50).state_dict()
    assert state["starts"] == {"lr": [[0.5, pytest.approx(1e-3)]]}
    assert len(json.dumps(state)) < 1_000
