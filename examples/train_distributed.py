"""Train one model in one process or in many: the script is the same.

    python train_distributed.py
    torchrun --standalone --nproc-per-node=2 --max-restarts=3 train_distributed.py

Start it again after it was stopped, in any number of processes: it goes on.
"""

import torch

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import BaseTrainer, Checkpointing, accuracy
from lehr.training.data import Loader, read_digits
from lehr.training.models import ConvNet

digits = read_digits()  # 1,797 real images of 8 x 8 pixels
# 48 samples per update, of all processes together: each of 2 takes 24, of 3 takes 16.
train = Loader(digits.train.tensors, batch_size=48, drop_last=True)
validation = Loader(digits.validation.tensors, batch_size=240, shuffle=False)

torch.set_num_threads(1)
torch.manual_seed(0)
model = ConvNet(width=8)
optimizer = torch.optim.AdamW(model.parameters())
total = 4 * len(train)
scheduler = Scheduler(optimizer, lr=warmup_cosine(3e-3, warmup=20, total=total))
trainer = BaseTrainer(
    model,
    optimizer,
    scheduler,
    metrics={"accuracy": accuracy},
    callbacks=[Checkpointing()],
    strategy="auto",  # or "ddp", "fsdp", Ddp(...), Fsdp(...)
    folder="distributed",
)
result = trainer.fit(train, validation, num_epochs=4, resume="auto")
if trainer.engine.is_main:
    last = result.history[-1]
    print(
        f"{trainer.engine.world_size} process(es), {result.updates} updates: "
        f"loss {last['val_loss']:.4f}, accuracy {last['val_accuracy']:.3f}"
    )
