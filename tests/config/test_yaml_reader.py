"""YAML: the scalars of YAML 1.2, plain data only, no key twice."""

import builtins
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.config import ConfigError, parse_document, parse_value


def problems(text, format="yaml"):
    with pytest.raises(ConfigError) as caught:
        parse_document(text, source="a.x", format=format)
    return caught.value.problems


def summary(text, format="yaml"):
    return [(p.code, p.line, p.column) for p in problems(text, format)]


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


def test_a_key_given_twice_names_the_first_line():
    [problem] = problems("a: 1\nb: 2\na: 3")
    assert problem.hint == '"a" is given first in line 1; keep one'


def test_aliases_cannot_blow_a_document_up():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for i in range(1, 9):
        inner = ", ".join([f"*a{i - 1}"] * 10)
        lines.append(f"a{i}: &a{i} [{inner}]")
    [problem] = problems("\n".join(lines))
    assert problem.code == "LH111"


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
