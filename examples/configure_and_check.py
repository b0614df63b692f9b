"""One document: read, checked, bound to an optimizer with groups, and planned anew."""

import torch

import lehr
from lehr.bindings.torch import Scheduler, groups_by_pattern

DOCUMENT = """
schema: 1
plan: {dataset_size: 2000, batch_size: 32, epochs: 4}
groups:
  no_decay: ["*.bias"]
optimizer: {kind: adamw, beta2: 0.95}
schedules:
  lr: warmup_cosine(3e-3, warmup=5%, total=100%, floor=3e-4)
  weight_decay: {no_decay: 0.0, default: 0.1}
"""

config = lehr.read_config(DOCUMENT)
print(f"{len(lehr.lint(config))} findings in the document, and with a typo:")
typo = DOCUMENT.replace("total=100%", "total=63")  # an epoch's updates, not the run's
for finding in lehr.lint(typo):
    print(finding, end="\n\n")

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Tanh())
model.append(torch.nn.Linear(16, 1))
groups = groups_by_pattern(model, config.groups)
optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95))
scheduler = Scheduler(optimizer, **config.by_field())
inputs = torch.randn(config.plan.updates, 32, 8)
for batch in inputs:
    optimizer.zero_grad()
    (model(batch) - batch.sum(1, keepdim=True)).square().mean().backward()
    optimizer.step()
    scheduler.step()
rates = {group["name"]: group["weight_decay"] for group in optimizer.param_groups}
print(f"trained {scheduler.position.updates} updates; weight decay {rates}")

# Half of the way, the run shall be twice as long: hold, then decay as it would have.
lr = config.schedules["lr"]
now, longer = config.plan.updates // 2, 2 * config.plan.updates
longer_lr = lehr.extend(lr, at=now, total=longer, how="stable")
print(lehr.diff(lr, longer_lr, at=now))
