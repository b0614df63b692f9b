"""Every rule on its own examples: what is bad is found, what is good is not."""

import copy
import re
import time

import pytest

import lehr
from lehr.config.documents import from_mapping
from lehr.linting.rules import (
    MODULES,
    RULES,
    counting,
    coupling,
    document,
    ends,
    horizon,
    joints,
    ranges,
    units,
    values,
    warmup,
)
from linting.reading import subject_of_example, subject_of_text

THEMES = (counting, coupling, document, ends, horizon, joints, ranges, units, values)
OWN = [rule for module in (*THEMES, warmup) for rule in module.RULES]
ALL = [rule for module in MODULES for rule in module.RULES]
each_rule = pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.code)
BAD = [(rule, example) for rule in OWN for example in rule.bad]
GOOD = [(rule, example) for rule in OWN for example in rule.good]


def ids(value):
    return getattr(value, "code", "")


def test_codes_and_names_are_each_used_once():
    assert len(RULES) == len(ALL) == len({rule.code for rule in ALL})
    assert len({rule.name for rule in ALL}) == len(ALL)
    assert {rule.code for rule in OWN} <= set(RULES)


@each_rule
def test_a_rule_explains_itself_in_plain_words(rule):
    assert re.fullmatch(r"LH0\d\d", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.bad and rule.good
    assert "\n" not in rule.title and not rule.title.endswith(".")
    assert len(rule.title) <= 80
    sentences = re.findall(r"[.?!](?:\s|$)", rule.why)
    assert 2 <= len(sentences) <= 6, rule.why


@pytest.mark.parametrize(("rule", "example"), BAD, ids=ids)
def test_a_bad_example_is_found(rule, example):
    subject = subject_of_example(example)
    found = rule.findings(subject)
    assert found
    for finding in found:
        assert re.search(r"\d", finding.message)
        assert "\n" not in finding.message and not finding.message.endswith(".")
        assert len(finding.message) <= 160
        assert finding.step is None or type(finding.step) is int
        if finding.step is not None:
            assert finding.step >= 0
        if example.format != "expression" and finding.field in subject.places:
            assert finding.place.path


@pytest.mark.parametrize(("rule", "example"), GOOD, ids=ids)
def test_a_good_example_is_not_found_nor_an_error_of_another_kind(rule, example):
    findings = lehr.lint(subject_of_example(example))
    assert rule.code not in [finding.code for finding in findings]
    assert not [str(f) for f in findings if f.severity == "error"]


FIXED = [
    (rule, example)
    for rule, example in BAD
    if example.format == "yaml"
    and any(f.fix for f in rule.findings(subject_of_example(example)))
]


@pytest.mark.parametrize(("rule", "example"), FIXED, ids=ids)
def test_a_fix_mends_its_finding_and_brings_no_other(rule, example):
    subject = subject_of_example(example)
    before = {f.code for f in lehr.lint(subject)}
    (finding,) = [f for f in rule.findings(subject) if f.fix][:1]
    data = copy.deepcopy(dict(subject.written))
    for path, value in finding.fix.edits.items():
        inner = data
        for key in path[:-1]:
            inner = inner[key]
        if value is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    after = {f.code for f in lehr.lint(subject_of_text(from_mapping(data)))}
    assert rule.code not in after
    assert after < before


def test_there_are_fixes_to_be_tried():
    assert {rule.code for rule, _ in FIXED} >= {
        *("LH004", "LH007", "LH008", "LH013", "LH017", "LH080", "LH084")
    }


def test_a_check_takes_little_time():
    subjects = [subject_of_example(example) for _, example in BAD[:20]]
    begin = time.process_time()
    for subject in subjects:
        lehr.lint(subject)
    each = (time.process_time() - begin) / len(subjects) / len(OWN)
    assert each < 0.010
