"""One rank of a run in which another one dies, hangs or fails.

faulty.py FOLDER WHAT SEED ENGINE
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
from lehr.training.engine import processes
from lehr.training.engine.ddp import Ddp
from lehr.training.engine.fsdp import Fsdp
from training.engine import scenarios

TIMEOUT = 3.0
KILLS = 3
processes.ANSWER_WITHIN = 1.5  # all ranks here are quick


class Fault(Callback):
    """Happens once in each attempt but the last, to a rank drawn by lot."""

    def __init__(self, what, seed):
        self.what = what
        attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
        lot = random.Random(f"{seed} {attempt}")
        self.rank = lot.randrange(2) if what == "kill" else 1
        self.update = 3 * attempt + lot.randrange(3) if attempt < KILLS else None

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
    folder, what, seed, kind = sys.argv[1:]
    engine = {"ddp": Ddp, "fsdp": Fsdp}[kind](timeout=TIMEOUT)
    callbacks = [Checkpointing(every_updates=2), Fault(what, seed)]
    trainer = scenarios.reader(
        engine, dropout=0.2, folder=folder, callbacks=callbacks, accumulation=2
    )
    result = trainer.fit(scenarios.sequences(), updates=12, resume="auto")
    done = scenarios.told(trainer, result)
    Path(folder, f"rank-{os.environ['RANK']}.json").write_text(json.dumps(done))
