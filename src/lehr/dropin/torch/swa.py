"""torch's SWALR: from whatever the rate is to a fixed one, and held there."""

from typing import Any

from torch.optim import swa_utils as original

from lehr.dropin._groups import taken
from lehr.dropin.torch.base import CLOCK, DropIn
from lehr.dropin.torch.loading import watched
from lehr.dropin.torch.places import Group
from lehr.dropin.torch.running import Running


class SWALR(DropIn, original.SWALR):
    """torch's SWALR: from the rate that it finds to `swa_lr`, and held there.

    >>> import torch
    >>> from lehr.dropin.torch import SWALR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = SWALR(optimizer, 0.1, anneal_epochs=2, anneal_strategy="linear")
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print([round(rate, 6) for rate in scheduler.get_last_lr()])
    [0.3]
    [0.1]
    [0.1]
    """

    __slots__ = ()
    __init__ = watched(original.SWALR.__init__)
    _clock = CLOCK - {"_step_count"}

    def _make(self, t: int) -> Running:
        offset, steps = self._step_count - 1 - t, self.anneal_epochs or 1
        anneal: Any = self.anneal_func
        goals = [group["swa_lr"] for group in self.optimizer.param_groups]

        def move(t: int) -> Any:
            n = t + offset
            before = anneal(max(0, min(1, (n - 1) / steps)))
            after = anneal(max(0, min(1, n / steps)))
            rest, left = 1 - before, 1 - after

            def moved(rate: Any, group: Group, index: int) -> Any:
                goal = group["swa_lr"]
                if rate.__class__ is float and goal.__class__ is not float:
                    goal = float(goal)
                start = (rate - before * goal) / rest if rest else goal
                return goal * after + start * left

            return moved

        alike = all(goal == goals[0] for goal in goals)
        return Running(self.optimizer, move, alike, self._tell())

    def _begin(self, t: int) -> bool:
        return False

    def _go_to(self, t: float) -> bool:
        return False

    def _widen(self, width: int) -> None:
        groups = self.optimizer.param_groups
        for group in groups:
            if "swa_lr" not in group:
                group["swa_lr"] = taken(groups[0]["swa_lr"])
