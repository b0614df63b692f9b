"""Change the import of torch's schedulers, and go on with a checkpoint of torch's."""

import torch
from torch.optim import lr_scheduler

from lehr.dropin.torch import CosineAnnealingLR, LinearLR, SequentialLR


def build() -> torch.optim.Optimizer:
    """Make the optimizer of a small run."""
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=0.1)


optimizer = build()
before = lr_scheduler.SequentialLR(
    optimizer,
    [
        lr_scheduler.LinearLR(optimizer, total_iters=5),
        lr_scheduler.CosineAnnealingLR(optimizer, T_max=20),
    ],
    milestones=[5],
)
for _ in range(10):
    optimizer.step()
    before.step()
saved = before.state_dict()

optimizer = build()
parts = [LinearLR(optimizer, total_iters=5), CosineAnnealingLR(optimizer, T_max=20)]
scheduler = SequentialLR(optimizer, parts, milestones=[5])
scheduler.load_state_dict(saved)
print(f"goes on at step {scheduler.last_epoch} with {scheduler.get_last_lr()[0]:.6f}")
for _ in range(15):
    optimizer.step()
    scheduler.step()
print(f"ends at step {scheduler.last_epoch} with {scheduler.get_last_lr()[0]:.6f}")
