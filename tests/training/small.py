"""Six samples, and a network of one layer that takes its inputs by place or by name."""

import torch
from torch import nn

from lehr.training import BaseTrainer

X = torch.arange(24.0).reshape(6, 4) / 24
Y = torch.tensor([0, 1, 2, 0, 1, 2])


class Net(nn.Module):
    """Takes its inputs by place or by name."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.layer = nn.Linear(4, 3)

    def forward(self, x, name=None):
        return self.layer(x)


def trained(batches, **options):
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    one = BaseTrainer(model, optimizer, **options)
    one.fit(batches, num_epochs=2)
    return torch.cat([p.detach().flatten() for p in model.parameters()])
