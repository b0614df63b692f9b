"""Which rates are right after a load, whatever was built and loaded in which order."""

from functools import wraps
from typing import Any, Concatenate, ParamSpec
from weakref import WeakKeyDictionary

import torch

from lehr._typing import TYPE_CHECKING
from lehr.dropin._groups import put
from lehr.dropin.torch.places import rates_of

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")


class Loads:
    """What is known of an optimizer's rates when a scheduler's state is loaded.

    A scheduler's construction changes them. If the optimizer had been loaded before,
    what it held then is right; if it was loaded after, what it holds now; and if it was
    not loaded, or will be later, what the scheduler's state says.
    """

    __slots__ = ("before", "right")

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.right = False
        """Whether the groups' rates come from a load."""
        self.before: list[Any] | None = None
        """What the groups held before any scheduler, if that came from a load."""
        noted = [group.get("initial_lr") for group in optimizer.param_groups]
        fresh = not hasattr(optimizer.step, "_wrapped_by_lr_sched")
        if fresh and None not in noted:
            held = rates_of(optimizer)
            if any(rate != base for rate, base in zip(held, noted, strict=True)):
                self.before = held

    def loaded(self, *_: Any) -> None:
        """Hear that the optimizer has been loaded."""
        self.right, self.before = True, None

    def settle(self, optimizer: torch.optim.Optimizer, rates: list[Any]) -> None:
        """Give the groups the right rates, once a scheduler's state has been loaded."""
        if self.right:
            return
        if self.before is not None and len(self.before) == len(rates):
            rates, self.right, self.before = self.before, True, None
        for group, rate in zip(optimizer.param_groups, rates, strict=False):
            put(group, rate)


_LOADS: WeakKeyDictionary[torch.optim.Optimizer, Loads] = WeakKeyDictionary()


def loads_of(optimizer: torch.optim.Optimizer) -> Loads:
    """Return what is known of an optimizer; from the first call on it is watched."""
    known = _LOADS.get(optimizer)
    if known is None:
        known = _LOADS[optimizer] = Loads(optimizer)
        innermost: Any = optimizer
        while isinstance(
            inner := getattr(innermost, "optimizer", None), torch.optim.Optimizer
        ):
            innermost = inner  # a framework's wrapper has no hooks of its own
        innermost.register_load_state_dict_post_hook(known.loaded)
    return known


def watched(
    build: "Callable[Concatenate[Any, torch.optim.Optimizer, P], None]",
) -> "Callable[Concatenate[Any, torch.optim.Optimizer, P], None]":
    """Return a constructor that first notes what the optimizer holds."""

    @wraps(build)
    def built(
        self: Any, optimizer: torch.optim.Optimizer, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        if isinstance(optimizer, torch.optim.Optimizer):
            loads_of(optimizer)
        for name, start in (("_writer", None), ("_rates", None), ("_told", [])):
            object.__setattr__(self, name, start)
        build(self, optimizer, *args, **kwargs)

    return built  # type: ignore[return-value]  # `self` has a name here
