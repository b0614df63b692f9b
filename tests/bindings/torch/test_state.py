"""What is no state of ours, or was damaged, is refused with what to do."""

import copy
import hashlib
import json

import pytest
import torch

from lehr import Function, Linear
from lehr.bindings.torch import Scheduler

FALL = Linear(1.0, 0.0, 10)


@pytest.fixture
def scheduler(make):
    return Scheduler(make(), lr=FALL)


def test_the_state_of_torchs_schedulers_is_refused_with_the_way_on(make, scheduler):
    theirs = torch.optim.lr_scheduler.StepLR(make(), 3)
    for _ in range(4):
        theirs.optimizer.step()
        theirs.step()
    with pytest.raises(ValueError, match=r"last_epoch=4.*scheduler\.seek\(4\)"):
        scheduler.load_state_dict(theirs.state_dict())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s.pop("position"), "incomplete: 'position' is missing"),
        (lambda s: s.pop("fingerprint"), "incomplete: 'fingerprint' is missing"),
        (lambda s: s.pop("lehr"), "no state of a lehr scheduler: it holds"),
        (lambda s: s.update(lehr=2), "format 2, this lehr reads 1"),
        (lambda s: s.update(position="x"), "damaged: 'str' object has no"),
        (lambda s: s.update(fields=[1]), "damaged: "),
        (lambda s: s.update(history=3), "damaged: "),
        (lambda s: s["position"].update(updates=-1), r"position\.updates must be"),
        (lambda s: s["position"].update(tokens=0.5), r"position\.tokens must be"),
        (
            lambda s: s["fields"]["lr"]["rules"][0]["schedule"].update(clock="tokens"),
            "damaged: its configuration has fingerprint",
        ),
    ],
)
def test_a_damaged_state_is_refused_and_changes_nothing(scheduler, change, says):
    scheduler.seek(3)
    state = copy.deepcopy(scheduler.state_dict())
    change(state)
    scheduler.seek(5)
    with pytest.raises(ValueError, match=says):
        scheduler.load_state_dict(state)
    assert scheduler.last_epoch == 5
    assert scheduler.values == {"lr": [0.5]}


@pytest.mark.parametrize(
    "forge",
    [
        lambda field: field.update(rules=3),
        lambda field: field.update(rules=[{}]),
        lambda field: field.update(bases=["x"]),
        lambda field: field["rules"][0].update(groups=[-1]),
        lambda field: field["rules"][0].update(groups="x"),
        lambda field: field["rules"][0].update(groups=None),
        lambda field: field["rules"][0]["schedule"].update(text=3),
        lambda field: field["rules"][0]["schedule"].update(clock="days"),
        lambda field: field["rules"][0]["schedule"].update(times_base=None),
    ],
)
def test_a_forged_state_is_refused_and_changes_nothing(scheduler, forge):
    state = copy.deepcopy(scheduler.state_dict())
    forge(state["fields"]["lr"])
    text = json.dumps(state["fields"], sort_keys=True, separators=(",", ":"))
    state["fingerprint"] = hashlib.sha256(text.encode()).hexdigest()
    scheduler.seek(5)
    for policy in ("refuse", "keep", "override"):
        with pytest.raises(ValueError, match=r"damaged|must be"):
            scheduler.load_state_dict(state, on_change=policy)
    assert (scheduler.last_epoch, scheduler.values) == (5, {"lr": [0.5]})


def test_what_is_no_mapping_is_refused(scheduler):
    with pytest.raises(TypeError, match="must be what state_dict"):
        scheduler.load_state_dict([1, 2])


def test_a_state_is_a_copy(scheduler):
    state = scheduler.state_dict()
    scheduler.step()
    state["position"]["updates"] = 99
    assert scheduler.state_dict()["position"]["updates"] == 1


def test_the_fingerprint_tells_configurations_apart_and_not_positions(make):
    def fingerprint(rule, at=0):
        scheduler = Scheduler(make(), lr=rule)
        scheduler.seek(at)
        return scheduler.state_dict()["fingerprint"]

    assert fingerprint(FALL) == fingerprint(FALL, at=7)
    assert fingerprint(FALL) != fingerprint(Linear(1.0, 0.0, 11))
    assert len(bytes.fromhex(fingerprint(FALL))) == 32


def test_torch_saves_and_loads_it_without_code(tmp_path, scheduler, make):
    scheduler.seek(4)
    torch.save(scheduler.state_dict(), tmp_path / "scheduler.pt")
    again = Scheduler(make(), lr=FALL)
    again.load_state_dict(torch.load(tmp_path / "scheduler.pt", weights_only=True))
    assert again.values == {"lr": [0.6]}
    assert json.dumps(again.state_dict()) == json.dumps(scheduler.state_dict())


def test_another_nameless_function_is_another_configuration():
    def bound(function):
        weight = torch.nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([weight], lr=0.1)
        return Scheduler(optimizer, lr=Function(function, steps=10))

    state = bound(lambda t: 0.1 * t).state_dict()
    bound(lambda t: t * 0.1).load_state_dict(state)
    with pytest.raises(ValueError, match="configuration"):
        bound(lambda t: 9.0).load_state_dict(state)


def test_a_nameless_function_may_end(make):
    table = [1.0, 0.5, 0.25]

    def bound(function):
        return Scheduler(make(), lr=Function(function))

    state = bound(lambda t: table[t]).state_dict()
    bound(lambda t: [1.0, 0.5, 0.25][t]).load_state_dict(state)
    for other in (lambda t: [1.0, 0.5][t], lambda t: 2.0**-t):
        with pytest.raises(ValueError, match="configuration"):
            bound(other).load_state_dict(state)


def test_a_nameless_function_is_not_asked_far_out(make):
    asked = []
    Scheduler(make(), lr=Function(lambda t: asked.append(t) or 0.1)).state_dict()
    assert max(asked) == 2**16
