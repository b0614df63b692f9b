"""What an optimizer's class refuses: in its own words, on the argument to blame."""

import pytest
import torch

from lehr.config import ConfigError
from lehr.optimizer import build_optimizer
from lehr.optimizer.trial import message_of, wants_muon_marked
from optimizer.models import linear


class Fussy(torch.optim.SGD):
    def __init__(self, params, error):
        raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("lr is\n too  large"), "lr is too large"),
        (ValueError(), "ValueError"),
        (KeyError("lr"), "KeyError: 'lr'"),
        (AssertionError(), "AssertionError"),
    ],
    ids=repr,
)
def test_the_words_of_a_refusal_are_passed_on_one_line(error, words):
    assert message_of(Fussy, {"error": error}) == words


def test_what_is_taken_says_nothing():
    assert message_of(torch.optim.SGD, {"lr": 0.1}) is None


class Marked(torch.optim.SGD):
    """One that must be told of each group whether its matrices are for Muon."""

    def __init__(self, params, lr=0.1):
        if lr < 0:
            raise ValueError("lr must be positive")
        for group in params:
            if "use_muon" not in group:
                raise KeyError("use_muon")
        super().__init__(params, lr)


def test_an_optimizer_that_wants_its_groups_marked_is_told_apart():
    assert wants_muon_marked(Marked, {"lr": 0.1})
    assert message_of(Marked, {"lr": 0.1}) is None
    assert message_of(Marked, {"lr": -1.0}) == "lr must be positive"
    assert not wants_muon_marked(Marked, {"lr": -1.0})
    assert not wants_muon_marked(torch.optim.SGD, {"lr": 0.1})


@pytest.mark.parametrize("name", ["AdaGO", "AdaMuon", "MuonClip", "NorMuon"])
def test_groups_are_marked_for_muon_or_the_way_to_do_so_is_told(name):
    pytest.importorskip("pytorch_optimizer")
    model = linear()
    with pytest.raises(ConfigError) as caught:
        build_optimizer(model, {"name": name})
    [problem] = caught.value.problems
    assert problem.message == f"{name} needs use_muon in every param group"
    assert '{"params": matrices, "use_muon": True}' in problem.hint
    groups = [
        {"params": [model[0].weight], "use_muon": True},
        {"params": [model[0].bias], "use_muon": False},
    ]
    built = build_optimizer(groups, {"name": name})
    assert [group["use_muon"] for group in built.param_groups] == [True, False]
