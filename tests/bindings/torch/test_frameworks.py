"""It has the methods, and the signatures, of torch's own schedulers."""

import inspect

import torch

from lehr import Linear
from lehr.bindings.torch import Scheduler

FALL = Linear(1e-2, 0.0, 20)


def test_torch_itself_takes_it_for_one(make):
    scheduler = Scheduler(make(), lr=FALL)
    assert isinstance(scheduler, torch.optim.lr_scheduler.LRScheduler)
    theirs = torch.optim.lr_scheduler.LRScheduler
    for name, method in inspect.getmembers(theirs, inspect.isfunction):
        if not name.startswith("_"):
            ours = inspect.signature(getattr(Scheduler, name)).parameters
            assert list(ours)[: len(inspect.signature(method).parameters)] == list(
                inspect.signature(method).parameters
            )
