"""Without a given loss, one that fits is chosen, and it is told which."""

import logging
from types import SimpleNamespace

import numpy
import pytest
import torch
from torch import nn
from torch.nn import functional

from lehr.training import Objective, accuracy
from lehr.training.metrics.classes import class_dimension


class Echo(nn.Module):
    """Returns what it is told to."""

    def __init__(self, output):
        super().__init__()
        self.output = output

    def forward(self, *inputs, **named):
        return self.output


def test_integer_targets_get_cross_entropy(caplog):
    caplog.set_level(logging.INFO, "lehr.training")
    output, target = torch.randn(5, 3), torch.tensor([0, 1, 2, 1, 0])
    objective = Objective()
    assert objective.name == "not chosen yet"
    loss = objective(Echo(output), (torch.ones(5), target))[0]
    assert loss == functional.cross_entropy(output, target)
    assert objective.name == "cross entropy (integer targets)"
    assert caplog.messages == ["no loss given: using cross entropy (integer targets)"]
    objective(Echo(output), (torch.ones(5), target))
    assert len(caplog.messages) == 1, "it is chosen once"


def test_small_integer_targets_work_too():
    output, target = torch.randn(2, 3), torch.tensor([0, 2], dtype=torch.uint8)
    loss = Objective()(Echo(output), (None, target))[0]
    assert loss == functional.cross_entropy(output, target.long())


def test_floating_targets_get_mean_squared_error():
    output, target = torch.randn(5, 2), torch.randn(5, 2)
    objective = Objective()
    loss = objective(Echo(output), (None, target))[0]
    assert loss == functional.mse_loss(output, target)
    assert objective.name == "mean squared error (floating targets)"


@pytest.mark.parametrize("shape", [(4, 7, 9), (4, 9, 7)])
def test_classes_may_stand_last_or_second(shape):
    output, target = torch.randn(shape), torch.randint(7, (4, 9))
    loss = Objective()(Echo(output), (None, target))[0]
    second = output if shape[1] == 7 else output.movedim(-1, 1)
    assert loss.item() == pytest.approx(functional.cross_entropy(second, target).item())
    right = (second.argmax(1) == target).float().mean()
    assert accuracy(output, target) == right


@pytest.mark.parametrize(
    "own",
    [
        torch.tensor(1.5),
        {"loss": torch.tensor(1.5), "logits": torch.ones(3)},
        SimpleNamespace(loss=torch.tensor(1.5)),
        (torch.ones(3), torch.tensor(1.5), None, torch.tensor(7)),
    ],
)
@pytest.mark.parametrize(
    "batch", [torch.ones(3), [torch.ones(3)], {"x": torch.ones(3)}]
)
def test_the_models_own_loss_is_used(own, batch):
    objective = Objective()
    assert objective(Echo(own), batch)[0] == 1.5
    assert objective.name == "the model's own loss"


def test_a_given_loss_is_used_and_named():
    def absolute(output, target):
        return (output - target).abs().mean()

    objective = Objective(absolute)
    batch = {"x": torch.zeros(2), "label": torch.tensor([1.0, 3.0])}
    assert objective(Echo(torch.zeros(2)), batch)[0] == 2.0
    assert objective.name == "absolute"
    assert Objective(nn.L1Loss()).name == "L1Loss"


@pytest.mark.parametrize(
    ("output", "batch", "message"),
    [
        (torch.ones(3), torch.ones(3), "has no target and the model returns no loss"),
        (torch.ones(3, 1), (None, torch.ones(3)), r"output \(3, 1\) and target \(3,\)"),
        (torch.ones(3), (None, torch.ones(3).long()), "one class dimension more"),
        ("text", (None, torch.ones(3)), "no loss fits an output of type str"),
        ((torch.ones(3),), (None, torch.ones(3)), "an output of type tuple"),
        (
            (torch.tensor(1.5), torch.tensor(0.5)),
            (None, torch.ones(3)),
            "the model returns 2 scalars, and any could be the loss; let it return",
        ),
    ],
)
def test_what_fits_no_loss_is_told(output, batch, message):
    with pytest.raises(ValueError, match=message):
        Objective()(Echo(output), batch)


def test_a_given_loss_must_be_a_scalar_and_needs_a_target():
    with pytest.raises(ValueError, match=r"mse gave shape \(3,\)"):
        Objective(mse)(Echo(torch.ones(3)), (None, torch.ones(3)))
    with pytest.raises(ValueError, match="mse needs a target"):
        Objective(mse)(Echo(torch.ones(3)), torch.ones(3))
    with pytest.raises(TypeError, match="loss must be callable"):
        Objective("mse")


def mse(output, target):
    return (output - target) ** 2


def test_an_output_whose_classes_could_stand_in_two_places_is_refused():
    with pytest.raises(ValueError, match="dimension 1 or last"):
        class_dimension(torch.ones(4, 9, 9), torch.ones(4, 9))
    assert class_dimension(torch.ones(4, 9), torch.ones(9)) is None


def test_the_first_loss_is_worked_out_once_like_all_others():
    calls = []

    def loss(output, target):
        calls.append(1)
        return functional.mse_loss(output, target)

    objective = Objective(loss)
    batch = torch.ones(2, 1), torch.ones(2, 1)
    for _ in range(3):
        objective(nn.Identity(), batch)
    assert len(calls) == 3


@pytest.mark.parametrize("name", ["update", "epoch"])
def test_a_step_may_not_name_a_value_as_the_place_of_a_record(name):
    objective = Objective(step=lambda model, batch: {"loss": torch.ones(()), name: 7})
    with pytest.raises(ValueError, match=f"named '{name}'.*another name"):
        objective(nn.Identity(), torch.ones(2))


@pytest.mark.parametrize(
    "value", [None, "text", {"a": 1.0}, torch.ones(3), numpy.ones(2), [1.0]]
)
def test_a_step_gives_numbers_only(value):
    objective = Objective(
        step=lambda model, batch: {"loss": torch.ones(()), "x": value}
    )
    with pytest.raises(TypeError, match=r"must return numbers or scalar tensors.*'x'"):
        objective(nn.Identity(), torch.ones(2))


@pytest.mark.parametrize(
    "value", [1, True, 2.5, torch.tensor(3), torch.ones(1), numpy.float32(0.5)]
)
def test_numbers_of_any_kind_are_taken(value):
    objective = Objective(
        step=lambda model, batch: {"loss": torch.ones(()), "x": value}
    )
    *_, values = objective(nn.Identity(), torch.ones(2))
    assert float(values["x"]) == float(value)
