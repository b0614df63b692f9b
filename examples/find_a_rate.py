"""Find a learning rate: sweep it, compare what four rules say, and train with one."""

import torch
from torch import nn

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.rate_finder import find_rate
from lehr.training.data import Loader

torch.manual_seed(0)
x = torch.randn(2_048, 20)
y = (x @ torch.randn(20, 5)).argmax(1)
data = Loader((x, y), batch_size=64, seed=0)
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 5))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

found = find_rate(model, optimizer, data)  # changes nothing
print(found)
print(found.draw(height=8))

total = 3 * len(data)
lr = warmup_cosine(found.suggestion.rate, warmup=total // 20, total=total)
scheduler = Scheduler(optimizer, lr=lr)
for epoch in range(3):
    for inputs, target in data:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), target)
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"epoch {epoch}: loss of the last batch {loss.item():.3f}")
