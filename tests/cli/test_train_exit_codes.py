"""The exit codes of `lehr train`, each of a real process, and what is left to go on."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lehr
from lehr.training.checkpoint import CheckpointStore

WORDS = b"one two three four five six seven eight nine ten eleven twelve; " * 300
BYTES = (
    "--text",
    "words.txt",
    "model={kind: transformer, width: 16, layers: 1, heads: 2, dropout: 0.1}",
    "train={epochs: 1, batch_size: 4, threads: 1, clip_norm: 1.0}",
    "data={kind: bytes, context: 16, validation: 0.1, test: 0.1}",
)
DIGITS = (
    "model={kind: conv, width: 4, dropout: 0.1}",
    "train={epochs: 4, batch_size: 16, threads: 1, clip_norm: 1.0}",
)
JOBS = {"bytes": BYTES, "digits": DIGITS}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a run of each kind that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "words.txt").write_bytes(WORDS)
    for name, job in JOBS.items():
        done = process(folder, *job, "--quiet", "--run-dir", name)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return folder


def command(*arguments):
    return [sys.executable, "-m", "lehr", "train", *arguments]


def options(here):
    path = {"PYTHONPATH": str(Path(lehr.__file__).parents[1])}
    return {"cwd": here, "text": True, "env": os.environ | path}


def process(here, *arguments):
    return subprocess.run(
        command(*arguments), capture_output=True, timeout=120, **options(here)
    )


def stopped_by(number, here, *arguments):
    """Start a run, send a signal once it is under way; return its code and words."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    log = here / "run" / "metrics.jsonl"
    with subprocess.Popen(command(*arguments), **pipes, **options(here)) as child:
        deadline = time.monotonic() + 60
        while not log.exists() or log.read_bytes().count(b"\n") < 20:
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < deadline, "no progress"
            time.sleep(0.002)
        child.send_signal(number)
        shown, told = child.communicate(timeout=60)
    return child.returncode, shown, told


def last_weights(folder):
    entry = CheckpointStore(folder / "checkpoints").newest()[0]
    weights = (entry.path / "model.safetensors").read_bytes()
    return entry.manifest.updates, hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize("name", JOBS)
def test_stopped_three_times_it_ends_with_the_same_file_of_weights(
    home, tmp_path, name
):
    job = JOBS[name]
    (tmp_path / "words.txt").write_bytes(WORDS)
    first = process(tmp_path, *job, "--time-limit", "0.001s", "--run-dir", "run")
    assert (first.returncode, first.stderr) == (75, "")
    assert "\x1b" not in first.stdout  # the bar is for a terminal
    (tmp_path / "run" / "metrics.jsonl").unlink()  # counted anew below
    going_on = ("--resume", "--run-dir", "run")
    code, shown, told = stopped_by(signal.SIGTERM, tmp_path, *going_on)
    assert (code, told) == (143, "")
    assert "go on with: lehr train --resume --run-dir run" in shown
    updates, _ = last_weights(tmp_path / "run")
    assert f"interrupted after update {updates} " in shown
    last = process(tmp_path, *going_on, "--quiet")
    assert (last.returncode, last.stderr) == (0, ""), last.stderr
    assert last_weights(tmp_path / "run") == last_weights(home / name)


def test_ctrl_c_gives_130_and_leaves_a_checkpoint(tmp_path):
    code, shown, told = stopped_by(signal.SIGINT, tmp_path, *DIGITS, "--run-dir", "run")
    assert (code, told) == (130, "")
    updates, _ = last_weights(tmp_path / "run")
    assert f"interrupted after update {updates} " in shown


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ("schedules.lr=1e30", 1, "error: loss is "),
        ("train.epoch=3", 2, 'did you mean "epochs"?'),
        ("data={kind: table, path: none.csv}", 2, "cannot read"),
    ],
)
def test_what_goes_wrong_is_told_without_a_traceback(tmp_path, change, code, message):
    done = process(tmp_path, change, "train.clip_norm=null", "--quiet")
    assert done.returncode == code
    assert message in done.stderr and "Traceback" not in done.stderr


def test_an_end_by_the_own_rule_is_an_end(tmp_path):
    rule = ("train.patience=1", "schedules.lr=0.0", "model.width=2", "train.epochs=9")
    done = process(tmp_path, *rule, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "stopped by     early stopping" in done.stdout


FAULTY = """
import sys
import torch
from lehr.cli.main import main
from lehr.training.models.conv import ConvNet

def forward(self, images):
    raise {error}

ConvNet.forward = forward
sys.exit(main(["train", "--quiet", "--run-dir", "run"]))
"""


@pytest.mark.parametrize(
    ("error", "told", "traced"),
    [
        (
            "RuntimeError('[enforce fail] DefaultCPUAllocator: not enough memory')",
            "error: out of memory, make train.batch_size smaller: [enforce fail]",
            False,
        ),
        ("RuntimeError('shapes do not fit')", "RuntimeError: shapes do not", True),
        ("OSError('the disk is gone')", "error: the disk is gone", False),
    ],
)
def test_an_exception_in_training_gives_1(tmp_path, error, told, traced):
    program = FAULTY.format(error=error)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, **options(tmp_path)
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert ("Traceback" in done.stderr) == traced
