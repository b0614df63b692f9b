"""Documents: the same data from three formats, and the place of every part."""

import builtins
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.config import (
    ConfigError,
    from_mapping,
    parse_document,
    parse_value,
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


SCALARS = {
    "1e-3": 0.001,
    "1E5": 1e5,
    "+.5": 0.5,
    "1_000": 1000,
    "-3": -3,
    "0o17": 15,
    "0x1F": 31,
    "017": 17,
    ".inf": math.inf,
    "-.inf": -math.inf,
    "true": True,
    "False": False,
    "null": None,
    "~": None,
    "yes": "yes",
    "on": "on",
    "no": "no",
    "12:30:45": "12:30:45",
    "2026-01-01": "2026-01-01",
    "5%": "5%",
    "3ep": "3ep",
    '"1e-3"': "1e-3",
    "!!str 5": "5",
}


@pytest.mark.parametrize("text", SCALARS)
def test_yaml_scalars_are_those_of_yaml_1_2(text):
    value = parse_value(text)
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text])


def test_yaml_nan_is_a_number():
    assert math.isnan(parse_value(".NaN"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_survives_yaml(number):
    assert parse_value(repr(number)) == number


def test_yaml_merges_mappings_and_the_nearest_value_wins():
    text = "a: &a {x: 1, y: 2}\nb: &b {x: 5, z: 6}\nc: {<<: [*a, *b], y: 3}"
    assert parse_document(text).at(("c",)) == {"x": 1, "y": 3, "z": 6}


def test_an_empty_document_is_an_empty_mapping():
    for format, text in (("yaml", "# nothing\n"), ("json", " \n"), ("toml", "")):
        assert parse_document(text, format=format).data == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: b: c", ("LH101", 1, 5)),
        ("a:\n\t- 3", ("LH101", 2, 1)),
        ("a: 'x", ("LH101", 1, 6)),
        ("a: 1\n---\nb: 2", ("LH101", 2, 1)),
        ("a: \x07", ("LH101", None, None)),
        ("a: 1\nb:\n  c: 2\n  c: 3", ("LH105", 4, 3)),
        ("- 1", ("LH107", 1, 1)),
        ("? [1]\n: 2", ("LH107", 1, 3)),
        ("a: {<<: 3}", ("LH107", 1, 9)),
        ("a: &x [*x]", ("LH111", 1, 4)),
        ("a: !!python/object/apply:os.system ['true']", ("LH112", 1, 4)),
        ("a: !env HOME", ("LH112", 1, 4)),
        ("a: !!set {x}", ("LH112", 1, 4)),
    ],
)
def test_a_broken_yaml_document_is_refused_at_its_place(text, place):
    assert summary(text) == [place]


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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = \n", ("LH101", 1, 5)),
        ("a = 1\n[b\n", ("LH101", 2, 3)),
        ("a = 1\na = 2\nb = 3\n", ("LH105", 2, 6)),
        ("[a]\nx = 1\n[a]\n", ("LH105", 3, 3)),
    ],
)
def test_a_broken_toml_document_is_refused_at_its_place(text, place):
    assert summary(text, "toml") == [place]


def test_a_key_given_twice_names_the_first_line():
    [problem] = problems("a: 1\nb: 2\na: 3")
    assert problem.hint == '"a" is given first in line 1; keep one'


def test_toml_tables_in_arrays_have_their_places():
    text = (
        '[[g]]\nh = 1\n[[g]]\nh = [\n  2, # two\n  3]\n[g.sub]\n\'k.l\'.m = """\nx"""\n'
    )
    document = parse_document(text, format="toml")
    assert document.at(("g", 1, "sub", "k.l", "m")) == "x"
    assert document.place(("g", 0, "h")) == (2, 5)
    assert document.place(("g", 1, "h", 1)) == (6, 3)
    assert document.place(("g", 1, "sub", "k.l", "m")) == (8, 11)


def test_toml_dates_are_text():
    document = parse_document("d = 2026-01-31", format="toml")
    assert document.data == {"d": "2026-01-31"}


def test_aliases_cannot_blow_a_document_up():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for i in range(1, 9):
        inner = ", ".join([f"*a{i - 1}"] * 10)
        lines.append(f"a{i}: &a{i} [{inner}]")
    [problem] = problems("\n".join(lines))
    assert problem.code == "LH111"


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


def test_without_pyyaml_the_extra_is_named(monkeypatch):
    from lehr.config import yaml_reader

    real = builtins.__import__

    def without_yaml(name, *rest):
        if name == "yaml":
            raise ImportError(name)
        return real(name, *rest)

    yaml_reader._yaml.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_yaml)
    with pytest.raises(ImportError, match=r"pip install 'lehr\[config\]'"):
        parse_document("a: 1")
