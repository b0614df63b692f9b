"""torch's ReduceLROnPlateau: a cut when a metric stops improving."""

import warnings
from typing import Any

from torch.optim import lr_scheduler as original
from torch.optim.lr_scheduler import EPOCH_DEPRECATION_WARNING

from lehr.dropin.torch.base import CLOCK, DropIn
from lehr.dropin.torch.loading import watched
from lehr.dropin.torch.places import Group, Versioned, place, rates_of


class Watch:
    """What a step of ReduceLROnPlateau compares: the metric, and the groups' rates."""

    __slots__ = (
        "edge",
        "first",
        "groups",
        "lower",
        "more",
        "numbers",
        "patience",
        "places",
        "width",
    )

    def __init__(self, scheduler: Any) -> None:
        self.groups: list[Group] = scheduler.optimizer.param_groups
        self.width = len(self.groups)
        self.lower = scheduler.mode == "min"
        self.patience = scheduler.patience
        self.edge = edge_of(scheduler)
        rates = [group["lr"] for group in self.groups]
        self.numbers = rates if {*map(type, rates)} == {float} else None
        self.first = rates[0]
        self.more = self.width > 1 or self.numbers is None
        self.places: list[Any] = []
        if self.numbers is None:
            self.places = [_noted(group) for group in self.groups]

    def holds(self) -> bool:
        """Whether all groups still have the rates that they had."""
        if self.numbers is None:
            pairs = zip(self.places, self.groups, strict=True)
            return all(spot.holds(group) for spot, group in pairs)
        # `strict=` would take longer than a group; they have been counted.
        for group, rate in zip(self.groups, self.numbers):  # noqa: B905  (same)
            if group["lr"] is not rate:
                return False
        return True


def _noted(group: Group) -> Any:
    spot = place(group, 0.0)
    if isinstance(spot, Versioned):
        spot.version = spot.tensor._version
    else:
        spot.expect(spot.read(group))
    return spot


def edge_of(scheduler: Any) -> float:
    """Return what a metric must pass to be better than the best one."""
    best, threshold = scheduler.best, scheduler.threshold
    sign = -1.0 if scheduler.mode == "min" else 1.0
    if scheduler.threshold_mode == "rel":
        return float(best * (1.0 + sign * threshold))
    return float(best + sign * threshold)


class ReduceLROnPlateau(DropIn, original.ReduceLROnPlateau):
    """torch's ReduceLROnPlateau: a cut when a metric stops improving.

    >>> import torch
    >>> from lehr.dropin.torch import ReduceLROnPlateau
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (1.0, 0.9, 0.9, 0.9):
    ...     optimizer.step()
    ...     scheduler.step(loss)
    >>> scheduler.get_last_lr(), scheduler.best
    ([0.25], 0.9)
    """

    __slots__ = ()
    __init__ = watched(original.ReduceLROnPlateau.__init__)
    # What a step changes itself is nothing that a watch was made for.
    _clock = CLOCK | {"num_bad_epochs", "cooldown_counter"}

    def step(  # type: ignore[override]  # as torch's own
        self, metrics: Any, epoch: Any = None
    ) -> None:
        """Show the scheduler a metric.

        Args:
            metrics: the metric, a number or a tensor of one.
            epoch: the number of the epoch (deprecated).
        """
        own, watch = self.__dict__, self._writer
        if watch is None:
            if self._theirs:
                original.ReduceLROnPlateau.step(self, metrics, epoch)
                return
            self._writer = watch = Watch(self)
        if epoch is None:
            own["last_epoch"] += 1
        else:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
            own["last_epoch"] = epoch
        current, bad = float(metrics), own["num_bad_epochs"] + 1
        if current < watch.edge if watch.lower else current > watch.edge:
            own["best"], bad = current, 0
            watch.edge = edge_of(self)
        if own["cooldown_counter"] > 0:
            own["cooldown_counter"] -= 1
            bad = 0
        if bad > watch.patience:
            self._reduce_lr(own["last_epoch"])
            own["cooldown_counter"], bad = own["cooldown"], 0
        own["num_bad_epochs"] = bad
        groups = self.optimizer.param_groups
        if (
            groups is not watch.groups
            or len(groups) != watch.width
            or groups[0]["lr"] is not watch.first
            or (watch.more and not watch.holds())
        ):
            self._note_step()
            self._rates = rates_of(self.optimizer)
            self._writer = Watch(self)

    def _forget(self) -> None:
        self._writer = None

    @property
    def _last_lr(self) -> list[Any]:
        rates: Any = self._rates
        return rates  # type: ignore[no-any-return]  # a list, from construction on

    @_last_lr.setter
    def _last_lr(self, rates: list[Any]) -> None:
        self._rates = rates
