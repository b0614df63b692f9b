"""Documents: the same data from three formats, and the place of every part."""

import pytest

from lehr.config import (
    ConfigError,
    from_mapping,
    parse_document,
    read_document,
)

YAML = """\
# one run
schema: 1
schedules:
  lr: {kind: linear, start: 1e-3, end: 0}
  "weight decay": 'linear(0, 1, 5)'
list:
  - a
  - {b: [1, 2]}
"""
JSON = """\
{
  "schema": 1,
  "schedules": {
    "lr": {"kind": "linear", "start": 1e-3, "end": 0},
    "weight decay": "linear(0, 1, 5)"
  },
  "list": ["a", {"b": [1, 2]}]
}
"""
TOML = """\
# one run
schema = 1
list = ["a", {b = [1, 2]}]

[schedules]   # the curves
"weight decay" = 'linear(0, 1, 5)'

[schedules.lr]
kind = "linear"
start = 1e-3
end = 0
"""
TEXTS = {"yaml": YAML, "json": JSON, "toml": TOML}


def problems(text, format="yaml"):
    with pytest.raises(ConfigError) as caught:
        parse_document(text, source="a.x", format=format)
    return caught.value.problems


def summary(text, format="yaml"):
    return [(p.code, p.line, p.column) for p in problems(text, format)]


@pytest.mark.parametrize("format", TEXTS)
def test_the_formats_hold_the_same_data(format):
    assert parse_document(TEXTS[format], format=format).data == {
        "schema": 1,
        "schedules": {
            "lr": {"kind": "linear", "start": 0.001, "end": 0},
            "weight decay": "linear(0, 1, 5)",
        },
        "list": ["a", {"b": [1, 2]}],
    }


@pytest.mark.parametrize("format", TEXTS)
def test_each_value_stands_where_its_place_says(format):
    document = parse_document(TEXTS[format], format=format)
    lines = TEXTS[format].splitlines()

    def standing(path, key=False):
        line, column = document.place(path, key)
        return lines[line - 1][column - 1 :]

    assert standing(("schedules", "lr", "start")).startswith("1e-3")
    assert standing(("schedules", "lr", "start"), key=True).lstrip('"')[:5] == "start"
    assert standing(("list", 1, "b", 1)).startswith("2]")
    assert standing(("list", 0)).lstrip('"')[0] == "a"
    assert standing(("schedules", "weight decay"))[1:].startswith("linear(0")


@pytest.mark.parametrize("format", TEXTS)
def test_a_missing_value_has_the_place_of_what_lacks_it(format):
    document = parse_document(TEXTS[format], format=format)
    around = document.place(("schedules", "lr"))
    assert document.place(("schedules", "lr", "steps")) == around
    assert document.place(("schedules", "lr", "steps", 3)) == around


@pytest.mark.parametrize("format", TEXTS)
def test_a_string_knows_where_its_text_starts(format):
    text = parse_document(TEXTS[format], format=format).text(
        ("schedules", "weight decay")
    )
    problem = text.problem(7, "LH100", "here")
    line = TEXTS[format].splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("0, 1, 5)")


def test_an_empty_document_is_an_empty_mapping():
    for format, text in (("yaml", "# nothing\n"), ("json", " \n"), ("toml", "")):
        assert parse_document(text, format=format).data == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1,}', ("LH101", 1, 9)),
        ('{"a": [1, 2,]}', ("LH101", 1, 13)),
        ('{"a" 1}', ("LH101", 1, 6)),
        ('{"a": 1\n', ("LH101", 2, 1)),
        ('{"a": 1} x', ("LH101", 1, 10)),
        ('{"a": "x}', ("LH101", 1, 7)),
        ('{"a": 1,\n "a": 2}', ("LH105", 2, 2)),
        ("[1]", ("LH107", 1, 1)),
    ],
)
def test_a_broken_json_document_is_refused_at_its_place(text, place):
    assert summary(text, "json") == [place]


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_nesting_without_end_is_refused_not_a_crash(format):
    deep = '{"a": ' + "[" * 5_000 + "]" * 5_000 + "}"
    assert [p.code for p in problems(deep, format)] == ["LH111"]


# ------------------------------------------------------------------------- overrides


def test_an_override_is_seen_and_named_as_the_source_of_its_problems():
    document = parse_document("a: {b: 1}", source="run.yaml")
    changed = document.merged(("a", "c", "d"), 2)
    assert changed.data == {"a": {"b": 1, "c": {"d": 2}}}
    assert document.data == {"a": {"b": 1}}
    assert changed.problem("LH106", "x", ("a", "c", "d")).source == "<command line>"
    assert changed.problem("LH106", "x", ("a", "c", "d")).line is None
    assert changed.problem("LH106", "x", ("a", "b")).source == "run.yaml"


def test_an_override_through_a_value_is_refused():
    document = parse_document("a: {b: 1}")
    with pytest.raises(ConfigError, match=r"a\.b is 1, not a mapping"):
        document.merged(("a", "b", "c"), 2)


def test_a_mapping_from_python_is_copied_and_has_no_places():
    data = {"a": [1]}
    document = from_mapping(data)
    document.data["a"].append(2)
    assert data == {"a": [1]}
    assert document.problem("LH106", "x", ("a",)).line is None


# ----------------------------------------------------------------------------- files


@pytest.mark.parametrize("format", TEXTS)
def test_the_ending_of_a_file_tells_its_format(tmp_path, format):
    file = tmp_path / f"run.{format}"
    file.write_text(TEXTS[format], encoding="utf-8-sig")
    document = read_document(file)
    assert document.data["schema"] == 1
    assert document.source == str(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    missing, folder = tmp_path / "no.yaml", tmp_path / "a.yaml"
    folder.mkdir()
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: \xe9")
    for file, reason in ((missing, "no such file"), (latin, "not UTF-8")):
        with pytest.raises(ConfigError, match=reason) as caught:
            read_document(file)
        [problem] = caught.value.problems
        assert (problem.code, problem.source) == ("LH110", str(file))
    with pytest.raises(ConfigError, match="cannot read the file"):
        read_document(folder)
    with pytest.raises(ConfigError, match=r"known: \.yaml, \.yml, \.json, \.toml"):
        read_document(tmp_path / "run.ini")


def test_an_oversized_document_is_refused():
    assert summary("#" * 2_000_001) == [("LH111", None, None)]


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="format must be yaml, json or toml"):
        parse_document("", format="ini")
