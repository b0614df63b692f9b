"""Objects become text that reads back as equal objects, whoever reads it."""

import json
import math
import tomllib
from dataclasses import dataclass

import pytest
import yaml
from examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st
from strategies import schedules

from config.mutations import HALF
from lehr import Constant, Function, InverseSqrt, Linear, Sum, Window
from lehr.config import (
    build_schedule,
    from_mapping,
    parse_document,
    read_schedule,
    to_mapping,
    write_config,
    write_document,
    write_schedule,
)
from lehr.config.names import CODE

FORMATS = ("yaml", "json", "toml")
WRITTEN = [s for s in EXAMPLES if type(s).__name__ not in CODE]
floats = st.floats(allow_nan=False) | st.sampled_from([1e-5, 1e16, 5e-324, -0.0])
scalars = st.one_of(
    *(floats, st.integers(-(2**70), 2**70), st.booleans(), st.text(max_size=12)),
    st.sampled_from(["yes", "No", "~", "", "1e3", "0x1F", "1:30", "- a", "a: b", "#x"]),
    st.sampled_from(
        [
            "5%",
            "64k samples",
            "wsd(1, warmup=5%)",
            "2001-01-01",
            "<<",
            "=",
            " a",
            "a ",
            "a #b",
            "nan",
            ".inf",
            "1_000",
            "'",
            '"',
            "\ud800x",
            "\x85",
            "\ufeff",
            "Linear(1, 2)",
            "[a",
            "{a",
            "*a",
            "&a",
            "!a",
        ]
    ),
)
keys = st.text(max_size=6) | st.sampled_from(["yes", "<<", "1", "a.b", "lr", "#", "-"])
documents = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=8,
    ),
    max_size=5,
)


def exact(value):
    """The value with its types and the signs of its zeros; order counts no more."""
    if isinstance(value, dict):
        return {key: exact(each) for key, each in value.items()}
    if isinstance(value, list):
        return [exact(each) for each in value]
    return type(value).__name__, repr(value)


def read_back(schedule, format):
    text = write_document({"lr": to_mapping(schedule)}, format)
    return build_schedule(parse_document(text, format=format), ("lr",))


@pytest.mark.parametrize("schedule", WRITTEN, ids=repr)
def test_every_family_and_recipe_comes_back_from_each_spelling(schedule):
    assert read_schedule(write_schedule(schedule)) == schedule
    for format in FORMATS:
        back = read_back(schedule, format)
        assert repr(back) == repr(schedule)


@given(schedules)
def test_every_composition_comes_back_from_each_spelling(schedule):
    text = write_schedule(schedule)
    assert repr(read_schedule(text)) == text
    assert write_schedule(read_schedule(text)) == text
    mapping = to_mapping(schedule)
    assert repr(build_schedule(from_mapping(mapping), ())) == text
    for format in FORMATS:
        assert to_mapping(read_back(schedule, format)) == mapping


@HALF
@given(documents)
def test_a_document_comes_back_from_yaml_whoever_reads_it(data):
    text = write_document(data, "yaml")
    assert exact(parse_document(text).data) == exact(data)
    # libyaml's readers and PyYAML's own follow YAML 1.1.
    assert exact(yaml.safe_load(text)) == exact(data)


@HALF
@given(documents)
def test_a_document_comes_back_from_json_whoever_reads_it(data):
    if "inf" in str(exact(data)) and _holds(data, lambda v: v in (math.inf, -math.inf)):
        with pytest.raises(ValueError, match="JSON cannot hold"):
            write_document(data, "json")
        return
    text = write_document(data, "json")
    assert exact(parse_document(text, format="json").data) == exact(data)
    assert exact(json.loads(text)) == exact(data)


@HALF
@given(documents)
def test_a_document_comes_back_from_toml_whoever_reads_it(data):
    if "\\ud800" in str(exact(data)):
        with pytest.raises(ValueError, match="surrogate"):
            write_document(data, "toml")
        return
    text = write_document(data, "toml")
    assert exact(parse_document(text, format="toml").data) == exact(data)
    assert exact(tomllib.loads(text)) == exact(data)


def _holds(value, asked):
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return any(_holds(each, asked) for each in inner)
    return isinstance(value, float) and asked(value)


def test_keys_keep_their_order():
    data = {"b": 1, "a": {"z": 1, "y": 2}, "c": 2}
    assert list(parse_document(write_document(data)).data) == ["b", "a", "c"]
    toml = parse_document(write_document(data, "toml"), format="toml").data
    assert list(toml) == ["b", "c", "a"]  # a table ends where the next one begins


def test_the_mapping_is_the_smallest_faithful_one():
    total = Sum((Linear(1.0, 0.0, 10), Constant(0.5), Constant(0.5, steps=3)))
    assert to_mapping(total) == {
        "kind": "sum",
        "terms": [
            {"kind": "linear", "start": 1.0, "end": 0.0, "steps": 10},
            0.5,
            {"kind": "constant", "value": 0.5, "steps": 3},
        ],
    }
    endless = Window(InverseSqrt(1.0, 100), 5, math.inf)
    assert to_mapping(endless) == {
        "kind": "window",
        "schedule": {"kind": "InverseSqrt", "peak": 1.0, "timescale": 100.0},
        "start": 5,
        "stop": "inf",
    }


def test_long_lists_stand_on_lines_of_their_own():
    data = {"table": {"kind": "table", "values": [i / 7 for i in range(12)]}}
    for format in FORMATS:
        text = write_document(data, format)
        assert max(map(len, text.splitlines())) <= 80
        assert parse_document(text, format=format).data == data


@pytest.mark.parametrize("schedule", [Function("math:cos"), Function(lambda t: t)])
def test_code_is_refused(schedule):
    with pytest.raises(ValueError, match="cannot be written as text"):
        to_mapping(schedule)


@dataclass
class Section:
    epochs: int = 3


def test_a_whole_configuration_is_written_and_read_in_each_format():
    config = {
        "schema": 1,
        "schedules": {"lr": Linear(1e-5, 0.0, 9), "weight_decay": {"body": 0.1}},
        "train": Section(),
        "output": None,
    }
    data = {
        "schema": 1,
        "schedules": {
            "lr": "Linear(start=1e-05, end=0.0, steps=9)",
            "weight_decay": {"body": 0.1},
        },
        "train": {"epochs": 3},
    }
    for format in FORMATS:
        null = {} if format == "toml" else {"output": None}
        text = write_config(config, format)
        assert parse_document(text, format=format).data == {**data, **null}


@pytest.mark.parametrize(
    ("data", "format", "error", "message"),
    [
        ({"a": {"b": None}}, "toml", ValueError, "a.b is null, which TOML cannot hold"),
        ({"a": [math.nan]}, "json", ValueError, "a is nan, which JSON cannot hold$"),
        ({"a": math.inf}, "json", ValueError, 'for a schedule write the text "inf"'),
        ({"a": {1: 2}}, "yaml", TypeError, "keys must be text, got 1 in a"),
        ({"a": [{2}]}, "yaml", TypeError, r"a\[0\] must be plain data, got \{2\}"),
        ({"a": Linear(1, 0, 9)}, "yaml", TypeError, "write to_mapping"),
        ({"a" * 1001: 1}, "yaml", ValueError, "at most 1000 characters"),
        ([1], "yaml", TypeError, "data must be a mapping"),
        ({}, "xml", ValueError, "format must be one of yaml, json, toml"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(data, format, error, message):
    with pytest.raises(error, match=message):
        write_document(data, format)
