"""`lehr runs`: what is listed, told and drawn."""

import json
import math
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lehr.cli.main import main
from lehr.cli.runs_actions import _age
from lehr.training import JsonLines, RunStore

SCREENS = Path(__file__).parent / "screens"


def store(folder, losses, status="finished", **facts):
    log = RunStore(folder, config="lr: 1")
    log.describe({"monitor": "val_loss", "mode": "min"} | facts)
    log.open(0)
    for update, loss in enumerate(losses):
        log.log({"update": update, "epoch": 0, "loss": loss, "val_loss": loss / 2})
    log.finish(status)
    log.close()


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store(tmp_path / "runs" / "one", [4.0, 2.0, 3.0], total_updates=3)
    store(tmp_path / "runs" / "two", [math.nan, 1.0], "interrupted", total_updates=9)
    log = JsonLines(tmp_path / "runs" / "old" / "metrics.jsonl")
    log.log({"update": 0, "loss": 5.0})
    log.close()
    return tmp_path / "runs"


def lehr(capsys, *words):
    code = main(["runs", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_runs_are_listed_with_how_they_stand(runs, capsys):
    code, shown, _ = lehr(capsys)
    assert code == 0
    head, *rows = [re.split("  +", line) for line in shown.splitlines()]
    assert head == ["run", "status", "updates", "best", "age"]
    assert {row[0]: row[1:4] for row in rows} == {
        "one": ["finished", "3/3", "val_loss 1 after 2"],
        "two": ["interrupted", "2/9", "val_loss 0.5 after 2"],
        "old": ["unfinished", "1", "-"],
    }


def test_a_list_for_programs(runs, capsys):
    code, shown, _ = lehr(capsys, str(runs), "--json")
    found = {run["name"]: run for run in json.loads(shown)}
    assert code == 0
    assert found["one"]["best"] == {"value": 1.0, "update": 1}
    assert found["two"]["status"] == "interrupted"
    assert found["old"]["best"] is None


def test_a_damaged_run_is_told_and_the_others_are_listed(runs, capsys):
    (runs / "two" / "run.sqlite").write_text("not any more, only some text as filling")
    code, shown, _ = lehr(capsys)
    assert code == 1
    assert "one" in shown
    assert shown.splitlines()[-1].startswith("damaged: ")


def test_a_folder_without_runs(tmp_path, capsys):
    assert lehr(capsys, str(tmp_path))[:2] == (0, f"there is no run in {tmp_path}\n")
    store(tmp_path, [1.0])
    assert tmp_path.name in lehr(capsys, str(tmp_path))[1]


@pytest.mark.parametrize("place", ["checkpoints", "one/checkpoints"])
def test_checkpoints_without_records_are_told(tmp_path, capsys, place):
    (tmp_path / place).mkdir(parents=True)
    code, shown, _ = lehr(capsys, str(tmp_path))
    assert code == 0
    assert "RunStore" in shown.splitlines()[1]
    assert lehr(capsys, str(tmp_path), "--json")[1] == "[]\n"


@pytest.mark.parametrize("name", ["one", "runs/one", "runs/one/run.sqlite"])
def test_a_run_is_shown_by_name_or_path(runs, capsys, name):
    code, shown, _ = lehr(capsys, "show", name, "--ascii")
    assert code == 0
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line}
    assert lines["status"] == ["finished"] and "epoch" not in lines
    assert lines["best"] == [
        "val_loss",
        "1",
        "after",
        "2",
        "updates,",
        "in",
        "epoch",
        "1",
    ]
    assert lines["loss"][:3] == ["3", "2", "4"]
    assert lines["val_loss"][:3] == ["1.5", "1", "2"]
    assert lines["with"][0] == "lehr"


def test_what_has_no_finite_number_is_shown_too(tmp_path, capsys):
    log = RunStore(tmp_path)
    log.log({"update": 0, "note": "warm", "bad": math.nan})
    log.close()
    _, shown, _ = lehr(capsys, "show", str(tmp_path))
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line}
    assert lines["note"] == ["warm", "-", "-"]
    assert lines["bad"] == ["nan", "-", "-"]


def test_a_run_for_programs(runs, capsys):
    _, shown, _ = lehr(capsys, "show", "one", "two", "--json")
    one, two = json.loads(shown)
    assert one["last"] == {"epoch": 0, "loss": 3.0, "val_loss": 1.5}
    assert (one["config"], two["total_updates"]) == ("lr: 1", 9)


def test_curves_are_drawn_in_the_terminal(runs, capsys):
    words = ("plot", "one", "two", "--ascii", "--width", "40", "--height", "5")
    code, shown, _ = lehr(capsys, *words)
    assert code == 0
    assert shown.startswith("loss   one\n")
    assert "\n\nloss   two\n" in shown
    assert max(map(len, shown.splitlines())) == 40
    assert shown.isascii()


def test_loss_and_rate_are_drawn_unless_something_is_asked_for(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    log = RunStore(tmp_path / "whole")
    log.open(0)
    for update in range(200):
        loss, rate = 2.5 * 0.98**update + 0.1 * (update % 3), 1e-3 * (1 - update / 200)
        log.log({"update": update, "epoch": 0, "loss": loss, "lr": rate})
    log.close()
    code, shown, _ = lehr(capsys, "plot", str(tmp_path / "whole"), "--height", "8")
    assert code == 0
    assert shown == (SCREENS / "runs-plot.txt").read_text("utf-8")
    assert max(map(len, shown.splitlines())) <= 80
    asked = ("plot", str(tmp_path / "whole"), "--metric", "lr", "--metric", "loss")
    order = [one["metric"] for one in json.loads(lehr(capsys, *asked, "--json")[1])]
    assert order == ["lr", "loss"]
    file = str(tmp_path / "x.svg")
    code, _, told = lehr(capsys, *asked, "--file", file)
    assert (code, "one axis, and so one metric, got lr, loss" in told) == (2, True)
    assert lehr(capsys, *asked[:2], "--file", file)[0] == 0


def test_curves_are_drawn_into_a_file(runs, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    file = tmp_path / "x.svg"
    words = ("plot", "one", "two", "--metric", "val_loss", "--file", str(file))
    assert lehr(capsys, *words)[:2] == (0, f"{file}\n")
    assert file.read_text().lstrip().startswith("<?xml")


def test_points_for_programs(runs, capsys):
    _, shown, _ = lehr(capsys, "plot", "two", "--json")
    assert json.loads(shown) == [
        {"run": "two", "metric": "loss", "points": [[0, None], [1, 1.0]]}
    ]


def test_runs_of_one_name_are_told_apart_by_their_paths(runs, capsys):
    store(runs / "group" / "one", [1.0])
    _, shown, _ = lehr(capsys, "plot", "one", "runs/group/one", "--json")
    assert [curve["run"] for curve in json.loads(shown)] == ["one", "runs/group/one"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show"], "show needs a run"),
        (["show", "oen"], 'there is no run oen\n   = did you mean "one"?'),
        (["show", "zzz"], "there is no run zzz\n   = see: lehr runs"),
        (
            ["plto", "one"],
            'one folder at most, got plto one\n   = did you mean "plot"?',
        ),
        (["nowhere"], "there is no folder nowhere"),
        (["plot", "one", "--metric", "lr"], "one has no 'lr'; it has epoch, loss"),
        (["plot", "one", "--height", "2"], "needs at least 24 columns and 4 rows"),
    ],
)
def test_mistakes_are_told(runs, capsys, words, message):
    code, _, told = lehr(capsys, *words)
    assert code == 2
    assert message in told


def test_what_cannot_be_drawn_is_told(tmp_path, capsys):
    log = RunStore(tmp_path)
    log.open(0)
    log.close()
    assert (
        "has logged nothing that can be drawn" in lehr(capsys, "plot", str(tmp_path))[2]
    )
    log.log({"update": 0, "note": "warm", "bad": math.nan})
    log.close()
    words = ("plot", str(tmp_path), "--metric")
    assert "holds no number" in lehr(capsys, *words, "note")[2]
    assert "must hold a finite value" in lehr(capsys, *words, "bad")[2]


def test_the_age_has_its_largest_unit():
    now = datetime.now(UTC)
    assert [_age(now - timedelta(seconds=s)) for s in (-5, 59, 61, 7300, 200_000)] == [
        "0 s",
        "59 s",
        "1 min",
        "2 h",
        "2 d",
    ]


def test_it_loads_no_torch_and_no_numpy(runs):
    code = (
        "import sys; from lehr.cli.main import main; main(['runs']); "
        "main(['show', 'x']); main(['runs', 'plot', 'one']); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "lehr" in loaded
    assert not loaded & {"torch", "numpy", "yaml", "pydantic", "matplotlib", "rich"}
