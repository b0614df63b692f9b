"""`lehr plot` as a person uses it: screens, files, runs, mistakes."""

import io
import json
import struct
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lehr import Cosine, warmup_cosine
from lehr.cli.main import main

SCREENS = Path(__file__).parent / "screens"
RECIPE = "warmup_cosine(3e-4, warmup=1000, total=10000)"
THREE = [
    "cosine(3e-4, 0, 10k)",
    "linear(3e-4, 0, 10k)",
    "exponential(3e-4, 3e-6, 10k)",
]
DOCUMENT = """\
schedules:
  lr: {kind: wsd, peak: 3e-4, warmup: 5%, decay: 20%}
  weight_decay:
    body: 0.1
    head: linear(0.1, 0, 5000)
  momentum: linear(0.85, 0.95, 10000)
"""
PLAN = ["--plan", "dataset_size=50000,batch_size=32", "--plan", "epochs=3"]
COMMANDS = {
    "one": [RECIPE, "--marks", "checkpoint=2500", "half=50%"],
    "three": [*THREE, "--steps", "10k"],
    "ascii": [*THREE, "--steps", "10k", "--ascii"],
    "document": ["run.yaml", "--steps", "10000", "--height", "5"],
    "zeros": ["wsd(3e-4, warmup=1ep, decay=20%)", *PLAN, "--log"],
    "applied": ["cosine(0.1, 0, 90)", "--run", "run", "--height", "8"],
}


@pytest.fixture(autouse=True)
def here(empty_desk, tmp_path):
    """Work in a folder with a document and a run, at 80 columns, without colours."""
    (tmp_path / "run.yaml").write_text(DOCUMENT)
    (tmp_path / "run").mkdir()
    applied = Cosine(0.1, 0.0, 90)
    lines = [{"update": t, "loss": 1.0, "lr": applied(t)} for t in range(40)]
    lines += [{"update": t, "lr": 0.5 * applied(t)} for t in range(40, 60)]
    text = "\n".join(map(json.dumps, lines))
    (tmp_path / "run" / "metrics.jsonl").write_text(text)
    return tmp_path


def plot(*arguments):
    return main(["plot", *arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, capsys):
    assert plot(*COMMANDS[name]) == 0
    shown = capsys.readouterr().out
    assert shown == (SCREENS / f"plot-{name}.txt").read_text("utf-8")
    assert max(map(len, shown.splitlines())) <= 80


def test_a_file_is_drawn_by_its_ending(here, capsys):
    for file, begin in {
        "a.svg": b"<svg ",
        "b.PNG": b"\x89PNG",
        "c.pdf": b"%PDF",
    }.items():
        size = ["--width", "900", "--height", "300"]
        assert plot("run.yaml", "--steps", "9k", "-o", file, *size) == 0
        assert capsys.readouterr() == ("", f"wrote {file}\n")
        assert (here / file).read_bytes().startswith(begin)
    root = ElementTree.parse(here / "a.svg").getroot()
    assert (root.get("width"), root.get("height")) == ("900", "900")
    assert struct.unpack(">II", (here / "b.PNG").read_bytes()[16:24]) == (900, 900)


def test_a_theme_is_that_of_the_file(here):
    assert plot(RECIPE, "--file", "dark.svg", "--theme", "dark") == 0
    assert 'class="lehr-dark"' in (here / "dark.svg").read_text()


def test_json_has_the_points(capsys):
    assert plot(RECIPE, "run.yaml", "--steps", "10k", "--json") == 0
    curves = json.loads(capsys.readouterr().out)
    assert [(c["field"], c["name"]) for c in curves] == [
        ("lr", RECIPE),
        ("lr", "run.yaml"),
        ("weight_decay", "body"),
        ("weight_decay", "head"),
        ("momentum", None),
    ]
    schedule = warmup_cosine(3e-4, warmup=1000, total=10_000)
    values = [schedule(t) for t, _ in curves[0]["points"]]
    assert [v for _, v in curves[0]["points"]] == pytest.approx(values)


def test_two_documents_lie_in_one_picture(here, capsys):
    (here / "b.yaml").write_text("schedules: {lr: 1e-3, weight_decay: {body: 0.2}}")
    assert plot("run.yaml", "b.yaml", "--steps", "9k", "--json") == 0
    found = [(c["field"], c["name"]) for c in json.loads(capsys.readouterr().out)]
    assert ("lr", "b.yaml") in found
    assert ("weight_decay", "body (b.yaml)") in found


def test_the_same_expression_twice_has_two_names(capsys):
    assert plot("0.5", "0.5", "--json") == 0
    names = [c["name"] for c in json.loads(capsys.readouterr().out)]
    assert names == ["0.5", "0.5 #2"]


@pytest.mark.parametrize("word", ["-", "lr.txt"])
def test_a_pipe_and_a_text_file_are_resolved_against_the_plan(
    here, word, monkeypatch, capsys
):
    (here / "lr.txt").write_text("cosine(1, 0, 50%)")
    monkeypatch.setattr(sys, "stdin", io.StringIO("cosine(1, 0, 50%)"))
    assert plot(word, "--plan", "batch_size=8,updates=400", "--axis", "samples") == 0
    shown = capsys.readouterr().out
    assert "400 updates" in shown
    assert "3.2k samples" in shown


def test_a_document_is_resolved_against_the_plan(capsys):
    assert plot("run.yaml", *PLAN) == 0
    shown = capsys.readouterr().out
    assert "6.4 epochs" in shown  # one schedule is longer than the run
    assert "run ends" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [RECIPE, "--file", "x.gif"],
            "--file must end in one of .svg, .png, .pdf, got",
        ),
        ([RECIPE, "--theme", "dark"], "--theme is for an .svg"),
        ([RECIPE, "--marks", "5000"], "'5000' is not NAME=T"),
        ([RECIPE, "--marks", "a=3ep"], "mark 'a' at '3ep' needs a plan"),
        ([RECIPE, "--axis", "epochs"], "an axis in epochs needs the run"),
        ([RECIPE, "--plan", "batch_size=0,epochs=1"], "batch_size"),
        ([RECIPE, "--run", "gone"], "holds no run"),
        (["run.yaml", "--run", "run"], "5% needs the length of the run"),
        (["cosin(1, 0, 9)", "lniear(1, 0, 9)"], 'unknown schedule "lniear"'),
        ([RECIPE, "--width", "9"], "at least 24 columns and 4 rows"),
        ([RECIPE, RECIPE, "-o", "x.png", "--width", "90"], "are too few for the names"),
        ([RECIPE, "-o", "no/such/x.svg"], "there is no folder no/such"),
        ([RECIPE, "-o", "x.svg", "--json"], "--json and --file both"),
    ],
)
def test_a_mistake_gets_a_message_and_exit_code_2(arguments, message, capsys):
    assert plot(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error")
    assert message in captured.err
