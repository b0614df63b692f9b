"""torch's LambdaLR and MultiplicativeLR: torch itself, what a function is asked."""

import math
import pickle

import numpy as np
import pytest

from dialects.torch_oracle import check, of
from lehr.dialects.torch import functions, lambda_, multiplicative
from lehr.dialects.torch.functions import Counted, RunningProduct

FUNCTIONS = [
    lambda epoch: 1 / (1 + epoch),
    lambda epoch: 0.95**epoch,
    lambda epoch: 1 if epoch % 7 else 2,
    [0.5, 0.9, 1.1, 1.0, 0.7, *[0.99] * 300].__getitem__,
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
def test_equals_torch(name, function):
    check(of(name, lr_lambda=function))


def test_a_function_is_asked_for_whole_numbers_of_type_int():
    asked = []

    def function(n):
        asked.append(n)
        return 1.0

    lr = lambda_(0.1, lr_lambda=function)
    for t in (0, 3, 5.0, 6.9, np.int64(7), np.float64(8), np.array([9.0, 10.0])):
        lr(t)
    assert asked == [0, 3, 5, 6, 7, 8, 9, 10]
    assert {type(n) for n in asked} == {int}


def test_a_product_asks_once_for_each_step_in_order_and_from_1():
    asked = []

    def function(n):
        asked.append(n)
        return 0.5

    lr = multiplicative(1.0, lr_lambda=function)
    assert [lr(n) for n in (3, 1, 0, 2, 3)] == [0.125, 0.5, 1.0, 0.25, 0.125]
    assert asked == [1, 2, 3]


def test_a_product_is_endless_and_its_extremes_ask_for_nothing():
    asked = []
    lr = multiplicative(1.0, lr_lambda=lambda n: asked.append(n) or 0.5)
    assert lr.steps == lambda_(1.0, lr_lambda=math.exp).steps == math.inf
    assert (lr.minimum, lr.maximum) == (-math.inf, math.inf)
    assert len(asked) < 2_000


def test_a_long_product_is_held(monkeypatch):
    monkeypatch.setattr(functions, "LONGEST", 3)
    product = RunningProduct(lambda n: 0.5)
    assert [product(n) for n in (2, 3, 4, 10**12)] == [0.25, 0.125, 0.125, 0.125]


def test_what_is_not_a_number_stays_so():
    for curve in (lambda_, multiplicative):
        lr = curve(0.1, lr_lambda=math.exp)
        assert math.isnan(lr(math.nan))
        assert np.isnan(lr(np.array([math.nan, 1.0]))).tolist() == [True, False]


def test_a_function_with_a_name_makes_a_value():
    lr = lambda_(0.5, lr_lambda=math.exp)
    assert lr == lambda_(0.5, lr_lambda="math:exp") == pickle.loads(pickle.dumps(lr))
    assert hash(lr) == hash(lambda_(0.5, lr_lambda=math.exp))
    assert eval(repr(Counted(math.exp))) == Counted("math:exp")
    product = RunningProduct("math:cos", steps=9, first=1)
    again = pickle.loads(pickle.dumps(product))
    assert again == product == eval(repr(product))
    assert again(9) == product(9) == math.prod(math.cos(n) for n in range(1, 10))
    assert product != Counted("math:cos", steps=9, first=1)


@pytest.mark.parametrize("curve", [lambda_, multiplicative])
def test_names_what_it_refuses(curve):
    with pytest.raises(TypeError, match=r"lr_lambda must be one function .* group"):
        curve(0.1, lr_lambda=[math.exp, math.exp])
    with pytest.raises(TypeError, match="must be callable or a name, got 0"):
        curve(0.1, lr_lambda=0.5)
    with pytest.raises(ValueError, match="must name a callable"):
        curve(0.1, lr_lambda="math:nothing")
    with pytest.raises(ValueError, match="base must be finite"):
        curve(math.inf, lr_lambda=math.exp)
    with pytest.raises(ValueError, match="last_epoch must be -1, got 2"):
        curve(0.1, lr_lambda=math.exp, last_epoch=2)
