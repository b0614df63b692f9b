"""accelerate moves a prepared scheduler once per update, under torchrun too."""

import torch
from accelerate import Accelerator
from torch.utils.data import DataLoader, TensorDataset

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler

x = torch.randn(96, 3, generator=torch.Generator().manual_seed(0))
rows = TensorDataset(x, x.sum(1, keepdim=True))
lr = warmup_cosine(1e-2, warmup=4, total=24)


def train(epochs, start=None):
    """Train, perhaps from where another run stands; return the rates used."""
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.AdamW(model.parameters())
    model, optimizer, batches, scheduler = accelerator.prepare(
        model, optimizer, DataLoader(rows, batch_size=8), Scheduler(optimizer, lr=lr)
    )
    if start:
        accelerator.load_state(start)
    used = []
    for x, y in (batch for _ in range(epochs) for batch in batches):
        with accelerator.accumulate(model):
            accelerator.backward(torch.nn.functional.mse_loss(model(x), y))
            used += scheduler.get_last_lr() if accelerator.sync_gradients else []
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
    accelerator.save_state("half")
    accelerator.wait_for_everyone()
    return used


used = train(2) + train(2, start="half")
print(f"{len(used)} updates, as planned: {used == [lr(t) for t in range(len(used))]}")
