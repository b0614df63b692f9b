"""Documents that are wrong in one way each: the code, the place, and the way out."""

import pytest

from lehr.config import ConfigError, parse_document, parse_value, read_config

LR = "schedules: {lr: 1}\n"


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("schedules: {lr: null}", "LH104", (1, 12), "lr: 1e-3"),
        ("schedules: {lr: {start: 1, end: 0, steps: 9}}", "LH104", (1, 17), "kind"),
        (LR + "schema: true", "LH106", (2, 9), "must be 1, a whole number, got True"),
        (LR + "schema: 1.0", "LH106", (2, 9), "got 1.0"),
        (LR + "schema: '1'", "LH106", (2, 9), "a whole number, got '1'"),
        (LR + "plan: 5", "LH107", (2, 7), "its keys: accumulation, batch_size"),
        (LR + "logging: [1]", "LH107", (2, 10), "its keys: csv, every"),
        (LR + "data: digits", "LH107", (2, 7), "a mapping with kind: bytes or dig"),
        (LR + "optimizer: adam", "LH107", (2, 12), "by its name: {name: Lion}"),
        (LR + "optimizer: {kind: adam}", "LH120", (2, 19), "by its name: {name: Lio"),
        (LR + "plan: {batch_size: '8'}", "LH107", (2, 20), "without quotes"),
        (LR + "optimizer: {kind: sgd, momentum: '9e-1'}", "LH107", (2, 34), "9.0e-1"),
        (LR + "logging: {trackio: {project: ''}}", "LH106", (2, 30), "not be empty"),
        (
            LR + f"plan: {{batch_size: 2, dataset_size: 2, epochs: {'9' * 400}}}",
            "LH130",
            (2, 7),
            "too large",
        ),
        ("\ufeffschedules: {lr: linar}", "LH102", (1, 17), "linear"),
        ("\ufefflinar(1)", "LH102", (1, 1), "linear"),
        ("# nothing\n", "LH104", (None, None), "schedules"),
        ("[a]\nb = 1\nb = 2\n[schedules]\nlr = 1", "LH105", (3, 6), "stands once"),
    ],
)
def test_each_is_told_at_its_place_with_the_way_out(text, code, place, words):
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    [problem] = caught.value.problems
    assert (problem.code, (problem.line, problem.column)) == (code, place)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (f"seed: {'9' * 5000}", "yaml"),
        (f'{{"seed": {"9" * 5000}}}', "json"),
        (f"seed = {'9' * 5000}", "toml"),
    ],
)
def test_a_number_too_long_for_python_is_a_problem_of_the_document(text, format):
    with pytest.raises(ConfigError, match=r"LH111.*too many digits"):
        parse_document(text, format=format)
    with pytest.raises(ConfigError, match="too many digits"):
        parse_value("9" * 5000)


def test_null_leaves_out_what_has_a_default():
    text = LR + "schema: null\nname: null\nseed: null\noutput: null\ntrain: null"
    assert read_config(text).resolved() == read_config(LR).resolved()


def test_groups_may_have_any_other_name():
    config = read_config("schedules: {lr: {head: 1, start: 0.5}}")
    assert list(config.schedules) == ["lr.head", "lr.start"]
