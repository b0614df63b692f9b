"""An average of weights: torch's own numbers, and a model that gets its own back."""

import copy

import pytest
import torch
from torch import nn
from torch.optim import swa_utils

from lehr.training.averaged_weights import AveragedWeights
from training import runs


def shaken(model, times, seed=0):
    """Change the weights and the buffers as training does, so often."""
    generator = torch.Generator().manual_seed(seed)
    x, _ = runs.table(16, seed=seed)
    for _ in range(times):
        with torch.no_grad():
            for p in model.parameters():
                p.add_(torch.randn(p.shape, generator=generator))
            model(x)
        yield


def same(one, other):
    return one.keys() == other.keys() and all(
        torch.equal(one[name], other[name]) for name in one
    )


@pytest.mark.parametrize("buffers", [False, True])
def test_the_numbers_are_those_of_torch_to_the_last_bit(buffers):
    model = runs.net()
    ours = AveragedWeights(model, buffers=buffers)
    theirs = swa_utils.AveragedModel(
        model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.75), use_buffers=buffers
    )
    for number, _ in enumerate(shaken(model, 6)):
        ours.move(0.25 if number else 1.0)
        if not buffers:
            theirs.update_parameters(model)
        else:  # torch averages integers as well, and refuses to mix them with floats
            for a, m in zip(theirs.module.buffers(), model.buffers(), strict=True):
                if a.is_floating_point():
                    a.copy_(a.lerp(m, 0.25) if number else m)
    expected = theirs.module.state_dict()
    state = ours.model_state()
    wanted = [n for n in state if ("running" in n or not buffers)]
    assert wanted
    for name in wanted:
        assert torch.equal(state[name], expected[name]), name


def test_a_share_of_one_is_the_weights_themselves():
    model = runs.net()
    average = AveragedWeights(model)
    for _ in shaken(model, 3):
        average.move(1.0)
        assert same(average.model_state(), model.state_dict())


def test_the_model_has_the_averages_inside_and_its_own_weights_after_an_error():
    model = runs.net()
    average = AveragedWeights(model)
    for _ in shaken(model, 3):
        average.move(0.5)
    before = copy.deepcopy(model.state_dict())
    averaged = average.model_state()
    assert not same(before, averaged)
    with pytest.raises(ZeroDivisionError), average.in_place():
        assert same(model.state_dict(), averaged)
        raise ZeroDivisionError
    assert same(model.state_dict(), before)
    assert same(average.model_state(), averaged)


def test_half_precision_weights_have_an_average_that_small_steps_move():
    model = nn.Linear(1, 1, bias=False).to(torch.bfloat16)
    average = AveragedWeights(model)
    with torch.no_grad():
        model.weight.fill_(1.0)
        average.move(1.0)
        model.weight.fill_(2.0)
    for _ in range(100):
        average.move(1e-3)  # bfloat16 has 8 bits: 1 + 0.001 would be 1
    expected = 2.0 - (1 - 1e-3) ** 100
    assert average.state_dict()["weight"].item() == pytest.approx(expected, rel=1e-5)
    assert average.model_state()["weight"].dtype is torch.bfloat16
    with average.in_place():
        assert model.weight.item() == pytest.approx(expected, rel=2**-8)
    assert model.weight.item() == 2.0


def test_shared_weights_are_averaged_once_and_stand_under_both_names():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    average = AveragedWeights(model)
    with torch.no_grad():
        model[0].weight.zero_()
    average.move(0.5)
    state = average.model_state()
    assert torch.equal(state["0.weight"], state["1.weight"])
    assert len(average.state_dict()) == 3


def test_a_copy_is_no_view():
    model = runs.net()
    average = AveragedWeights(model)
    state = average.model_state()
    for _ in shaken(model, 1):
        average.move(1.0)
    assert not same(state, model.state_dict())


def test_a_module_without_weights_has_an_empty_average():
    average = AveragedWeights(nn.ReLU())
    average.move(0.5)
    with average.in_place():
        assert average.model_state() == {}


def test_the_extra_state_of_a_module_stays_in_the_copy():
    class Extra(nn.Linear):
        def get_extra_state(self):
            return "extra"

    state = AveragedWeights(Extra(1, 1)).model_state()
    assert state["_extra_state"] == "extra"


def test_the_averages_of_another_model_are_refused():
    average = AveragedWeights(nn.Linear(2, 3))
    other = AveragedWeights(nn.Linear(2, 4)).state_dict()
    with pytest.raises(ValueError, match=r"another model: weight, bias differ"):
        average.load_state_dict(other)
