"""Two ranks that are forked from one script, so that its imports are paid for once."""

import json
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
PLACES = [str(TESTS.parent / "src"), str(TESTS)]


def two_ranks(script, folder, seconds=120):
    """Run a script that ends with `fork`; return what each rank has found."""
    path = os.pathsep.join([*PLACES, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(folder)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in (0, 1)]


def fork(find):
    """Be two ranks of a process group; each writes what `find(folder)` returns."""
    import torch
    import torch._dynamo  # which each rank's first optimizer would import

    torch.set_num_threads(1)
    folder, children = Path(sys.argv[1]), []
    for rank in range(2):
        if (child := os.fork()) == 0:
            _be(rank, folder, find)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children]
    sys.exit(max(map(abs, codes)))


def _be(rank, folder, find):
    import torch.distributed as dist

    code = 1
    try:
        names = "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"
        os.environ |= dict(zip(names, map(str, (rank, rank, 2, 2)), strict=True))
        store = dist.FileStore(str(folder / "store"), 2)
        dist.init_process_group("gloo", store=store, rank=rank, world_size=2)
        (folder / f"rank-{rank}.json").write_text(json.dumps(find(folder)))
        dist.destroy_process_group()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)  # the parent's own end is not ours
