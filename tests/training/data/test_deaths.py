"""A worker that is killed between two batches: nothing is raised there."""

import os
import signal
import time

import pytest

from lehr.training.data import DatasetLoader


class Processes:
    """Sample i is the number of the process that read it."""

    def __len__(self):
        return 40

    def __getitem__(self, index):
        return os.getpid()


def test_a_death_waits_until_the_next_batch_is_asked_for():
    batches = iter(DatasetLoader(Processes(), 4, num_workers=2, prefetch_factor=1))
    worker = int(next(batches)[0])
    os.kill(worker, signal.SIGKILL)
    for _ in range(30):  # torch's signal handler would raise in here
        time.sleep(0.01)
    with pytest.raises(RuntimeError, match="killed by signal") as failure:
        list(batches)
    notes = "\n".join(failure.value.__notes__)
    assert f"(process {worker}) has died, by signal 9" in notes
    assert "while dealing batch 1 of epoch 0" in notes


def test_a_death_of_an_earlier_loader_is_not_told_by_the_next():
    first = iter(DatasetLoader(Processes(), 4, num_workers=1))
    os.kill(int(next(first)[0]), signal.SIGKILL)
    time.sleep(0.2)
    assert len(list(DatasetLoader(Processes(), 4, num_workers=1))) == 10
