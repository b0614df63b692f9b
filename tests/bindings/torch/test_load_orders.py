"""Building and loading in any order: the next update uses the value of the position."""

import copy
import itertools
import json

import pytest
import torch

from lehr import Chain, Cosine, Linear
from lehr.bindings.torch import Scheduler, times_base

CURVE = Chain((Linear(0.1, 1.0, 10), Cosine(1.0, 0.0, 90)))
SCALED = times_base(CURVE)
ORDERS = [
    order
    for order in itertools.permutations(["build", "optimizer", "scheduler"])
    if order.index("build") < order.index("scheduler")
]


def run(optimizer, scheduler, updates):
    for _ in range(updates):
        optimizer.step()
        scheduler.step()
    return [group["params"][0].detach().clone() for group in optimizer.param_groups]


def saved(optimizer, scheduler, tmp_path):
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.pt")
    text = json.dumps(scheduler.state_dict())
    return torch.load(tmp_path / "optimizer.pt"), json.loads(text)


@pytest.mark.parametrize("tensors", [False, True])
@pytest.mark.parametrize("at", [0, 1, 7, 42, 100, 130])
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("rule", [CURVE, SCALED, [SCALED, CURVE]], ids=str)
def test_a_resumed_run_equals_the_uninterrupted_one(
    make, tmp_path, rule, order, at, tensors
):
    rates = (0.1, 0.1) if rule is CURVE else (0.1, 0.01)

    def fresh():
        values = [torch.tensor(r) if tensors else r for r in rates]
        return make(*values, kind=torch.optim.Adam, foreach=False)

    optimizer = fresh()
    scheduler = Scheduler(optimizer, lr=rule)
    run(optimizer, scheduler, at)
    weights = [group["params"][0].detach().clone() for group in optimizer.param_groups]
    states = saved(optimizer, scheduler, tmp_path)
    expected = run(optimizer, scheduler, 5)

    resumed = fresh()
    for group, weight in zip(resumed.param_groups, weights, strict=True):
        group["params"][0].data.copy_(weight)
    for action in order:
        if action == "build":
            again = Scheduler(resumed, lr=rule)
        elif action == "optimizer":
            resumed.load_state_dict(states[0])
        else:
            again.load_state_dict(states[1])
    assert again.position == scheduler.position.__class__(at)
    for ours, theirs in zip(run(resumed, again, 5), expected, strict=True):
        assert torch.equal(ours, theirs)
    assert again.values == scheduler.values


@pytest.mark.parametrize("rule", [CURVE, SCALED])
def test_resuming_needs_only_the_update_number(make, rule):
    first, second = make(), make()
    scheduler, sought = Scheduler(first, lr=rule), Scheduler(second, lr=rule)
    run(first, scheduler, 33)
    sought.seek(33)
    assert sought.values == scheduler.values


def test_loading_twice_is_loading_once(make):
    optimizer = make(0.1, 0.01)
    scheduler = Scheduler(optimizer, lr=SCALED)
    run(optimizer, scheduler, 30)
    state, own = scheduler.state_dict(), copy.deepcopy(optimizer.state_dict())
    resumed = make(0.1, 0.01)
    again = Scheduler(resumed, lr=SCALED)
    for _ in range(2):
        again.load_state_dict(state)
        resumed.load_state_dict(own)
        assert again.values == scheduler.values
        assert again.state_dict() == state


def test_an_optimizer_loaded_in_the_middle_of_a_run_does_not_change_the_rates(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=CURVE)
    old = copy.deepcopy(optimizer.state_dict())
    run(optimizer, scheduler, 50)
    optimizer.load_state_dict(old)
    assert scheduler.values == {"lr": [CURVE(50)]}


def test_a_flat_stretch_is_written_again_after_a_load(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=Linear(0.5, 0.5, 1000))
    run(optimizer, scheduler, 5)
    other = make(0.25)
    optimizer.load_state_dict(other.state_dict())
    assert scheduler.values == {"lr": [0.5]}


def test_groups_that_were_replaced_behind_our_back_are_written_before_the_update(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=CURVE)
    run(optimizer, scheduler, 20)
    optimizer.param_groups = [{**optimizer.param_groups[0], "lr": 123.0}]
    optimizer.step()
    assert optimizer.param_groups[0]["lr"] == CURVE(20)


def test_a_resumed_run_may_go_back_to_any_other_state(make):
    first = make(0.1, 0.01)
    scheduler = Scheduler(first, lr=SCALED)
    states = []
    for _ in range(3):
        run(first, scheduler, 20)
        states.append(copy.deepcopy((first.state_dict(), scheduler.state_dict())))
    optimizer = make(0.1, 0.01)
    optimizer.load_state_dict(states[1][0])
    resumed = Scheduler(optimizer, lr=SCALED)  # finds rates, not starting values
    for place in (1, 0, 2):
        resumed.load_state_dict(states[place][1])
        factor = CURVE(20 * (place + 1))
        assert resumed.values["lr"] == pytest.approx([0.1 * factor, 0.01 * factor])
