"""Groups by name: each parameter once, whatever the order, or a reason why not."""

import itertools
import random

import pytest
import torch
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import (
    checkpoint_wrapper,
)

from lehr import Constant, Linear
from lehr.bindings.torch import Scheduler, groups_by_name, per_group

PATTERNS = {"embed": "^embed", "body": r"^blocks\.\d+\.", "head": "^(norm|head)"}


class Model(nn.Module):
    def __init__(self, width=8, blocks=3):
        super().__init__()
        self.embed = nn.Embedding(10, width)
        self.blocks = nn.ModuleList(
            nn.ModuleDict({"norm": nn.LayerNorm(width), "fc": nn.Linear(width, width)})
            for _ in range(blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)


def ids(groups):
    return {g["name"]: [id(p) for p in g["params"]] for g in groups}


def covered_once(groups, model):
    found = [id(p) for g in groups for p in g["params"]]
    return sorted(found) == sorted(id(p) for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("no_decay", [False, True, r"norm", [r"bias$", "embed"]])
def test_every_parameter_is_in_one_group(no_decay):
    model = Model()
    assert covered_once(groups_by_name(model, PATTERNS, no_decay=no_decay), model)
    assert covered_once(groups_by_name(model, no_decay=no_decay), model)


def test_the_order_of_the_patterns_means_nothing():
    model = Model()
    wanted = ids(groups_by_name(model, PATTERNS, no_decay=True))
    for order in itertools.permutations(PATTERNS):
        shuffled = {name: PATTERNS[name] for name in order}
        assert ids(groups_by_name(model, shuffled, no_decay=True)) == wanted


def test_the_rule_of_no_decay_is_one_line():
    model = Model()
    decay, spared = groups_by_name(model, no_decay=True)
    assert (decay["name"], spared["name"]) == ("all", "all.no_decay")
    assert all(p.ndim > 1 for p in decay["params"])
    assert all(p.ndim == 1 for p in spared["params"])
    assert spared["weight_decay"] == 0.0 and "weight_decay" not in decay


def test_the_rest_is_collected_where_that_is_said():
    model = Model()
    head, rest = groups_by_name(model, {"head": "^head"}, rest="body")
    assert (head["name"], rest["name"]) == ("head", "body")
    assert covered_once([head, rest], model)


def test_frozen_parameters_are_in_no_group():
    model = Model()
    model.embed.requires_grad_(False)
    groups = groups_by_name(model, rest="body", patterns={"head": "head"})
    assert covered_once(groups, model)
    with pytest.raises(ValueError, match="frozen parameters only"):
        groups_by_name(model, PATTERNS)


def test_a_shared_parameter_is_once_in_a_group_under_its_first_name():
    model = Model()
    model.head.weight = model.embed.weight
    groups = groups_by_name(model, PATTERNS)
    assert covered_once(groups, model)
    assert groups[0]["params"] == [model.embed.weight]


def test_options_go_into_the_group_and_the_one_without_decay():
    options = {"head": {"lr": 1e-2, "eps": 1e-6}}
    groups = groups_by_name(Model(), PATTERNS, no_decay=True, options=options)
    optimizer = torch.optim.AdamW(groups, lr=1e-3)
    found = {g["name"]: (g["lr"], g["eps"]) for g in optimizer.param_groups}
    assert found["head"] == found["head.no_decay"] == (1e-2, 1e-6)
    assert found["body"] == (1e-3, 1e-8)


def test_compiled_and_wrapped_models_have_the_names_of_what_is_inside():
    model = Model()
    wanted = ids(groups_by_name(model, PATTERNS))
    assert ids(groups_by_name(nn.DataParallel(model), PATTERNS)) == wanted


@pytest.mark.parametrize(
    ("patterns", "options", "said"),
    [
        ({"a": "embed|norm", "b": "blocks|head|norm"}, {}, "matched by 2 groups"),
        (PATTERNS | {"more": "decoder"}, {}, "'decoder' of group 'more' matches none"),
        ({"a": "haed"}, {"rest": "b"}, r"did you mean 'head\."),
        ({"a": "embed"}, {}, "no pattern matches 16 of 17 names"),
        ({"a": "("}, {}, "no regular expression"),
        ({"a": ""}, {"rest": "b"}, "nothing is left"),
        ({"a": ""}, {"rest": "a"}, "a name of its own"),
        (PATTERNS, {"options": {"haed": {}}}, "did you mean 'head'"),
        (PATTERNS, {"no_decay": "baias"}, "no_decay='baias' matches none"),
        (PATTERNS, {"no_decay": "("}, "no regular expression"),
    ],
)
def test_what_does_not_fit_is_refused(patterns, options, said):
    with pytest.raises(ValueError, match=said):
        groups_by_name(Model(), patterns, **options)


@pytest.mark.parametrize("call", [(Model().parameters(),), (Model(), {"a": 3})])
def test_a_wrong_type_is_refused(call):
    with pytest.raises(TypeError, match="must be a"):
        groups_by_name(*call)


def bound(fields, model=None):
    groups = groups_by_name(model or Model(), PATTERNS, no_decay=True)
    random.Random(0).shuffle(groups)  # by name: the order means nothing
    optimizer = torch.optim.AdamW(groups, lr=1e-3, weight_decay=0.1)
    scheduler = Scheduler(optimizer, **per_group(optimizer, **fields))
    scheduler.seek(5)
    return {g["name"]: g for g in optimizer.param_groups}


def test_each_group_follows_its_schedule_and_what_has_no_decay_keeps_none():
    lr = Linear(1.0, 0.0, 10)
    by_name = {"embed": 0.1 * lr, "body": lr, "head": 10 * lr, "head.no_decay": lr}
    groups = bound({"lr": by_name, "weight_decay": Linear(0.0, 0.2, 10)})
    assert {n: g["lr"] for n, g in groups.items()} == {
        "embed": 0.05,
        "body": 0.5,
        "body.no_decay": 0.5,
        "head": 5.0,
        "head.no_decay": 0.5,
    }
    decays = {n: g["weight_decay"] for n, g in groups.items()}
    assert decays["body"] == decays["embed"] == 0.1
    assert decays["body.no_decay"] == decays["head.no_decay"] == 0.0


def test_a_group_may_be_left_alone():
    groups = bound({"lr": {"embed": None, "body": Constant(3.0), "head": None}})
    assert (groups["embed"]["lr"], groups["body.no_decay"]["lr"]) == (1e-3, 3.0)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ({"embed": Constant(1.0)}, ValueError, "no schedule for the group 'body"),
        (dict.fromkeys((*PATTERNS, "tail")), ValueError, "names a group 'tail'"),
        (3e-4, TypeError, "must be a schedule"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(value, kind, said):
    with pytest.raises(kind, match=said):
        bound({"lr": value})


def test_wrapped_parts_keep_their_names():
    model = Model()
    for index, block in enumerate(model.blocks):
        block["fc"] = (checkpoint_wrapper if index else compiled)(block["fc"])
    groups = groups_by_name(model, {"fc": r"^blocks\.\d\.fc\.weight$"}, rest="others")
    assert [len(group["params"]) for group in groups] == [3, 14]


def compiled(module):
    return torch.compile(module, backend="eager")


@pytest.mark.parametrize("options", [{}, {"no_decay": "^head"}])
def test_another_name_of_a_shared_parameter_is_told(options):
    model = Model(width=10)
    model.head.weight = model.embed.weight
    patterns = {"all": "."} if options else {"head": "^head.weight"}
    options = options or {"rest": "body"}
    model.head.bias = None
    said = "head.weight is another name of embed.weight, which counts"
    with pytest.raises(ValueError, match=said):
        groups_by_name(model, patterns, **options)
