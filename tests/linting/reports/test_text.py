"""Findings for a person: the line, the mark below it, wrapped and coloured."""

import pytest

import lint_toys
from lehr.config.errors import Problem
from lehr.linting.base import Finding, Fix, Place
from lehr.linting.reports import Outcome, text
from lehr.linting.reports.text import entry, extent

DOCUMENT = f"schedules:\n  lr: {lint_toys.BAD}  # steep\n  eps: 9\n"
PLACE = Place("run.yaml", 2, 7, ("schedules", "lr"))


def outcome(*findings, problems=(), **options):
    options = {"texts": {"run.yaml": DOCUMENT}, "looked_at": ("run.yaml",)} | options
    return Outcome(findings, problems, **options)


def finding(message="m", severity="error", place=PLACE, fix=None):
    return Finding("LH001", "negative", severity, message, "lr", 51, place, fix)


FIX = Fix("end it at 0", {("schedules", "lr"): "0"})
UNSAFE = Fix("train longer", {("train", "epochs"): 9}, safe=False)
PROBLEM = Problem("LH102", 'unknown schedule "x"', "a.yaml", 3, 5, "schedules.lr", "?")


@pytest.mark.parametrize(
    ("line", "begin", "value"),
    [
        ("lr: 1e-3", 4, "1e-3"),
        ("lr: linear(1, 0, 9)  # why", 4, "linear(1, 0, 9)"),
        ("lr: 'a # b'  # why", 4, "'a # b'"),
        ("{lr: linear(1, 0, 9), eps: 2}", 5, "linear(1, 0, 9)"),
        ("{lr: {kind: x}, eps: [1, 2]}", 21, "[1, 2]"),
        ("a: {b: [c, d]}", 8, "c"),
        ('  "lr": "linear(1, 0, 9)",', 8, '"linear(1, 0, 9)"'),
        ('"lr": "a, b", "eps": 3', 6, '"a, b", "eps": 3'),
        ("lr: it's it  ", 4, "it's it"),
        ("x: ", 3, ""),
    ],
)
def test_a_value_is_marked_from_end_to_end(line, begin, value):
    assert line[begin : extent(line, begin)] == value


def test_a_finding_has_its_line_and_what_would_mend_it():
    shown = text.report(outcome(finding("lr falls to -1", fix=FIX)))
    assert shown == (
        "error[LH001]: lr falls to -1\n"
        "  --> run.yaml:2:7   at schedules.lr\n"
        "   |\n"
        " 2 |   lr: linear(1, -1, 100)\n"
        "   |       ^^^^^^^^^^^^^^^^^^\n"
        "   = end it at 0   (--fix does it)\n"
        "\n"
        "1 error in run.yaml; 1 fixable with --fix\n"
        "more: lehr explain LH001"
    )


def test_long_messages_are_wrapped_and_long_lines_cut():
    long = "lr: chain((" + ", ".join(f"linear({i}, 0, 100)" for i in range(20)) + "))"
    for begin in (4, 11, 150, len(long) - 3):
        place = Place("run.yaml", 1, begin + 1)
        each = outcome(finding("word " * 40, place=place), texts={"run.yaml": long})
        shown = text.report(each, width=60)
        lines = shown.splitlines()
        assert max(map(len, lines)) <= 60
        [marked] = [line for line in lines if "^" in line]
        quoted = lines[lines.index(marked) - 1]
        assert quoted[marked.index("^")] == long[begin]
    assert shown.count("word") == 40


@pytest.mark.parametrize("place", [Place("run.yaml", 99, 1), Place(), Place("x", 1, 1)])
def test_a_line_that_is_not_known_is_not_shown(place):
    assert "|" not in text.report(outcome(finding(place=place)))


def test_what_was_never_text_is_placed_by_its_path():
    shown = text.report(outcome(finding(place=Place("<dict>", path=("schedules",)))))
    assert "--> <dict>   at schedules\n" in shown
    assert "--> at schedules.lr\n" in text.report(outcome(finding(place=Place())))


def test_colours_are_of_the_severity_and_change_no_text():
    findings = [finding("m", severity, fix=FIX) for severity in ("error", "note")]
    plain = text.report(outcome(*findings))
    coloured = text.report(outcome(*findings), color=True)
    assert "\x1b[1;31merror[LH001]" in coloured
    assert "\x1b[1;36mnote[LH001]" in coloured
    stripped = coloured
    for code in ("0", "1", "34", "1;31", "1;36"):
        stripped = stripped.replace(f"\x1b[{code}m", "")
    assert stripped == plain


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (outcome(), "nothing found in run.yaml"),
        (outcome(looked_at=()), "nothing found"),
        (outcome(looked_at=("<stdin>",)), "nothing found"),
        (outcome(looked_at=("a", "<stdin>")), "nothing found in 2 texts"),
        (outcome(looked_at=("a", "b")), "nothing found in 2 files"),
        (outcome(finding(), looked_at=("run.yaml", "b")), "1 error in 1 of 2 files"),
        (
            outcome(finding(), finding(), finding(severity="note", fix=UNSAFE)),
            "2 errors, 1 note in run.yaml",
        ),
        (
            outcome(finding(severity="warning", fix=FIX), suppressed=2),
            "1 warning in run.yaml; 1 fixable with --fix, 2 suppressed",
        ),
    ],
)
def test_the_last_line_sums_up(given, line):
    assert text.summary(given).splitlines()[0] == line


def test_a_problem_is_shown_like_a_finding():
    [problem] = outcome(problems=(PROBLEM,)).entries
    assert entry(problem, {"a.yaml": "\n\nlr: x(1)\n"}).splitlines() == [
        'error[LH102]: unknown schedule "x"',
        "  --> a.yaml:3:5   at schedules.lr",
        "   |",
        " 3 | lr: x(1)",
        "   |     ^^^^",
        "   = ?",
    ]
