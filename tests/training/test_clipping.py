"""Clipping is torch's, and can be refused before a gradient is changed."""

import math

import pytest
import torch
from torch import nn
from torch.nn import utils

from lehr.training.clipping import Clipping
from lehr.training.gradients import not_finite


def with_gradients(*rows):
    model = nn.ParameterList([nn.Parameter(torch.zeros(len(row))) for row in rows])
    for parameter, row in zip(model, rows, strict=True):
        parameter.grad = torch.tensor(row)
    model.append(nn.Parameter(torch.zeros(1)))  # has no gradient
    return model


def clipped(model, norm, check=None):
    return Clipping(norm)([{"params": list(model)}], check)


ROWS = ([3.0, 4.0], [12.0])


@pytest.fixture(params=["new torch", "old torch"])
def torch_of_any_age(request, monkeypatch):
    if request.param == "old torch":
        monkeypatch.delattr(utils, "get_total_norm")


@pytest.mark.parametrize("max_norm", [None, 6.5, 100.0])
def test_the_numbers_are_those_of_torch(torch_of_any_age, max_norm):
    model, other = with_gradients(*ROWS), with_gradients(*ROWS)
    assert clipped(model, max_norm).item() == 13.0
    if max_norm is not None:
        utils.clip_grad_norm_(other.parameters(), max_norm)
    for one, expected in zip(list(model)[:2], other, strict=False):
        assert torch.equal(one.grad, expected.grad)


def refuse(norm):
    raise ZeroDivisionError(norm.item())


def test_what_checks_the_norm_may_refuse_it(torch_of_any_age):
    with pytest.raises(ZeroDivisionError, match="13"):
        clipped(with_gradients(*ROWS), 1.0, refuse)


def test_a_refused_gradient_is_as_it_was_and_tells_where_it_is_bad():
    model = with_gradients([1.0, math.nan], [2.0], [math.inf])
    with pytest.raises(ZeroDivisionError):
        clipped(model, 1.0, refuse)
    assert model[1].grad.tolist() == [2.0]
    assert not_finite(model) == ("0", "2")


class Rows(nn.Module):
    """An embedding, and a layer behind it."""

    def __init__(self, *, sparse):
        super().__init__()
        torch.manual_seed(0)
        self.rows = nn.Embedding(5, 2, sparse=sparse)
        self.layer = nn.Linear(2, 1)
        self.layer(self.rows(torch.tensor([0, 3, 3, 1]))).square().sum().backward()


@pytest.mark.parametrize(
    "options", [{"norm": 0.01}, {"norm": [0.01, None]}, {"value": 0.02}, {}]
)
def test_sparse_gradients_are_clipped_as_dense_ones(torch_of_any_age, options):
    norms, models = [], [Rows(sparse=True), Rows(sparse=False)]
    for model in models:
        groups = [{"params": list(part.parameters())} for part in model.children()]
        norms.append(Clipping(**options)(groups))
    sparse, dense = models
    torch.testing.assert_close(*norms)
    assert sparse.rows.weight.grad.is_sparse
    for (_, own), (_, other) in zip(
        sparse.named_parameters(), dense.named_parameters(), strict=True
    ):
        torch.testing.assert_close(own.grad.to_dense(), other.grad)


def test_each_group_has_its_own_limit_and_norm(torch_of_any_age):
    model, other = with_gradients(*ROWS), with_gradients(*ROWS)
    groups = [{"params": [model[0]]}, {"params": [model[1], model[2]]}]
    norm = Clipping([2.0, 3.0])(groups)
    assert norm.item() == 13.0
    utils.clip_grad_norm_([other[0]], 2.0)
    utils.clip_grad_norm_([other[1]], 3.0)
    for own, expected in zip(model[:2], other[:2], strict=True):
        torch.testing.assert_close(own.grad, expected.grad)
