"""`lehr train --time-limit`: saved and stopped in time, it goes on; and its levels."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import lehr
from lehr.cli.main import main
from lehr.training import read_json_lines
from lehr.training.checkpoint import CheckpointStore

TINY = ("model.width=2", "train.epochs=2", "train.batch_size=256")
UPDATES = 2 * 5
AT_ONCE = ("--time-limit", "0.001s")


def process(here, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "lehr", "train", *arguments],
        cwd=here,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path(lehr.__file__).parents[1])},
    )


def outcome(folder):
    """The weights at the end, the log, and the summary but for its times."""
    _, state = CheckpointStore(folder / "checkpoints").newest()
    log = list(read_json_lines(folder / "metrics.jsonl"))
    facts = json.loads((folder / "summary.json").read_text())
    return state["model"], log, {**facts, "seconds": 0, "folder": ""}


def test_stopped_in_time_it_ends_bit_for_bit_as_if_it_had_not(tmp_path):
    folder = tmp_path / "run"
    first = process(tmp_path, *TINY, *AT_ONCE, "--run-dir", "run")
    assert (first.returncode, first.stderr) == (75, "")
    assert (
        "stopped by the time limit after update 1 (epoch 1)\nsaved in" in first.stdout
    )
    assert "go on with: lehr train --resume --run-dir run" in first.stdout
    assert not (folder / "summary.json").exists()
    second = process(tmp_path, "--resume", *AT_ONCE, "--run-dir", "run")
    assert second.returncode == 75
    assert "stopped by the time limit after update 2 (epoch 1)" in second.stdout
    last = process(tmp_path, "--resume", "--time-limit", "1h", "--run-dir", "run")
    assert last.returncode == 0, last.stderr
    assert main(["train", *TINY, "--quiet", "--run-dir", str(tmp_path / "whole")]) == 0
    weights, log, facts = outcome(folder)
    expected_weights, expected_log, expected_facts = outcome(tmp_path / "whole")
    assert all(torch.equal(weights[n], t) for n, t in expected_weights.items())
    assert log == expected_log
    assert [record["update"] for record in log] == list(range(UPDATES))
    assert facts == expected_facts


def test_a_run_that_is_done_in_time_has_code_0(tmp_path, capsys):
    job = [*TINY[:2], "train.epochs=1", "train.batch_size=2000", "--quiet"]
    assert main(["train", *job, *AT_ONCE, "--run-dir", str(tmp_path / "run")]) == 0
    assert "stopped by     epochs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "TIME must be a length of time such as 90s, 45m, 2h or 1h30m, got"),
        ("7200", "such as 90s, 45m, 2h or 1h30m, got '7200'"),
        ("0s", "TIME must be > 0 and finite"),
    ],
)
def test_what_is_no_time_is_refused(tmp_path, monkeypatch, capsys, text, message):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--time-limit", text]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("error: argument --time-limit: ") and message in shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "plan", "lines"),
    [
        (["--quiet"], False, 0),
        (["--verbose", "0"], False, 0),
        (["--verbose", "1"], True, 0),
        (["--verbose", "2"], True, 2),
        ([], True, 2),
    ],
)
def test_each_level_shows_more(tmp_path, capsys, options, plan, lines):
    run_dir = ["--run-dir", str(tmp_path / "run")]
    assert main(["train", *TINY, *options, *run_dir]) == 0
    shown = capsys.readouterr()
    assert ("warmup ends" in shown.out) == plan
    assert shown.out.count("/2  loss ") == lines
    assert "test accuracy" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--verbose", "3"], "argument --verbose: invalid choice: 3"),
        (["--quiet", "--verbose", "1"], "not allowed with argument --quiet"),
    ],
)
def test_levels_that_are_none_are_refused(capsys, options, message):
    assert main(["train", *options]) == 2
    assert message in capsys.readouterr().err


def test_the_help_tells_of_the_limit_without_torch(tmp_path):
    program = (
        "import sys; from lehr.cli.main import main; "
        "main(['train', '--time-limit', '1h', '--help']); "
        "sys.exit('torch' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    assert "--time-limit TIME" in found.stdout and "exit code" in found.stdout
