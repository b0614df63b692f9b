"""A scheduler of one's own gives its rate by `get_lr` or by `schedule`."""

import json

import pytest
import torch

from lehr import Linear
from lehr.training import SGD, LRScheduler
from lehr.training.clock import Clock


def test_one_of_ones_own_needs_a_schedule_only():
    class Fall(LRScheduler):
        @property
        def schedule(self):
            return Linear(1.0, 0.0, 4)

    assert [Fall().get_lr(epoch) for epoch in (0, 1, 9)] == [1.0, 0.75, 0.0]


def test_one_of_ones_own_needs_get_lr_only():
    class Slow(LRScheduler):
        def __init__(self, first):
            self.first = first

        def get_lr(self, epoch, batch=0):
            return self.first / (1 + epoch)

    assert [Slow(0.5).schedule(epoch) for epoch in (0, 1, 4)] == [0.5, 0.25, 0.1]
    optimizer = SGD(0.1)
    optimizer.bind(torch.nn.Linear(2, 1))
    clock = Clock(Slow(0.5), optimizer.bound)
    assert optimizer.get_lr() == 0.5
    clock.after_epoch()
    assert optimizer.get_lr() == 0.25
    state = json.loads(json.dumps(clock.state_dict()))
    Clock(Slow(0.5), optimizer.bound).load_state_dict(state, 8, 4)
    assert optimizer.get_lr() == 0.1
    with pytest.raises(ValueError, match="build it as it was"):
        Clock(Slow(0.6), optimizer.bound).load_state_dict(state, 8, 4)


def test_one_of_ones_own_must_give_a_rate():
    class Nothing(LRScheduler):
        pass

    for kind in (LRScheduler, Nothing):
        with pytest.raises(TypeError, match=f"{kind.__name__} gives no rate; define g"):
            kind()
