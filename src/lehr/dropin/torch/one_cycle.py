"""torch's OneCycleLR: up to one peak and far down, for the rate and the momentum."""

import math
from collections.abc import Callable
from typing import Any

from torch.optim import lr_scheduler as original

from lehr.dropin.torch.overwriters import Absolute, Values
from lehr.dropin.torch.overwriting import Overwriting, keeping_tensors

_KEYS = ("initial_lr", "max_lr", "min_lr")
_MOMENTA = ("max_momentum", "base_momentum")
_ENDS = ("start_lr", "end_lr", "start_momentum", "end_momentum")


class OneCycleLR(Overwriting, original.OneCycleLR):
    """torch's OneCycleLR: one rise to `max_lr`, and one fall.

    >>> import torch
    >>> from lehr.dropin.torch import OneCycleLR
    >>> parameters = [torch.nn.Parameter(torch.ones(1))]
    >>> optimizer = torch.optim.SGD(parameters, lr=0.5, momentum=0.9)
    >>> scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr(), optimizer.param_groups[0]["momentum"]
    ([1.0], 0.85)
    """

    __slots__ = ()
    __init__ = keeping_tensors(original.OneCycleLR.__init__)

    def _absolute(self) -> Absolute | None:
        if not hasattr(self, "_anneal_func_type"):
            return None  # an old state has its own function
        groups = self.optimizer.param_groups
        first, *others = (self._spans(group) for group in groups)
        one = self._curve(first)
        if all(spans == first for spans in others):
            return one
        curves = [one, *map(self._curve, others)]

        def each(t: float) -> tuple[Values, Values | None]:
            found: list[Any] = [curve(t) for curve in curves]
            momenta = [momentum for _, momentum in found]
            return [rate for rate, _ in found], momenta if momenta[0] else None

        return each

    def _spans(self, group: dict[str, Any]) -> list[tuple[float, ...]]:
        """Return each phase: its last step, its length, and the values at its ends."""
        begin, spans = 0.0, []
        described: Any = self._schedule_phases
        for phase in described:
            end, keys = phase["end_step"], [phase[key] for key in _ENDS]
            ends = [float(group.get(key, 0.0)) for key in keys]
            if end != begin or phase is described[-1]:  # what has no length is skipped
                spans.append((end, end - begin, *ends))
            begin = end
        return spans

    def _curve(self, spans: list[tuple[float, ...]]) -> Callable[[float], Any]:
        """Return what gives the rate and the momentum of one group."""
        sin, half, total = math.sin, 0.5 * math.pi, self.total_steps
        cosine, driven = self._anneal_func_type == "cos", self.cycle_momentum

        def at(t: float) -> tuple[float, float | None]:
            if t > total:
                raise ValueError(
                    f"OneCycleLR was made for {total} steps, got step {t}; give "
                    "total_steps= (or epochs= and steps_per_epoch=) as many as you make"
                )
            for end, length, a, b, c, d in spans:  # noqa: B007  (the last stays)
                if t <= end:
                    break
            w = (end - t) / length if length else 0.0
            if cosine:
                w = sin(half * w) ** 2
            rest = 1.0 - w
            return a * w + b * rest, c * w + d * rest if driven else None

        return at

    def _tell(self, horizon: float = math.inf) -> Any:
        # A loop of `total_steps` steps sets one rate too many, which nobody uses.
        return lambda t, value: None

    def _take_in_groups(self) -> None:
        bases, groups = self.__dict__.get("base_lrs"), self.optimizer.param_groups
        if bases is not None and len(bases) < len(groups):
            keys = _KEYS + (_MOMENTA if self.cycle_momentum else ())
            old, new = groups[: len(bases)], groups[len(bases) :]
            for key in keys:
                if any(group[key] != old[0][key] for group in old):
                    raise ValueError(
                        f"{key} differs from param group to param group; give a new "
                        f"group its own: optimizer.add_param_group({{{key!r}: ...}})"
                    )
                for group in new:
                    group.setdefault(key, old[0][key])
        super()._take_in_groups()
