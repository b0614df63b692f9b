"""`lehr diff` as a person uses it: screens, exit codes, documents, mistakes."""

import io
import json
import sys
from pathlib import Path

import pytest

from lehr import Linear, diff
from lehr.cli.main import main

SCREENS = Path(__file__).parent / "screens"
OLD, NEW = "linear(1, 0, 100)", "linear(1, 0, 200)"
DOCUMENT = """\
schedules:
  lr: linear(1, 0, 100)
  {field}: 0.1
"""


@pytest.fixture(autouse=True)
def here(empty_desk, tmp_path):
    """Work in a folder with two documents, at 80 columns, without colours."""
    (tmp_path / "a.yaml").write_text(DOCUMENT.format(field="weight_decay"))
    (tmp_path / "b.yaml").write_text(DOCUMENT.format(field="momentum"))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("longer", [OLD, NEW, "--at", "50"], 1),
        ("same", [OLD, "1 * linear(1, 0, 100)"], 0),
        ("documents", ["a.yaml", "b.yaml"], 1),
        ("endless", ["noam(512, warmup=9)", "noam(256, warmup=9)"], 2),
    ],
)
def test_the_screen_is_the_one_that_was_looked_at(name, words, code, capsys):
    assert main(["diff", *words]) == code
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert shown == (SCREENS / f"diff-{name}.txt").read_text()
    assert max(map(len, shown.splitlines())) <= 80


def test_json_has_every_fact(capsys):
    assert main(["diff", OLD, NEW, "--at", "50%", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    known = diff(Linear(1, 0, 100), Linear(1, 0, 200), at=50).record()
    assert facts["schedules"] == {"schedule": known}
    assert (facts["equal"], facts["only_in_one"]) == (False, [])


def test_an_expression_is_compared_with_the_rate_of_a_document(capsys, monkeypatch):
    assert main(["diff", "a.yaml", OLD]) == 0
    assert capsys.readouterr().out.startswith("lr\nA  a.yaml\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO(NEW))
    assert main(["diff", "a.yaml", "-", "--steps", "1000"]) == 1


def test_documents_are_read_by_their_own_plans(here, capsys):
    text = "plan: {dataset_size: 640, batch_size: 64, epochs: 10}\nschedules: {lr: %s}"
    (here / "a.yaml").write_text(text % "'linear(1, 0, 100%)'")
    assert main(["diff", "a.yaml", "linear(1, 0, 5ep)", "--at", "5ep", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)["schedules"]["lr"]
    assert facts == diff(Linear(1, 0, 100), Linear(1, 0, 50), at=50).record()


def test_of_several_fields_only_those_that_differ_have_a_screen(here, capsys):
    text = "schedules: {lr: 'linear(1, 0, 100)', momentum: 0.9, beta2: %s}"
    (here / "a.yaml").write_text(text % 0.95)
    (here / "b.yaml").write_text(text % 0.99)
    assert main(["diff", "a.yaml", "b.yaml"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("beta2\nA  a.yaml\n")
    assert shown.endswith("\n\nthe same at every update: lr, momentum\n")
    assert main(["diff", "a.yaml", "a.yaml"]) == 0
    assert capsys.readouterr().out == "the same at every update: lr, momentum, beta2\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([OLD], "required: B"),
        (["-", "-"], "standard input can be read once"),
        (["a.yaml", "linar(1, 0, 9)"], 'did you mean "linear"'),
        ([OLD, NEW, "--at", "half"], "not a duration"),
    ],
)
def test_mistakes_are_told_in_words(words, message, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("1"))
    assert main(["diff", *words]) == 2
    assert message in capsys.readouterr().err
