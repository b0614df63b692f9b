"""MosaicML Composer: its own trainer applies the schedule, also after a resume."""

import pytest
import torch

from lehr import Linear, warmup_cosine
from lehr.bindings.composer import composer_scheduler

LR = warmup_cosine(0.5, warmup=3, total=20, floor=0.01)


def test_refuses_what_it_cannot_follow():
    with pytest.raises(TypeError, match="schedule"):
        composer_scheduler(0.1, 0.1)
    with pytest.raises(ValueError, match="base must be"):
        composer_scheduler(LR, 0.0)
    with pytest.raises(ValueError, match="clock must be"):
        composer_scheduler(LR, 0.1, clock="batches")


def trained(composer, folder, duration, load=None, ratio=1.0, schedule=LR, **options):
    """Train with Composer, and return the rate of each batch."""
    rates = []

    class OneLayer(composer.models.ComposerModel):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def forward(self, batch):
            return self.layer(batch[0])

        def loss(self, outputs, batch):
            return (outputs - batch[1]).square().mean()

    class Watching(composer.Callback):
        def batch_end(self, state, logger):
            # Composer's schedulers have not moved on yet.
            rates.append(state.optimizers[0].param_groups[0]["lr"])

    model = OneLayer()
    data = torch.utils.data.TensorDataset(torch.ones(16, 2), torch.ones(16, 1))
    composer.Trainer(
        model=model,
        optimizers=torch.optim.SGD(model.parameters(), lr=0.1),
        schedulers=composer_scheduler(schedule, 0.1, **options),
        train_dataloader=torch.utils.data.DataLoader(data, 2),
        max_duration=duration,
        scale_schedule_ratio=ratio,
        step_schedulers_every_batch=True,
        callbacks=[Watching()],
        save_folder=str(folder),
        save_interval="1ep",
        save_overwrite=True,
        load_path=load,
        progress_bar=False,
        device="cpu",
    ).fit()
    return rates


@pytest.fixture
def composer():
    return pytest.importorskip("composer", reason="Composer pins another torch")


def test_every_applied_rate_is_the_schedules_through_a_resume(composer, tmp_path):
    first = trained(composer, tmp_path, "1ep")
    last = str(tmp_path / "latest-rank0.pt")
    rest = trained(composer, tmp_path / "on", "3ep", load=last)
    assert first + rest == pytest.approx([LR(t) for t in range(24)], rel=1e-15)


def test_samples_and_the_scale_schedule_ratio(composer, tmp_path):
    samples = Linear(0.1, 0.0, 64)
    rates = trained(composer, tmp_path, "1ep", schedule=samples, clock="samples")
    assert rates == pytest.approx([samples(2 * t) for t in range(8)], rel=1e-15)
    slow = trained(composer, tmp_path, "2ep", ratio=0.5)
    assert slow == pytest.approx([LR(2 * t) for t in range(8)], rel=1e-15)
