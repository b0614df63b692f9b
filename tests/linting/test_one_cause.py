"""One cause is one finding: the more specific rule speaks."""

import pytest

import lehr
from lehr import Plan, presets
from lehr.config.builtin import BUILT_IN, default_text
from lehr.linting.checking import verdict
from lehr.linting.rules import RULES
from lehr.linting.subjects import subject_of
from linting import test_broken_peers as broken
from linting.others import alarms, codes

LENGTHS = {"LH007", "LH008", "LH013", "LH014", "LH015", "LH016", "LH017"}
"""What rules about lehr's own lengths say."""

OVER = {code: set(rule.over) for code, rule in RULES.items() if rule.over}
COSINE = "lr: 0.1\nname: CosineAnnealingLR\nT_max: 1000"
LONGER = Plan(batch_size=1, updates=2000)

TRAPS = [
    *broken.BELOW_0.values(),
    *broken.CLIMBING.values(),
    *(case[:2] for case in broken.JUMPING.values()),
    *(case[:2] for case in broken.WARMUPS_OF_0.values()),
    *(case[:2] for case in broken.READ_OTHERWISE.values()),
]


def test_a_rule_speaks_for_rules_that_there_are():
    assert set().union(*OVER.values()) <= set(RULES)
    assert not any(code in over for code, over in OVER.items())


@pytest.mark.parametrize(("config", "known"), TRAPS)
def test_a_trap_is_told_once(config, known):
    found = lehr.lint(config, **known)
    acting = [each.code for each in found if each.severity != "note"]
    assert len(acting) <= 1, [str(each) for each in found]
    assert not codes(found) & LENGTHS
    assert len({each.code for each in found}) == len(found)


def test_what_is_ignored_or_suppressed_speaks_for_its_effects_too():
    assert codes(lehr.lint(COSINE, LONGER)) == {"LH041"}
    assert not lehr.lint(COSINE, LONGER, ignore=["LH041"])
    said = COSINE.replace("lr: 0.1", "lr: 0.1  # lehr: ignore[LH041] a test")
    assert not codes(lehr.lint(said, LONGER)) & {"LH012", "LH020"}


def test_a_general_rule_that_is_asked_alone_speaks():
    subject = subject_of(COSINE, LONGER)
    assert codes(verdict(subject, select=["LH012"]).findings) == {"LH012"}


def test_other_schedules_of_the_run_are_still_looked_at():
    lr, momentum = lehr.Step(0.1, 0.1, 3000), lehr.Constant(1.5)
    found = lehr.lint({"lr": lr, "momentum": momentum}, LONGER)
    assert codes(found) == {"LH010", "LH034"}  # and not that the rate is constant


@pytest.mark.parametrize("name", presets.preset_names())
def test_a_published_recipe_raises_no_alarm(name):
    assert not alarms(lehr.lint(presets.preset(name).config))


def test_what_a_published_recipe_means_is_not_mended():
    (found,) = lehr.lint(presets.preset("gpt3-175b").config)
    assert (found.code, found.severity, found.fix.safe) == ("LH007", "note", False)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_document_raises_no_alarm(name):
    plan = Plan(dataset_size=60_000, batch_size=64, epochs=10, sequence_length=64)
    assert not alarms(lehr.lint(default_text(name), plan))


@pytest.mark.parametrize(
    ("total", "floor", "severity"),
    [
        (16_000, 0, "error"),
        (8_000, 0, "warning"),
        (2_000, 0, "warning"),
        (1_000, 0, "error"),
        (1_000, 1e-4, "warning"),
    ],
)
def test_a_ratio_that_could_be_meant_is_no_error(total, floor, severity):
    parts = total / 4_000 if total > 4_000 else 4_000 / total
    plan = Plan(batch_size=8, accumulation=int(parts), updates=4_000)
    rate = lehr.warmup_cosine(1e-3, warmup=100, total=total, floor=floor)
    (found,) = [f for f in lehr.lint(rate, plan) if f.code == "LH013"]
    assert found.severity == severity
