"""The JSON Schema and the reader agree on every section, and on what lehr writes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.mutations import FEWER, broken
from config.whole_documents import documents
from lehr.cli.main import main
from lehr.config import ConfigError, json_schema, parse_document, read_config
from lehr.config.builtin import BUILT_IN, default_text
from lehr.presets import preset, preset_names

jsonschema = pytest.importorskip("jsonschema")
WHOLE = jsonschema.Draft202012Validator(json_schema())
PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def reader_takes(document):
    try:
        read_config(document)
    except ConfigError:
        return False
    return True


@FEWER
@given(documents)
def test_good_sections_are_taken_by_both(document):
    read_config(document)
    assert WHOLE.is_valid(document)


@FEWER
@given(documents, st.data())
def test_broken_sections_are_refused_by_both(document, data):
    wrong = broken(document, data)
    if "no_such_key" in str(wrong["schedules"]):
        return  # a field or a group of any name may follow a schedule
    assert not WHOLE.is_valid(wrong), wrong
    assert not reader_takes(wrong), wrong


@pytest.mark.parametrize(
    "document",
    [
        {"schedules": {}},
        {"schedules": {"lr": {}}},
        {"schedules": {"lr": 1}, "schema": "1"},
        {"schedules": {"lr": 1}, "schema": 2},
        {"schedules": {"lr": 1}, "schema": True},
        {"schedules": {"lr": 1}, "groups": {"default": "*"}},
        {"schedules": {"lr": 1}, "groups": {"a": []}},
        {"schedules": {"lr": 1}, "groups": {"a": [""]}},
        {"schedules": {"lr": 1}, "optimizer": {"name": 5}},
        {"schedules": {"lr": 1}, "optimizer": {"class_name": "SGD", "args": [1]}},
        {"schedules": {"lr": 1}, "plan": {"updates": 2.5}},
        {"schedules": {"lr": 1}, "plan": {"updates": "many"}},
        {"schedules": {"lr": 1}, "plan": {"updates": -5}},
        {"schedules": {"lr": 1}, "plan": {"epochs": "-5ep", "dataset_size": 9}},
        {"schedules": {"lr": 1}, "logging": {"wandb": {"project": ""}}},
        {"schedules": {"lr": 1}, "lint": {"ignore": [{"rule": "LH012"}]}},
    ],
)
def test_nonsense_is_refused_by_both(document):
    assert not WHOLE.is_valid(document)
    assert not reader_takes(document)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_document_to_both(name):
    text = preset(name).text
    assert WHOLE.is_valid(parse_document(text).data)
    assert WHOLE.is_valid(read_config(text).resolved())


def test_documents_in_the_package_and_on_the_page_are_valid(capsys):
    assert main(["init", "-"]) == 0
    begun = capsys.readouterr().out
    texts = [begun, *map(default_text, BUILT_IN)]
    # Texts of the examples, without the one that is there for its mistakes.
    shown = re.findall(r'read_config\("""\n(.*?)"""\)', PAGE.read_text(), re.DOTALL)
    shown = [re.sub(r"^\.\.\. ?", "", each, flags=re.MULTILINE) for each in shown]
    texts += [each for each in shown if "acumulation" not in each]
    assert len(texts) >= 7
    for text in texts:
        found = [e.message for e in WHOLE.iter_errors(parse_document(text).data)]
        assert not found, text
