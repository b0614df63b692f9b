"""Copies and pickles of an optimizer and its scheduler go on by themselves."""

import copy
import io
import pickle

import pytest
import torch

from lehr import Cosine, Linear
from lehr.bindings.torch import Scheduler, on, times_base


def pickled(pair):
    return pickle.loads(pickle.dumps(pair))


def through_torch(pair):
    buffer = io.BytesIO()
    torch.save(pair, buffer)
    buffer.seek(0)
    return torch.load(buffer, weights_only=False)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled, through_torch])
@pytest.mark.parametrize("tensors", [False, True])
def test_a_copy_is_bound_to_the_copied_optimizer(make, duplicate, tensors):
    rates = [torch.tensor(r) if tensors else r for r in (0.1, 0.2)]
    optimizer = make(*rates, momentum=0.9)
    scheduler = Scheduler(
        optimizer,
        lr=times_base(Cosine(1.0, 0.0, 10)),
        momentum=on("samples", Linear(0.9, 0.5, 100)),
    )
    scheduler.step(samples=10)
    before = scheduler.values
    other, twin = duplicate((optimizer, scheduler))
    assert twin.optimizer is other is not optimizer
    assert twin.state_dict() == scheduler.state_dict()
    twin.step(samples=10)
    assert scheduler.values == before
    scheduler.step(samples=10)
    assert twin.values == scheduler.values
    for group, original in zip(other.param_groups, optimizer.param_groups, strict=True):
        assert isinstance(group["lr"], torch.Tensor) is tensors
        assert not tensors or group["lr"] is not original["lr"]


def test_a_copy_hears_of_loads_and_new_groups(make):
    optimizer, scheduler = copy.deepcopy(
        (o := make(), Scheduler(o, lr=Linear(1.0, 0.0, 10)))
    )
    scheduler.seek(5)
    optimizer.load_state_dict(make(0.125).state_dict())
    assert scheduler.values["lr"] == [0.5]
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    optimizer.step()
    assert scheduler.values["lr"] == [0.5, 0.5]


def test_a_shallow_copy_has_a_clock_of_its_own(make):
    scheduler = Scheduler(make(), lr=Linear(1.0, 0.0, 10))
    twin = copy.copy(scheduler)
    scheduler.step()
    assert (scheduler.last_epoch, twin.last_epoch) == (1, 0)
