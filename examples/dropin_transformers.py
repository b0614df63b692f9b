"""transformers' get_scheduler by another import, in a loop; see what its end does."""

import warnings

import torch

from lehr.dropin import PastEndWarning
from lehr.dropin.transformers import get_scheduler

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scheduler = get_scheduler(
    "cosine", optimizer, num_warmup_steps=5, num_training_steps=50
)

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always", PastEndWarning)
    for update in range(60):  # ten more than were announced
        if update % 10 == 0:
            print(f"update {update:2}: rate {scheduler.get_last_lr()[0]:.2e}")
        model(torch.randn(16, 4)).square().mean().backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()

print(*(warning.message for warning in told))
print("the multiplier, as a schedule:", scheduler.lr_lambdas[0].schedule)
