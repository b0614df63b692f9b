"""How long timm's cycles take: cosine, tanh and poly have it in common."""

import math
from fractions import Fraction

from lehr.dropin.timm.curved import Curved


class Cycled(Curved):
    """A scheduler with cycles, each `cycle_mul` times as long as the one before."""

    t_initial: int
    lr_min: float
    cycle_mul: float
    cycle_decay: float
    cycle_limit: int

    def get_cycle_length(self, cycles: int = 0) -> int:
        """Return the length of so many cycles, and of the warmup if it is a prefix.

        The sum is exact, with `cycle_mul` as it is written: 1.1 is eleven tenths. In
        timm its rounding may lose a whole step.

        Args:
            cycles: number of cycles; 0 for all, of which there is at least one.

        >>> import torch
        >>> from lehr.dropin.timm import CosineLRScheduler
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> CosineLRScheduler(optimizer, 10, cycle_mul=1.1).get_cycle_length(2)
        21
        """
        count = max(1, cycles or self.cycle_limit)
        whole = self.t_initial * count
        if self.cycle_mul != 1.0:
            mul = Fraction(repr(float(self.cycle_mul)))
            total = Fraction(self.t_initial) * (mul**count - 1) / (mul - 1)
            whole = math.floor(total)
        return whole + self.warmup_t if self.warmup_prefix else whole  # type: ignore[return-value]  # whole where the lengths are

    def _of_cycles(self) -> dict[str, float]:
        """Return the arguments that the dialect's three functions share."""
        return {
            "t_initial": self.t_initial,
            "lr_min": self.lr_min,
            "cycle_mul": self.cycle_mul,
            "cycle_decay": self.cycle_decay,
            "cycle_limit": self.cycle_limit,
        }
