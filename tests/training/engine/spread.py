"""Runs whose weights may be spread over the ranks: written, read, lent, exported."""

import time
from pathlib import Path

import torch.distributed.tensor as dtensor

from lehr.training import Callback, Checkpointing, EarlyStopping, Ema, load_weights
from lehr.training.checkpoint import read_checkpoint
from lehr.training.engine.ddp import Ddp
from lehr.training.engine.fsdp import Fsdp
from training.engine.scenarios import Reader, bits, reader, sequences, told


def averaged(strategy, folder):
    """Evaluations by averages, with weights that a forward pass does not let go of."""
    if strategy == "fsdp":
        strategy = Fsdp(reshard_after_forward=False)
    trainer = reader(strategy, callbacks=[Ema(0.9)], evaluate_every=1)
    result = trainer.fit(sequences(), sequences(), updates=6)
    losses = [one["val_loss"] for one in result.evaluations]
    return told(trainer, result) | {"losses": losses}


class Watch:
    """Counts the whole tensors that are made of spread ones."""

    def __enter__(self):
        self.made, self.kept = 0, dtensor.DTensor.full_tensor

        def counting(tensor, *options):
            self.made += 1
            return self.kept(tensor, *options)

        dtensor.DTensor.full_tensor = counting
        return self

    def __exit__(self, *error):
        dtensor.DTensor.full_tensor = self.kept


def files(strategy, folder):
    """A run that is saved, resumed, and written elsewhere, by each its own part."""

    def built(where, seed=3):
        callbacks = [
            Checkpointing(every_updates=2, keep_last=2),
            Ema(0.9),
            EarlyStopping(patience=30, restore_best=True),
        ]
        where = Path(folder, where)
        return reader(strategy, seed=seed, folder=where, callbacks=callbacks)

    with Watch() as watch:
        built("run").fit(sequences(), sequences(), updates=6)
        trainer = built("run", seed=9)
        trainer.fit(sequences(), sequences(), updates=10, resume=True)
        trainer.save_checkpoint(Path(folder, "elsewhere"))
        again = built("fresh", seed=8)
        again.load_checkpoint(Path(folder, "elsewhere"))
    average = again.callbacks.named["Ema"].state_dict()["weights"]
    kinds = {type(one).__name__ for one in average.values()}
    fresh = Reader()
    load_weights(fresh, trainer.export_weights(Path(folder, "w.safetensors")))
    whole = trainer.engine.whole(trainer.model.state_dict())
    saved = read_checkpoint(Path(folder, "elsewhere"))
    return {
        "whole tensors": watch.made,
        "kinds": sorted(kinds),
        "names": sorted(one.name for one in Path(folder, "elsewhere").iterdir()),
        "bits": [
            bits(one)
            for one in (
                whole,
                again.engine.whole(again.model.state_dict()),
                fresh.state_dict(),
                saved["model"],
            )
        ],
    }


class Slow(Callback):
    """One rank takes long in its first forward pass, as compiling does."""

    def on_start(self, context):
        engine = context.trainer.engine
        if engine.rank == engine.world_size - 1:
            block = context.trainer.model.blocks[0]
            self.hook = block.register_forward_hook(self.wait)

    def wait(self, *call):
        self.hook.remove()
        time.sleep(4.5)


def slow_start(strategy, folder):
    engine = Ddp(timeout=3.0)
    trainer = reader(engine, callbacks=[Slow()])
    return told(trainer, trainer.fit(sequences(), updates=3))
