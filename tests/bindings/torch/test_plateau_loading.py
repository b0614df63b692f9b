"""A scheduler that follows a metric is saved, loaded, copied and built again."""

import copy
import itertools
import math
import pickle
import random

import pytest
import torch

from lehr import Linear
from lehr.bindings.torch import PlateauScheduler, times_base
from lehr.controllers import Plateau

HALF = Plateau("min", factor=0.5, patience=1)


def losses(seed):
    draw = random.Random(seed)
    return [draw.choice([1.0, 0.5, 0.7, draw.random()]) for _ in range(100)]


def rates(optimizer):
    return [float(group["lr"]) for group in optimizer.param_groups]


ORDERS = [
    order
    for order in itertools.permutations(["build", "optimizer", "scheduler"])
    if order.index("build") < order.index("scheduler")
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("planned", [None, times_base(Linear(1.0, 0.5, 20))])
@pytest.mark.parametrize("tensors", [False, True])
def test_a_resumed_run_goes_on_in_any_order_of_loading(make, order, planned, tensors):
    def fresh():
        values = [0.5, 0.125]
        values = [torch.tensor(v) for v in values] if tensors else values
        return make(*values, kind=torch.optim.Adam, foreach=False)

    optimizer = fresh()
    scheduler = PlateauScheduler(optimizer, HALF, planned=planned)
    seen = losses(3)
    for loss in seen[:30]:
        scheduler.step(loss)
    states = copy.deepcopy(optimizer.state_dict()), scheduler.state_dict()
    resumed = fresh()
    for action in order:
        if action == "build":
            again = PlateauScheduler(resumed, HALF, planned=planned)
        elif action == "optimizer":
            resumed.load_state_dict(copy.deepcopy(states[0]))
        else:
            again.load_state_dict(states[1])
    assert rates(resumed) == rates(optimizer)
    for loss in seen[30:]:
        scheduler.step(loss)
        again.step(loss)
        assert rates(resumed) == rates(optimizer)


def test_building_again_on_the_same_optimizer_starts_anew(make):
    optimizer = make(0.1)
    scheduler = PlateauScheduler(optimizer, HALF)
    for _ in range(9):
        scheduler.step(1.0)
    assert rates(optimizer) != [0.1]
    PlateauScheduler(optimizer, HALF)
    assert rates(optimizer) == [0.1]


def test_copies_and_pickles_go_their_own_way(make):
    scheduler = PlateauScheduler(make(0.5), HALF)
    scheduler.step(1.0)
    for other in (
        copy.deepcopy(scheduler),
        pickle.loads(pickle.dumps(scheduler)),
    ):
        other.step(2.0)
        other.step(2.0)
        assert rates(other.optimizer) == [0.25]
        assert other.memory.cuts == 1
    shallow = copy.copy(scheduler)
    shallow.step(2.0)
    shallow.step(2.0)
    assert (shallow.memory.cuts, scheduler.memory.cuts) == (1, 0)


def test_seeking_moves_the_plan_and_not_the_memory(make):
    optimizer = make(0.1)
    scheduler = PlateauScheduler(optimizer, HALF, planned=Linear(1.0, 0.0, 10))
    for _ in range(3):
        scheduler.step(1.0)
    scheduler.seek(5)
    assert rates(optimizer) == [0.25]
    scheduler._reset()
    assert rates(optimizer) == [0.5]
    assert scheduler.best == math.inf


def test_a_group_that_was_just_added_is_taken_in_by_a_step_and_by_a_load(make):
    added = {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 1.0}
    both = PlateauScheduler(make(0.5, 1.0), HALF)
    for _ in range(3):
        both.step(1.0)
    optimizer = make(0.5)
    scheduler = PlateauScheduler(optimizer, HALF)
    scheduler.step(1.0)
    scheduler.step(1.0)
    optimizer.add_param_group(dict(added))
    scheduler.step(1.0)
    assert rates(optimizer) == [0.25, 0.5]
    optimizer = make(0.5)
    scheduler = PlateauScheduler(optimizer, HALF)
    optimizer.add_param_group(dict(added))
    scheduler.load_state_dict(both.state_dict())
    assert rates(optimizer) == [0.25, 0.5]
