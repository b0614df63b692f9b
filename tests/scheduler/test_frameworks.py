"""Lightning drives what is configured, by epochs and by a metric, and resumes it."""

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from lehr.scheduler import build_scheduler

BATCHES = DataLoader(TensorDataset(torch.ones(8, 2), torch.ones(8, 1)), batch_size=4)
METRICS = [1.0, 0.9, 0.9, 0.9, 0.9, 0.9]
CASES = {
    "curve": (
        {"name": "CosineAnnealingLR", "T_max": 6, "eta_min": 1e-3},
        [0.1, 0.0933682575, 0.07525, 0.0505, 0.02575, 0.0076317425],
    ),
    "plateau": (
        {"name": "ReduceLROnPlateau", "patience": 1, "factor": 0.5},
        [0.1, 0.1, 0.1, 0.1, 0.05, 0.05],
    ),
    "timm's plateau": (
        {
            "name": "timm_PlateauLRScheduler",
            "mode": "min",
            "patience_t": 0,
            "decay_rate": 0.5,
            "warmup_t": 2,
        },
        [0.0, 0.05, 0.1, 0.1, 0.05, 0.025],
    ),
}


@pytest.mark.parametrize(("config", "expected"), CASES.values(), ids=CASES)
def test_lightning_fits_and_resumes(tmp_path, config, expected):
    lightning = pytest.importorskip("lightning.pytorch")

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer, self.used = torch.nn.Linear(2, 1), []

        def on_train_epoch_start(self):
            self.used.append(self.optimizers().param_groups[0]["lr"])

        def training_step(self, batch, index):
            return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

        def validation_step(self, batch, index):
            self.log("val_loss", METRICS[self.current_epoch])

        def configure_optimizers(self):
            optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
            scheduler = build_scheduler(optimizer, config)
            driven = {"scheduler": scheduler, "monitor": "val_loss"}
            return {"optimizer": optimizer, "lr_scheduler": driven}

    def fit(epochs, resume=None):
        model = Model()
        trainer = lightning.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            default_root_dir=tmp_path,
        )
        trainer.fit(model, BATCHES, BATCHES, ckpt_path=resume)
        return model.used, trainer

    used, trainer = fit(3)
    trainer.save_checkpoint(tmp_path / "run.ckpt")
    resumed, _ = fit(6, tmp_path / "run.ckpt")
    assert used + resumed == pytest.approx(expected, rel=1e-8)
