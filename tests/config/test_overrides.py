"""key=value: laid over a document, every bad one reported."""

import pytest

from lehr.config.documents import parse_document
from lehr.config.errors import ConfigError
from lehr.config.overrides import read_override, with_overrides

DOCUMENT = "train: {epochs: 5}\nschedules: {lr: 1e-3}\n"


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("train.epochs=7", ("train", "epochs"), 7),
        ("train.clip_norm=null", ("train", "clip_norm"), None),
        ("schedules.lr=1e-3", ("schedules", "lr"), 0.001),
        ("schedules.lr=cosine(1, 0, 10%)", ("schedules", "lr"), "cosine(1, 0, 10%)"),
        ("data={kind: digits}", ("data",), {"kind": "digits"}),
        ("name=a=b", ("name",), "a=b"),
    ],
)
def test_a_value_is_yaml_and_a_path_has_dots(text, path, value):
    assert read_override(text) == (path, value)


def test_the_last_of_equal_paths_wins_and_the_document_stays():
    document = parse_document(DOCUMENT)
    changed = with_overrides(document, ["train.epochs=1", "train.epochs=2", "seed=3"])
    assert changed.data == {
        "train": {"epochs": 2},
        "schedules": {"lr": 0.001},
        "seed": 3,
    }
    assert document.data["train"] == {"epochs": 5}


def test_all_bad_ones_are_reported():
    arguments = ["train", "=3", "train..epochs=1", "train.epochs.x=1", "seed=[1"]
    with pytest.raises(ConfigError) as caught:
        with_overrides(parse_document(DOCUMENT), arguments)
    problems = caught.value.problems
    assert [p.code for p in problems] == ["LH121"] * 3 + ["LH107", "LH101"]
    assert {p.source for p in problems} == {"<command line>"}


def test_another_kind_takes_the_place_of_its_section():
    document = parse_document("data: {kind: digits, augment: true}\nseed: 1")
    changed = with_overrides(document, ["data.path=a.csv", "data.kind=table"])
    assert changed.data == {"data": {"kind": "table", "path": "a.csv"}, "seed": 1}
    same = with_overrides(document, ["data.kind=digits"])
    assert same.data == document.data
