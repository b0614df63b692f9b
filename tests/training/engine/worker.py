"""One rank: runs scenarios, and writes what they came to.

worker.py FOLDER STRATEGY:SCENARIO[:FOLDER OF THE RUN] ...
"""

import json
import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from training.engine.catalog import SCENARIOS

if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, *jobs = sys.argv[1:]
    if os.environ["WORLD_SIZE"] == "4":  # a script may make the group itself
        dist.init_process_group("gloo")
    done = {}
    for job in jobs:
        strategy, name, *place = job.split(":")
        of_the_run = Path(folder, *(place or (strategy, name)))
        done[job] = SCENARIOS[name](strategy, of_the_run)
    Path(folder, f"rank-{os.environ['RANK']}.json").write_text(json.dumps(done))
    if os.environ["WORLD_SIZE"] == "4":
        dist.destroy_process_group()  # it is still there
