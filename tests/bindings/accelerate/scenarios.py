"""Runs under accelerate, in one process or many: each notes the rates it applied.

As a script: both of two ranks, scenarios.py FOLDER.
"""

import torch
from accelerate import Accelerator, DataLoaderConfiguration
from torch.utils.data import DataLoader, TensorDataset

from bindings.forked import fork
from bindings.recorded import recorded
from lehr import Chain, Constant, Linear, warmup_cosine
from lehr.bindings.torch import PlateauScheduler, Scheduler
from lehr.controllers import Plateau

RATE = warmup_cosine(1e-2, warmup=5, total=30)
PER_EPOCH = Chain((Constant(0.4, 1), Linear(0.3, 0.1, 2)))
METRICS = [1.0, 0.9, 0.9, 0.9, 0.9]
ROWS = TensorDataset(torch.ones(32, 2), torch.ones(32, 1))


class Run:
    """A prepared run; `plain` is the scheduler that accelerate has wrapped."""

    def __init__(self, accumulate=1, split=False, linked=True, scaler=None, **given):
        loading = DataLoaderConfiguration(split_batches=split)
        self.accelerator = Accelerator(
            cpu=True,
            gradient_accumulation_steps=accumulate,
            dataloader_config=loading,
            step_scheduler_with_optimizer=linked,
        )
        self.accelerator.scaler = scaler
        torch.manual_seed(0)
        model = torch.nn.Linear(2, 1)
        fused = given.pop("fused", None)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.4, fused=fused)
        self.plain = given.pop("scheduler", Scheduler)(optimizer, **given)
        self.seen = recorded(optimizer)
        prepared = self.accelerator.prepare(
            model, optimizer, DataLoader(ROWS, batch_size=4), self.plain
        )
        self.model, self.optimizer, self.batches, self.scheduler = prepared

    def epoch(self, each_update=True, broken=()):
        """Train for an epoch; gradients of the batches `broken` overflow."""
        for index, (x, y) in enumerate(self.batches):
            with self.accelerator.accumulate(self.model):
                loss = torch.nn.functional.mse_loss(self.model(x), y)
                scale = torch.inf if index in broken else 1.0
                self.accelerator.backward(loss * scale)
                self.optimizer.step()
                if each_update:
                    self.scheduler.step()
                self.optimizer.zero_grad()

    def save(self, folder):
        self.accelerator.wait_for_everyone()
        self.accelerator.save_state(str(folder))
        self.accelerator.wait_for_everyone()


def plain(folder, **options):
    """Train two epochs, save, and go on for one elsewhere."""
    run = Run(lr=RATE, **options)
    run.epoch()
    run.epoch()
    run.save(folder)
    other = Run(lr=RATE, **options)
    other.accelerator.load_state(str(folder))
    other.epoch()
    assert other.scheduler.get_last_lr() == other.plain.get_last_lr()
    return [*run.seen, *other.seen], other.plain.position.updates


def per_epoch(folder, linked=True):
    run = Run(lr=PER_EPOCH, linked=linked)
    for _ in range(3):
        run.epoch(each_update=False)
        run.scheduler.step()
    return run.seen, run.plain.position.updates


def by_metric(folder):
    plateau = Plateau("min", factor=0.5, patience=1)
    run = Run(scheduler=PlateauScheduler, controller=plateau)
    for metric in METRICS:
        run.epoch(each_update=False)
        run.scheduler.step(metric)
    return run.seen, run.plain.position.updates


def skipped(folder, fused):
    """Return the rates of the updates that were applied, one try in four fails."""
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    run = Run(lr=RATE, scaler=scaler, fused=fused)
    run.epoch(broken=[0])
    tries = run.seen[1:] if fused else run.seen  # a fused kernel skips by itself
    return tries, run.plain.position.updates


SCENARIOS = {
    "plain": plain,
    "accumulate": lambda folder: plain(folder, accumulate=3),
    "split": lambda folder: plain(folder, split=True),
    "per epoch": per_epoch,
    "per epoch, not linked": lambda folder: per_epoch(folder, linked=False),
    "by metric": by_metric,
    "skipped": lambda folder: skipped(folder, fused=False),
    "skipped, fused": lambda folder: skipped(folder, fused=True),
}


def every_scenario(folder):
    return {name: run(folder / name) for name, run in SCENARIOS.items()}


if __name__ == "__main__":
    fork(every_scenario)
