"""Stop a torch run in the middle and go on: the rate is the one it would have been."""

import torch

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler

lr = warmup_cosine(1e-2, warmup=10, total=100)


def start() -> tuple[torch.optim.Optimizer, Scheduler]:
    """Make a fresh optimizer with the schedule on it."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=1e-2)
    return optimizer, Scheduler(optimizer, lr=lr)


optimizer, scheduler = start()
for _ in range(40):
    optimizer.step()
    scheduler.step()
saved = scheduler.state_dict()

optimizer, scheduler = start()
scheduler.load_state_dict(saved)
print(f"goes on at update {scheduler.position.updates}")
print(f"with {optimizer.param_groups[0]['lr']:g}, as planned: {lr(40):g}")
