"""`lehr train` under torchrun: one document, several processes, one voice."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from lehr.cli.main import main
from training.engine.launch import torchrun

JOB = ("synthetic", "train.epochs=8", "data.samples=600", "model.width=4")
PROCESSES = Path("/proc")


def train(*arguments, **options):
    """Run `torchrun -m lehr train` in two processes."""
    return torchrun("-m", "lehr", "train", *arguments, **options)


def records(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def summary(folder):
    facts = json.loads((folder / "summary.json").read_text())
    return {
        name: facts[name] for name in facts.keys() - {"seconds", "folder", "stopped_by"}
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A run in two processes, and what they printed."""
    folder = tmp_path_factory.mktemp("two") / "run"
    done = train(*JOB, "--run-dir", folder)
    assert done.code == 0, done.output
    return folder, done.output


def test_two_processes_train_what_one_does(undisturbed, tmp_path):
    two, _ = undisturbed
    one = tmp_path / "one"
    assert main(["train", *JOB, "--quiet", "--run-dir", str(one)]) == 0
    assert len(records(one)) == len(records(two)) == 8 * 13
    for alone, together in zip(records(one), records(two), strict=True):
        assert alone == pytest.approx(together, rel=1e-4)
    assert summary(one) == pytest.approx(summary(two), rel=1e-4)
    names = {path.name for path in one.iterdir()}
    assert {path.name for path in two.iterdir()} == names


def test_rank_0_alone_tells_what_happens(undisturbed):
    _, output = undisturbed
    for told in (
        'run "synthetic" goes to',
        "2 processes by DDP, each with 16 samples of a batch",
        "epoch 8/8",
        "test accuracy",
    ):
        assert output.count(told) == 1, output
    assert "[rank 1]" not in output


def kill_rank_1(folder, after):
    """Kill the second process of a run once it is well under way."""
    log, deadline = folder / "metrics.jsonl", time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < after:
        assert time.monotonic() < deadline, "no progress"
        time.sleep(0.002)
    for process in PROCESSES.glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended, or is another user's
        if b"RANK=1" in environment and str(folder).encode() in words:
            os.kill(int(process.name), signal.SIGKILL)


@pytest.mark.skipif(not PROCESSES.exists(), reason="finds the process by /proc")
def test_one_command_starts_the_run_and_goes_on_after_a_kill(undisturbed, tmp_path):
    folder = tmp_path / "run"
    killer = threading.Thread(target=kill_rank_1, args=(folder, 30))
    killer.start()
    done = train(*JOB, "--auto-resume", "--run-dir", folder, restarts=2)
    killer.join()
    assert done.code == 0, done.output
    assert done.output.count("error: rank 1 does not answer: dead, or hanging") == 1
    assert done.output.count('run "synthetic" is continued in') == 1
    assert done.output.count("warmup ends, peak") == 1  # the plan is not drawn again
    assert records(folder) == records(undisturbed[0])
    assert summary(folder) == summary(undisturbed[0])


def test_what_is_wrong_is_told_once_and_nothing_is_written(tmp_path):
    folder = tmp_path / "run"
    done = train(*JOB, "train.batch_size=33", "train.strategy=dpp", "--run-dir", folder)
    assert done.code == 1
    assert done.output.count("error[LH106]") == 1
    assert "got 'dpp'; did you mean 'ddp'?" in done.output
    assert "(exitcode: 2)" in done.output and not folder.exists()


def test_the_time_limit_ends_a_run_that_torchrun_would_start_again(tmp_path):
    folder = tmp_path / "run"
    options = ("--auto-resume", "--time-limit", "0.001s", "--quiet")
    done = train(*JOB, *options, "--run-dir", folder, "train.strategy=fsdp", restarts=1)
    assert done.code == 1 and done.output.count("(exitcode: 75)") == 2
    assert done.output.count("stopped by the time limit after update 1 ") == 1
    assert "-m lehr train --resume --run-dir" in done.output
    assert "the time limit had stopped the run before torchrun" in done.output
    # Another number of processes goes on.
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
    assert len(records(folder)) == 8 * 13
    assert not (folder / "stopped.json").exists()
