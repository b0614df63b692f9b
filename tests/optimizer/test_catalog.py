"""Names of optimizers: who has them, in which order, and what is said of the others."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
import torch

from lehr.config import ConfigError
from lehr.optimizer import build_optimizer
from lehr.optimizer.catalog import TIMM, WELL_KNOWN, offered
from optimizer.models import linear, step

# It differentiates the gradients again, which a plain step does not allow.
SECOND_ORDER = {"Adahessian"}


def problem(name, **arguments):
    with pytest.raises(ConfigError) as caught:
        build_optimizer(linear(), {"name": name, **arguments})
    [found] = caught.value.problems
    return found


def library(name, **members):
    module = ModuleType(name)
    vars(module).update(members)
    return module


class Lamb(torch.optim.SGD):
    pass


class Around(torch.optim.SGD):
    def __init__(self, base_optimizer, k=6):
        super().__init__(base_optimizer)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("adamw", "AdamW"),
        ("AdmaW", "AdamW"),
        ("sgd", "SGD"),
        ("Nesterov", "NesterovMomentum"),
        ("SGDScheduleFre", "SGDScheduleFree"),
        ("timm_lamb", "timm_Lamb"),
        ("Prodgy", "Prodigy"),
    ],
)
@pytest.mark.parametrize("installed", [True, False])
def test_an_unknown_name_brings_the_nearest_one(monkeypatch, name, nearest, installed):
    monkeypatch.setitem(sys.modules, "timm.optim", None)
    if not installed:
        monkeypatch.setitem(sys.modules, "pytorch_optimizer", None)
    found = problem(name)
    assert (found.code, found.path) == ("LH115", "name")
    assert found.hint.startswith(f'did you mean "{nearest}"? known: ASGD, Adadelta')
    assert ("lehr[optimizers]" in found.hint) is not installed


@pytest.mark.parametrize("name", ["Zzzzzz", "Optimizer", "lr_scheduler"])
def test_what_is_no_optimizer_is_unknown(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "timm.optim", None)
    assert problem(name).code == "LH115"


def test_an_unknown_name_near_to_nothing_lists_the_known():
    assert problem("Zzzzzz").hint.startswith("known: ASGD, Adadelta, Adafactor")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("timm_Lamb", "timm"),
        ("timm_Lookahead", "timm"),
        ("AdamWScheduleFree", "schedulefree"),
        ("Lion", "pytorch_optimizer"),
        ("Prodigy", "pytorch_optimizer"),
    ],
)
def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch, name, module):
    for each in ("timm.optim", "schedulefree", "pytorch_optimizer"):
        monkeypatch.setitem(sys.modules, each, None)
    found = problem(name)
    assert (found.code, found.path) == ("LH116", "name")
    assert found.message.startswith(f"{name} needs {module}, which cannot be imported:")
    assert found.hint == "pip install 'lehr[optimizers]'"


def test_torch_has_its_names_before_any_other_library(monkeypatch):
    other = library("pytorch_optimizer", SGD=Lamb, Momentum=Lamb, Lamb=Lamb)
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", other)
    model = linear()
    assert type(build_optimizer(model, {"name": "SGD"})) is torch.optim.SGD
    momentum = build_optimizer(model, {"name": "Momentum", "momentum": 0.9})
    assert type(momentum) is torch.optim.SGD
    assert type(build_optimizer(model, {"name": "Lamb"})) is Lamb


def test_names_of_timm_are_looked_for_in_timm_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", library("timm"))
    monkeypatch.setitem(sys.modules, "timm.optim", library("timm.optim", Lamb=Lamb))
    assert type(build_optimizer(linear(), {"name": "timm_Lamb"})) is Lamb
    assert problem("timm_Prodigy").code == "LH115"


def test_what_wraps_an_optimizer_is_refused(monkeypatch):
    other = library("pytorch_optimizer", Around=Around)
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", other)
    found = problem("Around")
    assert (found.code, found.path) == ("LH106", "name")
    assert "it needs base_optimizer" in found.message


@pytest.mark.parametrize(
    "name", ["AdamWScheduleFree", "RAdamScheduleFree", "SGDScheduleFree"]
)
def test_schedule_free_optimizers_train_as_their_own(name):
    schedulefree = pytest.importorskip("schedulefree")
    model, other = linear(), linear()
    config = {"name": name, "lr": 0.1, "weight_decay": 1e-2, "no_decay": True}
    config |= {"betas": [0.8, 0.9]} if "Adam" in name else {"momentum": 0.8}
    ours = build_optimizer(model, config)
    assert type(ours) is getattr(schedulefree, name)
    more = {"betas": (0.8, 0.9)} if "Adam" in name else {"momentum": 0.8}
    matrices = [p for p in other.parameters() if p.ndim == 2]
    vectors = [p for p in other.parameters() if p.ndim < 2]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    theirs = type(ours)(groups, lr=0.1, weight_decay=1e-2, **more)
    for optimizer in (ours, theirs):
        optimizer.train()
    pairs = zip(step(ours, model), step(theirs, other), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", ["Lion", "AdaBelief", "Prodigy", "SOAP", "Yogi"])
def test_optimizers_of_pytorch_optimizer_train_as_their_own(name):
    pytorch_optimizer = pytest.importorskip("pytorch_optimizer")
    model, other = linear(), linear()
    ours = build_optimizer(model, {"name": name, "lr": 0.1, "betas": [0.8, 0.9]})
    theirs = getattr(pytorch_optimizer, name)(
        other.parameters(), lr=0.1, betas=(0.8, 0.9)
    )
    pairs = zip(step(ours, model), step(theirs, other), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_the_names_told_without_pytorch_optimizer_are_its_own():
    pytorch_optimizer = pytest.importorskip("pytorch_optimizer")
    assert set(WELL_KNOWN) <= set(offered(pytorch_optimizer))


@pytest.fixture(scope="module")
def told():
    """What a process says in which timm's optimizers can be loaded."""
    if find_spec("timm") is None:
        pytest.skip("timm is not installed")
    tests = Path(__file__).parents[1]
    names = json.dumps(sorted(set(TIMM) - SECOND_ORDER))
    done = subprocess.run(
        [sys.executable, tests / "optimizer" / "timm_alone.py", names],
        env={**os.environ, "PYTHONPATH": str(tests)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_optimizers_of_timm_train_as_their_own(told):
    assert set(told["trained"]) == set(TIMM) - SECOND_ORDER
    assert all(same for same, _ in told["trained"].values())
    elsewhere = {n for n, (_, module) in told["trained"].items() if module != "timm"}
    assert elsewhere == {"SGD"}


def test_layer_decay_gives_what_timm_gives(told):
    assert told["ours"].keys() == told["theirs"].keys()
    for name, pair in told["ours"].items():
        assert pair == pytest.approx(told["theirs"][name], rel=1e-15), name


def test_what_timm_refuses_is_told_at_its_place(told):
    assert told["missing rate"] == [["LH104", "name", "timm_SGDP needs lr", "give lr"]]
    [[code, path, message, _]] = told["wrong rate"]
    assert (code, path) == ("LH106", "lr")
    assert message == "lr is refused: Invalid learning rate: -2"
    [[code, path, _, hint]] = told["no rate"]
    assert (code, path, hint) == ("LH104", "layer_decay", "give lr")
    assert told["wrapper"][0][0] == "LH106"
    assert told["unknown"][0][3].startswith('did you mean "timm_Lamb"?')
