"""Start a script in several processes, as a user would: by torchrun."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
SOURCE = TESTS.parent / "src"


@dataclass
class Launched:
    """How it ended."""

    code: int
    output: str
    seconds: float


def torchrun(script, *arguments, ranks=2, restarts=0, seconds=180):
    command = [sys.executable, "-W", "ignore", "-m", "torch.distributed.run"]
    command += ["--standalone", f"--nproc-per-node={ranks}"]
    command += [f"--max-restarts={restarts}", str(script), *map(str, arguments)]
    paths = os.pathsep.join([str(SOURCE), str(TESTS), os.environ.get("PYTHONPATH", "")])
    start = time.monotonic()
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    return Launched(
        done.returncode, done.stdout + done.stderr, time.monotonic() - start
    )


def in_ranks(folder, ranks, jobs):
    """Run scenarios in so many processes; return the results of each rank, by job."""
    folder.mkdir(parents=True, exist_ok=True)
    done = torchrun(HERE / "worker.py", folder, *jobs, ranks=ranks)
    assert done.code == 0, done.output
    return [
        json.loads((folder / f"rank-{rank}.json").read_text()) for rank in range(ranks)
    ]
