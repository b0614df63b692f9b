"""The pages of rules: every part of them, in the terminal and in the documentation."""

import pytest

import lint_toys
from lehr.config.errors import CODES
from lehr.linting import documentation, pages
from lehr.linting.base import Example
from lehr.linting.examples import findings_of, subject_of_example
from lehr.linting.rules import RULES
from lehr.linting.rules.suppressions import CODES as ABOUT_SUPPRESSIONS

OWN = [rule for code, rule in RULES.items() if code in ABOUT_SUPPRESSIONS]


@pytest.fixture
def toys(monkeypatch):
    lint_toys.use_toy_rules(monkeypatch)


@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.code)
def test_the_examples_of_the_rules_about_suppressions_are_true(rule, toys):
    assert all(findings_of(rule, example) for example in rule.bad)
    assert not any(findings_of(rule, example) for example in rule.good)


def test_a_page_shows_what_is_said_of_its_example(toys):
    page = pages.page("LH001")
    headings = ("Why", "Finds", "Does not find", "Mend", "Not to be told", "Source")
    assert [page.index(f"\n\n{heading}\n") for heading in headings] == sorted(
        page.index(f"\n\n{heading}\n") for heading in headings
    )
    assert page.startswith("LH001 negative, an error\na value below 0 while training\n")
    assert "    error[LH001]: lr falls to -1 at the end\n" in page
    assert "End it at 0 (`lehr lint --fix` does it)." in page
    assert "ignore[LH001] the reason" in page


def test_every_code_has_a_page_of_80_columns():
    for code in [*RULES, *CODES]:
        lines = pages.page(code).splitlines()
        assert all(len(line) <= 80 or line.startswith("    ") for line in lines)
        assert documentation.section(code).startswith(f"({code.lower()})=\n## {code}")
        assert pages.facts(code)["code"] == code


def test_the_rules_about_suppressions_do_not_tell_to_suppress_them():
    assert "# lehr: ignore[LH097]" not in pages.page("LH097").split("Not to be told")[1]


def test_an_example_may_be_typed_with_its_run(toys):
    example = Example("linear(1, -1, 50%)", "expression", steps=100)
    assert subject_of_example(example).schedules["lr"].steps == 50
    assert pages.shown(example) == '$ lehr lint "linear(1, -1, 50%)" --steps 100'


def test_an_example_may_be_another_librarys(toys):
    example = Example("name: StepLR\nstep_size: 9\nlr: 9\n", library="torch")
    assert subject_of_example(example).schedules["lr"](0) == 9.0
    assert pages.shown(example).startswith("# run.yaml of torch\nname: StepLR")
    flags = "--lr 9 --lr-decay-style linear --train-iters 100 --min-lr 0"
    example = Example(flags, "flags", "megatron")
    assert subject_of_example(example).schedules["lr"].maximum == 9.0


def test_a_text_without_a_problem_is_no_example():
    from lehr.config.error_pages import ErrorPage, message

    with pytest.raises(ValueError, match="LH100 has no problem"):
        message(ErrorPage("LH100", "", "linear(1, 0, 9)", "", "expression"))
