"""Schedulers of timm whose values lie on a curve of ours."""

import abc
from collections.abc import Callable, Sequence
from typing import Any

from lehr import _checks
from lehr.dialects.timm.frame import tail
from lehr.dropin._ahead import ahead
from lehr.dropin.timm.advance import Advance, advance_of
from lehr.dropin.timm.scheduler import Scheduler
from lehr.schedules import Chain, Linear, Schedule

Values = Callable[[int], list[float]]
FEW = 3
"""Up to so many starting values get a curve each; more are laid between two."""

_STEPS = ("_get_values", "_get_lr", "_add_noise", "update_groups")
"""What a subclass may have put in another place."""


class Curved(Scheduler):
    """A scheduler whose groups follow `curve(base)`, after a linear warmup.

    The curve is made of the attributes, and made anew when one of them is set.
    """

    warmup_t: float
    warmup_lr_init: float
    warmup_prefix: bool = True
    _values: Values | None = None
    _advance: Advance | None = None
    _shared: Callable[[int], float] | None = None
    _bases: Sequence[float] = ()

    @abc.abstractmethod
    def curve(self, base: float) -> Schedule:
        """Return the curve of a group whose starting value is `base`.

        It has neither warmup nor noise.
        """

    def schedule(self, base: float) -> Schedule:
        """Return the whole course of a group, without noise: warmup, then curve.

        Args:
            base: its starting value.

        >>> import torch
        >>> from lehr.dropin.timm import StepLRScheduler
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> scheduler = StepLRScheduler(optimizer, decay_t=5, decay_rate=0.5)
        >>> scheduler.schedule(1.0)
        Step(start=1.0, factor=0.5, every=5)
        """
        curve = self.curve(base)
        if not self.warmup_t:
            return curve
        length = _checks.duration("warmup_t", self.warmup_t)
        start = _checks.finite("warmup_lr_init", self.warmup_lr_init)
        ramp = Linear(start, self._target(base), length)
        return Chain((ramp, curve if self.warmup_prefix else tail(curve, ramp.steps)))

    def _target(self, base: float) -> float:
        """Return what the warmup goes to."""
        return base

    def _begin(self) -> None:
        """Refuse bad arguments, and write the first values: where constructors end."""
        self._compile()
        self.update_groups(self._first_values())

    def _first_values(self) -> float | Sequence[float]:
        return self.warmup_lr_init if self.warmup_t else self.base_values

    # -------------------------------------------------------------------- the steps

    def step(self, epoch: int, metric: float | None = None) -> None:
        """Write the values of `epoch`, counted from 0, if the scheduler counts epochs.

        Args:
            epoch: the epoch that comes next.
            metric: kept as `metric`.
        """
        own = self.__dict__
        own["metric"] = metric  # past __setattr__, which would forget the curve
        if own["t_in_epochs"]:
            groups, advance = own["optimizer"].param_groups, self._advance
            if advance and advance(epoch, groups, own["base_values"]):
                own["last_t"] = epoch
            else:
                self._go(epoch, metric, True)

    def step_update(self, num_updates: int, metric: float | None = None) -> None:
        """Write the values of update `num_updates`, if the scheduler counts updates.

        Args:
            num_updates: updates made so far.
            metric: kept as `metric`.
        """
        own = self.__dict__
        own["metric"] = metric
        if not own["t_in_epochs"]:
            groups, advance = own["optimizer"].param_groups, self._advance
            if advance and advance(num_updates, groups, own["base_values"]):
                own["last_t"] = num_updates
            else:
                self._go(num_updates, metric, False)

    def _go(self, t: int, metric: float | None, on_epoch: bool) -> None:
        super()._go(t, metric, on_epoch)
        self.__dict__["_advance"] = self._short_way()

    def _get_lr(self, t: int) -> list[float]:
        values = self._values
        if values is None or self.base_values != self._bases:
            values = self._compile()
        if type(t) is int:
            return values(t)
        time = _checks.finite("t", t)
        return [self.schedule(base)(time) for base in self.base_values]

    def _short_way(self) -> Advance | None:
        """Return what does all of a step at once, if nothing is out of the ordinary.

        It returns False where it does not hold any more, and has then done nothing.
        """
        if self.noise_range_t is not None or self._values is None:
            return None
        own, kind = self.__dict__, type(self)
        for name in _STEPS:
            if name in own or getattr(kind, name) is not getattr(Curved, name):
                return None
        find: Any = self._shared or self._values
        groups, field = self.optimizer.param_groups, self.param_group_field
        return advance_of(find, bool(self._shared), groups, field, self._bases)

    # ------------------------------------------------------------- one curve or more

    def _compile(self) -> Values:
        own, bases = self.__dict__, list(self.base_values)
        slopes = {base: self._slope(base) for base in dict.fromkeys(bases)}
        own["warmup_steps"] = [slopes[base] for base in bases]
        own["_bases"], own["_advance"], own["_shared"] = bases, None, None
        if len(slopes) == 1:
            own["_shared"] = value_at = ahead(self.schedule(bases[0]))
            found: Values = lambda t: [value_at(t)] * len(bases)  # noqa: E731  (short)
        else:
            found = self._follow(bases)
        own["_values"] = found
        return found

    def _slope(self, base: float) -> float:
        if not self.warmup_t:
            return 1
        return (self._target(base) - self.warmup_lr_init) / self.warmup_t

    def _follow(self, bases: list[float]) -> Values:
        """Return the values of groups with these starting values, which differ."""
        distinct = list(dict.fromkeys(bases))
        if len(distinct) > FEW and self._is_affine(min(bases)):
            return self._between(bases)
        curves = [ahead(self.schedule(base)) for base in distinct]
        places = [distinct.index(base) for base in bases]

        def values(t: int) -> list[float]:
            found = [value_at(t) for value_at in curves]
            return [found[place] for place in places]

        return values

    def _is_affine(self, lowest: float) -> bool:
        """Tell whether the value is affine in the starting value, from there on."""
        return True

    def _between(self, bases: list[float]) -> Values:
        low, high = min(bases), max(bases)
        lower_at, upper_at = (ahead(self.schedule(base)) for base in (low, high))
        parts = [(base - low) / (high - low) for base in bases]

        def values(t: int) -> list[float]:
            lower = lower_at(t)
            change = upper_at(t) - lower
            return [lower + change * part for part in parts]

        return values

    # --------------------------------------------------------------------- the state

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        own[name] = value
        own["_values"] = own["_advance"] = None

    def __getstate__(self) -> dict[str, Any]:
        made = dict.fromkeys(("_values", "_advance", "_shared")) | {"_bases": ()}
        return super().__getstate__() | made


def bare(framed: Schedule) -> Schedule:
    """Return the curve behind a warmup of length 1, which a dialect was asked for.

    Without it a dialect gives the value that timm's constructor leaves at t = 0, where
    `step(0)` writes another.
    """
    pieces = framed.pieces[1:] if isinstance(framed, Chain) else (framed,)
    return pieces[0] if len(pieces) == 1 else Chain(pieces)


def behind_warmup(base: float) -> dict[str, Any]:
    """Return the arguments that ask a dialect for what `bare` takes."""
    return {"warmup_t": 1, "warmup_lr_init": base}
