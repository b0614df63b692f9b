"""`lehr runs compare` and `export`, on runs that the logger stored."""

import csv
import json
import math

import pytest

from lehr.cli.main import main
from lehr.training import RunStore

CONFIG = "seed: {seed}\ntrain: {{batch_size: 64, epochs: 2}}\n"


def stored(folder, seed, losses):
    """Write a run as the trainer's store does."""
    store = RunStore(folder, config=CONFIG.format(seed=seed))
    store.describe({"monitor": "val_loss", "mode": "min"})
    store.open(0)
    for update, loss in enumerate(losses):
        last = {"val_loss": losses[-1] / 2} if update == len(losses) - 1 else {}
        store.log({"update": update, "loss": loss, "lr": 0.1} | last)
    store.finish("finished")
    store.close()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    stored(tmp_path / "runs" / "one", 0, [3.0, 2.0, 1.0])
    stored(tmp_path / "runs" / "two", 1, [3.0, 1.5, math.nan])
    return tmp_path


def test_two_runs_are_beside_each_other_with_what_differs(here, capsys):
    assert main(["runs", "compare", "one", "two"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line[:13].strip(): line.split()[-2:] for line in lines}
    assert rows[""] == ["one", "two"]
    assert rows["seed"] == ["0", "1"]
    assert rows["last loss"] == ["1", "nan"]
    assert "train.batch_s" not in rows  # it is the same in both
    assert max(map(len, lines)) <= 80


def test_the_comparison_for_programs_has_no_number_that_json_lacks(here, capsys):
    assert main(["runs", "compare", "one", "two", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"] == {"seed": [0, 1]}
    assert found["last"]["loss"] == [1.0, None]
    assert found["best"][0]["value"] == 0.5


def test_long_settings_that_differ_at_their_ends_are_shown_to_the_end(here, capsys):
    for name, last in (("three", 7), ("four", 8)):
        text = f"Chain(pieces=(Linear(start=0.0001, end=0.01, steps=21), At({last})))"
        store = RunStore(here / "runs" / name, config=f"schedules: {{lr: '{text}'}}")
        store.open(0)
        store.log({"update": 0, "lr": 2e-7})
        store.close()
    assert main(["runs", "compare", "three", "four"]) == 0
    out = capsys.readouterr().out
    assert "At(7)))" in out and "At(8)))" in out
    assert out.count("2e-7") == 2
    assert max(map(len, out.splitlines())) <= 80


def test_equal_settings_are_said_to_be_equal(here, capsys):
    stored(here / "runs" / "three", 0, [1.0])
    assert main(["runs", "compare", "one", "three"]) == 0
    assert "the settings are the same" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_every_logged_value_is_exported(here, ending, capsys):
    assert main(["runs", "export", "one", "--file", f"one.{ending}"]) == 0
    assert capsys.readouterr().out == f"one.{ending}: 3 rows\n"
    text = (here / f"one.{ending}").read_text()
    if ending == "csv":
        rows = list(csv.DictReader(text.splitlines()))
    elif ending == "jsonl":
        rows = [json.loads(line) for line in text.splitlines()]
    else:
        rows = json.loads(text)
    assert [float(row["loss"]) for row in rows] == [3.0, 2.0, 1.0]
    assert [int(row["update"]) for row in rows] == [0, 1, 2]
    assert float(rows[-1]["val_loss"]) == 0.5


def test_without_a_file_the_values_are_printed_as_csv(here, capsys):
    assert main(["runs", "export", "two"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "update,loss,lr,val_loss"
    assert lines[3] == "2,,0.1,"  # what is not a number is empty


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare", "one"], "compare needs two runs"),
        (["export", "one", "two"], "one run, got 2"),
        (["export", "one", "--file", "one.xlsx"], "known: .csv, .jsonl, .json"),
        (["compare", "one", "tow"], 'did you mean "two"?'),
    ],
)
def test_what_cannot_be_done_is_refused(here, words, said, capsys):
    assert main(["runs", *words]) == 2
    assert said in capsys.readouterr().err
