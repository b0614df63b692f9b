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
from lehr.training.checkpoint import CheckpointStore, Retention

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


def stopped(here, number, updates, *arguments):
    """Start or resume the run, send a signal after some updates; return the rest."""
    with started(here, *arguments, "--run-dir", "run") as process:
        wait_for_updates(here / "run", updates, process)
        process.send_signal(number)
        shown, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    return process.returncode, shown


def test_killed_and_interrupted_it_ends_bit_for_bit_as_if_it_had_not_been(
    tmp_path, whole
):
    folder = tmp_path / "run"
    store = CheckpointStore(folder / "checkpoints")
    # In the second of the epochs, of 37 updates each: the first is in a checkpoint.
    code, _ = stopped(tmp_path, signal.SIGKILL, 50, *JOB)
    assert code == -signal.SIGKILL
    assert store.newest()[0].manifest.updates == 37
    for number, updates, expected in (
        (signal.SIGINT, 60, 130),
        (signal.SIGTERM, 90, 143),
    ):
        code, shown = stopped(tmp_path, number, updates, "--resume")
        assert code == expected
        done = len(records(folder))
        assert f"interrupted after update {done} " in shown
        assert "lehr train --resume --run-dir run" in shown
        assert store.newest()[0].manifest.updates == done < UPDATES
    assert not (folder / "summary.json").exists()
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
    assert_same_run(folder, whole)


def test_killed_before_its_first_checkpoint_it_starts_over(tmp_path, whole):
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    shutil.rmtree(folder / "checkpoints")
    (folder / "summary.json").unlink()
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
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


def test_without_its_curves_it_still_gets_its_summary(tmp_path, whole, capsys):
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    for name in ("summary.json", "curves.png"):
        (folder / name).unlink()
    (folder / "curves.png").mkdir()
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 0
    assert "note: no curves were drawn: " in capsys.readouterr().err
    assert (folder / "summary.json").is_file()


def test_a_best_checkpoint_that_is_damaged_is_named(tmp_path, whole, capsys):
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    (folder / "summary.json").unlink()
    store = CheckpointStore(folder / "checkpoints")
    entry, state = store.newest()
    store.save(state, updates=entry.manifest.updates)  # the newest, and not the best
    best = store.best(Retention())
    (best.path / "model.safetensors").write_bytes(b"")
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 1
    assert f"error: checkpoint {best.path} is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["run.json", "summary.json"])
@pytest.mark.parametrize("text", ["{", "{}"])
def test_damaged_records_of_a_run_are_named(tmp_path, whole, capsys, name, text):
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    (folder / name).write_text(text)
    assert main(["train", "--resume", "--quiet", "--run-dir", str(folder)]) == 2
    assert f"{folder / name} is damaged, or no file" in capsys.readouterr().err


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


def test_other_settings_are_told_in_the_words_of_plan_as_well(whole, capsys):
    same = ["train", "--resume", "--dry-run", "--run-dir", str(whole)]
    assert main([*same, "plan.epochs=4", "plan.batch_size=16"]) == 0
    assert main([*same, "plan.length=9ep", "plan.accumulation=1"]) == 2
    shown = capsys.readouterr().err
    assert "train.epochs was 4 when the run was started, and is 9 now" in shown
    assert "train.accumulation was 2" in shown
    assert shown.count("--> <command line>   at ") == 2


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
