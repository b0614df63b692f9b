"""`lehr show` as a person uses it: screens, files, facts, mistakes."""

import io
import json
import sys
from pathlib import Path

import pytest

from lehr import Linear, warmup_cosine
from lehr.cli.main import main
from lehr.config import read_schedule

SCREENS = Path(__file__).parent / "screens"
RECIPE = "warmup_cosine(3e-4, warmup=1000, total=100000)"
DOCUMENT = """\
schedules:
  lr: {kind: wsd, peak: 3e-4, warmup: 5%, decay: 20%}
  weight_decay:
    body: 0.1
    head: linear(0.1, 0, 1000)
"""
COMMANDS = {
    "warmup_cosine": [RECIPE],
    "logarithmic": [RECIPE, "--log"],
    "ascii": ["wsd(2.7e-4, warmup=5%, decay=20%)", "--steps", "20k", "--ascii"],
    "restarts": ["warm_restarts(0.1, period=100, stretch=1.5, decay=0.8)"],
    "spike": ["chain((constant(1, 500), constant(5, 1), constant(1, 499)))"],
    "momentum": ["linear(0.85, 0.95, 300)", "--height", "6"],
    "two": ["step(1, 0.5, every=30)", "1e-3", "--height", "4", "--steps", "120"],
    "values": ["cosine(1, 0, 200)", "--height", "4", "--at", "0", "25%", "--at", "1k"],
    "document": ["run.yaml", "--steps", "10000", "--height", "5"],
    "mistakes": ["warmup_cosin(3e-4)", "linear(0, 1, stps=5%)", "gone.yaml", "5%"],
}


@pytest.fixture(autouse=True)
def here(empty_desk, tmp_path):
    """Work in an empty folder, at 80 columns, without colours."""
    (tmp_path / "run.yaml").write_text(DOCUMENT)
    return tmp_path


def show(*arguments):
    return main(["show", *arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, capsys):
    code = show(*COMMANDS[name])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert code == (2 if captured.err else 0)
    assert shown == (SCREENS / f"{name}.txt").read_text()
    assert max(map(len, captured.out.splitlines()), default=0) <= 80


@pytest.mark.parametrize("width", [24, 60, 132])
def test_a_screen_is_as_wide_as_it_is_told(width, capsys):
    assert show("cosine(1, 0, 90)", "--width", str(width)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:14])) == width


def test_a_screen_too_small_is_refused(capsys):
    assert show("cosine(1, 0, 90)", "--width", "9") == 2
    assert "at least 24 columns and 4 rows" in capsys.readouterr().err


def test_json_has_the_facts_and_an_expression_that_reads_back(capsys):
    assert show(RECIPE, "0.5", "noam(512, warmup=9)", "--json", "--at", "1000") == 0
    recipe, constant, endless = json.loads(capsys.readouterr().out)
    schedule = warmup_cosine(3e-4, warmup=1000, total=100_000)
    assert read_schedule(recipe["expression"]) == schedule
    assert recipe["steps"] == 100_000
    assert (recipe["minimum"], recipe["maximum"]) == (0.0, 3e-4)
    assert recipe["area"] == schedule.area()
    assert recipe["continuous"] is True
    assert [phase["end"] for phase in recipe["phases"]] == [1000, 100_000]
    assert recipe["at"] == {"1000": 3e-4}
    assert (constant["phases"], constant["at"]) == ([], {"1000": 0.5})
    assert (endless["steps"], endless["area"]) == (None, None)
    assert endless["phases"][-1]["end"] is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lr.txt", "# a ramp\nlinear(0,\n  1, 10)\n"),
        ("lr.yaml", "schedules:\n  lr: linear(0, 1, 10)\n"),
        ("lr.json", '{"schedules": {"lr": "linear(0, 1, 10)"}}'),
        ("lr.toml", "[schedules]\nlr = 'linear(0, 1, 10)'\n"),
    ],
)
@pytest.mark.parametrize("piped", [False, True])
def test_a_schedule_may_come_from_a_file_or_a_pipe(
    here, name, text, piped, monkeypatch, capsys
):
    (here / name).write_text(text)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert show("-" if piped else name, "--json") == 0
    [facts] = json.loads(capsys.readouterr().out)
    assert read_schedule(facts["expression"]) == Linear(0.0, 1.0, 10)


def test_a_document_of_a_run_resolves_its_own_lengths(here, capsys):
    from lehr.config.builtin import default_text

    (here / "digits.yaml").write_text(default_text())
    assert show("digits.yaml", "--json") == 0
    [facts] = json.loads(capsys.readouterr().out)
    steps, warmup = facts["steps"], facts["phases"][0]["end"]
    assert steps > 300
    assert warmup == pytest.approx(0.1 * steps, abs=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run.yaml"], "5% needs the length of the run"),
        (["folder"], "it is a folder, not a file"),
        (["no/such.toml"], "cannot read the file: no such file or directory"),
        (["empty.yaml"], "schedules"),
        (["list.yaml"], "schedules"),
        (["1", "--at", "3ep"], "3ep needs the size of the data set"),
        (["1", "--at", "x"], "'x' is not a duration"),
        (["1", "--at", "5%"], "5% needs the length of the run"),
        (["1", "--steps", "0"], "argument --steps: must be >= 1, got 0"),
        (["1", "--steps", "many"], "argument --steps: 'many' is not a duration"),
        (["1", "--lgo"], 'did you mean "--log"?'),
        ([], "the following arguments are required: EXPRESSION-or-FILE"),
    ],
)
def test_a_mistake_gets_a_message_and_exit_code_2(here, arguments, message, capsys):
    (here / "folder").mkdir()
    (here / "empty.yaml").write_text("")
    (here / "list.yaml").write_text("schedules: [1]")
    assert show(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error")
    assert message in captured.err
