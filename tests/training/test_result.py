"""What a run came to: goals, exit codes, tables."""

import csv
import json
import math
import statistics

import pytest

from lehr.training import BaseTrainer, Best, FitResult, Statistics
from lehr.training.result import is_better
from training import runs

ROWS = [
    {"epoch": 0, "updates": 5, "samples": 20, "train_loss": 2.0, "lr": 0.1},
    {
        "epoch": 1,
        "updates": 10,
        "samples": 40,
        "train_loss": 1.0,
        "val_loss": 0.1 + 0.2,
    },
    {"epoch": 2, "updates": 15, "samples": 60, "train_loss": math.nan, "val_loss": 4.0},
]


def result(stopped_by="epochs", **options):
    return FitResult(stopped_by, 15, 3, 60, 1.5, history=ROWS, **options)


@pytest.mark.parametrize(
    ("stopped_by", "signal", "code"),
    [
        ("epochs", None, 0),
        ("updates", None, 0),
        ("early stopping", None, 0),
        ("a rule of mine", None, 0),
        ("time limit", None, 75),
        ("interrupt", 2, 130),
        ("interrupt", 15, 143),
        ("interrupt", None, 130),
    ],
)
def test_the_exit_code_tells_whether_to_run_again(stopped_by, signal, code):
    assert result(stopped_by, signal=signal).exit_code == code


def test_the_history_becomes_a_csv_file(tmp_path):
    result().to_csv(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "epoch",
        "updates",
        "samples",
        "train_loss",
        "lr",
        "val_loss",
    ]
    assert [row["val_loss"] for row in rows] == ["", repr(0.1 + 0.2), "4.0"]
    assert [row["lr"] for row in rows] == ["0.1", "", ""]
    assert rows[2]["train_loss"] == "nan"


def test_all_of_it_becomes_strict_json(tmp_path):
    best = Best("val_loss", 0.3, 9, 1)
    whole = result(best=best, checkpoint=tmp_path / "update-1", evaluations=[{"a": 1}])
    whole.to_json(tmp_path / "result.json")
    text = (tmp_path / "result.json").read_text()
    found = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert found["history"][1] == ROWS[1]
    assert found["history"][2]["train_loss"] == "NaN"
    assert found["best"] == {
        "metric": "val_loss",
        "value": 0.3,
        "update": 9,
        "epoch": 1,
    }
    assert found["checkpoint"] == str(tmp_path / "update-1")
    assert (found["stopped_by"], found["exit_code"]) == ("epochs", 0)


def test_infinities_are_told_apart(tmp_path):
    rows = [{"up": math.inf, "down": -math.inf}]
    FitResult("epochs", 1, 1, 1, 0.0, history=rows).to_json(tmp_path / "r.json")
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["history"] == [{"up": "Infinity", "down": "-Infinity"}]


def test_the_summary_tells_what_each_metric_was_like():
    found = result().summary()
    assert list(found) == ["train_loss", "lr", "val_loss"]
    assert found["train_loss"] == Statistics(2, 1.0, 2.0, 1.5, 0.5)
    assert found["lr"].std == 0
    assert found["val_loss"].mean == statistics.fmean([0.1 + 0.2, 4.0])


def test_statistics_of_1_to_5():
    found = Statistics.of(range(1, 6))
    assert (found.count, found.min, found.max, found.mean) == (5, 1, 5, 3)
    assert found.std == pytest.approx(math.sqrt(2))


def test_of_nothing_there_is_no_mean():
    found = Statistics.of([math.nan, math.inf])
    assert found.count == 0
    assert math.isnan(found.mean) and math.isnan(found.std)


def test_a_real_run_can_be_exported(tmp_path):
    import torch

    model = runs.net()
    trainer = BaseTrainer(model, torch.optim.SGD(model.parameters(), lr=0.1))
    found = trainer.fit(runs.batches("lehr"), runs.validation(), num_epochs=2)
    found.to_csv(tmp_path / "h.csv")
    found.to_json(tmp_path / "h.json")
    saved = json.loads((tmp_path / "h.json").read_text())
    assert saved["history"] == found.history
    assert found.summary()["val_loss"].min == min(found.column("val_loss"))
    assert len((tmp_path / "h.csv").read_text().splitlines()) == 3


def test_nan_and_infinity_are_never_better():
    assert not is_better(-math.inf, 1.0, "min")
    assert is_better(2.0, 1.0, "max")
