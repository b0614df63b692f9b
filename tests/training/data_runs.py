"""Runs that read a data set with random augmentation, in processes that may be killed.

As a script it reads jobs, a line of JSON each, and does each in a forked child, as
`runs` does; the result goes to a file, since workers may outlive a killed child.
"""

import json
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch.utils.data import Dataset, IterableDataset

from fork_server import ForkServer
from lehr.training.data import DatasetLoader, StreamLoader


class Noisy(Dataset):
    """A table whose rows get noise from all three global generators."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, number):
        return noisy((self.x[number], self.y[number]))


class Rows(IterableDataset):
    """The rows of a table, one after the other."""

    def __init__(self, *columns):
        self.columns = columns

    def __iter__(self):
        yield from zip(*self.columns, strict=True)


class Seekable(Rows):
    """Rows that can begin anywhere."""

    start = 0

    def seek(self, samples):
        self.start = samples

    def __iter__(self):
        start, self.start = self.start, 0
        yield from zip(*(column[start:] for column in self.columns), strict=True)


def noisy(row):
    x, y = row
    noise = torch.rand(8) + float(np.random.rand()) + random.random()
    return x + 0.1 * noise, y


def loader(kind, table, **options):
    """Build what a job names, such as `map 2`: the kind and the number of workers."""
    kind, workers = kind.split()
    options = {"batch_size": 4, "seed": 5, "num_workers": int(workers)} | options
    if kind == "map":
        return DatasetLoader(Noisy(*table), **options)
    stream = {"stream": Rows, "seek": Seekable}[kind](*table)
    return StreamLoader(stream, transform=noisy, **options)


def error_of(kind, do):
    """Return what an error says and its notes; keep no traceback, nor its workers."""
    try:
        do()
    except kind as error:
        return "\n".join([str(error), *error.__notes__])
    raise AssertionError(f"no {kind}")


class Children(ForkServer):
    """A process that does jobs in children of its own, which may be killed."""

    def __init__(self, folder):
        super().__init__("training.data_runs")
        self._folder = folder

    def __call__(self, *jobs):
        """Do the jobs, one after the other; give (exit status, result or None)."""
        results = []
        for job in jobs:
            file = Path(self._folder, "result.json")
            file.unlink(missing_ok=True)
            status = self.ask({**job, "result": str(file)})
            results.append(
                (status, json.loads(file.read_text()) if not status else None)
            )
        return results


def _main():
    import torch._dynamo

    from training import runs

    runs.batches = lambda kind: loader(kind, runs.table())
    torch.set_num_threads(1)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            job = json.loads(line)
            if job.pop("group", False):  # as Ctrl-C at a terminal
                os.setpgrp()
                runs.os = SimpleNamespace(kill=os.killpg, getpid=os.getpgrp)
            Path(job["result"]).write_text(json.dumps(runs.do(job)))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    _main()
