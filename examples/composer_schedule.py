"""MosaicML Composer: its trainer under a schedule, with a save and a resume."""

import composer
import torch
from torch import nn

from lehr import warmup_cosine
from lehr.bindings.composer import composer_scheduler

LR = warmup_cosine(0.1, warmup=8, total=64)
x = torch.rand(256, 2)
data = torch.utils.data.TensorDataset(x, (x[:, 0] > x[:, 1]).long())


def train(duration, load=None):
    model = composer.models.ComposerClassifier(nn.Linear(2, 2), num_classes=2)
    trainer = composer.Trainer(
        model=model,
        optimizers=torch.optim.SGD(model.parameters(), lr=0.1),
        schedulers=composer_scheduler(LR, base=0.1),
        train_dataloader=torch.utils.data.DataLoader(data, 8),
        max_duration=duration,
        save_folder="checkpoints",
        save_overwrite=True,
        load_path=load,
        progress_bar=False,
    )
    trainer.fit()
    return trainer.state


state = train("1ep")
state = train("2ep", load="checkpoints/latest-rank0.pt")
last = int(state.timestamp.batch) - 1
used, planned = state.schedulers[0].get_last_lr()[0], LR(last)
print(f"update {last}, the last one, used the rate {used:.6f}")
if abs(used - planned) > 1e-12:
    raise SystemExit(f"not the schedule's {planned}")
