"""`lehr train` and SIGUSR1: a checkpoint at once, and the run goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import lehr
from lehr.training.checkpoint import CheckpointStore

JOB = ("model={kind: mlp, width: 4}", "train={updates: 1500, batch_size: 64}")


def test_it_saves_once_and_goes_on_to_its_goal(tmp_path):
    path = {"PYTHONPATH": str(Path(lehr.__file__).parents[1])}
    command = [sys.executable, "-m", "lehr", "train", *JOB]
    command += ["train.evaluate_every=5000", "train.checkpoint_every=5000"]
    command += ["--quiet", "--run-dir", "run"]
    log, store = tmp_path / "run" / "metrics.jsonl", tmp_path / "run" / "checkpoints"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | path, **pipes
    ) as child:
        deadline = time.monotonic() + 60
        while not log.exists() or log.read_bytes().count(b"\n") < 20:
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < deadline, "no progress"
            time.sleep(0.002)
        assert not list(store.glob("update-*"))
        child.send_signal(signal.SIGUSR1)
        while not list(store.glob("update-*")):
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < deadline, "no checkpoint"
            time.sleep(0.002)
        shown, told = child.communicate(timeout=120)
    assert (child.returncode, told) == (0, "")
    assert "stopped by     updates" in shown
    assert CheckpointStore(store).newest()[0].manifest.updates == 1500
