"""transformers' Trainer takes the pair; a resume may plan for more updates."""

import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler


class Model(torch.nn.Module):
    """A linear layer and its loss, as the Trainer wants them."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 1)

    def forward(self, x, labels):
        return {"loss": torch.nn.functional.mse_loss(self.layer(x), labels)}


def train(updates, resume=False, **options):
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters())
    lr = warmup_cosine(1e-2, warmup=5, total=updates)
    arguments = TrainingArguments("run", max_steps=updates, **settings)
    both = (optimizer, Scheduler(optimizer, lr=lr, **options))
    trainer = Trainer(model, arguments, train_dataset=rows, optimizers=both)
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=resume)
    log = trainer.state.log_history
    return [line["learning_rate"] for line in log if "learning_rate" in line], lr


settings = {"save_steps": 10, "logging_steps": 1, "use_cpu": True}
settings |= {"disable_tqdm": True, "report_to": "none"}
rows = [{"x": row, "labels": row.sum(0, keepdim=True)} for row in torch.randn(160, 3)]
used, lr = train(20)
print("as planned:", used == [lr(t) for t in range(20)])
used, lr = train(40, resume="run/checkpoint-10", on_change="reanchor")
print(f"from {used[10]:.5f} on, to {used[-1]:.5f} at the new end")
