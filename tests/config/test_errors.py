"""Problems say what, where, and what mends it; an error holds them all, in order."""

import re
from pathlib import Path

import pytest

import lehr.config
from lehr.config.errors import CODES, ConfigError, Problem, format_path, suggest


def test_a_problem_is_written_as_code_place_cause_and_fix():
    problem = Problem(
        "LH102",
        'unknown schedule "cosin"',
        "run.yaml",
        10,
        11,
        "schedules.lr.kind",
        'did you mean "cosine"?',
    )
    assert str(problem).splitlines() == [
        'error[LH102]: unknown schedule "cosin"',
        "  --> run.yaml:10:11   at schedules.lr.kind",
        '   = did you mean "cosine"?',
    ]


def test_a_problem_without_place_or_hint_leaves_them_out():
    assert str(Problem("LH110", "gone", "a.yaml")) == "error[LH110]: gone\n  --> a.yaml"


def test_an_error_lists_its_problems_in_the_order_of_the_text():
    late, early = (Problem("LH100", name, line=n) for name, n in (("b", 9), ("a", 2)))
    error = ConfigError([late, early])
    assert error.problems == [early, late]
    assert str(error) == f"{early}\n\n{late}"
    assert isinstance(error, ValueError)


def test_an_error_keeps_several_texts_apart():
    one, other = Problem("LH100", "x", "b", 5), Problem("LH100", "x", "a", 2)
    again = Problem("LH100", "y", "b", 1)
    assert ConfigError([one, other, again]).problems == [again, one, other]


def test_an_error_without_problems_is_refused():
    with pytest.raises(ValueError, match="problems must hold at least one"):
        ConfigError([])


def test_a_path_is_written_with_dots_and_brackets():
    assert format_path(()) == ""
    assert format_path(("a", 0, "b", 12)) == "a[0].b[12]"


def test_a_guess_ignores_case_and_a_stranger_gets_the_whole_list():
    assert suggest("COSINE", ["cosine", "linear"]).startswith('did you mean "cosine"?')
    assert suggest("qqq", ["cosine", "linear"]) == "known: cosine, linear"
    assert suggest("qqq", []) == "none is allowed here"


def test_a_guess_lists_only_some_of_many_known_names():
    many = [f"name{i:02}" for i in range(40)]
    assert suggest("name00x", many).endswith("name15, ...")


def test_each_code_that_a_reader_uses_is_in_the_table():
    folder = Path(lehr.config.__file__).parent
    sources = "".join(file.read_text() for file in folder.glob("*.py"))
    used = set(re.findall(r"\bLH1\d\d\b", sources))
    assert used <= CODES.keys()
