"""One rank of a run in which another one dies, hangs or fails.

faulty.py FOLDER WHAT SEED ENGINE TIMES
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from lehr.training import Callback, Checkpointing
from lehr.training.checkpoint import folder as checkpoint_folder
from lehr.training.checkpoint.shards import ShardedSave, records
from lehr.training.engine import processes
from lehr.training.engine.ddp import Ddp
from lehr.training.engine.fsdp import Fsdp
from training.engine import scenarios

TIMEOUT = 3.0
UPDATES = 20
processes.ANSWER_WITHIN = 1.5  # all ranks here are quick


# In which rank, in which function, and whether before it or after it.
MOMENTS_OF_A_SAVE = (
    (0, ShardedSave, "_write_shards", False),
    (1, ShardedSave, "_write_shards", False),
    (1, records, "tell", False),
    (1, records, "tell", True),
    (0, checkpoint_folder, "commit", False),
    (0, checkpoint_folder, "commit", True),
)


def die_in(owner, name, after, calls=2):
    """Be killed in the second save of an attempt."""
    kept, left = getattr(owner, name), [calls]

    def deadly(*given, **options):
        left[0] -= 1
        if not left[0] and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = kept(*given, **options)
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


class Fault(Callback):
    """Happens once in each attempt but the last, to a rank drawn by lot."""

    def __init__(self, what, seed, times):
        self.what = what
        attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
        lot = random.Random(f"{seed} {attempt}")
        self.rank = lot.randrange(2) if what == "kill" else 1
        self.update = None
        if attempt < times:
            drawn = UPDATES * attempt // times + lot.randrange(2)
            self.update = min(drawn, UPDATES - 1)
        if what == "save" and attempt < times:
            rank, *moment = MOMENTS_OF_A_SAVE[attempt % len(MOMENTS_OF_A_SAVE)]
            if rank == int(os.environ["RANK"]):
                die_in(*moment)

    def on_update(self, context):
        here = context.trainer.engine.rank == self.rank
        if not (here and context.update == self.update):
            return
        if self.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.what == "hang":
            signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the agent's, at the end
            context.trainer.model.blocks[0].register_forward_hook(hang)
        if self.what == "fail":
            raise KeyError("no such sample")


def hang(*call):
    time.sleep(600)


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, what, seed, kind, times = sys.argv[1:]
    engine = {"ddp": Ddp, "fsdp": Fsdp}[kind](timeout=TIMEOUT)
    callbacks = [Checkpointing(every_updates=2), Fault(what, seed, int(times))]
    trainer = scenarios.reader(
        engine, dropout=0.2, folder=folder, callbacks=callbacks, accumulation=2
    )
    result = trainer.fit(scenarios.sequences(), updates=UPDATES, resume="auto")
    done = scenarios.told(trainer, result)
    Path(folder, f"rank-{os.environ['RANK']}.json").write_text(json.dumps(done))
