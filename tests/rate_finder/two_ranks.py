"""Two processes sweep one model; run as a script: two_ranks.py FOLDER FORM."""

import json
import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

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


def both(rank):
    """Return what a wrapped model and a trainer find, and whether all stays."""
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


def main(folder):
    """Fork a process for each rank, and let it write what it found."""
    children = []
    for rank in range(2):
        if (child := os.fork()) == 0:
            store = dist.FileStore(str(folder / "store"), 2)
            dist.init_process_group("gloo", store=store, rank=rank, world_size=2)
            found = both(rank)
            (folder / f"rank-{rank}.json").write_text(json.dumps(found))
            dist.destroy_process_group()
            os._exit(0)
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main(Path(sys.argv[1])))
