"""timm's factory by another import: the run is cut in the middle, and goes on."""

import torch

from lehr.dropin.timm import create_scheduler_v2

UPDATES = 8  # in an epoch


def build():
    torch.manual_seed(0)
    body, head = torch.nn.Linear(4, 4), torch.nn.Linear(4, 1)
    groups = [
        {"params": list(body.parameters()), "lr_scale": 0.1},
        {"params": list(head.parameters())},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-2)
    scheduler, epochs = create_scheduler_v2(
        optimizer,
        **{"sched": "cosine", "num_epochs": 6, "warmup_epochs": 1},
        step_on_epochs=False,
        updates_per_epoch=UPDATES,
    )
    return torch.nn.Sequential(body, head), optimizer, scheduler, epochs


model, optimizer, scheduler, epochs = build()
for update in range(epochs * UPDATES):
    if update == 3 * UPDATES:  # here the run is cut
        saved = [part.state_dict() for part in (model, optimizer, scheduler)]
        model, optimizer, scheduler, _ = build()
        for part, state in zip((model, optimizer, scheduler), saved, strict=True):
            part.load_state_dict(state)
    model(torch.randn(16, 4)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    if (update + 1) % UPDATES == 0:
        rates = [f"{group['lr']:.2e}" for group in optimizer.param_groups]
        print(f"epoch {(update + 1) // UPDATES}: rates {', '.join(rates)}")
    scheduler.step_update(update + 1)
