"""A script: saves without end in a child that is killed at random times, many times.

    python saves.py FOLDER KILLS SEED

Each child first does what a run does that is started again: sweeps, takes the newest
checkpoint and looks whether it is whole and not older than one that was told to be
durable. It prints what came of it as JSON. Children are forked from a process with
one thread.
"""

import itertools
import json
import os
import random
import signal
import statistics
import sys
import time
from pathlib import Path

import torch

from lehr.training import CheckpointNotFoundError, CheckpointStore, Retention

SAVES = 3  # a kill comes during the first few, by how long one takes here
SHORTEST, LONGEST = 0.01, 0.5  # bounds of the seconds until a kill


def state(number):
    weights = torch.full((64, 64), float(number))
    return {"model": {"w": weights}, "state": {"done": number, "m": weights * 2}}


def resumed(store):
    """The number of the newest checkpoint; 0 if there is none."""
    store.sweep()
    try:
        entry, found = store.newest()
    except CheckpointNotFoundError:
        return 0
    number = found["state"]["done"]
    assert number == entry.updates
    assert torch.equal(found["model"]["w"], state(number)["model"]["w"])
    assert torch.equal(found["state"]["m"], state(number)["state"]["m"])
    return number


def save_without_end(folder, pipe, *, asynchronous):
    def tell(entry):
        os.write(pipe, entry.updates.to_bytes(8, "little"))

    store = CheckpointStore(folder)
    first = resumed(store)
    os.write(pipe, first.to_bytes(8, "little"))
    for number in itertools.count(first + 1):
        options = {
            "updates": number,
            "metrics": {"val_loss": 1 / number},
            "retention": Retention(last=2, best=1, every_updates=100),
        }
        if asynchronous:
            store.save_async(state(number), then=tell, **options)
        else:
            tell(store.save(state(number), **options))


def numbers_from(pipe):
    """What a child has told; a record that was cut off is none."""
    data = b""
    while chunk := os.read(pipe, 2**16):
        data += chunk
    whole = range(0, len(data) - len(data) % 8, 8)
    return [int.from_bytes(data[i : i + 8], "little") for i in whole]


def trial(folder, seconds, *, asynchronous):
    """Start a child, kill it after so long; return what it told."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            save_without_end(folder, writer, asynchronous=asynchronous)
        finally:
            os._exit(1)
    os.close(writer)
    first = os.read(reader, 8)
    if first:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    rest = numbers_from(reader)
    os.close(reader)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != -signal.SIGKILL or len(first) != 8:
        return None  # it could not go on
    return [int.from_bytes(first, "little"), *rest]


def time_of_a_save(folder):
    """The median seconds of one."""
    store, times = CheckpointStore(folder), []
    for number in range(1, 10):
        begin = time.perf_counter()
        store.save(state(number), updates=number, retention=Retention())
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main(folder, kills, seed):
    chance = random.Random(seed)
    counts = {"kills": 0, "inside a save": 0, "failed": 0, "lost": 0, "saves": 0}
    durable, longest = 0, time_of_a_save(folder.with_name("timed")) * SAVES
    longest = min(max(longest, SHORTEST), LONGEST)
    for number in range(kills + 1):  # the last one only goes on from the last kill
        told = trial(folder, chance.uniform(0, longest), asynchronous=number % 2 == 0)
        if told is None:
            counts["failed"] += 1
            continue
        counts["lost"] += told[0] < durable
        durable = max(durable, *told)
        if number < kills:
            counts["kills"] += 1
            counts["saves"] += len(told) - 1
            counts["inside a save"] += any(folder.glob(".stage-*"))
    print(json.dumps(counts))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
