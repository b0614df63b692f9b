"""Suppressions: in a section, in comments, and what is wrong with them."""

import pytest

import lehr
import lint_toys
from lehr.config.documents import parse_document
from lehr.config.errors import ConfigError
from lehr.linting.checking import verdict
from lehr.linting.subjects import subject_of
from lehr.linting.suppressing import suppressions_of

BAD = lint_toys.BAD


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    lint_toys.use_toy_rules(monkeypatch)


def codes(text):
    return [finding.code for finding in lehr.lint(text)]


@pytest.mark.parametrize("rule", ["LH001", "lh001", "negative"])
def test_the_section_covers_the_whole_document(rule):
    text = f"""\
schedules:
  lr: {BAD}
  eps: {BAD}
lint:
  ignore: [{{rule: {rule}, reason: a test}}]
"""
    assert codes(text) == []
    assert len(verdict(subject_of(text)).suppressed) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"schedules:\n  lr: {BAD}  # lehr: ignore[LH001] why\n",
        f"schedules:\n  # lehr: ignore[LH001] why\n  lr: {BAD}\n",
        f"schedules:\n  # lehr: ignore[LH001] why\n  # more\n\n  lr: {BAD}\n",
        f"schedules:\n  lr: {BAD}  #lehr:ignore[negative]: why\n",
        f"schedules:  # lehr: ignore[LH001] why\n  lr: {BAD}\n",
        f"schedules: {{lr: '{BAD}'}}  # lehr: ignore[LH001] why\n",
        "schedules:\n  lr:  # lehr: ignore[LH001] why\n"
        "    kind: linear\n    start: 1\n    end: -1\n    steps: 100\n",
        "schedules:\n  lr: |\n    linear(1, -1,  # lehr: ignore[LH001] why\n"
        "      100)\n",
        f"[schedules]\nlr = '{BAD}'  # lehr: ignore[LH001] why\n",
        f"# lehr: ignore[LH001] why\n[schedules]\nlr = '{BAD}'\n",
        f"{BAD}  # lehr: ignore[LH001] why",
        f"# lehr: ignore[LH001] why\n{BAD}",
    ],
)
def test_a_comment_covers_what_is_on_its_line_or_below(text):
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"schedules:\n  lr: {BAD}\n  eps: 1  # lehr: ignore[LH001] why\n",
        f"schedules:\n  eps: 1\n  # lehr: ignore[LH001] why\n  b: 1\n  lr: {BAD}\n",
        f"# lehr: ignore[LH001] why\nname: x\nschedules:\n  lr: {BAD}\n",
    ],
)
def test_a_comment_elsewhere_covers_nothing_and_is_told(text):
    assert codes(text) == ["LH001", "LH099"]


def test_a_comment_may_name_several_rules():
    text = "schedules:\n  lr: linear(9, -1, 5)  # lehr: ignore[LH001, high] both\n"
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f'output: "# lehr: ignore[LH001] why"\nschedules:\n  lr: {BAD}\n',
        f"output: it's#lehr:ignore[LH001] why\nschedules:\n  lr: {BAD}\n",
        f"# lehr: ignores[LH001] why\nschedules:\n  lr: {BAD}\n",
    ],
)
def test_what_is_no_comment_of_ours_means_nothing(text):
    assert codes(text) == ["LH001"]


# ------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    ("ignored", "expected", "message"),
    [
        ("rule: LH001", ["LH097"], "LH001 is ignored without a reason"),
        ("LH001", ["LH097"], "LH001 is ignored without a reason"),
        ("{rule: LH001, reason: '  '}", ["LH097"], "without a reason"),
        ("{rule: LH01, reason: x}", ["LH001", "LH098"], 'did you mean "LH001"?'),
        ("{rule: negtive, reason: x}", ["LH001", "LH098"], 'did you mean "negative"?'),
        ("{rule: xyz, reason: x}", ["LH001", "LH098"], "there is no rule xyz"),
        ("{rule: LH102, reason: x}", ["LH001", "LH098"], "there is no rule LH102"),
        ("{rule: high, reason: x}", ["LH001", "LH099"], "high is ignored, but finds"),
        ("{rule: LH097, reason: x}", ["LH001", "LH098"], "cannot be ignored"),
    ],
)
def test_a_suppression_that_is_wrong_is_a_finding(ignored, expected, message):
    text = f"schedules:\n  lr: {BAD}\nlint:\n  ignore:\n    - {ignored}\n"
    findings = lehr.lint(text)
    assert [f.code for f in findings] == expected
    assert message in findings[-1].message
    assert findings[-1].place.line == 5
    assert findings[-1].place.path == ("lint", "ignore", 0)


def test_one_that_is_in_vain_can_be_taken_away():
    text = f"schedules:\n  lr: {BAD}\nlint: {{ignore: [{{rule: high, reason: x}}]}}\n"
    [_, vain] = lehr.lint(text)
    assert vain.fix.edits == {("lint", "ignore", 0): None}
    assert vain.fix.safe


def test_a_comment_without_a_rule_is_a_finding():
    findings = lehr.lint("schedules:\n  lr: 1  # lehr: ignore\n")
    assert [f.code for f in findings] == ["LH097", "LH098"]
    assert (findings[1].place.line, findings[1].place.column) == (2, 10)


def test_they_can_be_ignored_from_outside():
    text = f"schedules:\n  lr: {BAD}  # lehr: ignore[LH001]\n"
    assert lehr.lint(text, ignore=["LH097"]) == []


@pytest.mark.parametrize(
    ("section", "code", "message"),
    [
        ("5", "LH107", "lint must be a mapping"),
        ("{ignor: []}", "LH103", 'unknown key "ignor"'),
        ("{ignore: LH001}", "LH107", "ignore must be a list"),
        ("{ignore: [5]}", "LH107", "needs a rule and a reason"),
        ("{ignore: [{reason: x}]}", "LH107", "needs a rule and a reason"),
        ("{ignore: [{rule: LH001, why: x}]}", "LH103", 'unknown key "why"'),
    ],
)
def test_a_section_of_another_shape_is_refused(section, code, message):
    document = parse_document(f"schedules: {{lr: 1}}\nlint: {section}\n")
    with pytest.raises(ConfigError, match=message) as caught:
        suppressions_of(document)
    assert caught.value.problems[0].code == code
    assert caught.value.problems[0].line == 2


def test_an_empty_section_means_nothing():
    for section in ("", "{}", "{ignore: }", "{ignore: []}"):
        assert codes(f"schedules: {{lr: 1}}\nlint: {section}\n") == []
