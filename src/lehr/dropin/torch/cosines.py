"""torch's cosine schedulers."""

import math
from collections.abc import Callable
from typing import Any

from torch.optim import lr_scheduler as original

from lehr.dropin.torch.base import DropIn
from lehr.dropin.torch.loading import watched
from lehr.dropin.torch.overwriters import Absolute, Overwriter, Values
from lehr.dropin.torch.recursive import Recursive
from lehr.dropin.torch.writers import Change, Shape


def wave(half: float) -> Callable[[float], float]:
    """Return (1 + cos(pi t / half)) / 2, by the square that does not cancel.

    >>> [round(wave(2)(t), 6) for t in (0, 1, 2, 3, 4)]
    [1.0, 0.5, 0.0, 0.5, 1.0]
    """
    sin, angle, whole = math.sin, 0.5 * math.pi / half, 2 * half

    def weight(t: float) -> float:
        if t > half or t < 0:
            t %= whole
            if t > half:
                t = whole - t
        rest = half - t
        return sin(angle * rest) ** 2 if rest < t else 1.0 - sin(angle * t) ** 2

    return weight


class CosineAnnealingLR(Recursive, original.CosineAnnealingLR):
    """torch's CosineAnnealingLR: down to `eta_min` at step `T_max`, and up again.

    >>> import torch
    >>> from lehr.dropin.torch import CosineAnnealingLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = CosineAnnealingLR(optimizer, T_max=4)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.0]
    """

    __slots__ = ()
    __init__ = watched(original.CosineAnnealingLR.__init__)

    def _shape(self) -> Shape:
        half, floor = self.T_max, float(self.eta_min)
        if not half:  # no length: it is over with the first step

            def ended(rate: Any, base: Any) -> Any:
                return floor

            return Shape(lambda t: float(t <= 0), lambda t: ended, floor)

        def change(t: int) -> Change | None:
            if (t - 1 - half) % (2 * half) == 0:
                rise = (1 - math.cos(math.pi / half)) / 2
                return lambda rate, base: rate + (base - floor) * rise
            ratio = 1 + math.cos(math.pi * t / half)
            ratio /= 1 + math.cos(math.pi * (t - 1) / half)
            return lambda rate, base: ratio * (rate - floor) + floor

        below = all(float(base) <= floor for base in self.base_lrs)
        horizon = math.inf if below else math.floor(half)
        return Shape(wave(half), change, floor, horizon)


class CosineAnnealingWarmRestarts(DropIn, original.CosineAnnealingWarmRestarts):
    """torch's CosineAnnealingWarmRestarts: down to `eta_min` again and again.

    >>> import torch
    >>> from lehr.dropin.torch import CosineAnnealingWarmRestarts
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 9), scheduler.T_cur, scheduler.T_i
    (0.25, 2, 4)
    """

    __slots__ = ()
    __init__ = watched(original.CosineAnnealingWarmRestarts.__init__)

    def step(self, epoch: Any = None) -> None:
        """Make one step, or go to `epoch`, which may lie between two steps.

        Args:
            epoch: a position in steps, >= 0.

        Raises:
            ValueError: `epoch` is negative.
        """
        own = self.__dict__
        if epoch is None and own["last_epoch"] >= 0:
            own["last_epoch"] += 1
            place = own["T_cur"] + 1
            if place >= (length := own["T_i"]):
                place %= length
                own["T_i"] = length * self.T_mult
                self._forget()
            own["T_cur"] = place
            writer = self._writer
            if writer is not None and writer.advance(place, own["base_lrs"]):
                return
        else:
            self._place(0 if epoch is None else epoch)
        self._write()

    def _place(self, epoch: float) -> None:
        """Find the cycle of a step, in whole numbers: no logarithm is rounded."""
        if epoch < 0:
            raise ValueError(f"epoch must be non-negative, got {epoch!r}")
        self.last_epoch = math.floor(epoch)
        if self.T_mult == 1:
            self.T_cur: Any = epoch % self.T_0 if epoch >= self.T_0 else epoch
            self.T_i = self.T_0
            return
        begin, length = 0, int(self.T_0)
        while epoch >= begin + length:
            begin, length = begin + length, length * self.T_mult
        self.T_cur, self.T_i = epoch - begin, length

    def _write(self) -> None:
        self._get_lr_called_within_step = False
        self._take_in_groups()
        if self._theirs:
            self._ask_torch()
            return
        if not self._is_initial:
            self._note_step()
        self._writer = Overwriter(
            self.optimizer, self.base_lrs, self._absolute(), self._tell()
        )
        self._rates = None
        self._writer.advance(self.T_cur, self.base_lrs)

    def _absolute(self) -> Absolute:
        floor, weight = float(self.eta_min), wave(self.T_i)
        bases = [float(base) for base in self.base_lrs]
        first = bases[0]

        def one(t: float) -> tuple[Values, None]:
            w = weight(t)
            return first * w + floor * (1.0 - w), None

        def each(t: float) -> tuple[Values, None]:
            w = weight(t)
            rest = floor * (1.0 - w)
            return [base * w + rest for base in bases], None

        return one if all(base == first for base in bases) else each

    def _update_lr(self, epoch: Any = None) -> None:
        self.step(epoch)
