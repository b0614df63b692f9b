"""`lehr train --resume`: killed or interrupted, it ends as if it had not been."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import lehr
from lehr.cli.main import main
from lehr.training.checkpoint import CheckpointStore

JOB = (
    "model.width=4",
    "train.epochs=4",
    "train.batch_size=16",
    "train.accumulation=2",
    "train.patience=3",
)
UPDATES = 4 * 37


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert main(["train", *JOB, "--quiet", "--run-dir", str(folder)]) == 0
    return folder


def started(here, *arguments):
    command = [sys.executable, "-m", "lehr.cli", "train", *arguments]
    return subprocess.Popen(
        command,
        cwd=here,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(lehr.__file__).parents[1])},
    )


def wait_for_updates(folder, count, process):
    deadline = time.monotonic() + 60
    while len(lines(folder)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "no progress"
        time.sleep(0.005)


def lines(folder):
    file = folder / "metrics.jsonl"
    return file.read_text().splitlines() if file.exists() else []


def records(folder):
    return [json.loads(line) for line in lines(folder)]


def final_state(folder):
    entry, state = CheckpointStore(folder / "checkpoints").newest()
    assert entry.manifest.updates == UPDATES
    return state


def assert_same_run(folder, whole):
    expected, found = final_state(whole), final_state(folder)
    assert expected["model"].keys() == found["model"].keys()
    for name, tensor in expected["model"].items():
        assert torch.equal(tensor, found["model"][name]), name
    assert [record["update"] for record in records(folder)] == list(range(UPDATES))
    assert records(folder) == records(whole)
    before, after = (
        json.loads((each / "summary.json").read_text()) for each in (whole, folder)
    )
    for name in ("test_loss", "val_loss", "best_epoch", "updates", "stopped_by"):
        assert before[name] == after[name], name


def test_killed_twice_it_ends_bit_for_bit_as_if_it_had_not_been(tmp_path, whole):
    folder = tmp_path / "run"
    with started(tmp_path, *JOB, "--run-dir", "run") as process:
        wait_for_updates(folder, 3, process)  # before its first checkpoint
        process.kill()
    assert process.returncode == -signal.SIGKILL
    with started(tmp_path, "--resume", "--run-dir", "run") as process:
        wait_for_updates(folder, 90, process)  # in the third epoch of 37 updates
        process.kill()
    assert not (folder / "summary.json").exists()
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
    assert_same_run(folder, whole)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_interrupted_it_saves_says_how_to_go_on_and_does(
    tmp_path, monkeypatch, whole, number, code
):
    with started(tmp_path, *JOB) as process:
        while not (found := list(tmp_path.glob("runs/*/metrics.jsonl"))):
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        folder = found[0].parent
        wait_for_updates(folder, 45, process)
        process.send_signal(number)
        shown, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert "interrupted after update" in shown
    assert f"lehr train --resume --run-dir runs/{folder.name}" in shown
    assert "Traceback" not in errors
    done = len(records(folder))
    saved, _ = CheckpointStore(folder / "checkpoints").newest()
    assert saved.manifest.updates == done < UPDATES
    assert (folder / "curves.png").exists()
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--resume", "--quiet"]) == 0
    assert_same_run(folder, whole)


def test_a_finished_run_has_nothing_to_go_on_with(whole, capsys):
    before = records(whole), (whole / "summary.json").read_text()
    assert main(["train", "--resume", "--quiet", "--run-dir", str(whole)]) == 0
    assert "test accuracy" in capsys.readouterr().out
    assert (records(whole), (whole / "summary.json").read_text()) == before


def test_killed_after_its_last_update_it_still_gets_its_summary(tmp_path, whole):
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    (folder / "summary.json").unlink()
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
    assert_same_run(folder, whole)


def test_another_torch_is_named(tmp_path, whole, capsys):
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(facts | {"torch": "2.4.0"}))
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
    assert "note: started with torch 2.4.0" in capsys.readouterr().err


def test_goes_on_with_the_same_settings_only(whole, capsys):
    same = ["train", *JOB, "--resume", "--dry-run", "--run-dir", str(whole)]
    assert main(same) == 0
    assert main([*same, "train.epochs=9", "optimizer.weight_decay=0"]) == 2
    shown = capsys.readouterr().err
    assert "train.epochs was 4 when the run was started, and is 9 now" in shown
    assert "optimizer.weight_decay was 0.05" in shown
    assert "or start a new run without --resume" in shown


def test_resumes_the_run_that_was_started_last(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    tiny = ["model.width=2", "train.epochs=1", "train.batch_size=512", "--quiet"]
    for name in ("b", "a"):
        assert main(["train", *tiny, f"name={name}"]) == 0
    (tmp_path / "runs" / "foreign").mkdir()
    capsys.readouterr()
    assert main(["train", "--resume", "--quiet"]) == 0
    assert "runs/a-" in capsys.readouterr().out


def test_a_run_does_not_go_on_with_other_data(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [f"{n},{n % 5},{n % 2}\n" for n in range(60)]
    (tmp_path / "points.csv").write_text("".join(rows))
    table = ["data={kind: table, path: points.csv}", "model={kind: mlp}"]
    assert main(["train", *table, "train.epochs=1", "--quiet", "--run-dir", "run"]) == 0
    (tmp_path / "points.csv").write_text("".join(reversed(rows)))
    assert main(["train", "--resume", "--run-dir", "run"]) == 2
    assert "the data are not those" in capsys.readouterr().err
