"""A sweep leaves everything as it was, to the bit, whatever happens in it."""

import _thread
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.rate_finder import find_rate
from lehr.training import BaseTrainer
from lehr.training.data import Loader
from rate_finder.learners import X, Y, loader, parts, state, trained


@pytest.mark.parametrize("learned", [0, 3], ids=["fresh", "in the middle of a run"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lr": torch.tensor(1e-3), "capturable": False, "amsgrad": True},
        {"optimizer": torch.optim.SGD, "momentum": 0.9, "nesterov": True},
    ],
    ids=["adam", "tensor rate", "sgd"],
)
def test_everything_is_as_it_was(options, learned):
    model, optimizer = parts(**options)
    data, scaler = loader(), torch.amp.GradScaler("cpu", init_scale=8.0)
    trained(model, optimizer, learned)
    scheduler = Scheduler(optimizer, lr=Linear(1e-3, 0.0, 100))
    scheduler.seek(7)
    next(iter(data))  # the place is inside of an epoch
    before = state(model, optimizer, data, scheduler, scaler)
    find_rate(model, optimizer, data, updates=30, precision="fp16", scaler=scaler)
    assert state(model, optimizer, data, scheduler, scaler) == before


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("after", [0, 1, 9])
def test_everything_is_as_it_was_after_an_error(error, after):
    model, optimizer = parts()
    trained(model, optimizer)
    data, calls = loader(), []

    def loss(output, target):
        calls.append(1)
        random.random()
        np.random.rand()
        if len(calls) > after:
            raise error
        return nn.functional.cross_entropy(output, target)

    before = state(model, optimizer, data)
    with pytest.raises(error):
        find_rate(model, optimizer, data, loss=loss)
    assert state(model, optimizer, data) == before
    assert len(calls) == after + 1


def test_a_signal_while_it_puts_back_waits_until_all_is_back():
    model, optimizer = parts()

    class Rude(Loader):
        def load_state_dict(self, state):
            _thread.interrupt_main()
            super().load_state_dict(state)

    data = Rude((X, Y), batch_size=16)
    before = state(model, optimizer, data)
    with pytest.raises(KeyboardInterrupt):
        find_rate(model, optimizer, data, updates=12)
    assert state(model, optimizer, data) == before


def test_a_torch_loader_deals_the_same_afterwards():
    generator = torch.Generator().manual_seed(1)
    data = DataLoader(
        TensorDataset(X, Y), batch_size=16, shuffle=True, generator=generator
    )
    before = generator.get_state()
    find_rate(*parts(), data, updates=12)
    assert torch.equal(generator.get_state(), before)


def test_parameters_that_only_the_optimizer_holds_are_put_back():
    model, _ = parts()
    scale = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Adam([*model.parameters(), scale], lr=1e-3)
    scale.grad = torch.full((1,), 7.0)

    def loss(output, target):
        return nn.functional.cross_entropy(output * scale, target)

    before = state(model, optimizer)
    find_rate(model, optimizer, loader(), loss=loss, updates=12)
    assert (scale.item(), scale.grad.item()) == (1.0, 7.0)
    assert state(model, optimizer) == before


def test_further_objects_are_put_back():
    class Memory:
        def __init__(self):
            self.losses = []

    memory = Memory()

    def step(model, batch):
        loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
        memory.losses.append(loss.item())
        return loss

    find_rate(*parts(), loader(), step=step, updates=12, restore=[memory])
    assert memory.losses == []


def test_a_trainer_in_half_precision_keeps_its_scale():
    trainer = BaseTrainer(*parts(), precision="fp16")
    scaler = trainer.loop.precision.scaler
    before = scaler.state_dict()
    find_rate(trainer, loader(), updates=30)
    assert trainer.loop.precision.scaler is scaler
    assert scaler.state_dict() == before


def test_what_is_held_by_an_attribute_is_put_back_too():
    class Average(nn.Module):
        """Keeps a second model that is no part of it, and a list that holds itself."""

        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(6, 3)
            self.others = [nn.Linear(6, 3)]
            self.others.append(self.others)

        def forward(self, x):
            with torch.no_grad():
                self.others[0].weight.lerp_(self.inner.weight, 0.5)
            return self.inner(x)

    model = Average()
    before = model.others[0].weight.clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    find_rate(model, optimizer, loader(), updates=12)
    assert torch.equal(model.others[0].weight, before)
    assert model.others[1] is model.others


def test_expanded_and_sparse_tensors_are_put_back():
    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(9, 6, sparse=True)
            self.register_buffer("scale", torch.ones(1).expand(6))

        def forward(self, x):
            self.scale[:1] *= 0.9
            return self.embed(x).sum(1) * self.scale

    model = Words()
    batch = torch.arange(8).reshape(2, 4), torch.tensor([1, 5])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
    weight, gradient = model.embed.weight, model.embed.weight.grad
    kept = weight.detach().clone(), gradient.to_dense(), model.scale.clone()
    find_rate(model, optimizer, [batch], updates=12)
    assert torch.equal(weight, kept[0]) and torch.equal(model.scale, kept[2])
    assert weight.grad is gradient and torch.equal(gradient.to_dense(), kept[1])


class Counted(nn.Module):
    """A loss with a state of its own."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.scale = nn.Linear(3, 3)

    def forward(self, output, target):
        self.calls += 1
        return nn.functional.cross_entropy(self.scale(output), target)


def test_a_loss_with_a_state_is_put_back_and_so_are_gradients():
    loss, other, seen = Counted(), Counted(), []

    def both(output, target):
        seen.append(1)
        return other(output, target)

    find_rate(*parts(), loader(), loss=loss, updates=12)
    find_rate(*parts(), loader(), loss=both, updates=12, restore=[other, seen])
    for one in (loss, other):
        assert (one.calls.item(), one.scale.weight.grad) == (0.0, None)
    assert seen == []
    with pytest.raises(TypeError, match="restore must list models"):
        find_rate(*parts(), loader(), restore=[3])


def test_a_scheduler_does_not_take_the_sweep_for_updates():
    model, optimizer = parts()
    scheduler = Scheduler(optimizer, lr=Linear(1e-3, 0.0, 100), only_applied=True)
    find_rate(model, optimizer, loader(), updates=12)
    scheduler.step()
    find_rate(BaseTrainer(model, optimizer), loader(), updates=12)
    scheduler.step()
    assert scheduler.position.updates == 0
