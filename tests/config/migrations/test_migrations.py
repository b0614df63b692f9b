"""Migrations: older documents read as today's, their problems at their own lines."""

from copy import deepcopy
from pathlib import Path

import pytest

from lehr import read_config
from lehr.config import ConfigError, migrate, parse_document
from lehr.config.migrations import CURRENT, MIGRATIONS, current

HERE = Path(__file__).parent
BEFORE = sorted(HERE.glob("*.before.yaml"))
NAMES = [file.name.removesuffix(".before.yaml") for file in BEFORE]


def read(name, when):
    file = HERE / f"{name}.{when}.yaml"
    return parse_document(file.read_text(), source=file.name)


def test_there_is_one_step_per_version_and_golden_files_for_each():
    assert [step.version for step in MIGRATIONS] == list(range(CURRENT))
    assert len(BEFORE) >= len(MIGRATIONS)


@pytest.mark.parametrize("name", NAMES)
def test_migrates_to_the_golden_file_and_leaves_what_it_was_given(name):
    before = read(name, "before").data
    kept = deepcopy(before)
    after = migrate(before)
    assert after == read(name, "after").data
    assert list(after) == list(read(name, "after").data)
    assert before == kept


@pytest.mark.parametrize("name", NAMES)
def test_both_say_the_same_and_the_new_one_stays_as_it_is(name):
    before, after = (read_config(read(name, when)) for when in ("before", "after"))
    assert before.schedules == after.schedules
    assert before.plan == after.plan
    assert before.sections == after.sections
    assert migrate(after.document.data) == after.document.data


@pytest.mark.parametrize("name", NAMES)
def test_every_part_that_has_moved_is_found_where_the_user_wrote_it(name):
    document = read(name, "before")
    moved = current(document)
    for now, then in moved.moved.items():
        assert moved.at(now) == document.at(then)
        assert moved.place(now) == document.place(then)
        assert moved.place(now, key=True) == document.place(then, key=True)


def test_problems_of_a_short_document_stand_at_its_own_lines():
    text = "lr: cosin(1e-3, 0, 10)\noptimizer: adamw\nepochs: -3\nbatch_size: 2\n"
    with pytest.raises(ConfigError) as caught:
        read_config(parse_document(text, source="short.yaml"))
    assert [(p.code, p.line, p.column, p.path) for p in caught.value.problems] == [
        ("LH102", 1, 5, "lr"),
        ("LH106", 3, 9, "epochs"),
    ]


def test_what_stands_in_both_forms_is_not_lost_in_silence():
    text = "{schema: 0, lr: 1, schedules: {lr: 2}, plan: {epochs: 3}, epochs: 4}"
    with pytest.raises(ConfigError) as caught:
        read_config(text)
    told = {(p.code, p.path) for p in caught.value.problems}
    assert {("LH103", "lr"), ("LH103", "epochs")} <= told


def test_overrides_of_a_short_document_use_its_own_keys():
    config = read_config("lr: 'linear(1, 0, 50%)'\nupdates: 8", overrides=["updates=4"])
    assert config.schedules["lr"].steps == 2


@pytest.mark.parametrize("version", [CURRENT + 1, -1])
def test_a_version_that_is_not_known_is_refused_with_what_to_do(version):
    with pytest.raises(ConfigError) as caught:
        migrate({"schema": version, "schedules": {"lr": 1}})
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == ("LH132", "schema")
    assert ("pip install" in problem.hint) == (version > 0)


def test_a_schema_that_is_no_number_is_told_with_everything_else():
    with pytest.raises(ConfigError) as caught:
        read_config({"schema": "one", "schedules": {"lr": 1}, "seed": -1})
    assert [p.path for p in caught.value.problems] == ["schema", "seed"]
