"""Two processes sweep one model; run as a script: two_ranks.py FOLDER."""

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from bindings.forked import fork
from lehr.rate_finder import find_rate
from lehr.training import BaseTrainer

GENERATOR = torch.Generator().manual_seed(3)
X = torch.randn(96, 6, generator=GENERATOR)
Y = (X @ torch.randn(6, 3, generator=GENERATOR)).argmax(1)
SWEEP = {"low": 1e-4, "high": 1e3, "updates": 60}


def model_and_optimizer():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
    return model, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def batches(rank=0, size=1):
    """Return the batches of 24, or the half of each that is a rank's."""
    return [
        (x[rank::size], y[rank::size])
        for x, y in zip(X.split(24), Y.split(24), strict=True)
    ]


def both(folder):
    """Return what a wrapped model and a trainer find, and whether all stays."""
    rank = dist.get_rank()
    model, optimizer = model_and_optimizer()
    wrapped = DistributedDataParallel(model)
    by_hand = find_rate(wrapped, optimizer, batches(rank, 2), **SWEEP)
    trainer = BaseTrainer(*model_and_optimizer(), strategy="ddp")
    by_trainer = find_rate(trainer, batches(), **SWEEP)
    fresh, _ = model_and_optimizer()
    same = [
        torch.equal(a, b) and torch.equal(a, c)
        for a, b, c in zip(
            model.parameters(),
            fresh.parameters(),
            trainer.model.parameters(),
            strict=True,
        )
    ]
    return {
        "losses": by_hand.losses,
        "rate": by_hand.suggestion.rate,
        "trainer": by_trainer.losses,
        "same": all(same) and not optimizer.state,
    }


if __name__ == "__main__":
    fork(both)
