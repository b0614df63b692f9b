"""Lightning: return the scheduler with interval "step"; fit again from a checkpoint."""

import lightning.pytorch as lightning
import torch
from torch.utils.data import DataLoader, TensorDataset

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler

x = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
batches = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8)
lr = warmup_cosine(1e-2, warmup=4, total=32)


class Model(lightning.LightningModule):
    """A linear layer that notes the rates."""

    def __init__(self):
        super().__init__()
        self.layer, self.used = torch.nn.Linear(3, 1), []

    def training_step(self, batch, index):
        self.used.append(self.optimizers().param_groups[0]["lr"])
        return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters())
        stepped = {"scheduler": Scheduler(optimizer, lr=lr), "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": stepped}


used, enabled = [], ("checkpointing", "progress_bar", "model_summary")
quiet = {"logger": False} | {f"enable_{part}": False for part in enabled}
for epochs, start in ((2, None), (4, "half.ckpt")):
    model = Model()
    trainer = lightning.Trainer(max_epochs=epochs, accelerator="cpu", **quiet)
    trainer.fit(model, batches, ckpt_path=start)
    trainer.save_checkpoint("half.ckpt")
    used += model.used
print(f"{len(used)} updates, as planned: {used == [lr(t) for t in range(32)]}")
