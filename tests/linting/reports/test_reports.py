"""Findings as JSON, SARIF and annotations of GitHub."""

import json
from types import SimpleNamespace

import pytest

import lehr
import lint_toys
from lehr.config.errors import Problem
from lehr.linting.base import Finding, Fix, Place
from lehr.linting.reports import Outcome, github, sarif, text
from lehr.linting.reports import json as as_json

DOCUMENT = f"schedules:\n  lr: {lint_toys.BAD}  # steep\n  eps: 9\n"
PLACE = Place("run.yaml", 2, 7, ("schedules", "lr"))


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    lint_toys.use_toy_rules(monkeypatch)


def outcome(*findings, problems=(), **options):
    options = {"texts": {"run.yaml": DOCUMENT}, "looked_at": ("run.yaml",)} | options
    return Outcome(findings, problems, **options)


def finding(message="m", severity="error", place=PLACE, fix=None):
    return Finding("LH001", "negative", severity, message, "lr", 51, place, fix)


FIX = Fix("end it at 0", {("schedules", "lr"): "0"})
UNSAFE = Fix("train longer", {("train", "epochs"): 9}, safe=False)
PROBLEM = Problem("LH102", 'unknown schedule "x"', "a.yaml", 3, 5, "schedules.lr", "?")


# ------------------------------------------------------------------------------- JSON


def test_json_has_all_of_a_finding():
    given = outcome(finding(fix=FIX), problems=(PROBLEM,), suppressed=3)
    data = json.loads(as_json.report(given))
    [found] = data["findings"]
    assert found == {
        "code": "LH001",
        "name": "negative",
        "severity": "error",
        "message": "m",
        "source": "run.yaml",
        "line": 2,
        "column": 7,
        "path": "schedules.lr",
        "help": "end it at 0",
        "field": "lr",
        "step": 51,
        "fix": {
            "title": "end it at 0",
            "safe": True,
            "edits": [{"path": ["schedules", "lr"], "value": "0"}],
        },
    }
    [problem] = data["problems"]
    assert (problem["code"], problem["name"]) == ("LH102", "unreadable")
    counts = {"error": 1, "warning": 0, "note": 0, "fixable": 1, "suppressed": 3}
    assert data["summary"] == counts
    assert data["schema"] == 1


def test_json_without_a_fix_says_null():
    [found] = json.loads(as_json.report(outcome(finding(place=Place()))))["findings"]
    assert found["fix"] is None
    assert found["source"] is found["line"] is None


# ------------------------------------------------------------------------------ GitHub


def test_annotations_are_escaped_as_github_asks():
    place = Place("a,b:c.yaml", 2, 7, ("lr",))
    given = outcome(finding("100% wrong\nline", "warning", place, FIX))
    assert github.report(given) == (
        "::warning file=a%2Cb%3Ac.yaml,line=2,col=7,title=LH001 negative"
        "::100%25 wrong%0Aline (at lr)%0Aend it at 0"
    )


def test_a_note_is_a_notice_and_what_is_no_file_has_no_place():
    place = Place("<stdin>", 2, 7)
    assert github.report(outcome(finding("m", "note", place))) == (
        "::notice title=LH001 negative::m"
    )
    assert github.report(outcome()) == ""


# ------------------------------------------------------------------------------- SARIF


def test_sarif_describes_rules_places_and_fixes(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9")
    new = DOCUMENT.replace(lint_toys.BAD, "0")
    absolute = finding(severity="note", place=Place("/tmp/a b.yaml", 3))
    given = outcome(
        finding(fix=FIX), absolute, finding(fix=UNSAFE), problems=(PROBLEM,)
    )
    data = json.loads(sarif.report(given, lambda each: new))
    [run] = data["runs"]
    assert data["version"] == "2.1.0"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("lehr", "9.9")
    assert [rule["id"] for rule in driver["rules"]] == ["LH001", "LH102"]
    assert driver["rules"][0]["defaultConfiguration"] == {"level": "error"}
    assert "climbs the loss" in driver["rules"][0]["help"]["text"]
    problem, first, second, third = run["results"]
    assert [driver["rules"][r["ruleIndex"]]["id"] for r in run["results"]] == [
        r["ruleId"] for r in run["results"]
    ]
    physical = first["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "run.yaml"}
    assert physical["region"] == {"startLine": 2, "startColumn": 7}
    assert "fixes" not in problem | second | third
    [change] = first["fixes"][0]["artifactChanges"]
    [replacement] = change["replacements"]
    assert replacement["deletedRegion"]["startLine"] == 2
    assert replacement["deletedRegion"]["endLine"] == 3
    assert replacement["insertedContent"]["text"] == "  lr: 0  # steep\n"
    uri = second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "file:///tmp/a%20b.yaml"
    assert run["invocations"] == [{"executionSuccessful": False}]


def applied(old, parts):
    """Replace regions as SARIF means them: lines and columns from 1, ends excluded."""
    lines = old.splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]
    for part in reversed(parts):
        region = SimpleNamespace(**part["deletedRegion"])
        begin = starts[region.startLine - 1] + region.startColumn - 1
        end = starts[region.endLine - 1] + region.endColumn - 1
        old = old[:begin] + part["insertedContent"]["text"] + old[end:]
    return old


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nx\nc\n"),
        ("a\nb\nc", "a\nb\nx"),
        ("a\nb\nc", "c"),
        ("a\n", "a\nb\n"),
        ("a\nb\nc\nd\n", "b\nx\ny\nd\n"),
        ("a", "b\nc\n"),
    ],
)
def test_the_replacements_of_sarif_give_the_new_text(old, new):
    assert applied(old, sarif._parts(old, new)) == new


def test_the_findings_of_lint_go_into_every_report():
    given = Outcome(tuple(lehr.lint(DOCUMENT)), looked_at=("<text>",))
    for report in (text.report, as_json.report, github.report, sarif.report):
        assert "LH001" in report(given)
