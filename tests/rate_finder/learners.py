"""A small model with all that a sweep could leave changed, and how to see that."""

import pickle
import random

import numpy as np
import torch
from torch import nn

from lehr.training.data import Loader

GENERATOR = torch.Generator().manual_seed(3)
X = torch.randn(96, 6, generator=GENERATOR)
Y = (X @ torch.randn(6, 3, generator=GENERATOR)).argmax(1)


class Counting(nn.Module):
    """Counts its calls, in an attribute and in a buffer that is replaced each time."""

    def __init__(self):
        super().__init__()
        self.calls, self.seen = 0, [0]
        self.register_buffer("total", torch.zeros(()), persistent=False)

    def forward(self, x):
        self.calls += 1
        self.seen.append(self.calls)
        self.total = self.total + 1
        return x


def parts(optimizer=torch.optim.Adam, **options):
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1)),
        *(Counting(), nn.Linear(16, 3)),
    )
    model[3].eval()
    return model, optimizer(model.parameters(), **({"lr": 1e-3} | options))


def loader():
    return Loader((X, Y), batch_size=16, seed=5)


def trained(model, optimizer, updates=3):
    """Do some updates, so that the optimizer has a state and there are gradients."""
    for _ in range(updates):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), Y).backward()
        optimizer.step()


def state(model, optimizer, data=None, *others):
    """Return all that must stay: contents as bytes, and who is who."""
    tensors = [*model.parameters(), *model.buffers()]
    tensors += [p.grad for p in model.parameters() if p.grad is not None]
    for one in optimizer.state.values():
        tensors += [v for v in one.values() if isinstance(v, torch.Tensor)]
    held = [g for group in optimizer.param_groups for g in group.items()]
    values = [(k, v) for k, v in held if k != "params"]
    tensors += [v for _, v in values if isinstance(v, torch.Tensor)]
    plain = [
        [m.training for m in model.modules()],
        [(m.calls, list(m.seen)) for m in model.modules() if isinstance(m, Counting)],
        [(k, float(v) if isinstance(v, torch.Tensor) else v) for k, v in values],
        [list(one) for one in optimizer.state.values()],
        sorted(vars(optimizer)),
        random.getstate(),
        np.random.get_state()[1].tolist(),
        torch.get_rng_state().tolist(),
        data.state_dict() if hasattr(data, "state_dict") else None,
        [one.state_dict() for one in others],
    ]
    bits = [t.detach().numpy().tobytes() for t in tensors]
    identity = [id(t) for t in tensors] + [t.data_ptr() for t in tensors]
    return pickle.dumps(plain), bits, identity, id(optimizer.state)
