"""ignite: step after each iteration; Checkpoint saves the scheduler with the rest."""

from pathlib import Path

import torch
from ignite.engine import Engine, Events
from ignite.handlers import Checkpoint, DiskSaver

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler

batches = torch.randn(10, 8, 3, generator=torch.Generator().manual_seed(0))
lr, used = warmup_cosine(1e-2, warmup=5, total=40), []


def train(epochs, start=None):
    """Train up to an epoch, perhaps from where another run stands."""
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = Scheduler(optimizer, lr=lr)

    def update(engine, x):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        (model(x) - x.sum(1, keepdim=True)).square().mean().backward()
        optimizer.step()

    trainer = Engine(update)
    trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda: scheduler.step())
    parts = {"model": model, "optimizer": optimizer, "lr": scheduler, "run": trainer}
    if start:
        Checkpoint.load_objects(parts, torch.load(start, weights_only=True))
    files = Checkpoint(parts, DiskSaver("saved", require_empty=False))
    trainer.add_event_handler(Events.EPOCH_COMPLETED, files)
    trainer.run(batches, max_epochs=epochs)


train(2)
train(4, start=next(Path("saved").glob("*_20.pt")))
print(f"{len(used)} updates, as planned: {used == [lr(t) for t in range(40)]}")
