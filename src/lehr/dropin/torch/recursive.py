"""Schedulers that change the rate that they find, as most of torch's do.

Where a group holds what the curve says of the last step, it is given what the curve
says of the next: nothing drifts, and a resumed run goes on bit for bit. Where somebody
else has written (another scheduler on the same optimizer, or the user), the scheduler's
single step is applied to what is there, as in torch.
"""

import math
from typing import Any

from lehr.dropin._groups import put
from lehr.dropin.torch.base import DropIn
from lehr.dropin.torch.places import like, rates_of
from lehr.dropin.torch.writers import Shape, writer


class Recursive(DropIn):
    """A scheduler with a curve and single steps."""

    __slots__ = ()

    def _shape(self) -> Shape:
        """Return what this scheduler does, for its parameters as they are."""
        raise NotImplementedError

    def _make(self, t: int) -> Any:
        shape = self._shape()
        tell = self._tell(shape.horizon)
        return writer(self.optimizer, self.base_lrs, shape, t - 1, tell)

    def _begin(self, t: int) -> bool:
        shape = self._shape()
        if t > 0:
            self._resume(shape, t)
        elif (first := shape.weight(0)) != 1.0:
            for group in self.optimizer.param_groups:
                put(group, group["lr"] * first)
        self._rates = rates_of(self.optimizer)
        return True

    def _resume(self, shape: Shape, t: int) -> None:
        """Give the groups the value of step `t`, unless they hold another's as well.

        They hold that value already, or that of the step before, or what they started
        with; else a second scheduler has its part in it, and they are left alone.
        """
        groups = self.optimizer.param_groups
        for group, base in zip(groups, self.base_lrs, strict=True):
            held, start = float(group["lr"]), float(base)
            value = shape.at(start, t)
            if _same(held, start) or _same(held, shape.at(start, t - 1)):
                put(group, value)

    def _go_to(self, t: float) -> bool:
        self._set(self._get_closed_form_lr())
        return True

    def _get_closed_form_lr(self) -> list[Any]:
        """Return what the curve says of step `last_epoch`, group by group."""
        shape, t = self._shape(), self.last_epoch
        return [like(base, shape.at(float(base), t)) for base in self.base_lrs]


def _same(a: float, b: float) -> bool:
    """Whether two rates agree to what a float32 tensor keeps of them."""
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-30)
