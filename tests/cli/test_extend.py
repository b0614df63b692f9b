"""`lehr extend` as a person uses it: screens, documents, facts, mistakes."""

import io
import json
import sys
from pathlib import Path

import pytest

from lehr import extend, rewarm, warmup_cosine, warmup_stable_decay
from lehr.cli.main import main
from lehr.config import read_schedule

SCREENS = Path(__file__).parent / "screens"
COSINE = "warmup_cosine(1e-3, warmup=100, total=1000)"
WSD = "wsd(1, warmup=100, decay=200, total=1000)"
DOCUMENT = """\
schedules:  # of the second run
  lr: {kind: wsd, peak: 3e-4, warmup: 5%, decay: 20%}
  weight_decay: 0.1
"""
COMMANDS = {
    "rescale": [COSINE, "--at", "500", "--total", "2k"],
    "cooldown": [WSD, "--at", "85%", "--total", "900", "--how", "cooldown"],
    "rewarm": [COSINE, "--at", "1000", "--how", "rewarm", "--warmup", "10%"],
    "refused": [WSD, "--at", "500", "--total", "900", "--how", "keep"],
}


@pytest.fixture(autouse=True)
def here(empty_desk, tmp_path):
    """Work in a folder with a document, at 80 columns, without colours."""
    (tmp_path / "run.yaml").write_text(DOCUMENT)
    return tmp_path


def run(*arguments):
    return main(["extend", *arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, capsys):
    code = run(*COMMANDS[name])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert code == (2 if captured.err else 0)
    assert shown == (SCREENS / f"extend-{name}.txt").read_text()
    assert max(map(len, captured.out.splitlines()), default=0) <= 80


def test_the_expression_at_the_end_is_the_new_plan(capsys):
    run(*COMMANDS["rescale"])
    text = capsys.readouterr().out.rpartition("\n\n")[2]
    old = warmup_cosine(1e-3, warmup=100, total=1000)
    assert read_schedule(text) == extend(old, at=500, total=2000)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["--how", "stable"], {"how": "stable"}),
        (["--how", "reanchor", "--slope"], {"how": "reanchor", "slope": True}),
        (["--how", "reanchor", "--new", "cosine(1, 0.1, 1.2k)"], {"how": "reanchor"}),
        (
            ["--how", "cooldown", "--floor", "0.1", "--shape", "1-sqrt"],
            {"how": "cooldown", "floor": 0.1, "shape": "1-sqrt"},
        ),
    ],
)
def test_each_option_reaches_the_plan_and_json_tells(words, options, capsys):
    assert run(WSD, "--at", "50%", "--total", "1.2k", *words, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    if "--new" in words:
        options["new"] = read_schedule("cosine(1, 0.1, 1200)")
    old = warmup_stable_decay(1, warmup=100, decay=200, total=1000)
    new = extend(old, at=500, total=1200, **options)
    assert read_schedule(facts["expression"]) == new
    assert facts["how"] == options["how"]
    assert facts["difference"]["area"] == pytest.approx([old.area(), new.area()])
    assert facts["difference"]["at"] == 500


def test_rewarm_takes_its_own_options(capsys):
    words = ["--how", "rewarm", "--warmup", "50", "--peak", "2e-3", "--json"]
    assert run(COSINE, "--at", "1000", *words) == 0
    facts = json.loads(capsys.readouterr().out)
    old = warmup_cosine(1e-3, warmup=100, total=1000)
    new = rewarm(old, at=1000, warmup=50, peak=2e-3)
    assert read_schedule(facts["expression"]) == new


def test_the_result_is_written_where_it_is_said(here, capsys):
    assert run(WSD, "--at", "500", "--total", "1200", "-o", "new.lehr") == 0
    assert "wrote new.lehr" in capsys.readouterr().err
    written = read_schedule((here / "new.lehr").read_text())
    assert run(WSD, "--at", "500", "--total", "1200", "-o", "-") == 0
    assert read_schedule(capsys.readouterr().out) == written


def test_a_document_is_changed_in_place_and_keeps_its_comments(here, capsys):
    words = ["run.yaml", "--steps", "1000", "--at", "500", "--total", "2000"]
    assert run(*words, "-o", "-") == 0
    shown = capsys.readouterr().out
    assert "# of the second run" in shown
    assert "weight_decay: 0.1" in shown
    assert run(*words, "--write") == 0
    assert (here / "run.yaml").read_text() == shown
    assert "wrote schedules.lr in run.yaml" in capsys.readouterr().err


def test_a_document_in_a_pipe_is_changed_as_its_file(capsys, monkeypatch):
    words = ["--steps", "1000", "--at", "500", "--total", "2000"]
    assert run("run.yaml", *words, "-o", "-") == 0
    of_the_file = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO(DOCUMENT))
    assert run("-", *words, "-o", "-") == 0
    assert capsys.readouterr().out == of_the_file
    monkeypatch.setattr(sys, "stdin", io.StringIO(DOCUMENT))
    assert run("-", *words, "--write") == 2
    assert "--write changes a file, not a pipe" in capsys.readouterr().err


def test_a_plan_that_stays_shorter_than_its_schedule_is_told(here, capsys):
    (here / "run.yaml").write_text("plan: {updates: 1000}\n" + DOCUMENT)
    assert run("run.yaml", "--at", "50%", "--total", "2k", "--write") == 0
    note = "note: the schedule is now 2,000 updates long, its plan 1,000\n"
    assert capsys.readouterr().err.endswith(note)
    assert "schedules:  # of the second run" in (here / "run.yaml").read_text()


def test_a_recipe_is_extended_by_its_own_plan(capsys):
    words = ["preset:resnet-50", "--at", "80ep", "--total", "100ep", "--how", "stable"]
    assert run(*words, "-o", "-") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# ResNet-50 on ImageNet")
    assert "lr: Chain(" in shown


def test_a_file_that_is_there_is_replaced_only_by_force(here, capsys):
    words = [WSD, "--at", "5", "--total", "1200", "-o", "run.yaml"]
    assert run(*words) == 2
    assert "run.yaml exists" in capsys.readouterr().err
    assert (here / "run.yaml").read_text() == DOCUMENT
    assert run(*words, "--force") == 0
    assert (here / "run.yaml").read_text().startswith("Chain(")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([WSD, "--at", "5"], "--total is missing"),
        ([WSD, "--at", "5", "--total", "9", "--how", "rescal"], 'mean "rescale"'),
        ([WSD, "--at", "5", "--total", "9", "--warmup", "3"], "goes with --how rewarm"),
        ([WSD, "--at", "5", "--how", "rewarm"], "needs --warmup"),
        ([WSD, "--at", "5", "--how", "rewarm", "--slope"], "--slope does not go"),
        ([WSD, "--at", "5", "--total", "9", "--floor", "0.1"], "to --how cooldown"),
        ([WSD, "--at", "5", "--total", "9", "--write"], "--write changes a document"),
        ([WSD, "--at", "5ep", "--total", "9"], "5ep needs the size of the data set"),
        ([WSD, "--at", "5", "--total", "9", "--field", "lr"], 'no schedule "lr"'),
        (["noam(512, warmup=9)", "--at", "5", "--total", "9"], "goes on for ever"),
        (["run.yaml", "--steps", "9", "--at", "1", "--field", "wd"], "weight_decay"),
        ([WSD, "--at", "5", "--total", "1e999"], "--total: must be <= 9,007"),
        ([WSD, "--at", "-5", "--total", "9"], "--at: a duration must be >= 0"),
        (["run.yaml", "--at", "1", "--write", "-o", "x"], "--write and -o both"),
    ],
)
def test_mistakes_are_told_in_words(words, message, capsys):
    assert run(*words) == 2
    assert message in capsys.readouterr().err
