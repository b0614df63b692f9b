"""Each rule about other libraries finds its bad examples, and not its good ones."""

import re
from pathlib import Path

import pytest

from lehr.linting.rules import RULES
from linting.others import alarms, codes, of_config

MINE = [rule for rule in RULES.values() if "LH040" <= rule.code < "LH080"]
LIVE_ONLY = {"LH060", "LH062", "LH063", "LH064", "LH066", "LH067", "LH068"}


@pytest.mark.parametrize("rule", MINE, ids=lambda rule: rule.code)
def test_a_rule_keeps_to_its_examples(rule):
    for example in rule.bad:
        found = of_config(example.text, example.library)
        assert rule.code in codes(found), example.text
        assert all("\n" not in each.message for each in found)
        assert all(not each.message.endswith(".") for each in found)
    for example in rule.good:
        found = of_config(example.text, example.library)
        assert rule.code not in codes(found), example.text
        assert not alarms(found), example.text


def test_rules_without_a_bad_example_are_about_live_objects():
    assert {rule.code for rule in MINE if not rule.bad} == LIVE_ONLY


def test_every_rule_says_why_and_who_has_met_it():
    assert len(MINE) >= 14
    assert all(len(rule.why) > 60 and rule.source for rule in MINE)
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


def test_the_page_lists_them_as_they_are():
    page = (Path(__file__).parents[3] / "docs/linting-elsewhere.md").read_text()
    listed = re.findall(r"^\| (LH\d+) \| (\S+) \| (.+) \|$", page, re.MULTILINE)
    assert listed == [(rule.code, rule.name, rule.title) for rule in MINE]
