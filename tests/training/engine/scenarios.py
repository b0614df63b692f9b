"""Runs that come out alike in one process and in many; each returns plain numbers."""

import hashlib
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    ConfusionMatrix,
    Ema,
    accuracy,
)
from lehr.training.data import Loader

VOCABULARY = 11


class Reader(nn.Module):
    """A small model of sequences, with blocks as FSDP looks for them."""

    def __init__(self, width=16, depth=2, dropout=0.0):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, VOCABULARY)

    def forward(self, words):
        state = self.words(words)
        for block in self.blocks:
            state = state + self.dropout(torch.tanh(block(state)))
        return self.head(state)


def texts(count=53, length=6):
    """Sequences whose targets are padded, some of them nearly to the start."""
    draw = torch.Generator().manual_seed(5)
    words = torch.randint(VOCABULARY, (count, length), generator=draw)
    target = (words * 3 + 1) % VOCABULARY
    kept = torch.randint(1, length + 1, (count, 1), generator=draw)
    return words, target.where(torch.arange(length) < kept, -100)


def classes(count=50):
    draw = torch.Generator().manual_seed(6)
    x = torch.randn(count, 6, generator=draw)
    return x, (x[:, 0] > 0).long() + (x[:, 1] > 0).long()


def reader(strategy, *, dropout=0.0, seed=3, **options):
    """A trainer of sequences, built as a script would build it."""
    torch.manual_seed(seed)
    model = Reader(dropout=dropout)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, foreach=False)
    scheduler = Scheduler(optimizer, lr=warmup_cosine(0.01, warmup=3, total=20))
    options = {"mean_over": "tokens", **options}
    return BaseTrainer(model, optimizer, scheduler, strategy=strategy, **options)


def told(trainer, result):
    """What a run came to, as numbers."""
    rows = result.history
    weights = trainer.engine.whole(trainer.model.state_dict())
    return {
        "train": [row["train_loss"] for row in rows],
        "val": [row.get("val_loss") for row in rows],
        "rates": [row["lr"] for row in rows],
        "updates": result.updates,
        "samples": result.samples,
        "tokens": result.tokens,
        "stopped_by": result.stopped_by,
        "weights": float(sum(one.double().abs().sum() for one in weights.values())),
        "bits": bits(weights),
    }


def bits(weights):
    every = b"".join(one.contiguous().numpy().tobytes() for one in weights.values())
    return hashlib.sha256(every).hexdigest()


def tokens(strategy, folder):
    """Accumulation, an uneven last batch, means over tokens, clipping."""
    words, target = texts()
    train = Loader((words, target), 12, seed=1)
    val = Loader((words[:21], target[:21]), 4, shuffle=False)
    trainer = reader(strategy, accumulation=2, clip_norm=0.5)
    return told(trainer, trainer.fit(train, val, 4))


def any_iterable(strategy, folder):
    """A shuffling DataLoader that knows nothing of ranks; several validation sets."""
    x, y = classes(46)
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    confusion = ConfusionMatrix(3)
    metrics = {"accuracy": accuracy, "confusion": confusion}
    trainer = BaseTrainer(
        model, optimizer, strategy=strategy, metrics=metrics, monitor="val_a_loss"
    )
    train = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
    val = {"a": DataLoader(TensorDataset(x, y), batch_size=5), "b": [(x[:7], y[:7])]}
    result = trainer.fit(train, val, 3)
    row = result.history[-1]
    names = ("val_a_loss", "val_a_accuracy", "val_b_loss", "val_b_accuracy")
    return told(trainer, result) | {
        "metrics": [row[name] for name in names],
        "confusion": confusion.matrix.tolist(),
    }


def sequences(size=12, seed=1):
    return Loader(texts(48), size, seed=seed)


class Rates(Callback):
    """The rate of each update of a run, in all its parts."""

    def __init__(self):
        self.rates = []

    def on_update(self, context):
        self.rates.append(float(context.rates[0]))

    def state_dict(self):
        return {"rates": list(self.rates)}

    def load_state_dict(self, state):
        self.rates = list(state["rates"])


def saved(strategy, folder, updates=6, seed=3, resume="auto", **options):
    """A run with a folder, up to so many updates in all; it goes on where it was."""
    rates = Rates()
    callbacks = [Checkpointing(every_updates=2), Ema(0.9, evaluate=False), rates]
    trainer = reader(
        strategy, dropout=0.2, seed=seed, folder=folder, callbacks=callbacks, **options
    )
    result = trainer.fit(sequences(), sequences(), updates=updates, resume=resume)
    average = trainer.engine.whole(trainer.callbacks.named["Ema"].state_dict())
    return told(trainer, result) | {
        "average": bits(average["weights"]),
        "moments": bits(moments(trainer)),
        "every_rate": rates.rates,
    }


def moments(trainer):
    state = trainer.engine.whole(trainer.optimizer.state_dict())["state"]
    return {str(number): one["exp_avg"] for number, one in state.items()}


def in_one_go(strategy, folder):
    return saved(strategy, folder, 10)


def in_two_parts(strategy, folder):
    """The second part knows nothing of the first, but its checkpoint."""
    saved(strategy, folder, 6)
    torch.rand(100)  # other random states than those of the first
    return saved(strategy, folder, 10, seed=99)


def shuffled(strategy, folder, updates, seed=3):
    """Data that cannot seek and draw their order, in a run that goes on."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    trainer = BaseTrainer(
        model, optimizer, strategy=strategy, folder=folder, callbacks=[Checkpointing()]
    )
    data = DataLoader(TensorDataset(*classes(48)), batch_size=8, shuffle=True)
    return told(trainer, trainer.fit(data, updates=updates, resume="auto"))


def shuffled_in_one_go(strategy, folder):
    return shuffled(strategy, folder, 15)


def shuffled_in_parts(strategy, folder):
    shuffled(strategy, folder, 4)
    torch.rand(77)
    shuffled(strategy, folder, 12, seed=8)  # at the end of an epoch
    return shuffled(strategy, folder, 15, seed=9)


def part(strategy, folder, updates):
    """A part of a run that draws no random numbers but the order of its data."""
    callbacks = [Checkpointing(every_epochs=None)]
    trainer = reader(strategy, folder=Path(folder, "texts"), callbacks=callbacks)
    result = trainer.fit(sequences(), updates=updates, resume="auto")
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    other = BaseTrainer(
        model,
        optimizer,
        strategy=strategy,
        folder=Path(folder, "classes"),
        callbacks=[Checkpointing(every_epochs=None)],
    )
    data = DataLoader(TensorDataset(*classes(48)), batch_size=12, shuffle=True)
    cut = other.fit(data, updates=updates, resume="auto")
    return told(trainer, result) | {"cut": told(other, cut)}


def first_part(strategy, folder):
    return part(strategy, folder, 3)


def second_part(strategy, folder):
    return part(strategy, folder, 6)


def third_part(strategy, folder):
    return part(strategy, folder, 11)


def buffers(strategy, folder):
    """Batch norm: its running means are those of rank 0, on all ranks."""
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    trainer = BaseTrainer(model, optimizer, strategy=strategy)
    result = trainer.fit(Loader(classes(48), 16), Loader(classes(48), 16), 2)
    every = trainer.engine.gather(model[1].running_mean.tolist())
    return {"alike": all(one == every[0] for one in every), "updates": result.updates}
