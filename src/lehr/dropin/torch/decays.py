"""torch's schedulers that multiply each group's own starting rate by a factor."""

import math
from bisect import bisect_right
from collections import Counter
from typing import Any

from torch.optim import lr_scheduler as original

from lehr.dropin.torch.loading import watched
from lehr.dropin.torch.recursive import Recursive
from lehr.dropin.torch.writers import Change, Shape


def _times(factor: Any) -> Change | None:
    """Return the step that multiplies by `factor`; none if it is 1."""
    return None if factor == 1.0 else float(factor)


def _power(gamma: float, n: float) -> float:
    try:
        return float(gamma**n)
    except OverflowError:
        return math.inf


class StepLR(Recursive, original.StepLR):
    """torch's StepLR: times `gamma` at every `step_size`-th step.

    >>> import torch
    >>> from lehr.dropin.torch import StepLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    __slots__ = ()
    __init__ = watched(original.StepLR.__init__)

    def _shape(self) -> Shape:
        every, gamma = self.step_size, self.gamma

        def change(t: int) -> Change | None:
            return None if t == 0 or t % every else _times(gamma)

        if abs(gamma) > 1.0:
            return Shape(lambda t: _power(gamma, t // every), change)
        return Shape(lambda t: gamma ** (t // every), change)


class MultiStepLR(Recursive, original.MultiStepLR):
    """torch's MultiStepLR: times `gamma` from each milestone on.

    >>> import torch
    >>> from lehr.dropin.torch import MultiStepLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    __slots__ = ()
    __init__ = watched(original.MultiStepLR.__init__)

    def _shape(self) -> Shape:
        gamma, counts = self.gamma, self.milestones
        places = sorted(counts.elements())
        powers = [_power(gamma, n) for n in range(len(places) + 1)]

        def change(t: int) -> Change | None:
            return _times(gamma ** counts[t]) if t in counts else None

        return Shape(lambda t: powers[bisect_right(places, t)], change)

    def _load(self, state_dict: dict[str, Any]) -> None:
        super()._load(state_dict)
        saved: Any = self.milestones  # JSON makes text of the keys
        self.milestones = Counter({_whole(m): n for m, n in dict(saved).items()})


def _whole(milestone: Any) -> Any:
    return int(milestone) if isinstance(milestone, str) else milestone


class ConstantLR(Recursive, original.ConstantLR):
    """torch's ConstantLR: times `factor` for `total_iters` steps.

    >>> import torch
    >>> from lehr.dropin.torch import ConstantLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> scheduler.get_last_lr()
    [0.25]
    """

    __slots__ = ()
    __init__ = watched(original.ConstantLR.__init__)

    def _shape(self) -> Shape:
        factor, end = self.factor, self.total_iters
        # torch undoes the factor at the step `end` itself: at no other, at 0 never.
        ends = end > 0 and end == int(end)

        def change(t: int) -> Change | None:
            if t == 0:
                return _times(factor)
            if t != end:
                return None
            return _times(1.0 / factor) if factor else lambda rate, base: base

        return Shape(lambda t: 1.0 if ends and t >= end else factor, change)

    def _get_closed_form_lr(self) -> list[Any]:
        if not self.total_iters:  # as torch's own, which stands for a late start
            return list(self.base_lrs)
        return super()._get_closed_form_lr()


class LinearLR(Recursive, original.LinearLR):
    """torch's LinearLR: a straight line between two factors, then held.

    >>> import torch
    >>> from lehr.dropin.torch import LinearLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> for _ in range(3):
    ...     print(scheduler.get_last_lr())
    ...     optimizer.step()
    ...     scheduler.step()
    [0.25]
    [0.375]
    [0.5]
    """

    __slots__ = ()
    __init__ = watched(original.LinearLR.__init__)

    def _shape(self) -> Shape:
        start, end, steps = self.start_factor, self.end_factor, self.total_iters
        held, rise = math.floor(steps), end - start

        def weight(t: float) -> float:
            if t < held:
                return start + rise * t / steps
            return start + rise * held / steps if 0 < held != steps else last

        def change(t: int) -> Change | None:
            if t == 0:
                return _times(start)
            if t > steps:
                return None
            return _times(1.0 + rise / (steps * start + (t - 1) * rise))

        last = end if steps > 0 else start
        return Shape(weight, change)


class ExponentialLR(Recursive, original.ExponentialLR):
    """torch's ExponentialLR: times `gamma` at every step.

    >>> import torch
    >>> from lehr.dropin.torch import ExponentialLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.03125]
    """

    __slots__ = ()
    __init__ = watched(original.ExponentialLR.__init__)

    def _shape(self) -> Shape:
        gamma = self.gamma

        def change(t: int) -> Change | None:
            return _times(gamma)

        if abs(gamma) > 1.0:
            return Shape(lambda t: _power(gamma, t), change)
        return Shape(lambda t: gamma**t, change)


class PolynomialLR(Recursive, original.PolynomialLR):
    """torch's PolynomialLR: a power of what remains of `total_iters`, then 0.

    >>> import torch
    >>> from lehr.dropin.torch import PolynomialLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = PolynomialLR(optimizer, total_iters=4, power=2.0)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    __slots__ = ()
    __init__ = watched(original.PolynomialLR.__init__)

    def _shape(self) -> Shape:
        steps, power = self.total_iters, self.power
        held = math.floor(steps)

        def weight(t: float) -> float:
            left = (steps - (t if t < held else held)) / steps
            return float(left if power == 1.0 else left**power)

        def change(t: int) -> Change | None:
            if t > steps:
                return None
            before = 1.0 - (t - 1) / steps
            return _times(((1.0 - t / steps) / before) ** power)

        if held == 0:
            return Shape(lambda t: 1.0, lambda t: None)
        return Shape(weight, change)
