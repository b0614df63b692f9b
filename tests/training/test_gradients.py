"""The size and the health of a gradient."""

import math

import pytest
import torch

from lehr.training import gradient_statistics


def having(*gradients):
    """Parameters with these gradients, or with none."""
    parameters = []
    for gradient in gradients:
        like = torch.zeros(1) if gradient is None else gradient
        parameter = torch.nn.Parameter(torch.zeros(like.shape, dtype=like.dtype))
        parameter.grad = gradient
        parameters.append(parameter)
    return parameters


def test_of_3_and_4_the_norm_is_5():
    found = gradient_statistics(having(torch.tensor([3.0, -4.0])))
    assert (found.norm, found.largest, found.smallest, found.mean) == (5, 4, 3, 3.5)
    assert (found.parameters, found.nan, found.inf, found.healthy) == (2, 0, 0, True)


def test_a_hundred_ones_and_fifty_twos():
    found = gradient_statistics(having(torch.ones(100), torch.full((5, 10), 2.0)))
    assert found.norm == pytest.approx(math.sqrt(300))
    assert (found.parameters, found.largest, found.smallest) == (150, 2, 1)
    assert found.mean == pytest.approx(200 / 150)


def test_the_norm_is_that_which_torch_clips_by():
    torch.manual_seed(0)
    parameters = having(*(torch.randn(size) for size in (3, 40, 1)))
    theirs = torch.nn.utils.clip_grad_norm_(parameters, math.inf)
    assert gradient_statistics(parameters).norm == pytest.approx(theirs.item())


def test_elements_that_are_not_finite_only_count():
    bad = torch.tensor([math.nan, 3.0, math.inf, -math.inf, -4.0])
    found = gradient_statistics(having(bad, torch.tensor([math.nan])))
    assert (found.norm, found.largest, found.smallest, found.mean) == (5, 4, 3, 3.5)
    assert (found.parameters, found.nan, found.inf) == (6, 2, 2)
    assert not found.healthy


@pytest.mark.parametrize("gradients", [[], [None], [torch.zeros(0)]])
def test_of_no_gradient_all_is_0(gradients):
    found = gradient_statistics(having(*gradients))
    assert found == type(found)(0, 0, 0, 0, 0, 0, 0)
    assert found.healthy


def test_what_is_all_nan_has_no_size():
    found = gradient_statistics(having(torch.full((2,), math.nan)))
    assert (found.norm, found.largest, found.smallest, found.mean) == (0, 0, 0, 0)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_neither_tiny_nor_huge_numbers_are_lost(size):
    found = gradient_statistics(having(torch.tensor([3.0, 4.0]) * size))
    assert found.norm == pytest.approx(5 * size, rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.complex64])
def test_other_types_are_measured_too(dtype):
    found = gradient_statistics(having(torch.tensor([3.0, 4.0], dtype=dtype)))
    assert found.norm == 5


def test_a_sparse_gradient_is_measured_by_what_it_holds():
    embedding = torch.nn.Embedding(10, 2, sparse=True)
    embedding(torch.tensor([1, 3, 3])).sum().backward()
    found = gradient_statistics(embedding.parameters())
    assert (found.parameters, found.norm) == (4, math.sqrt(2 * 1 + 2 * 4))


def test_nothing_is_changed():
    parameters = having(torch.tensor([math.nan, 1.0]))
    gradient_statistics(parameters)
    assert parameters[0].grad.isnan().tolist() == [True, False]
