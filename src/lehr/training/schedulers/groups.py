"""One rate for all param groups of an optimizer, in the ratios that they began with."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

Write = Callable[[float], None]


@dataclass
class _Origin:
    """The first group's rate before ours, each group's part of it, our last rate."""

    base: float
    ratios: list[float] = field(default_factory=list)
    last: float | None = None


# A second scheduler on an optimizer finds what the first one wrote: not what the groups
# began with, and where that was 0, no ratios either.
_ORIGINS: WeakKeyDictionary[Any, _Origin] = WeakKeyDictionary()


class GroupRates:
    """Writes one rate to the first param group, and to others what keeps their ratios.

    Groups whose rates are equal stay equal. A tensor is filled in place.

    Args:
        optimizer: whatever has `param_groups`, a list of dicts with an "lr".

    Raises:
        ValueError: the first group's rate is 0 and another's is not.

    >>> class Two:
    ...     param_groups = [{"lr": 0.1}, {"lr": 0.05}]
    >>> two = Two()
    >>> GroupRates(two).write(0.02)
    >>> [group["lr"] for group in two.param_groups]
    [0.02, 0.01]
    """

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        rates = self._rates()
        origin = _ORIGINS.get(optimizer)
        if origin is None or not _wrote(origin, rates):
            origin = _ORIGINS[optimizer] = _Origin(rates[0])
        self._origin = origin
        self._take_in(rates)

    def _rates(self) -> list[float]:
        return [float(group["lr"]) for group in self.optimizer.param_groups]

    def _take_in(self, rates: list[float]) -> None:
        """Note where the groups began that were not there before."""
        origin, base = self._origin, self._origin.base
        for rate in rates[len(origin.ratios) :]:
            if base == 0 != rate:
                raise ValueError(
                    f"param_groups begin with rates {rates}: those to the first one's, "
                    "0, have no ratio; give it one that is not 0"
                )
            origin.ratios.append(rate / base if base else 1.0)

    def write(self, rate: float) -> None:
        """Put a rate in force."""
        groups, origin = self.optimizer.param_groups, self._origin
        if len(groups) > len(origin.ratios):
            self._take_in(self._rates())
        if len(groups) < len(origin.ratios):
            raise ValueError(
                f"param_groups had {len(origin.ratios)} groups and has {len(groups)}; "
                "nothing tells which ones are left: build the scheduler anew"
            )
        for group, ratio in zip(groups, origin.ratios, strict=True):
            # Equal groups get this very number, without a rounding.
            put(group, rate if ratio == 1.0 else rate * ratio)
        origin.last = rate


def _wrote(origin: _Origin, rates: list[float]) -> bool:
    """Tell whether the groups hold what was written last; new ones may hold more."""
    if origin.last is None or len(rates) < len(origin.ratios):
        return False
    # To what a tensor of 32 bits keeps of a number.
    return all(
        math.isclose(rate, origin.last * ratio, rel_tol=1e-6, abs_tol=1e-30)
        for rate, ratio in zip(rates, origin.ratios, strict=False)
    )


def put(group: dict[str, Any], rate: float) -> None:
    """Set the rate of one group; a tensor keeps its identity, dtype and device."""
    old = group["lr"]
    if hasattr(old, "fill_"):
        old.detach().fill_(rate)
    else:
        group["lr"] = rate


def writer_of(optimizer: Any) -> Write:
    """Return what puts a rate in force in an optimizer: torch's, lehr's, or none."""
    if optimizer is None:
        return _nowhere
    if hasattr(optimizer, "set_lr"):
        set_lr: Write = optimizer.set_lr
        return set_lr
    if hasattr(optimizer, "param_groups"):
        return GroupRates(optimizer).write
    raise TypeError(
        f"optimizer must have param_groups, as torch's do, or set_lr, as lehr's do; "
        f"got {optimizer!r}"
    )


def _nowhere(rate: float) -> None:
    """Write nothing: whoever asked for the rate does."""
