"""Options that divide parameters: each wrong one is refused at its place."""

import sys
from types import ModuleType

import pytest
import torch

from lehr.config import ConfigError
from lehr.optimizer import build_optimizer
from optimizer.models import linear

HEAD = {"name": "head", "match": "2.*"}


def problems(name="AdamW", **options):
    with pytest.raises(ConfigError) as caught:
        build_optimizer(linear(), {"name": name, **options})
    return [(p.code, p.path) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"groups": HEAD}, [("LH107", "groups")]),
        ({"groups": ["head"]}, [("LH107", "groups[0]")]),
        ({"groups": [{"match": "*"}]}, [("LH104", "groups[0]")]),
        ({"groups": [{**HEAD, "name": 3}]}, [("LH107", "groups[0].name")]),
        ({"groups": [{**HEAD, "name": "rest"}]}, [("LH106", "groups[0].name")]),
        ({"groups": [{"name": "head"}]}, [("LH104", "groups[0]")]),
        ({"groups": [{**HEAD, "match": 3}]}, [("LH107", "groups[0].match")]),
        ({"groups": [{**HEAD, "match": []}]}, [("LH107", "groups[0].match")]),
        ({"groups": [{**HEAD, "match": ["*", 3]}]}, [("LH107", "groups[0].match[1]")]),
        ({"groups": [{**HEAD, "lrr": 1}]}, [("LH103", "groups[0].lrr")]),
        ({"groups": [{**HEAD, "lr": "1"}]}, [("LH107", "groups[0].lr")]),
        ({"groups": [{**HEAD, "divide": 2}]}, [("LH103", "groups[0].divide")]),
        ({"groups": [HEAD, HEAD]}, [("LH105", "groups[1].name")]),
        ({"groups": [HEAD], "group": []}, [("LH105", "group")]),
        ({"group": [{"name": "2"}, {"divide": 3}]}, [("LH104", "group[1]")]),
        ({"group": [{"name": "2", "divide": 0}]}, [("LH106", "group[0].divide")]),
        ({"group": [{"name": "2", "divide": "x"}]}, [("LH107", "group[0].divide")]),
        (
            {"group": [{"name": "2", "divide": 2, "lr": 1}]},
            [("LH105", "group[0].divide")],
        ),
        ({"no_decay": 1}, [("LH107", "no_decay")]),
        ({"no_decay": []}, [("LH107", "no_decay")]),
        ({"no_decay": "yes"}, [("LH107", "no_decay")]),
        ({"no_decay": ["a", 1]}, [("LH107", "no_decay[1]")]),
        ({"layer_decay": "x"}, [("LH107", "layer_decay")]),
        ({"layer_decay": True}, [("LH107", "layer_decay")]),
        ({"layer_decay": 0}, [("LH106", "layer_decay")]),
        ({"layer_decay": 1.1}, [("LH106", "layer_decay")]),
        ({"layer_decay": {"blocks": "a"}}, [("LH104", "layer_decay")]),
        ({"layer_decay": {"rate": 2}}, [("LH106", "layer_decay.rate")]),
        (
            {"layer_decay": {"rate": 0.5, "block": "a"}},
            [("LH103", "layer_decay.block")],
        ),
        (
            {"layer_decay": {"rate": 0.5, "blocks": 3}},
            [("LH107", "layer_decay.blocks")],
        ),
    ],
    ids=repr,
)
def test_a_wrong_option_is_refused_at_its_place(options, expected):
    assert problems(**options) == expected


def test_all_problems_come_at_once():
    found = problems(
        lr="a", groups=[{"name": "a"}, {**HEAD, "eps": "b"}], no_decay=3, layer_decay=4
    )
    assert found == [
        ("LH107", "lr"),
        ("LH104", "groups[0]"),
        ("LH107", "groups[1].eps"),
        ("LH107", "no_decay"),
        ("LH106", "layer_decay"),
    ]


def test_values_that_torch_takes_unseen_in_groups_are_refused_too():
    groups = [
        {**HEAD, "lr": -1, "betas": [0.9, 2]},
        {"name": "norm", "match": "1.*", "lr": -2},
    ]
    assert problems(groups=groups) == [
        ("LH106", "groups[0].lr"),
        ("LH106", "groups[0].betas"),
        ("LH106", "groups[1].lr"),
    ]


def test_an_option_of_a_group_is_tried_beside_the_arguments_of_all():
    config = {"name": "SGD", "momentum": 0.9, "groups": [{**HEAD, "nesterov": True}]}
    rest, head = build_optimizer(linear(), config).param_groups
    assert (rest["nesterov"], head["nesterov"]) == (False, True)


@pytest.mark.parametrize("name", ["Rprop", "SparseAdam"])
def test_no_decay_needs_an_optimizer_with_weight_decay(name):
    assert problems(name, no_decay=True) == [("LH106", "no_decay")]


class Rateless(torch.optim.SGD):
    def __init__(self, params, lr=None, d0=1e-6):
        super().__init__(params, lr=1.0)


def test_what_scales_a_rate_needs_one(monkeypatch):
    module = ModuleType("pytorch_optimizer")
    module.Rateless = Rateless
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", module)
    group = [{"name": "2", "divide": 10}]
    assert problems("Rateless", group=group) == [("LH104", "group[0].divide")]
    assert problems("Rateless", layer_decay=0.5) == [("LH104", "layer_decay")]
    groups = [{**HEAD, "lr": 1.0}]
    assert problems("Rateless", groups=groups, layer_decay=0.5) == [
        ("LH104", "layer_decay")
    ]


def test_a_file_shows_the_line_of_each_problem(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("name: SGD\ngroups:\n  - name: head\n    match: 2.*\n    lr: -1\n")
    with pytest.raises(ConfigError) as caught:
        build_optimizer(linear(), file)
    [problem] = caught.value.problems
    assert (problem.line, problem.column, problem.path) == (5, 9, "groups[0].lr")
