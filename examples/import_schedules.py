"""Three ways to bring a schedule along: a live object, a configuration, a log."""

import tempfile
from pathlib import Path

import torch

from lehr.bindings.torch import Scheduler
from lehr.importing import from_config, from_torch, read_curve
from lehr.recognition import recognize

# 1. A torch scheduler: its schedule, whatever step it is at.
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
lr = from_torch(cosine)
print("torch:   ", [round(lr(t), 4) for t in (0, 50, 100, 150)], "climbs back")
print("cut:     ", [round(lr[:100](t), 4) for t in (0, 50, 100, 150)])

# 2. A command line of Megatron-LM's.
flags = "--lr 3e-4 --lr-decay-style cosine --lr-warmup-iters 100 --train-iters 1000"
planned = from_config(flags)
print("megatron:", planned)

# 3. The log of a run: which schedule was it?
with tempfile.TemporaryDirectory() as folder:
    log = Path(folder, "log.csv")
    rows = [f"{t},{planned(t):.6g}" for t in range(0, 1000, 10)]
    log.write_text("\n".join(["step,lr", *rows]))
    found = recognize(*read_curve(log))
print("log:     ", found)

# Bound again, to any optimizer.
scheduler = Scheduler(optimizer, lr=found.schedule)
print("bound:   ", optimizer.param_groups[0]["lr"])
