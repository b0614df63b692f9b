"""Lightning, transformers and accelerate take it for one of torch's schedulers."""

import inspect

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from lehr import Linear
from lehr.bindings.torch import Scheduler

FALL = Linear(1e-2, 0.0, 20)
BATCHES = DataLoader(TensorDataset(torch.ones(32, 2), torch.ones(32, 1)), batch_size=4)


def test_torch_itself_takes_it_for_one(make):
    scheduler = Scheduler(make(), lr=FALL)
    assert isinstance(scheduler, torch.optim.lr_scheduler.LRScheduler)
    theirs = torch.optim.lr_scheduler.LRScheduler
    for name, method in inspect.getmembers(theirs, inspect.isfunction):
        if not name.startswith("_"):
            ours = inspect.signature(getattr(Scheduler, name)).parameters
            assert list(ours)[: len(inspect.signature(method).parameters)] == list(
                inspect.signature(method).parameters
            )


def test_accelerate_prepares_it_and_steps_it_once_per_window():
    accelerate = pytest.importorskip("accelerate")
    from accelerate.scheduler import AcceleratedScheduler

    accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=2)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = Scheduler(optimizer, lr=FALL)
    model, optimizer, batches, prepared = accelerator.prepare(
        model, optimizer, BATCHES, scheduler
    )
    assert isinstance(prepared, AcceleratedScheduler)
    for x, y in batches:
        with accelerator.accumulate(model):
            accelerator.backward(torch.nn.functional.mse_loss(model(x), y))
            optimizer.step()
            prepared.step()
            optimizer.zero_grad()
    assert scheduler.position.updates == 4
    assert prepared.get_last_lr() == [FALL(4)]
    late = Scheduler(optimizer, lr=FALL)  # on accelerate's own wrapper
    optimizer.param_groups[0]["lr"] = 9.0
    optimizer.load_state_dict(optimizer.state_dict())
    assert late.values == {"lr": [FALL(0)]}
    prepared.load_state_dict(prepared.state_dict())
    assert scheduler.position.updates == 4


def test_lightning_fits_with_it_and_resumes(tmp_path):
    lightning = pytest.importorskip("lightning.pytorch")

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer, self.used = torch.nn.Linear(2, 1), []

        def training_step(self, batch, index):
            self.used.append(self.optimizers().param_groups[0]["lr"])
            return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

        def configure_optimizers(self):
            optimizer = torch.optim.AdamW(self.parameters())
            self.scheduler = Scheduler(optimizer, lr=FALL)
            return [optimizer], [{"scheduler": self.scheduler, "interval": "step"}]

    def fit(updates, resume=None):
        model = Model()
        trainer = lightning.Trainer(
            max_steps=updates,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=tmp_path,
        )
        trainer.fit(model, BATCHES, ckpt_path=resume)
        return model, trainer

    model, trainer = fit(8)
    assert model.used == [FALL(t) for t in range(8)]
    trainer.save_checkpoint(tmp_path / "run.ckpt")
    resumed, _ = fit(14, tmp_path / "run.ckpt")
    assert resumed.used == [FALL(t) for t in range(8, 14)]
    assert resumed.scheduler.position.updates == 14


def test_transformers_trainer_trains_with_it(tmp_path):
    transformers = pytest.importorskip("transformers")

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def forward(self, x, labels):
            output = self.layer(x)
            return {"loss": torch.nn.functional.mse_loss(output, labels)}

    model = Model()
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = Scheduler(optimizer, lr=FALL)
    rows = [{"x": torch.ones(2), "labels": torch.ones(1)} for _ in range(32)]
    trainer = transformers.Trainer(
        model,
        transformers.TrainingArguments(
            str(tmp_path),
            max_steps=5,
            per_device_train_batch_size=2,
            gradient_accumulation_steps=2,
            logging_steps=1,
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            save_strategy="no",
        ),
        train_dataset=rows,
        optimizers=(optimizer, scheduler),
    )
    trainer.train()
    assert scheduler.position.updates == 5
    assert optimizer.param_groups[0]["lr"] == FALL(5)
