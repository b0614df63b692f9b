"""A scheduler that follows a metric does what torch's ReduceLROnPlateau does."""

import json
import math
import random

import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from lehr import Chain, Constant, Linear
from lehr.bindings.torch import PlateauScheduler, Scheduler, times_base
from lehr.controllers import Plateau

HALF = Plateau("min", factor=0.5, patience=1)


def losses(seed, mode="min", count=200):
    worst = math.inf if mode == "min" else -math.inf
    draw = random.Random(seed)
    found = [draw.choice([1.0, 0.5, 0.7, draw.random()]) for _ in range(count)]
    for index in draw.sample(range(count), 5):
        found[index] = draw.choice([math.nan, worst])
    return found


def configuration(seed, groups):
    draw = random.Random(seed)
    return {
        "mode": draw.choice(["min", "max"]),
        "factor": draw.choice([0.1, 0.5, 0.9, draw.uniform(0.01, 0.99)]),
        "patience": draw.randrange(6),
        "threshold": draw.choice([0.0, 1e-4, 0.1]),
        "threshold_mode": draw.choice(["rel", "abs"]),
        "cooldown": draw.randrange(4),
        "min_lr": draw.choice([0.0, 1e-3, [10.0**-i for i in range(groups)]]),
        "eps": draw.choice([0.0, 1e-8, 1e-2]),
    }


def ours(optimizer, config, **more):
    config = dict(config)
    minimum, eps = config.pop("min_lr"), config.pop("eps")
    mode = {"rel": "relative", "abs": "absolute"}[config.pop("threshold_mode")]
    controller = Plateau(**config, threshold_mode=mode)
    return PlateauScheduler(optimizer, controller, minimum=minimum, eps=eps, **more)


def rates(optimizer):
    return [float(group["lr"]) for group in optimizer.param_groups]


SHOWN = ("last_epoch", "best", "num_bad_epochs", "cooldown_counter", "in_cooldown")
SHOWN += ("mode", "factor", "patience", "threshold", "threshold_mode", "cooldown")
SHOWN += ("eps", "min_lrs", "mode_worse")


@pytest.mark.parametrize("seed", range(60))
def test_the_rates_and_attributes_are_those_of_torch(make, seed):
    values = [0.5, 0.1, 0.003][: 1 + seed % 3]
    config = configuration(seed, len(values))
    optimizer, peer_optimizer = make(*values), make(*values)
    scheduler = ours(optimizer, config)
    peer = ReduceLROnPlateau(peer_optimizer, **config)
    for number, loss in enumerate(losses(seed, config["mode"])):
        if number == 100:  # a run that is resumed
            state = json.loads(json.dumps(scheduler.state_dict(), allow_nan=False))
            optimizer = make(*values)
            scheduler = ours(optimizer, config)
            scheduler.load_state_dict(state)
        scheduler.step(loss)
        peer.step(loss)
        assert rates(optimizer) == rates(peer_optimizer)
        for name in SHOWN:
            assert getattr(scheduler, name) == getattr(peer, name), name
        assert scheduler.get_last_lr() == peer.get_last_lr()


def test_it_is_an_instance_of_all_that_frameworks_ask_for(make):
    scheduler = PlateauScheduler(make(), HALF)
    for kind in (LRScheduler, ReduceLROnPlateau, Scheduler):
        assert isinstance(scheduler, kind)
    assert scheduler.by_metric


def test_it_adds_nothing_to_the_optimizer(make):
    optimizer = make(0.1, 0.2)
    keys, step = set(optimizer.param_groups[0]), optimizer.step
    PlateauScheduler(optimizer, HALF).step(1.0)
    assert set(optimizer.param_groups[0]) == keys
    assert optimizer.step == step


def test_each_cut_takes_from_the_planned_value(make):
    optimizer = make(0.1)
    plan = Chain((Linear(0.0, 1.0, 4), Linear(1.0, 0.0, 100)))
    scheduler = PlateauScheduler(optimizer, HALF, planned=plan, start=4, minimum=0.1)
    assert rates(optimizer) == [0.0]
    for _ in range(4):
        scheduler.step()
    for number in range(5, 105):
        scheduler.step(1.0)
        # the first sets the best, then every second one cuts
        cuts = (number - 5) // 2
        expected = plan(number)
        for _ in range(cuts):
            if expected > 0.1:
                expected = max(expected / 2, 0.1)
        assert rates(optimizer) == [pytest.approx(expected, rel=1e-12)]


def test_times_base_and_a_list_are_planned_per_group(make):
    optimizer = make(0.2, 0.4)
    PlateauScheduler(optimizer, HALF, planned=times_base(Linear(0.5, 1.0, 2)))
    assert rates(optimizer) == [0.1, 0.2]
    optimizer = make(0.2, 0.4)
    scheduler = PlateauScheduler(optimizer, HALF, planned=[Constant(1.0), None])
    for _ in range(3):
        scheduler.step(1.0)
    assert rates(optimizer) == [0.5, 0.4]


def test_another_field_can_be_driven(make):
    optimizer = make(0.1, weight_decay=0.2)
    scheduler = PlateauScheduler(optimizer, HALF, field="weight_decay")
    for _ in range(3):
        scheduler.step(1.0)
    assert optimizer.param_groups[0]["weight_decay"] == 0.1
    assert rates(optimizer) == [0.1]


def test_the_floor_of_the_factor_is_kept(make):
    optimizer = make(0.1, 1.0)
    floored = Plateau("min", factor=0.5, patience=0, floor=0.3)
    scheduler = PlateauScheduler(optimizer, floored)
    for _ in range(9):
        scheduler.step(1.0)
    assert rates(optimizer) == [pytest.approx(0.03), pytest.approx(0.3)]


def test_a_tensor_is_filled_in_place(make):
    optimizer = make(torch.tensor(0.5))
    tensor = optimizer.param_groups[0]["lr"]
    scheduler = PlateauScheduler(optimizer, HALF)
    for _ in range(3):
        scheduler.step(torch.tensor([1.0]))
    assert optimizer.param_groups[0]["lr"] is tensor
    assert tensor.item() == 0.25


def test_a_group_that_is_added_is_cut_as_the_others(make):
    optimizer = make(0.1)
    scheduler = PlateauScheduler(optimizer, HALF)
    for _ in range(3):
        scheduler.step(1.0)
    optimizer.add_param_group(
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 1.0}
    )
    optimizer.step()
    assert rates(optimizer) == [0.05, 0.5]
    scheduler.step(1.0)
    scheduler.step(1.0)
    assert rates(optimizer) == [0.025, 0.25]
    state = scheduler.state_dict()
    again = make(0.1, 1.0)
    PlateauScheduler(again, HALF).load_state_dict(state)
    assert rates(again) == [0.025, 0.25]


def test_a_group_added_beyond_the_listed_minimums_is_refused(make):
    optimizer = make(0.1)
    scheduler = PlateauScheduler(optimizer, HALF, minimum=[0.01])
    assert scheduler.min_lrs == [0.01]
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    with pytest.raises(ValueError, match="minimum lists 1 values for 2 param groups"):
        optimizer.step()
