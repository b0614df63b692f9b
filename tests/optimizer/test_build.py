"""Optimizers from a configuration: the same as those built by hand, bit for bit."""

import copy
import json
import warnings

import pytest
import torch
from torch import nn

from lehr import Constant
from lehr.bindings.torch import Scheduler
from lehr.config import ConfigError
from lehr.optimizer import build_optimizer
from optimizer.models import linear, step

omegaconf = pytest.importorskip("omegaconf")
TORCH = {
    name: member
    for name, member in vars(torch.optim).items()
    if isinstance(member, type)
    and issubclass(member, torch.optim.Optimizer)
    and member is not torch.optim.Optimizer
}
# Arguments with which it differs visibly from its own defaults.
ARGUMENTS = {
    "ASGD": {"lr": 0.02, "lambd": 1e-2, "alpha": 0.5},
    "Adadelta": {"lr": 0.5, "rho": 0.8},
    "Adafactor": {"lr": 0.02, "eps": [None, 1e-2], "d": 2.0},
    "Adagrad": {"lr": 0.03, "lr_decay": 0.1, "initial_accumulator_value": 0.5},
    "Adam": {"lr": 0.03, "betas": [0.8, 0.95], "amsgrad": True},
    "AdamW": {"lr": 0.03, "betas": [0.8, 0.95], "weight_decay": 0.1},
    "Adamax": {"lr": 0.03, "eps": 1e-4, "maximize": True},
    "LBFGS": {"lr": 0.5, "max_iter": 5, "history_size": 3},
    "Muon": {"lr": 0.03, "ns_steps": 3, "ns_coefficients": [3.0, -4.0, 2.0]},
    "NAdam": {"lr": 0.03, "momentum_decay": 0.1},
    "RAdam": {"lr": 0.03, "betas": [0.5, 0.7]},
    "RMSprop": {"lr": 0.03, "alpha": 0.9, "momentum": 0.5, "centered": True},
    "Rprop": {"lr": 0.03, "etas": [0.4, 1.3], "step_sizes": [1e-4, 1.0]},
    "SGD": {"lr": 0.03, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    "SparseAdam": {"lr": 0.03, "betas": [0.8, 0.95]},
}


def tupled(arguments):
    return {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}


def lookup_and_step(make):
    """Train a sparse embedding, for the optimizer that takes no other."""
    torch.manual_seed(0)
    model = nn.Embedding(5, 2, sparse=True)
    optimizer = make(model)
    model(torch.tensor([0, 3])).square().sum().backward()
    optimizer.step()
    return [model.weight.detach().clone()]


def trained(name, make):
    if name == "SparseAdam":
        return lookup_and_step(make)
    model = linear()
    if name == "Muon":
        model = nn.Sequential(nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False))
        with torch.no_grad():
            [
                p.copy_(torch.arange(p.numel()).view_as(p) / 9)
                for p in model.parameters()
            ]
    return step(make(model), model)


def test_the_arguments_cover_every_optimizer_of_torch():
    assert set(TORCH) <= set(ARGUMENTS)


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("given", [False, True], ids=["defaults", "arguments"])
def test_it_trains_as_the_one_built_by_hand(name, given):
    arguments = ARGUMENTS[name] if given else {}
    config = {"name": name, **arguments}
    ours = trained(name, lambda model: build_optimizer(model, config))
    by_hand = trained(
        name, lambda model: TORCH[name](model.parameters(), **tupled(arguments))
    )
    assert all(torch.equal(a, b) for a, b in zip(ours, by_hand, strict=True))
    if given:
        plain = trained(name, lambda model: TORCH[name](model.parameters()))
        assert not all(torch.equal(a, b) for a, b in zip(ours, plain, strict=True))


def test_the_groups_are_those_of_the_one_built_by_hand():
    model = linear()
    ours = build_optimizer(model, {"name": "AdamW", "betas": [0.8, 0.9]}).param_groups
    by_hand = torch.optim.AdamW(model.parameters(), betas=(0.8, 0.9)).param_groups
    assert [g.keys() for g in ours] == [g.keys() for g in by_hand]
    assert [g["betas"] for g in ours] == [(0.8, 0.9)]


def test_the_user_documents_configuration_is_read():
    optimizer = build_optimizer(nn.Linear(10, 1), {"name": "AdamW", "lr": 0.001})
    assert type(optimizer) is torch.optim.AdamW
    assert [g["lr"] for g in optimizer.param_groups] == [0.001]


FLAT = {"name": "AdamW", "lr": 1e-2, "betas": [0.8, 0.9], "no_decay": True}
NESTED = {
    "class_name": "AdamW",
    "args": {"lr": 1e-2, "betas": [0.8, 0.9]},
    "no_decay": True,
}


@pytest.mark.parametrize("source", [dict, omegaconf.DictConfig, "json", "toml", "yaml"])
@pytest.mark.parametrize("form", [FLAT, NESTED, {"optimizer": NESTED}])
def test_every_form_and_source_gives_the_same(tmp_path, source, form):
    config = source(form) if callable(source) else tmp_path / f"one.{source}"
    if source == "toml":
        lines = 'name = "AdamW"\nlr = 1e-2\nbetas = [0.8, 0.9]\nno_decay = true'
        config.write_text(lines)
    elif not callable(source):
        config.write_text(json.dumps(form))
    model, other = linear(), linear()
    ours = step(build_optimizer(model, config), model)
    by_hand = torch.optim.AdamW(
        [
            {"params": [other[0].weight, other[2].weight]},
            {
                "params": [other[0].bias, *other[1].parameters(), other[2].bias],
                "weight_decay": 0.0,
            },
        ],
        lr=1e-2,
        betas=(0.8, 0.9),
    )
    pairs = zip(ours, step(by_hand, other), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_the_callers_configuration_is_not_changed():
    config = {
        "class_name": "SGD",
        "args": {"lr": torch.tensor(0.5)},
        "groups": [{"name": "head", "match": ["2.*"], "lr": 0.1}],
        "no_decay": True,
    }
    before = copy.deepcopy(config)
    optimizer = build_optimizer(linear(), config)
    optimizer.param_groups[0]["lr"].fill_(9)
    assert config == before


def test_keyword_arguments_take_the_place_of_the_configurations():
    config = {
        "class_name": "SGD",
        "args": {"lr": 0.1, "momentum": 0.9},
        "no_decay": True,
    }
    optimizer = build_optimizer(linear(), config, lr=0.3, no_decay=False)
    [group] = optimizer.param_groups
    assert (group["lr"], group["momentum"]) == (0.3, 0.9)
    with pytest.raises(ConfigError) as caught:
        build_optimizer(linear(), config, lr=-1)
    [problem] = caught.value.problems
    assert (problem.source, problem.path) == ("<keyword argument>", "args.lr")


def test_momentum_by_its_name_is_sgd_that_needs_one():
    model = linear()
    plain = build_optimizer(model, {"name": "Momentum", "lr": 0.1, "momentum": 0.9})
    nesterov = build_optimizer(
        model, {"name": "NesterovMomentum", "lr": 0.1, "momentum": 0.9}
    )
    assert type(plain) is type(nesterov) is torch.optim.SGD
    chosen = [each.param_groups[0]["nesterov"] for each in (plain, nesterov)]
    assert chosen == [False, True]
    with pytest.raises(ConfigError, match="Momentum needs momentum") as caught:
        build_optimizer(model, {"name": "Momentum", "lr": 0.1})
    assert caught.value.problems[0].code == "LH104"


def test_a_name_may_keep_its_nesterov_off():
    config = {"name": "NesterovMomentum", "momentum": 0.9, "nesterov": False}
    assert build_optimizer(linear(), config).param_groups[0]["nesterov"] is False


def test_parameters_are_taken_as_torch_takes_them():
    model = linear()
    config = {"name": "SGD", "lr": 0.1}
    groups = [{"params": list(model.parameters()), "lr": 0.5}]
    made = [
        build_optimizer(each, config)
        for each in (model.parameters(), model.named_parameters(), groups)
    ]
    assert [o.param_groups[0]["lr"] for o in made] == [0.1, 0.1, 0.5]
    assert all(len(o.param_groups[0]["params"]) == 6 for o in made)
    assert groups[0].keys() == {"params", "lr"}


def test_options_that_need_names_are_refused_without_a_model():
    config = {"name": "SGD", "no_decay": True, "layer_decay": 0.5}
    with pytest.raises(ConfigError) as caught:
        build_optimizer(linear().parameters(), config)
    found = [(p.code, p.path, p.hint) for p in caught.value.problems]
    assert found == [
        ("LH106", "no_decay", "pass the model"),
        ("LH106", "layer_decay", "pass the model"),
    ]


def test_muon_says_which_parameters_are_not_matrices():
    with pytest.raises(ConfigError, match="only supports 2D") as caught:
        build_optimizer(linear(), {"name": "Muon"})
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == ("LH106", "name")
    assert problem.hint.startswith("0.bias and 3 more are not matrices")
    matrices = [p for p in linear().parameters() if p.ndim == 2]
    assert len(build_optimizer(matrices, {"name": "Muon"}).param_groups) == 1


@pytest.mark.parametrize("option", ["groups", "group", "no_decay", "layer_decay"])
def test_lbfgs_takes_one_group_only(option):
    with pytest.raises(ConfigError, match="one group") as caught:
        build_optimizer(linear(), {"name": "LBFGS", option: 0.5})
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == ("LH106", option)


def test_an_empty_iterable_of_parameters_is_refused():
    with pytest.raises(ConfigError, match="empty parameter list"):
        build_optimizer([], {"name": "SGD"})


def test_building_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in set(TORCH) - {"Muon"}:
            build_optimizer(linear(), {"name": name, **ARGUMENTS[name]})


def test_schedules_are_bound_to_groups_by_their_names():
    config = {"name": "SGD", "lr": 0.1, "groups": [{"name": "head", "match": "2.*"}]}
    optimizer = build_optimizer(linear(), config)
    Scheduler(optimizer, lr={"rest": Constant(0.2), "head": Constant(0.3)})
    assert [g["lr"] for g in optimizer.param_groups] == [0.2, 0.3]
