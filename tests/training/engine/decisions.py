"""Runs in which one rank differs, and callbacks that all ranks call."""

import contextlib
import os
import signal
from pathlib import Path

import torch
from torch import nn
from torch.distributed.fsdp import fully_shard

from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    GradientMonitor,
    NonFiniteError,
    RollBack,
    SamplePredictions,
    SkipNonFinite,
    load_weights,
    read_json_lines,
    read_run,
)
from lehr.training.data import Loader
from lehr.training.engine.fsdp import Fsdp
from training.engine.scenarios import Reader, classes, reader, sequences, texts, told


class OnOneRank(Callback):
    """Does something on the last rank only, after an update."""

    def __init__(self, update, action):
        self.update, self.action = update, action

    def on_update(self, context):
        self.act(context, context.update)

    def act(self, context, update):
        engine = context.trainer.engine
        if update == self.update and engine.rank == engine.world_size - 1:
            self.action(context)


class AfterAll(OnOneRank):
    """The same, when all ranks have agreed about the update already."""

    order = 5000
    on_update = Callback.on_update

    def on_save_point(self, context):
        self.act(context, context.updates - 1)


def stop_on_one(strategy, folder):
    stop = OnOneRank(3, lambda context: context.stop("enough"))
    trainer = reader(strategy, callbacks=[stop])
    return told(trainer, trainer.fit(sequences(), num_epochs=5))


def stop_between_epochs(strategy, folder):
    stop = AfterAll(3, lambda context: context.stop("enough"))
    trainer = reader(strategy, callbacks=[stop])
    return told(trainer, trainer.fit(sequences(), num_epochs=5))


def signal_on_one(strategy, folder):
    def send(context):
        os.kill(os.getpid(), signal.SIGTERM)

    trainer = reader(
        strategy, folder=folder, callbacks=[OnOneRank(2, send), Checkpointing()]
    )
    result = trainer.fit(sequences(), num_epochs=5)
    return told(trainer, result) | {
        "signal": result.signal,
        "code": result.exit_code,
        "checkpoints": sorted(p.name for p in Path(folder, "checkpoints").glob("u*")),
    }


def poisoned(strategy, callbacks=(), **options):
    """The last sample of batch number 4 is bad: it is the last rank's."""
    x, y = classes(48)
    x[39] = float("nan")
    torch.manual_seed(1)
    model = nn.Linear(6, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    trainer = BaseTrainer(
        model, optimizer, strategy=strategy, callbacks=callbacks, **options
    )
    return trainer, Loader((x, y), 8, shuffle=False)


def nan_on_one(strategy, folder):
    trainer, data = poisoned(strategy)
    with contextlib.suppress(NonFiniteError):
        trainer.fit(data, num_epochs=1)
        return {"refused": None}
    return {"refused": trainer.updates}


def skip_on_one(strategy, folder):
    skip = SkipNonFinite()
    trainer, data = poisoned(strategy, [skip])
    return told(trainer, trainer.fit(data, num_epochs=1)) | {"skipped": skip.skipped}


def back_on_one(strategy, folder):
    back = RollBack()
    callbacks = [back, Checkpointing(every_updates=2)]
    trainer, data = poisoned(strategy, callbacks, folder=folder)
    result = trainer.fit(data, num_epochs=1)
    return told(trainer, result) | {"times": back.times}


def half(strategy, folder):
    """Half precision: an overflow on one rank is one of all; the scale is shared."""
    x, y = classes(48)
    x[39] = 1e30
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    trainer = BaseTrainer(
        model, optimizer, strategy=strategy, precision="fp16", check_finite=False
    )
    result = trainer.fit(Loader((x, y), 8, shuffle=False), num_epochs=2)
    scales = trainer.engine.gather(trainer.loop.precision.scaler.get_scale())
    return {
        "updates": result.updates,
        "skipped": trainer.loop.skipped,
        "scales": scales,
        "scale": scales[0],
    }


def seen(strategy, folder):
    """What callbacks write: once, and the same whoever computes it."""
    words, _ = texts(48)
    callbacks = [
        SamplePredictions(words[:2], show=lambda output: output.argmax(-1)),
        GradientMonitor(every=1),
        Checkpointing(export="best.safetensors"),
    ]
    trainer = reader(strategy, folder=folder, callbacks=callbacks, clip_norm=0.1)
    trainer.fit(sequences(), sequences(), num_epochs=2)
    lines = list(read_json_lines(Path(folder, "predictions.jsonl")))
    run = read_run(Path(folder))
    fresh = Reader()
    load_weights(fresh, Path(folder, "best.safetensors"))
    return {
        "lines": [line["predictions"] for line in lines],
        "norms": run.column("gradient_norm")[1],
        "largest": run.column("gradient_largest")[1],
        "exported": float(sum(one.detach().abs().sum() for one in fresh.parameters())),
    }


def by_mesh(strategy, folder):
    """Tensor and data parallelism together: two meshes, one norm."""
    from torch.distributed.tensor.parallel import (
        ColwiseParallel,
        RowwiseParallel,
        parallelize_module,
    )

    def parallelize(model, mesh):
        for block in model.blocks:
            plan = {"0": ColwiseParallel(), "2": RowwiseParallel()}
            parallelize_module(block, mesh["tp"], plan)
        fully_shard(model, mesh=mesh["dp"])

    if strategy is not None:
        sizes = {"dp": 2, "tp": 2}
        strategy = Fsdp(mesh=sizes, data=["dp"], parallelize=parallelize)
    torch.manual_seed(1)
    model = nn.Sequential()
    model.blocks = nn.ModuleList(
        nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 6)) for _ in range(2)
    )
    model.head = nn.Linear(6, 3)
    model.forward = lambda x: model.head(model.blocks[1](model.blocks[0](x)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, foreach=False)
    trainer = BaseTrainer(model, optimizer, strategy=strategy, clip_norm=0.1)
    train, val = Loader(classes(46), 8), Loader(classes(46), 8)
    return told(trainer, trainer.fit(train, val, 2))
