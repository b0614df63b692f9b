"""Specs: a name and its arguments, the same from every form and every source."""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lehr.config import ConfigError
from lehr.config.specs import read_spec

omegaconf = pytest.importorskip("omegaconf")
ARGUMENTS = {"lr": 0.001, "betas": [0.9, 0.98]}
FLAT = {"name": "AdamW", **ARGUMENTS}
NESTED = {"class_name": "AdamW", "args": ARGUMENTS}


@dataclass
class Settings:
    name: str = ""
    class_name: str = ""
    args: Any = None
    checkpoint: str | None = None
    lr: float | None = None
    group: list | None = field(default=None)


def read(config, what="optimizer", **options):
    return read_spec(config, what, **options)


def problems(config, what="optimizer", **options):
    with pytest.raises(ConfigError) as caught:
        read_spec(config, what, **options)
    return caught.value.problems


def summary(config, what="optimizer", **options):
    return [(p.code, p.path) for p in problems(config, what, **options)]


@pytest.mark.parametrize(
    "config",
    [
        FLAT,
        NESTED,
        {"name": "AdamW", "args": ARGUMENTS},
        {"name": "mine", **NESTED, "checkpoint": None},
        {"optimizer": FLAT},
        {"lr_optimizer": NESTED},
        omegaconf.DictConfig(FLAT),
        omegaconf.DictConfig(NESTED),
        {"name": "AdamW", "lr": 1e-3, "betas": omegaconf.ListConfig([0.9, 0.98])},
        Settings(class_name="AdamW", args=ARGUMENTS),
    ],
    ids=repr,
)
def test_every_form_says_the_same(config):
    spec = read(config, beside=("lr", "group"))
    assert (spec.name, spec.arguments) == ("AdamW", ARGUMENTS)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("json", json.dumps(NESTED)),
        ("yaml", "optimizer:\n  name: AdamW\n  lr: 1e-3\n  betas: [0.9, 0.98]\n"),
        ("toml", 'name = "AdamW"\nlr = 1e-3\nbetas = [0.9, 0.98]\n'),
    ],
)
@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_says_the_same(tmp_path, ending, text, kind):
    file = tmp_path / f"one.{ending}"
    file.write_text(text)
    spec = read(kind(file))
    assert (spec.name, spec.arguments) == ("AdamW", ARGUMENTS)


def test_the_name_beside_class_name_is_a_label():
    assert read({"name": "main", **NESTED}).label == "main"
    assert read(NESTED).label is None
    assert read({"name": "AdamW", "args": None}).label is None
    assert read({"class_name": "AdamW", "args": None}).arguments == {}


def test_arguments_that_may_stand_beside_args_join_them():
    config = {**NESTED, "group": [{"name": "head"}], "lr": 0.001}
    spec = read(config, beside=("group", "lr"))
    assert spec.arguments == {**ARGUMENTS, "group": [{"name": "head"}]}
    inner, own = (spec.problem("LH106", "no", path) for path in (("group", 0), "lr"))
    assert (inner.path, own.path) == ("group[0]", "args.lr")


def test_an_argument_given_twice_with_two_values_is_refused():
    config = {**NESTED, "lr": 0.1}
    assert summary(config, beside=("lr",)) == [("LH105", "lr")]
    assert (
        "0.1 here, and 0.001 under args" in problems(config, beside=("lr",))[0].message
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, [("LH104", "")]),
        ({"lr": 1}, [("LH104", "")]),
        ({"name": None, "lr": 1}, [("LH104", "")]),
        ({"class_name": "", "args": {}}, [("LH104", "")]),
        ({"name": 3}, [("LH107", "name")]),
        ({"optimizer": 3}, [("LH107", "optimizer")]),
        ({"optimizer": {"nam": 3}}, [("LH104", "optimizer")]),
        ({1: 2}, [("LH107", "[1]")]),
        ({"name": "SGD", "args": {1: 2}}, [("LH107", "args[1]")]),
        ({"class_name": "SGD", "args": [1]}, [("LH107", "args")]),
        ({"class_name": "SGD", "name": 3, "args": {}}, [("LH107", "name")]),
        ({"class_name": "SGD", "lr": 1}, [("LH103", "lr")]),
        (
            {"name": "SGD", "args": {}, "lr": 1, "x": 2},
            [("LH103", "lr"), ("LH103", "x")],
        ),
        ({"name": "SGD", "checkpoint": "a.pt"}, [("LH103", "checkpoint")]),
        (
            {"class_name": 3, "args": 4, "checkpoint": "a.pt"},
            [("LH103", "checkpoint"), ("LH107", "class_name"), ("LH107", "args")],
        ),
    ],
    ids=repr,
)
def test_a_wrong_form_is_refused_with_all_that_is_wrong(config, expected):
    assert summary(config) == expected


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ({"type": "SGD", "lr": 1}, "it has type, lr"),
        ({"optimizer": {}, "epochs": 3}, 'pass what is under "optimizer"'),
        ({"class_name": "AdamW", "weight_decay": 1}, "args; known: args, class_name"),
        ({"class_name": "AdamW", "arg": {}}, 'did you mean "args"?'),
    ],
)
def test_a_wrong_form_is_told_what_it_has_and_what_to_write(config, shown):
    [problem] = problems(config, beside=("layer_decay",))
    assert shown in str(problem)


def test_what_omegaconf_would_resolve_is_refused_at_its_place(tmp_path):
    (tmp_path / "one.yaml").write_text("name: SGD\nbetas: [0.9, '${beta}']\n")
    [found] = problems(tmp_path / "one.yaml")
    assert (found.line, found.message) == (2, "${beta} is not resolved")


def test_a_checkpoint_is_refused_with_the_way_to_load_one():
    [problem] = problems({"name": "SGD", "checkpoint": "a.pt"})
    assert "load_state_dict" in problem.hint


@pytest.mark.parametrize("config", [3, None, [1], ["a", "b"], object()], ids=type)
def test_what_is_no_configuration_is_refused(config):
    [problem] = problems(config, "scheduler")
    assert problem.code == "LH107"
    assert problem.hint == 'pass {"name": "CosineAnnealingLR"}'


def test_a_bare_name_is_refused_with_the_mapping_to_write():
    [problem] = problems("RMSprop")
    assert (problem.code, problem.source) == ("LH110", "RMSprop")
    assert problem.hint.endswith('{"name": "RMSprop"}')
    assert problems("no such thing")[0].hint == 'pass {"name": "AdamW"}'
    assert problems("thing", "gadget")[0].hint.endswith('{"name": "thing"}')


def test_a_missing_file_is_refused(tmp_path):
    [problem] = problems(tmp_path / "none.yaml")
    assert (problem.code, problem.hint) == ("LH110", "")


def test_a_configuration_that_holds_itself_is_refused():
    config = {"name": "SGD"}
    config["lr"] = config
    assert summary(config) == [("LH111", "")]


def test_problems_point_into_the_file(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text(
        "optimizer:\n  class_name: SGD\n  args:\n    lr: 1\n    betas: [2, 3]\n"
    )
    spec = read(file)
    at = [
        (p.line, p.column, p.path)
        for p in (
            spec.problem("LH106", "no"),
            spec.problem("LH106", "no", "lr"),
            spec.problem("LH103", "no", "lr", key=True),
            spec.problem("LH106", "no", ("betas", 1)),
        )
    ]
    assert at == [
        (2, 15, "optimizer.class_name"),
        (4, 9, "optimizer.args.lr"),
        (4, 5, "optimizer.args.lr"),
        (5, 16, "optimizer.args.betas[1]"),
    ]


def test_the_callers_objects_are_never_shared():
    config = {"class_name": "SGD", "args": {"groups": [{"lr": [1, 2]}]}}
    before = copy.deepcopy(config)
    spec = read(config)
    spec.arguments["groups"][0]["lr"].append(3)
    assert config == before
    assert spec.document.data == before


CHAIN = {"name": "Chained", "schedulers": [{"name": "A", "x": 1}, {"x": 2}, "B"]}


def test_a_child_is_the_spec_in_a_list():
    child = read({"scheduler": CHAIN}, "scheduler").child("schedulers", 0)
    assert (child.name, child.arguments) == ("A", {"x": 1})
    assert child.problem("LH106", "no", "x").path == "scheduler.schedulers[0].x"
    nested = read({"class_name": "C", "args": {"schedulers": [NESTED]}}, "scheduler")
    argument = nested.child("schedulers", 0).problem("LH106", "no", "lr")
    assert argument.path == "args.schedulers[0].args.lr"


def test_a_child_may_stand_beside_args():
    config = {"class_name": "C", "args": {}, "inner": [{"name": "A"}]}
    child = read(config, beside=("inner",)).child("inner", 0)
    assert child.problem("LH106", "no").path == "inner[0].name"


@pytest.mark.parametrize(
    ("argument", "index", "expected"),
    [
        ("schedulers", 1, ("LH104", "schedulers[1]")),
        ("schedulers", 2, ("LH107", "schedulers[2]")),
        ("schedulers", 3, ("LH104", "schedulers")),
        ("name", 0, ("LH107", "name")),
    ],
)
def test_a_child_that_is_no_spec_is_refused(argument, index, expected):
    spec = read(CHAIN, "scheduler")
    with pytest.raises(ConfigError) as caught:
        spec.child(argument, index)
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == expected
