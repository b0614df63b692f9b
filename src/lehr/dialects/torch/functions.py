"""torch's schedulers that are a function of one's own."""

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import Function, Schedule

Factor = Callable[[int], float] | str

LONGEST = 10_000_000
"""Factors of the longest product: then it is held, since it has no end of its own."""


@dataclass(frozen=True, repr=False, eq=False)
class Counted(Function):
    """A function that is asked for whole numbers only: those of torch's steps.

    Args:
        function: a function of one int, or its name, "module:name".
        steps: update from which the value is held; endless by default.
        vectorized: as in `Function`; False.
        every: updates per number.
        first: the number of the first updates.

    >>> lr = Counted([0.3, 0.2, 0.1].__getitem__, steps=2)
    >>> [lr(t) for t in (0, 1.0, 1.5, 2, 10**9)]
    [0.3, 0.2, 0.2, 0.1, 0.1]
    """

    every: int = 1
    first: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(_call=self._counted(self.__dict__["_call"]))

    def _counted(self, call: Callable[[int], Any]) -> Callable[[Any], Any]:
        every, first = self.every, self.first
        return lambda t: call(first + int(t // every)) if t == t else math.nan


@dataclass(frozen=True, repr=False, eq=False)
class RunningProduct(Counted):
    """The product of a function's values at `first`, first + 1, ...: t of them.

    Each value is asked for once, in order, and the products are kept; the product of
    10 million is held.

    >>> lr = RunningProduct(lambda n: 1 / n, steps=5, first=1)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 3, 5, 10**9)]
    [1.0, 1.0, 0.5, 0.166667, 0.008333, 0.008333]
    """

    def _counted(self, call: Callable[[int], Any]) -> Callable[[Any], Any]:
        first, products = self.first, array("d", [1.0])

        def product(t: float) -> float:
            if t != t:
                return math.nan
            while len(products) <= (n := int(min(t, LONGEST))):
                factor = float(call(first + len(products) - 1))
                products.append(products[-1] * factor)
            return products[n]

        return product


def lambda_(base: float, *, lr_lambda: Factor, last_epoch: int = -1) -> Schedule:
    """Return the curve of LambdaLR: `base` times a function of the step.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_lambda: a function of the step, an int, to a factor; or its importable name,
            "module:name". One function: of a list, the group's own.
        last_epoch: -1.

    Raises:
        TypeError: `lr_lambda` is not callable.
        ValueError: `lr_lambda` is a name that can not be imported, `base` is not
            finite, or `last_epoch` is not -1.

    Source: torch 2.13, torch.optim.lr_scheduler.LambdaLR.

    >>> lr = lambda_(0.1, lr_lambda=lambda epoch: 0.5 ** (epoch // 10))
    >>> [lr(n) for n in (0, 9, 10, 25)]
    [0.1, 0.1, 0.05, 0.025]
    """
    check_start(last_epoch)
    return _checks.finite("base", base) * Counted(_function(lr_lambda))


def multiplicative(base: float, *, lr_lambda: Factor, last_epoch: int = -1) -> Schedule:
    """Return the curve of MultiplicativeLR: times a function of the step, each step.

    The value after n steps is base f(1) f(2) ... f(n). There is no closed form: the
    function is asked once for each step, and the products are kept. The value is held
    from step 10 million on.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_lambda: as in `lambda_`.
        last_epoch: -1.

    Raises:
        TypeError: `lr_lambda` is not callable.
        ValueError: `lr_lambda` is a name that can not be imported, `base` is not
            finite, or `last_epoch` is not -1.

    Source: torch 2.13, torch.optim.lr_scheduler.MultiplicativeLR.

    >>> lr = multiplicative(1.0, lr_lambda=lambda epoch: 0.5 if epoch < 3 else 1.0)
    >>> [lr(n) for n in (0, 1, 2, 3)]
    [1.0, 0.5, 0.25, 0.25]
    """
    check_start(last_epoch)
    base = _checks.finite("base", base)
    return base * RunningProduct(_function(lr_lambda), first=1)


def continued(value: float, *, lr_lambda: Factor, last_epoch: int = -1) -> Schedule:
    """Return MultiplicativeLR begun after another scheduler left `value`.

    Its first step is then one like the others: the value is value f(0) at once.

    >>> lr = continued(1.0, lr_lambda=lambda epoch: 0.5)
    >>> [lr(n) for n in (0, 1, 2)]
    [0.5, 0.25, 0.125]
    """
    check_start(last_epoch)
    products = RunningProduct(_function(lr_lambda))
    return _checks.finite("value", value) * products[1:]


def _function(lr_lambda: Factor) -> Factor:
    if isinstance(lr_lambda, list | tuple):
        raise TypeError(
            f"lr_lambda must be one function here, got {lr_lambda!r}; of a list, pass "
            "the one of the group"
        )
    return lr_lambda
