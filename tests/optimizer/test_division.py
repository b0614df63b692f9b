"""Param groups: their parameters, options and names, for every way to divide."""

import pytest
import torch

from lehr.config import ConfigError
from lehr.optimizer import build_optimizer
from optimizer.models import Transformer, contents, linear, step

BASE = {"name": "AdamW", "lr": 0.01, "weight_decay": 0.1}


def build(model=None, **options):
    return build_optimizer(model or linear(), {**BASE, **options})


def shown(optimizer):
    return [(g["name"], g["lr"], g["weight_decay"]) for g in optimizer.param_groups]


def problems(model=None, **options):
    with pytest.raises(ConfigError) as caught:
        build(model, **options)
    return [(p.code, p.path, p.message, p.hint) for p in caught.value.problems]


def test_groups_have_the_parameters_that_match_and_the_rest_comes_first():
    model = linear()
    groups = [
        {"name": "head", "match": "2.*", "lr": 0.5, "betas": [0.5, 0.6]},
        {"name": "norm", "match": ["1.weight", "1.bias"], "weight_decay": 0},
    ]
    optimizer = build(model, groups=groups)
    assert contents(optimizer, model) == {
        "rest": ["0.weight", "0.bias"],
        "head": ["2.weight", "2.bias"],
        "norm": ["1.weight", "1.bias"],
    }
    assert shown(optimizer) == [
        ("rest", 0.01, 0.1),
        ("head", 0.5, 0.1),
        ("norm", 0.01, 0),
    ]
    betas = [g["betas"] for g in optimizer.param_groups]
    assert betas == [(0.9, 0.999), (0.5, 0.6), (0.9, 0.999)]


def test_the_first_group_that_matches_has_the_parameter():
    model = linear()
    groups = [{"name": "a", "match": "*.bias"}, {"name": "b", "match": "*"}]
    assert contents(build(model, groups=groups), model) == {
        "a": ["0.bias", "1.bias", "2.bias"],
        "b": ["0.weight", "1.weight", "2.weight"],
    }


def test_the_older_form_matches_a_part_of_the_name_and_divides_the_rate():
    model = Transformer(depth=2)
    group = [{"name": "blocks.1", "divide": 10}, {"name": "norm", "divide": None}]
    optimizer = build(model, group=group)
    found = contents(optimizer, model)
    assert all("blocks.1" in name for name in found["blocks.1"])
    assert found["norm"] == [
        "blocks.0.norm.weight",
        "blocks.0.norm.bias",
        "norm.weight",
        "norm.bias",
    ]
    assert [row[:2] for row in shown(optimizer)] == [
        ("rest", 0.01),
        ("blocks.1", 0.001),
        ("norm", 0.01),
    ]


def test_the_older_form_takes_signs_of_patterns_for_themselves():
    _, path, message, _ = problems(group=[{"name": "[02]*", "divide": 2}])[0]
    assert path == "group[0].name"
    assert message.startswith("no parameter matches")


def test_no_decay_takes_decay_off_biases_and_norms():
    model = Transformer(depth=1)
    optimizer = build(model, no_decay=True)
    assert contents(optimizer, model) == {
        "decay": [
            "position",
            "embed.weight",
            "blocks.0.mlp.0.weight",
            "blocks.0.mlp.2.weight",
            "head.weight",
        ],
        "no_decay": [
            "blocks.0.norm.weight",
            "blocks.0.norm.bias",
            "blocks.0.mlp.0.bias",
            "blocks.0.mlp.2.bias",
            "norm.weight",
            "norm.bias",
            "head.bias",
        ],
    }
    assert shown(optimizer) == [("decay", 0.01, 0.1), ("no_decay", 0.01, 0.0)]


@pytest.mark.parametrize("patterns", ["*.bias", ["*.bias"], ("*.bias",)])
def test_no_decay_takes_patterns(patterns):
    model = linear()
    found = contents(build(model, no_decay=patterns), model)
    assert found["no_decay"] == ["0.bias", "1.bias", "2.bias"]


@pytest.mark.parametrize("nothing", [False, None])
def test_without_options_there_is_one_group_without_a_name(nothing):
    [group] = build(no_decay=nothing, layer_decay=None, groups=None).param_groups
    assert "name" not in group


def test_everything_together_splits_each_group():
    model = linear()
    groups = [{"name": "head", "match": "2.*", "lr": 0.5, "weight_decay": 0.3}]
    optimizer = build(model, groups=groups, no_decay=True, layer_decay=0.5)
    assert shown(optimizer) == [
        ("rest.layer_1", 0.0025, 0.1),
        ("rest.layer_1.no_decay", 0.0025, 0.0),
        ("rest.layer_2.no_decay", 0.005, 0.0),
        ("head.layer_3", 0.5, 0.3),
        ("head.layer_3.no_decay", 0.5, 0.0),
    ]
    assert all(len(g["params"]) in (1, 2) for g in optimizer.param_groups)


def test_a_division_and_layer_decay_multiply():
    group = [{"name": "0.", "divide": 4}]
    optimizer = build(group=group, layer_decay=0.5)
    rates = {g["name"]: g["lr"] for g in optimizer.param_groups}
    assert rates["0..layer_1"] == 0.01 / 4 * 0.25


def test_divided_groups_train_as_those_built_by_hand():
    model, other = linear(), linear()
    ours = build(model, no_decay=["*.bias"], layer_decay=0.5)
    theirs = torch.optim.AdamW(
        [
            {
                "params": [value],
                "lr": 0.01 * 0.5 ** (2 - int(name[0])),
                "weight_decay": 0.0 if "bias" in name else 0.1,
            }
            for name, value in other.named_parameters()
        ]
    )
    pairs = zip(step(ours, model), step(theirs, other), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_rate_that_is_a_tensor_is_scaled():
    rate = torch.tensor(0.5)
    config = {"name": "SGD", "lr": rate, "foreach": False, "layer_decay": 0.5}
    groups = build_optimizer(linear(), config).param_groups
    assert [float(g["lr"]) for g in groups] == [0.125, 0.25, 0.5]
    assert float(rate) == 0.5


@pytest.mark.parametrize(
    ("match", "path", "hint"),
    [
        ("2", "groups[0].match", 'write "2.*" for all of 2'),
        (["2.*", "hed.*"], "groups[0].match[1]", "names are such as 0.weight"),
        ("2.wieght", "groups[0].match", "the nearest names: 2.weight, "),
    ],
)
def test_a_pattern_without_a_match_brings_the_nearest_names(match, path, hint):
    [found] = problems(groups=[{"name": "head", "match": match}])
    assert found[:2] == ("LH106", path)
    assert found[3].startswith(hint)


def test_a_shared_parameter_is_matched_by_its_first_name():
    groups = [{"name": "head", "match": "head.*"}]
    [found] = problems(Transformer(tied=True), groups=groups)
    assert found[3] == "head.weight is the same tensor as embed.weight: match that"


def test_a_group_of_frozen_parameters_is_refused():
    model = linear()
    model[2].requires_grad_(False)
    [found] = problems(model, groups=[{"name": "head", "match": "2.*"}])
    assert found[:2] == ("LH106", "groups[0].match")
    assert found[2] == 'group "head" matches only frozen parameters'


def test_a_group_with_nothing_left_is_refused():
    groups = [{"name": "all", "match": "*"}, {"name": "head", "match": "2.*"}]
    [found] = problems(groups=groups)
    assert found[1:3] == ("groups[1].match", 'group "head" has nothing left to match')
    assert found[3] == '2.weight went to the earlier group "all"'


def test_patterns_of_no_decay_must_match():
    [one] = problems(no_decay="*.gain")
    [other] = problems(no_decay=["*.bias", "*.gain"])
    assert [one[:2], other[:2]] == [("LH106", "no_decay"), ("LH106", "no_decay[1]")]


def test_a_list_of_blocks_that_is_none_is_refused():
    decay = {"rate": 0.5, "blocks": "block"}
    [found] = problems(Transformer(), layer_decay=decay)
    assert found[:3] == ("LH106", "layer_decay.blocks", '"block" is no list of blocks')
    assert found[3].startswith('did you mean "blocks"?')
    [found] = problems(torch.nn.Linear(2, 2), layer_decay=decay)
    assert found[3].startswith("the model has none")


def test_layer_decay_of_a_model_of_one_layer_is_refused():
    [found] = problems(torch.nn.Linear(2, 2), layer_decay=0.5)
    assert found[:3] == ("LH106", "layer_decay", "layer_decay finds one layer only")


def test_all_that_does_not_fit_the_model_comes_at_once():
    found = problems(
        groups=[{"name": "head", "match": "head"}],
        no_decay=["gain"],
        layer_decay={"rate": 0.5, "blocks": "blocks"},
    )
    paths = [path for _, path, _, _ in found]
    assert paths == ["groups[0].match", "layer_decay.blocks", "no_decay[0]"]
