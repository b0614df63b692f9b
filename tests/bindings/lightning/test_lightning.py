"""Lightning steps it by update or by epoch, by hand or by itself, and resumes it."""

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

pytest.importorskip("lightning")

import lightning.pytorch as lightning

from bindings.recorded import recorded
from lehr import Chain, Constant, Linear, warmup_cosine
from lehr.bindings.torch import Scheduler

RATE = warmup_cosine(1e-2, warmup=4, total=20)
LONGER = warmup_cosine(1e-2, warmup=4, total=40)
PER_EPOCH = Chain((Constant(0.4, 1), Linear(0.3, 0.1, 2)))
BATCHES = DataLoader(TensorDataset(torch.ones(32, 2), torch.ones(32, 1)), batch_size=4)


class Model(lightning.LightningModule):
    """A linear layer; `broken` batches have gradients that overflow."""

    def __init__(self, interval="step", broken=(), **fields):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
        self.interval, self.broken, self.fields = interval, broken, fields

    def training_step(self, batch, index):
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        return loss * torch.inf if index in self.broken else loss

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters())
        self.scheduler = Scheduler(optimizer, **self.fields)
        self.seen = recorded(optimizer)
        stepped = {"scheduler": self.scheduler, "interval": self.interval}
        return {"optimizer": optimizer, "lr_scheduler": stepped}


class ByHand(Model):
    """Optimizes by hand, every second batch."""

    def __init__(self, **fields):
        super().__init__(**fields)
        self.automatic_optimization = False

    def training_step(self, batch, index):
        optimizer, scheduler = self.optimizers(), self.lr_schedulers()
        self.manual_backward(super().training_step(batch, index))
        if index % 2:
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()


def fit(model, folder, resume=None, save=None, **options):
    trainer = lightning.Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        **options,
    )
    trainer.fit(model, BATCHES, ckpt_path=resume)
    if save:
        trainer.save_checkpoint(save)
    return model.seen


# Lightning repeats the batches of an epoch that was cut: that is the loader's matter.
@pytest.mark.filterwarnings("ignore:You're resuming from a checkpoint that ended")
@pytest.mark.parametrize(("window", "cut"), [(1, 5), (1, 8), (3, 5), (3, 6)])
def test_each_update_has_its_rate_through_a_resume(tmp_path, window, cut):
    file, each = tmp_path / "run.ckpt", {"accumulate_grad_batches": window}
    seen = fit(Model(lr=RATE), tmp_path, save=file, max_steps=cut, **each)
    seen += fit(Model(lr=RATE), tmp_path, resume=file, max_steps=15, **each)
    assert seen == [RATE(t) for t in range(15)]


def test_the_updates_of_an_epoch_share_a_rate_that_moves_by_epochs(tmp_path):
    file, by_epoch = tmp_path / "run.ckpt", {"interval": "epoch", "lr": PER_EPOCH}
    seen = fit(Model(**by_epoch), tmp_path, save=file, max_epochs=1)
    seen += fit(Model(**by_epoch), tmp_path, resume=file, max_epochs=3)
    assert seen == [PER_EPOCH(t) for t in range(3) for _ in range(8)]


def test_manual_optimization_steps_it_itself(tmp_path):
    file = tmp_path / "run.ckpt"
    seen = fit(ByHand(lr=RATE), tmp_path, save=file, max_epochs=2)
    seen += fit(ByHand(lr=RATE), tmp_path, resume=file, max_epochs=4)
    assert seen == [RATE(t) for t in range(16)]


def test_a_new_horizon_needs_a_word(tmp_path):
    file = tmp_path / "run.ckpt"
    fit(Model(lr=RATE), tmp_path, save=file, max_steps=8)
    with pytest.raises(ValueError, match="on_change"):
        fit(Model(lr=LONGER), tmp_path, resume=file, max_steps=10)
    model = Model(lr=LONGER, on_change="override")
    assert fit(model, tmp_path, resume=file, max_steps=10) == [LONGER(8), LONGER(9)]


@pytest.mark.parametrize("only_applied", [True, False])
def test_lightning_counts_updates_that_its_scaler_skipped(tmp_path, only_applied):
    precision = lightning.plugins.MixedPrecision(
        "16-mixed", "cpu", scaler=torch.amp.GradScaler("cpu", init_scale=4.0)
    )
    model = Model(lr=RATE, broken=(0, 3), only_applied=only_applied)
    seen = fit(model, tmp_path, max_steps=8, plugins=[precision])
    assert model.scheduler.position.updates == (6 if only_applied else 8)
    expected = range(6) if only_applied else (1, 2, 4, 5, 6, 7)
    assert seen == [RATE(t) for t in expected]
