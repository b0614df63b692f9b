"""torch's schedulers that are a function of one's own."""

import math
from typing import Any

from torch.optim import lr_scheduler as original

from lehr.dropin._groups import put
from lehr.dropin.torch.base import DropIn
from lehr.dropin.torch.loading import watched
from lehr.dropin.torch.overwriters import Absolute, Values
from lehr.dropin.torch.overwriting import Overwriting, widened
from lehr.dropin.torch.places import rates_of
from lehr.dropin.torch.running import Running


class LambdaLR(Overwriting, original.LambdaLR):
    """torch's LambdaLR: the starting rates times a function of the step.

    The function is asked once a step, not once a group.

    >>> import torch
    >>> from lehr.dropin.torch import LambdaLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    __slots__ = ()
    __init__ = watched(original.LambdaLR.__init__)

    def _absolute(self) -> Absolute:
        functions: list[Any] = list(self.lr_lambdas)
        bases = [float(base) for base in self.base_lrs]
        first, base = functions[0], bases[0]

        def one(t: float) -> tuple[Values, None]:
            return base * first(t), None

        def scaled(t: float) -> tuple[Values, None]:
            factor = first(t)
            return [start * factor for start in bases], None

        def each(t: float) -> tuple[Values, None]:
            pairs = zip(bases, _asked(functions, t), strict=True)
            return [start * factor for start, factor in pairs], None

        if any(function is not first for function in functions):
            return each
        return scaled if any(start != base for start in bases) else one

    def _widen(self, width: int) -> None:
        self.lr_lambdas = widened("lr_lambda", self.lr_lambdas, width)


def _asked(functions: list[Any], t: float) -> list[Any]:
    """Return the values of functions, each asked once."""
    known: dict[int, Any] = {}
    for function in functions:
        if id(function) not in known:
            known[id(function)] = function(t)
    return [known[id(function)] for function in functions]


class MultiplicativeLR(DropIn, original.MultiplicativeLR):
    """torch's MultiplicativeLR: times a function of the step, at each step.

    The function is asked once a step, not once a group.

    >>> import torch
    >>> from lehr.dropin.torch import MultiplicativeLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = MultiplicativeLR(optimizer, lambda epoch: 0.5)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    __slots__ = ()
    __init__ = watched(original.MultiplicativeLR.__init__)

    def _make(self, t: int) -> Running:
        functions: list[Any] = list(self.lr_lambdas)
        alike = all(function is functions[0] for function in functions)

        def by_one(t: int) -> Any:
            factor = functions[0](t)
            return lambda rate, group, index: rate * factor

        def by_each(t: int) -> Any:
            factors = _asked(functions, t)
            return lambda rate, group, index: rate * factors[index]

        move = by_one if alike else by_each
        return Running(self.optimizer, move, alike, self._tell())

    def _begin(self, t: int) -> bool:
        if t > 0:
            self._seek(t)
        self._rates = rates_of(self.optimizer)
        return True

    def _seek(self, t: int) -> None:
        """Give the groups that hold their starting rates those of step `t`."""
        groups, functions = self.optimizer.param_groups, self.lr_lambdas
        for group, base, function in zip(groups, self.base_lrs, functions, strict=True):
            if bool(group["lr"] == base):
                put(group, base * math.prod(function(n) for n in range(1, t + 1)))

    def _go_to(self, t: float) -> bool:
        return False

    def _widen(self, width: int) -> None:
        self.lr_lambdas = widened("lr_lambda", self.lr_lambdas, width)
