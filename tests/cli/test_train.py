"""`lehr train` from start to summary, and what it refuses before it starts."""

import io
import json
import random

import pytest
import yaml

from lehr import Linear, warmup_cosine
from lehr.cli.main import main
from lehr.config.builtin import default_text

TINY = ("model.width=2", "train.epochs=2", "train.batch_size=256", "data.augment=false")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(*arguments):
    return main(["train", *arguments])


def only_run(here):
    [folder] = (here / "runs").iterdir()
    return folder


def records(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_the_built_in_run_reads_97_percent_of_unseen_digits(here, capsys):
    assert train("--quiet") == 0
    facts = summary(only_run(here))
    assert facts["test_accuracy"] >= 0.97
    assert facts["updates"] <= 30 * 19
    assert f"{100 * facts['test_accuracy']:.2f} %" in capsys.readouterr().out


def test_a_run_shows_its_plan_and_leaves_a_folder(here, capsys):
    assert train(*TINY, "name=small") == 0
    shown = capsys.readouterr().out
    folder = only_run(here)
    assert folder.name.startswith("small-")
    for part in (
        "warmup ends",
        "lr = warmup_cosine(3e-3",
        "epoch 2/2",
        "test accuracy",
        "run folder",
    ):
        assert part in shown
    assert {path.name for path in folder.iterdir()} >= {
        "config.yaml",
        "resolved.yaml",
        "run.json",
        "metrics.jsonl",
        "checkpoints",
        "curves.png",
        "curves.svg",
        "summary.json",
    }
    assert (folder / "config.yaml").read_text() == default_text()
    assert json.loads((folder / "run.json").read_text())["overrides"] == [
        *TINY,
        "name=small",
    ]
    assert (folder / "curves.png").read_bytes()[:4] == b"\x89PNG"
    assert "<svg" in (folder / "curves.svg").read_text()


def test_the_metrics_have_each_update_once_with_the_rate_that_was_planned(here):
    assert train(*TINY, "--quiet") == 0
    found = records(only_run(here))
    planned = warmup_cosine(3e-3, warmup=1, total=10)
    assert [record["update"] for record in found] == list(range(10))
    assert [record["lr"] for record in found] == [planned(t) for t in range(10)]
    assert [r["update"] for r in found if "val_loss" in r] == [4, 9]


def test_the_metrics_have_all_that_is_scheduled(here):
    fall = "linear(0.1, 0.0, steps=10)"
    extra = (f"schedules.weight_decay={fall}", f"schedules.beta1={fall}")
    assert train(*TINY, *extra, "--quiet") == 0
    planned = Linear(0.1, 0.0, 10)
    for update, record in enumerate(records(only_run(here))):
        used = planned(update)
        assert (record["weight_decay"], record["beta1"]) == (used, used)


def test_the_resolved_document_trains_the_same_run(here):
    assert train(*TINY, "--quiet", "--run-dir", "first") == 0
    assert train("first/resolved.yaml", "--quiet", "--run-dir", "second") == 0
    first, second = here / "first", here / "second"
    assert records(first) == records(second)
    assert yaml.safe_load((first / "resolved.yaml").read_text()) == yaml.safe_load(
        (second / "resolved.yaml").read_text()
    )


def test_quiet_prints_the_summary_alone(capsys):
    assert train(*TINY, "--quiet") == 0
    shown = capsys.readouterr()
    assert shown.out.strip().startswith("stopped by")
    assert shown.err == ""


def test_a_dry_run_shows_the_plan_and_writes_nothing(here, capsys):
    assert train(*TINY, "--dry-run") == 0
    assert "warmup ends" in capsys.readouterr().out
    assert list(here.iterdir()) == []


def test_stops_early_and_keeps_the_best(here, capsys):
    rate = "schedules.lr=constant(0, 400)"
    assert train("model.width=2", "train.patience=2", rate, "--quiet") == 0
    facts = summary(only_run(here))
    assert facts["stopped_by"] == "early stopping"
    assert facts["epochs"] < 30
    assert "planned" in capsys.readouterr().out
    kept = [p.name for p in (only_run(here) / "checkpoints").glob("update-*")]
    best = 19 * (facts["best_epoch"] + 1)
    assert sorted(kept) == [f"update-{n:012d}" for n in (best, 19 * facts["epochs"])]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train.epoch=5"], "LH103", 'did you mean "epochs"?'),
        (["train.batch_size=-1"], "LH106", "batch_size must be >= 1, got -1"),
        (["schedules.lr=cosine(1e-3, 0, -5)"], "LH106", "got -5"),
        (["schedules.lr=cosin(1e-3, 0, 5)"], "LH102", 'did you mean "cosine"?'),
        (
            ["schedules.lr=warmup_cosine(1e-3, warmup=9000, total=100%)"],
            "LH106",
            "warmup (9000) exceeds total (570)",
        ),
        (["missing.yaml"], "LH110", "no such file"),
        (["a.yaml", "b.yaml"], "LH121", "one document at most"),
        (["schedules.lr=warmup_cosine("], "LH100", "<command line>"),
        (["train.epochs=[1"], "LH101", "train.epochs=[1"),
        (["data={kind: table, path: none.csv}", "model.kind=mlp"], "LH110", "none.csv"),
        (["data={kind: table, path: ../x.csv}"], "LH122", "leads out of the folder"),
        (["output=../elsewhere"], "LH123", "--run-dir"),
        (["--resume"], "LH124", "there is no run to continue in runs"),
    ],
)
def test_refuses_bad_input_before_training(here, capsys, arguments, code, message):
    assert train(*arguments) == 2
    shown = capsys.readouterr().err
    assert f"error[{code}]: " in shown
    assert message in shown
    assert "Traceback" not in shown
    assert list(here.iterdir()) == []


def test_reports_all_that_is_wrong_at_once(here, capsys):
    broken = default_text().replace("epochs: 30", "epochs: -30\n  epoch: 3")
    broken = broken.replace("warmup_cosine(", "warmup_cosin(")
    (here / "run.yaml").write_text(broken)
    assert train("run.yaml", "seed=x") == 2
    shown = capsys.readouterr().err
    assert shown.count("error[") == 4
    assert "--> run.yaml:24:7   at schedules.lr" in shown
    assert "--> <command line>   at seed" in shown


def test_says_what_to_install_where_a_library_is_missing(monkeypatch, capsys):
    monkeypatch.setattr("lehr.cli.train.find_spec", lambda name: None)
    assert train("--dry-run") == 2
    assert capsys.readouterr().err == (
        "error: lehr train needs torch, PyYAML, pydantic: pip install 'lehr[train]'\n"
    )


def numbers(count, seed=0):
    draw = random.Random(seed).gauss
    rows = [(draw(0, 1), draw(0, 1)) for _ in range(count)]
    return "x,y,class\n" + "".join(f"{x},{y},{int(x > y)}\n" for x, y in rows)


TABLE = """\
schema: 1
data: {kind: table, path: data/points.csv}
model: {kind: mlp, width: 16}
optimizer: {kind: sgd}
schedules: {lr: "linear(0.5, 0, 100%)", momentum: "linear(0.5, 0.9, 1ep)"}
train: {updates: 100, batch_size: 16, accumulation: 2}
"""


def test_trains_on_a_table_of_ones_own(here):
    (here / "job" / "data").mkdir(parents=True)
    (here / "job" / "run.yaml").write_text(TABLE)
    (here / "job" / "data" / "points.csv").write_text(numbers(300))
    assert train("job/run.yaml", "--quiet") == 0
    facts = summary(only_run(here))
    assert facts["test_accuracy"] > 0.9
    assert facts["updates"] == 100
    assert len(records(only_run(here))) == 100


def test_a_document_may_be_json_or_come_from_standard_input(here, monkeypatch):
    document = yaml.safe_load(default_text())
    document["train"] |= {"epochs": 1, "batch_size": 512}
    document["model"]["width"] = 2
    document["schedules"]["lr"] = 1e-3
    text = json.dumps(document)
    (here / "run.json").write_text(text)
    assert train("run.json", "--quiet", "--run-dir", "one") == 0
    assert (here / "one" / "config.json").read_text() == text
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert train("-", "--quiet", "--run-dir", "two", f"seed={2**62}") == 0
    assert (here / "two" / "config.yaml").read_text() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "the data set is empty"), ("1,2,zero\n", "points.csv:1: every cell")],
)
def test_refuses_data_that_are_none(here, capsys, text, message):
    (here / "data").mkdir()
    (here / "run.yaml").write_text(TABLE)
    (here / "data" / "points.csv").write_text(text)
    assert train("run.yaml") == 2
    shown = capsys.readouterr().err
    assert "error[LH122]: " in shown and "--> run.yaml:2:27   at data.path" in shown
    assert message in shown


def test_refuses_a_model_that_does_not_fit_the_data(here, capsys):
    (here / "data").mkdir()
    (here / "run.yaml").write_text(TABLE)
    (here / "data" / "points.csv").write_text(numbers(40))
    assert train("run.yaml", "model={kind: conv}") == 2
    assert "use kind mlp" in capsys.readouterr().err


def test_a_loss_that_explodes_fails_and_says_where(here, capsys):
    assert train(*TINY, "schedules.lr=1e30", "train.clip_norm=null") == 1
    assert "error: loss is" in capsys.readouterr().err


def test_a_folder_with_a_run_is_not_written_again(here, capsys):
    assert train(*TINY, "--quiet", "--run-dir", "mine") == 0
    before = summary(here / "mine")
    capsys.readouterr()
    assert train(*TINY, "--run-dir", "mine") == 2
    shown = capsys.readouterr()
    assert "error: mine holds a run already" in shown.err and not shown.out
    assert summary(here / "mine") == before


def test_options_and_overrides_come_in_any_order(here):
    assert train("--quiet", *TINY[:2], "--run-dir", "mine", *TINY[2:]) == 0
    assert (here / "mine" / "summary.json").exists()


def test_the_example_can_be_trained_from(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--example"]) == 0
    (tmp_path / "my.yaml").write_text(capsys.readouterr().out, "utf-8")
    assert main(["train", "my.yaml", "train.epochs=1", "--dry-run"]) == 0
    assert "1ep: 19 updates" in capsys.readouterr().out
