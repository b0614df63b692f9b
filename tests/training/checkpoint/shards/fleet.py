"""A script that lets a few ranks play scenes of ranks.py, and what the tests ask it by.

It is told, a line of JSON at a time, how many ranks play which scenes, each a list of a
name and arguments. It forks them, from a process with one thread in which all is loaded
that takes long to load, and answers with the exit code and the output of each. The
ranks meet in a file, over gloo.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

SECONDS = 120


class Fleet:
    """The script, and how it is asked; a context manager."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *error):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(SECONDS)

    def ends(self, world_size, *scenes):
        """Let the ranks play; return the exit code of each, and what it printed."""
        self._process.stdin.write(json.dumps([world_size, scenes], default=str) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def run(self, world_size, *scenes):
        """Let the ranks play to a good end; return what they print, by scene."""
        ends = self.ends(world_size, *scenes)
        for code, output in ends:
            assert code == 0, output
        told = [json.loads(output) for _, output in ends]
        return [list(of_one_scene) for of_one_scene in zip(*told, strict=True)]


def play(rank, world_size, scenes, meeting):
    import torch.distributed as dist

    from training.checkpoint.shards import ranks

    dist.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=world_size
    )
    told = []
    for name, folder, *arguments in scenes:
        with Path(f"{meeting}-{rank}").open("w+") as heard:
            with contextlib.redirect_stdout(heard):
                getattr(ranks, name)(Path(folder), *arguments)
            heard.seek(0)
            told.append(heard.read().strip())
    print(json.dumps(told), flush=True)
    dist.destroy_process_group()


def fork(rank, world_size, scenes, meeting):
    """Start a rank; return its process."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        file = os.open(f"{meeting}-{rank}.txt", os.O_CREAT | os.O_WRONLY)
        os.dup2(file, 1)
        os.dup2(file, 2)
        play(rank, world_size, scenes, meeting)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main():
    sys.path.insert(0, str(Path(__file__).parents[3]))
    import torch

    import training.checkpoint.shards.ranks  # noqa: F401  (loaded once, for all)

    torch.set_num_threads(1)
    for line in sys.stdin:
        world_size, scenes = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            meeting = f"{folder}/meeting"
            all_ranks = range(world_size)
            started = [fork(rank, world_size, scenes, meeting) for rank in all_ranks]
            codes = [os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]) for p in started]
            outputs = [Path(f"{meeting}-{rank}.txt").read_text() for rank in all_ranks]
        print(json.dumps(list(zip(codes, outputs, strict=True))), flush=True)


if __name__ == "__main__":
    main()
