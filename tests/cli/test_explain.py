"""`lehr explain`: a page, several, the table, the documentation, mistakes."""

import json
from pathlib import Path

import pytest

import lint_toys
from lehr.cli.main import main
from lehr.config import errors
from lehr.linting.rules import RULES

SCREENS = Path(__file__).parent / "screens"
PAGES = {"--all": "lint-rules.md", "--errors": "error-codes.md"}
COMMANDS = {
    "rule": ["LH001"],
    "error": ["LH102"],
    "list": [],
    "mistake": ["LH01"],
}


@pytest.fixture
def toys(monkeypatch):
    lint_toys.use_toy_rules(monkeypatch)
    for code in reversed(list(errors.CODES)):
        if code > "LH105":
            monkeypatch.delitem(errors.CODES, code)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_screen_is_the_one_that_was_looked_at(name, toys, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    code = main(["explain", *COMMANDS[name]])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert code == (2 if captured.err else 0)
    assert shown == (SCREENS / f"explain-{name}.txt").read_text()
    assert max(map(len, shown.splitlines())) <= 80


def test_lint_lists_the_same(toys, capsys):
    assert main(["lint", "--list-rules"]) == main(["explain"]) == 0
    first, second = capsys.readouterr().out.split("rules of lehr lint")[1:]
    assert first == second


@pytest.mark.parametrize("word", ["lh097", "ignored-without-reason", "LH097"])
def test_a_rule_has_a_code_and_a_name(word, capsys):
    assert main(["explain", word]) == 0
    assert capsys.readouterr().out.startswith("LH097 ignored-without-reason, a warning")


def test_several_pages_follow_one_another(capsys):
    assert main(["explain", "LH098", "LH100"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("LH098 ") < shown.index("\n\n\nLH100, an error in a text\n")


def test_programs_get_the_facts(capsys):
    assert main(["explain", "LH097", "LH102", "--json"]) == 0
    rule, error = json.loads(capsys.readouterr().out)
    assert (rule["name"], rule["severity"]) == ("ignored-without-reason", "warning")
    assert rule["bad"][0]["format"] == "yaml"
    assert error["shown"].startswith('error[LH102]: unknown schedule "cosin"')
    assert main(["explain", "--json"]) == 0
    everything = json.loads(capsys.readouterr().out)
    assert {each["code"] for each in everything} == {*RULES, *errors.CODES}


def test_one_page_may_be_markdown(capsys):
    assert main(["explain", "LH098", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith(
        "(lh098)=\n## LH098 ignored-unknown, a warning\n"
    )


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("ignored-unknwn", 'did you mean "ignored-unknown"? all: lehr explain'),
        ("LH1002", 'did you mean "LH102"?'),
        ("zzz", "= all: lehr explain"),
    ],
)
def test_an_unknown_rule_is_refused_with_the_nearest(word, hint, capsys):
    assert main(["explain", word]) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize(("what", "page"), PAGES.items())
def test_the_pages_in_the_documentation_are_up_to_date(what, page, capsys):
    assert main(["explain", what, "--markdown"]) == 0
    anew = f"lehr explain {what} --markdown > docs/{page}"
    written = (Path(__file__).parents[2] / "docs" / page).read_text()
    assert capsys.readouterr().out == written, f"write it anew: {anew}"
