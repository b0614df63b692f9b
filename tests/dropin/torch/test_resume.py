"""A resumed run goes on as if it had not stopped, whatever was loaded when."""

import copy
import random
from itertools import permutations

import pytest
import torch

from dropin.torch.playing import SINGLE, arguments, ours, rates, run, sgd, theirs

pytestmark = pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")

ALL = (*SINGLE, "SequentialLR", "ChainedScheduler")


def built(name, optimizer, seed=1):
    if name == "SequentialLR":
        parts = [ours.ConstantLR(optimizer), ours.CosineAnnealingLR(optimizer, 30)]
        return ours.SequentialLR(optimizer, parts, [5])
    if name == "ChainedScheduler":
        parts = [ours.LinearLR(optimizer), ours.ExponentialLR(optimizer, 0.9)]
        return ours.ChainedScheduler(parts)
    return getattr(ours, name)(optimizer, **arguments(name, random.Random(seed)))


def steps(scheduler, count):
    for _ in range(count):
        scheduler.optimizer.step()
        scheduler.step()


ORDERS = [
    order
    for order in permutations(["build", "optimizer", "scheduler"])
    if order.index("build") < order.index("scheduler")
]


def momenta(optimizer):
    return [group["momentum"] for group in optimizer.param_groups]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("name", ALL)
def test_any_order_of_loading_goes_on_bit_for_bit(name, order):
    old = built(name, sgd(0.1, 0.3))
    steps(old, 6)
    saved = copy.deepcopy((old.optimizer.state_dict(), old.state_dict()))
    optimizer, new = sgd(0.1, 0.3), None
    for what in order:
        if what == "build":
            new = built(name, optimizer)
        elif what == "optimizer":
            optimizer.load_state_dict(copy.deepcopy(saved[0]))
        else:
            new.load_state_dict(copy.deepcopy(saved[1]))
    for _ in range(20):
        assert rates(optimizer) == rates(old.optimizer)
        assert momenta(optimizer) == momenta(old.optimizer)
        assert new.get_last_lr() == old.get_last_lr()
        steps(old, 1)
        steps(new, 1)


@pytest.mark.parametrize("name", [*SINGLE[:7], "LambdaLR", "CyclicLR"])
def test_the_schedulers_state_alone_is_enough(name):
    old = built(name, sgd(0.1))
    steps(old, 4)
    new = built(name, sgd(0.1))
    new.load_state_dict(old.state_dict())
    assert rates(new.optimizer) == rates(old.optimizer)
    assert momenta(new.optimizer) == momenta(old.optimizer)


@pytest.mark.parametrize("loads", [(0, 1), (1, 0)])
@pytest.mark.parametrize("early", [True, False])
def test_two_on_one_optimizer_may_be_loaded_in_either_order(loads, early):
    def both(optimizer):
        return ours.LinearLR(optimizer), ours.ExponentialLR(optimizer, 0.9)

    optimizer = sgd(0.1)
    old = both(optimizer)
    for _ in range(3):
        optimizer.step()
        for scheduler in old:
            scheduler.step()
    fresh = sgd(0.1)
    if early:
        fresh.load_state_dict(optimizer.state_dict())
    new = both(fresh)
    if not early:
        fresh.load_state_dict(optimizer.state_dict())
    for index in loads:
        new[index].load_state_dict(old[index].state_dict())
    assert rates(fresh) == rates(optimizer)
    for schedulers in (old, new):
        for scheduler in schedulers:
            scheduler.optimizer.step()
            scheduler.step()
    assert rates(fresh) == rates(optimizer)


def test_going_back_to_an_earlier_state_gives_its_rates():
    scheduler = built("ExponentialLR", sgd(0.1))
    scheduler.optimizer.load_state_dict(scheduler.optimizer.state_dict())
    steps(scheduler, 3)
    state, then = scheduler.state_dict(), rates(scheduler.optimizer)
    steps(scheduler, 3)
    scheduler.load_state_dict(state)
    assert rates(scheduler.optimizer) == then


CLOSED = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR")
CLOSED += ("PolynomialLR", "CosineAnnealingLR", "MultiplicativeLR", "LambdaLR")


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CLOSED)
def test_last_epoch_gives_the_rate_of_that_epoch(name, seed, loaded):
    given = arguments(name, random.Random(seed))
    old = getattr(theirs, name)(sgd(0.1), **given)
    expected = run(old, 25)
    for last in (0, 4, 5, 11):
        optimizer = sgd(expected[last + 1] if loaded else 0.1)
        optimizer.param_groups[0]["initial_lr"] = 0.1
        new = getattr(ours, name)(optimizer, **given, last_epoch=last)
        assert new.last_epoch == last + 1
        assert run(new, 12) == pytest.approx(expected[last + 1 : last + 13], rel=1e-9)


def test_last_epoch_goes_on_from_the_rate_of_that_epoch():
    optimizer = sgd(0.1 * 0.9**7)  # saved before the scheduler's step
    optimizer.param_groups[0]["initial_lr"] = 0.1
    ours.ExponentialLR(optimizer, 0.9, last_epoch=7)
    assert rates(optimizer) == pytest.approx([0.1 * 0.9**8])


def test_last_epoch_leaves_what_two_schedulers_made():
    optimizer = sgd(0.0123)
    optimizer.param_groups[0]["initial_lr"] = 0.1
    ours.StepLR(optimizer, 3, last_epoch=5)
    ours.ExponentialLR(optimizer, 0.9, last_epoch=5)
    assert rates(optimizer) == [0.0123]


def test_a_sequence_can_begin_in_the_middle():
    optimizer = sgd(0.1)
    parts = [ours.LinearLR(optimizer), ours.CosineAnnealingLR(optimizer, 20)]
    whole = run(ours.SequentialLR(optimizer, parts, [5]), 20)
    for last in (0, 2, 4, 7):
        optimizer = sgd(0.1)
        parts = [ours.LinearLR(optimizer), ours.CosineAnnealingLR(optimizer, 20)]
        scheduler = ours.SequentialLR(optimizer, parts, [5], last_epoch=last)
        assert scheduler.last_epoch == last + 1
        rest = run(scheduler, 20 - last - 1)
        assert rest == pytest.approx(whole[last + 1 :], rel=1e-12)


def test_restarts_are_found_without_a_logarithm():
    for stretch in (2, 3, 10):
        optimizer = sgd(1.0)
        scheduler = ours.CosineAnnealingWarmRestarts(optimizer, 3, stretch)
        begin, length = 0, 3
        for _ in range(12):
            scheduler.step(begin)
            assert (rates(optimizer), scheduler.T_cur) == ([1.0], 0)
            assert scheduler.T_i == length
            begin, length = begin + length, length * stretch
        scheduler.step(4.5)
        assert (scheduler.last_epoch, scheduler.T_cur) == (4, 1.5)
        assert torch.optim.lr_scheduler.LRScheduler in type(scheduler).__mro__
