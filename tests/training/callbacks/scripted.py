"""A run whose metric `val_x` takes given values, one per epoch."""

import torch
from torch import nn

from lehr.training import BaseTrainer
from training import runs


def trainer_of(values, callbacks, **options):
    """A trainer of a tiny model, and its metric's values in order."""
    values = iter(values)
    torch.manual_seed(0)
    model = nn.Linear(8, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    metrics = {"x": lambda *_: next(values)}
    return BaseTrainer(
        model, optimizer, metrics=metrics, callbacks=callbacks, **options
    )


def fit(trainer, epochs=9, **options):
    """Fit it, one update per epoch."""
    data = [runs.table(8)]
    return trainer.fit(data, data, num_epochs=epochs, **options)


def run(values, *callbacks, **options):
    """Fit a fresh one, an epoch per value."""
    return fit(trainer_of(values, callbacks, **options), len(values))


def weights(model):
    """All weights in one row."""
    return torch.cat([p.detach().flatten() for p in model.parameters()])
