"""The same small training as a loop by hand and by the trainers we compare with.

An MLP of 64-128-10, batches of 32, AdamW with a cosine per update. Each gives a
function that trains one epoch of the loader it is given.
"""

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from lehr import Cosine
from lehr.bindings.torch import Scheduler
from lehr.training import (
    AdamW,
    BaseTrainer,
    Callback,
    LoggingCallback,
    ProgressBar,
    RateMonitor,
    TimeLimit,
)
from lehr.training.data import Loader

BATCH, BATCHES = 32, 180
TOTAL = 10**6
Epoch = Callable[[Any], object]


def samples() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    size = BATCH * BATCHES
    x = torch.randn(size, 64, generator=generator)
    return x, torch.randint(0, 10, (size,), generator=generator)


class Ready(IterableDataset[Any]):
    """Batches that are there already; tells whenever one is asked for."""

    def __init__(self, asked: Callable[[], None]) -> None:
        x, y = samples()
        self.batches = list(zip(x.split(BATCH), y.split(BATCH), strict=True))
        self.asked = asked

    def __len__(self) -> int:
        return BATCHES

    def __iter__(self) -> Iterator[Any]:
        for batch in self.batches:
            self.asked()
            yield batch


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))


def parts(**options: Any) -> tuple[nn.Module, torch.optim.Optimizer, Scheduler]:
    net = model()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, **options)
    return net, optimizer, Scheduler(optimizer, lr=Cosine(1e-3, 1e-5, TOTAL))


def by_hand() -> Epoch:
    net, optimizer, scheduler = parts()

    def epoch(loader: Any) -> None:
        net.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = functional.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            scheduler.step()

    return epoch


def by_lehr(**options: Any) -> Epoch:
    trainer = BaseTrainer(*parts(), **options)
    return lambda loader: trainer.fit(loader, num_epochs=trainer.epochs + 1)


def by_default() -> Epoch:
    """Lehr's own optimizer, which is fused where it can be."""
    net, optimizer = model(), AdamW(1e-3)
    scheduler = Scheduler(optimizer.bind(net), lr=Cosine(1e-3, 1e-5, TOTAL))
    trainer = BaseTrainer(net, optimizer, scheduler)
    return lambda loader: trainer.fit(loader, num_epochs=trainer.epochs + 1)


class Counting(Callback):
    """A callback of the user's."""

    def __init__(self) -> None:
        self.seen = 0

    def on_update(self, context: Any) -> None:
        self.seen += 1


def ten_callbacks() -> Epoch:
    """Rate, running loss and records every 50 updates, a bar, a limit; and six more."""
    ready = [LoggingCallback(50), RateMonitor(), ProgressBar(), TimeLimit("1d")]
    callbacks = [*ready, *(Counting() for _ in range(6))]
    return by_lehr(callbacks=callbacks, folder=tempfile.mkdtemp())


def by_accelerate() -> Epoch:
    from accelerate import Accelerator

    net, optimizer, scheduler = parts()
    accelerator = Accelerator(cpu=True)
    net, optimizer = accelerator.prepare(net, optimizer)

    def epoch(loader: Any) -> None:
        net.train()
        for x, y in loader:
            with accelerator.accumulate(net):
                loss = functional.cross_entropy(net(x), y)
                accelerator.backward(loss)
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()

    return epoch


def by_lightning() -> Epoch:
    import lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = model()

        def training_step(self, batch: Any, number: int) -> torch.Tensor:
            x, y = batch
            return functional.cross_entropy(self.net(x), y)

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.AdamW(self.net.parameters(), lr=1e-3)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, TOTAL)
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]

    module = Module()

    def epoch(loader: Any) -> None:
        trainer = lightning.Trainer(
            max_epochs=1,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, loader)

    return epoch


def naive_loader() -> Any:
    return DataLoader(TensorDataset(*samples()), batch_size=BATCH, shuffle=True)


def own_loader() -> Any:
    return Loader(samples(), batch_size=BATCH)
