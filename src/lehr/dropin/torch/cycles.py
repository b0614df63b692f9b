"""torch's CyclicLR: triangles between two values, for the rate and the momentum."""

from collections.abc import Callable
from typing import Any

from torch.optim import lr_scheduler as original

from lehr.dropin.torch.overwriters import Absolute, Values
from lehr.dropin.torch.overwriting import Overwriting, keeping_tensors, widened


class CyclicLR(Overwriting, original.CyclicLR):
    """torch's CyclicLR: from `base_lr` to `max_lr` and back, for ever.

    >>> import torch
    >>> from lehr.dropin.torch import CyclicLR
    >>> parameters = [torch.nn.Parameter(torch.ones(1))]
    >>> optimizer = torch.optim.SGD(parameters, lr=0.5, momentum=0.9)
    >>> scheduler = CyclicLR(optimizer, base_lr=0.0, max_lr=1.0, step_size_up=2)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr(), round(optimizer.param_groups[0]["momentum"], 6)
    ([0.5], 0.85)
    """

    __slots__ = ()
    __init__ = keeping_tensors(original.CyclicLR.__init__)

    def _absolute(self) -> Absolute:
        rates = _spans(self.base_lrs, self.max_lrs)
        height, driven = self._height(), self.cycle_momentum
        momenta = _spans(self.base_momentums, self.max_momentums) if driven else []
        (low, rise), (floor, fall) = rates[0], momenta[0] if driven else (0.0, 0.0)

        def one(t: float) -> tuple[Values, Values | None]:
            place, scale = height(t)
            momentum = floor + fall - fall * place * scale if driven else None
            return low + rise * place * scale, momentum

        def each(t: float) -> tuple[Values, Values | None]:
            place, scale = height(t)
            found = [a + span * place * scale for a, span in rates]
            if not driven:
                return found, None
            return found, [a + span - span * place * scale for a, span in momenta]

        return one if len(set(rates)) == 1 and len(set(momenta)) <= 1 else each

    def _height(self) -> Callable[[float], tuple[float, float]]:
        """Return what gives a step's place on the triangle, and what scales it."""
        size, ratio = self.total_size, self.step_ratio
        scale = self._scale()

        def height(t: float) -> tuple[float, float]:
            cycle, place = divmod(t, size)
            x = place / size
            rising = x <= ratio and ratio  # no length: it begins at the peak
            rise = x / ratio if rising else (x - 1.0) / (ratio - 1.0)
            return rise, scale(int(cycle) + 1, t) if scale else 1.0

        return height

    def _scale(self) -> Callable[[int, float], float] | None:
        own, gamma = self._scale_fn_custom, self.gamma
        if own is not None:
            if self.scale_mode == "cycle":
                return lambda cycle, t: own(cycle)
            return lambda cycle, t: own(t)
        if self.mode == "triangular2":
            return lambda cycle, t: 0.5 ** (cycle - 1)
        if self.mode == "exp_range":
            return lambda cycle, t: float(gamma**t)
        return None

    def _take_in_groups(self) -> None:
        bases, groups = self.__dict__.get("base_lrs"), self.optimizer.param_groups
        if bases is not None and len(bases) < len(groups):
            self.base_lrs = widened("base_lr", bases, len(groups))
            for group in groups[len(bases) :]:
                group.setdefault("initial_lr", group["lr"])
            self._widen(len(groups))

    def _widen(self, width: int) -> None:
        names = ["max_lrs"]
        if self.cycle_momentum:
            names += ["base_momentums", "max_momentums"]
        for name in names:
            values = widened(name.removesuffix("s"), getattr(self, name), width)
            setattr(self, name, values)


def _spans(lows: list[Any], highs: list[Any]) -> list[tuple[float, float]]:
    """Return where each group begins, and how far it goes."""
    pairs = zip(lows, highs, strict=True)
    return [(float(low), float(high) - float(low)) for low, high in pairs]
