"""Fit a curve to noisy points; the error ends near the noise, which none can beat.

The rate rises for a few epochs and then falls along a cosine.
"""

import torch
from torch import nn

from lehr.training import (
    BaseTrainer,
    GradientMonitor,
    JsonLines,
    LoggingCallback,
    RateMonitor,
    WarmupCosineAnnealingLR,
    read_json_lines,
)
from lehr.training.data import Loader

NOISE = 0.1
EPOCHS = 40

torch.set_num_threads(1)  # for so small a network, more only wait for each other
torch.manual_seed(0)
x = torch.rand(2000, 1) * 4 - 2
y = torch.sin(3 * x) + 0.5 * x + NOISE * torch.randn(2000, 1)
train = Loader((x[:1600], y[:1600]), batch_size=64)
validation = Loader((x[1600:], y[1600:]), batch_size=400, shuffle=False)

model = nn.Sequential(
    nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)
)
trainer = BaseTrainer(
    model,
    torch.optim.AdamW(model.parameters(), weight_decay=0.0),
    WarmupCosineAnnealingLR(0.01, warmup_epochs=4, T_max=EPOCHS, start_lr=0.001),
    callbacks=[
        RateMonitor(),
        GradientMonitor(every=100),
        LoggingCallback(100, [JsonLines("log.jsonl")]),
    ],
    clip_norm=1.0,
)
result = trainer.fit(train, validation, num_epochs=EPOCHS)
print(f"loss: {trainer.loss_name}\n")

print("epoch      rate  training  validation")
for row in result.history[:: EPOCHS // 8]:
    print(
        f"{row['epoch'] + 1:5}  {row['lr']:.6f}  {row['train_loss']:8.4f}"
        f"  {row['val_loss']:10.4f}"
    )
last = result.column("val_loss")[-1]
variance = float(y[1600:].var(unbiased=False))
print(f"\nvariance of the data  {variance:.4f}   (to guess the mean)")
print(f"variance of the noise {NOISE**2:.4f}   (nobody does better)")
print(f"the model             {last:.4f}")
if last > 1.2 * NOISE**2:
    raise SystemExit("it has not found the curve")

norms = [
    r["gradient_norm"] for r in read_json_lines("log.jsonl") if r.get("gradient_norm")
]
print(f"gradient norm: at first {norms[0]:.3f}, at last {norms[-1]:.3f}")
if norms[-1] > 0.2 * norms[0]:
    raise SystemExit("it has not come to rest")
