"""torch's SequentialLR and ChainedScheduler: several schedulers on one optimizer."""

import math
import warnings
from bisect import bisect_right
from functools import wraps
from typing import Any

from torch.optim import lr_scheduler as original

from lehr.dropin._groups import put
from lehr.dropin.torch.base import DropIn
from lehr.dropin.torch.loading import loads_of, watched


def start(scheduler: Any, *, late: bool = False) -> None:
    """Put a scheduler, ours or torch's, at its step 0, whatever it did before.

    Args:
        scheduler: of any kind that makes steps without a metric.
        late: whether another one has been running: then one that multiplies what it
            finds does so, as in torch.
    """
    if hasattr(scheduler, "_milestones"):
        scheduler.last_epoch = 0
        index = bisect_right(scheduler._milestones, 0)
        start(scheduler._schedulers[index])
        scheduler._last_lr = scheduler._schedulers[index].get_last_lr()
    elif hasattr(scheduler, "_schedulers"):
        _reset(scheduler._schedulers[0])
        for child in scheduler._schedulers:
            if hasattr(child, "_schedulers"):
                start(child)
            else:
                child.last_epoch = -1
                child._initial_step()
        scheduler._last_lr = scheduler._schedulers[-1].get_last_lr()
    elif late:
        scheduler._update_lr(0)
    else:
        _reset(scheduler)
        scheduler.last_epoch = -1
        scheduler._initial_step()


def _reset(scheduler: Any) -> None:
    """Give the groups the rates that a scheduler starts from."""
    while hasattr(scheduler, "_schedulers"):
        scheduler = scheduler._schedulers[0]
    groups = scheduler.optimizer.param_groups
    for group, base in zip(groups, scheduler.base_lrs, strict=False):
        put(group, base)


class Container(DropIn):
    """A scheduler of schedulers."""

    __slots__ = ()

    _schedulers: Any

    def _forget(self) -> None:
        self._writer = None

    def _initial_step(self) -> None:
        start(self)

    def _update_lr(self, epoch: Any = None) -> None:
        if epoch is None:
            self.step()
            return
        start(self)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nobody steps the optimizer meanwhile
            for _ in range(int(epoch)):
                self.step()

    def _load(self, state_dict: dict[str, Any]) -> None:
        state = dict(state_dict)
        rates, saved = state.pop("_last_lr", None), state.pop("_schedulers")
        self.__dict__.update(state)
        for child, child_state in zip(self._schedulers, saved, strict=True):
            if isinstance(child, DropIn):
                child._load(child_state)
            else:
                child.load_state_dict(child_state)
        self._writer, self._rates = None, rates


class SequentialLR(Container, original.SequentialLR):
    """torch's SequentialLR: each scheduler from its milestone on.

    Schedulers of torch's may stand in it, and it in torch's; so may another
    SequentialLR or a ChainedScheduler, at any place.

    >>> import torch
    >>> from lehr.dropin.torch import ConstantLR, ExponentialLR, SequentialLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> parts = [ConstantLR(optimizer, factor=0.5), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = SequentialLR(optimizer, parts, milestones=[2])
    >>> for _ in range(4):
    ...     print(scheduler.get_last_lr())
    ...     optimizer.step()
    ...     scheduler.step()
    [0.25]
    [0.25]
    [0.5]
    [0.25]
    """

    __slots__ = ()

    @wraps(original.SequentialLR.__init__)  # type: ignore[misc]  # for inspect
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        watched(original.SequentialLR.__init__)(self, *args, **kwargs)
        at = self.last_epoch
        start(self)
        if at > 0:
            self._seek(at)

    def _seek(self, t: int) -> None:
        """Go to a step, of this one and of the scheduler that plays there."""
        index = bisect_right(self._milestones, t)
        if index or t:
            child: Any = self._schedulers[index]
            begin = self._milestones[index - 1] if index else 0
            start(child, late=bool(index))
            if t > begin:
                child._update_lr(t - begin)
        self.last_epoch, self._rates = t, None

    def step(self) -> None:  # type: ignore[override]  # as torch's own
        """Make one step."""
        own = self.__dict__
        own["last_epoch"] = t = own["last_epoch"] + 1
        span = self._writer
        if span is not None and span[0] < t < span[1]:
            span[2].step()
        else:
            self._enter(t)
        if self._rates is not None:
            self._rates = None

    def _enter(self, t: int) -> None:
        index = bisect_right(self._milestones, t)
        child = self._schedulers[index]
        begin = self._milestones[index - 1] if index else -math.inf
        end = self._milestones[index] if index < len(self._milestones) else math.inf
        if t == begin:
            start(child, late=True)
        else:
            child.step()
        self._writer = begin, end, child

    @property
    def _last_lr(self) -> list[Any]:
        if self._rates is not None:
            return self._rates
        index = bisect_right(self._milestones, self.last_epoch)
        rates: list[Any] = self._schedulers[index].get_last_lr()
        return rates

    @_last_lr.setter
    def _last_lr(self, rates: list[Any]) -> None:
        self._rates = rates


class ChainedScheduler(Container, original.ChainedScheduler):
    """torch's ChainedScheduler: several schedulers, each on what the one before left.

    >>> import torch
    >>> from lehr.dropin.torch import ChainedScheduler, ConstantLR, ExponentialLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> parts = [ConstantLR(optimizer, factor=0.5), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = ChainedScheduler(parts)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.0625]
    """

    __slots__ = ()

    @wraps(original.ChainedScheduler.__init__)  # type: ignore[misc]  # for inspect
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name, begin in (("_writer", None), ("_rates", None), ("_told", [])):
            object.__setattr__(self, name, begin)
        original.ChainedScheduler.__init__(self, *args, **kwargs)
        loads_of(self.optimizer)

    def step(self) -> None:  # type: ignore[override]  # as torch's own
        """Make one step of each scheduler."""
        for scheduler in self._schedulers:
            scheduler.step()
        if self._rates is not None:
            self._rates = None

    @property
    def _last_lr(self) -> list[Any]:
        if self._rates is not None:
            return self._rates
        rates: list[Any] = self._schedulers[-1].get_last_lr()
        return rates

    @_last_lr.setter
    def _last_lr(self, rates: list[Any]) -> None:
        self._rates = rates
