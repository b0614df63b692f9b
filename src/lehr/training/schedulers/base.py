"""The two contracts: a rate by epoch, which is a value, and one that counts steps."""

import abc
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, Literal, Self

from lehr._checks import choice, count
from lehr.schedules.base import Schedule
from lehr.schedules.function import Function
from lehr.training.schedulers.groups import Write, writer_of
from lehr.training.schedulers.saved import OnChange, read_saved, same_rate, settle

Mode = Literal["step", "epoch"]
Order = Literal["after", "before"]


class LRScheduler:
    """The learning rate of each epoch, counted from 0; it remembers nothing.

    A trainer sets `get_lr(epoch)` before the epoch's first update. To write one, give
    it `get_lr(epoch, batch=0)`, which must depend on the epoch alone; or a `schedule`,
    whose lengths are epochs: then it is checked, and on resume compared as text.

    Raises:
        TypeError: a subclass has neither of the two.

    >>> from lehr import Linear
    >>> class Fall(LRScheduler):
    ...     schedule = Linear(0.1, 0.0, 10)
    >>> Fall().get_lr(5), Fall().get_lr(100)
    (0.05, 0.0)
    >>> class Slow(LRScheduler):
    ...     def get_lr(self, epoch, batch=0):
    ...         return 0.1 / (1 + epoch)
    >>> Slow().schedule(4)
    0.02
    """

    step_per: ClassVar[Literal["update", "epoch"]] = "epoch"

    def __new__(cls, *arguments: Any, **named: Any) -> Self:
        """Refuse a class that gives no rate, before it is asked for one."""
        if cls.get_lr is LRScheduler.get_lr and cls.schedule is LRScheduler.schedule:
            raise TypeError(
                f"{cls.__name__} gives no rate; define get_lr(epoch, batch=0), or a "
                "schedule over epochs"
            )
        return super().__new__(cls)

    @property
    def schedule(self) -> Schedule:
        """The rate as one of lehr's schedules, whose clock is epochs."""
        return Function(self._at)

    def _at(self, epoch: float) -> float:
        return self.get_lr(math.floor(epoch))

    def get_lr(self, epoch: int, batch: int = 0) -> float:
        """Return the rate of an epoch, the same for each of its batches.

        Args:
            epoch: number of the epoch, a whole number >= 0.
            batch: number of the batch in it, >= 0; it changes nothing.

        Raises:
            ValueError: a number is negative or not whole.
        """
        count("batch", batch)
        return self.schedule(count("epoch", epoch))

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "schedule"}


class StatefulScheduler(abc.ABC):
    """A rate that counts its own steps, and is computed from their number alone.

    Subclasses are frozen dataclasses: the fields are the configuration, the counter is
    the whole state.
    """

    initial_lr: float
    mode: Mode
    optimizer: Any
    order: Order
    on_change: OnChange
    _counter: int
    _write: Write

    @property
    @abc.abstractmethod
    def schedule(self) -> Schedule:
        """The rate as one of lehr's schedules, whose clock is what `step` counts."""

    def _start(self) -> None:
        """Check what all have in common, and put the first rate in force."""
        choice("mode", self.mode, ("step", "epoch"))
        choice("order", self.order, ("after", "before"))
        choice("on_change", self.on_change, ("refuse", "keep", "override"))
        assign(self, _counter=0, _write=writer_of(self.optimizer))
        self._write(self.get_lr())

    @property
    def counter(self) -> int:
        """Calls of `step` so far, in all parts of the run."""
        return self._counter

    @property
    def step_per(self) -> Literal["update", "epoch"]:
        """What a trainer calls `step` for."""
        return "epoch" if self.mode == "epoch" else "update"

    def step(self) -> None:
        """Count one update or epoch, and put the rate that is due in force."""
        assign(self, _counter=self._counter + 1)
        self._write(self.get_lr())

    def get_lr(self) -> float:
        """Return the rate in force."""
        ahead = self.order == "before" and self._counter > 0
        return self.schedule(self._counter - ahead)

    def state_dict(self) -> dict[str, Any]:
        """Return the counter, the rate and the configuration: plain JSON."""
        state = {"counter": self._counter, "current_lr": self.get_lr()}
        return {**state, **self._configuration()}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], on_change: OnChange | None = None
    ) -> None:
        """Go where a saved state was; a load that is refused changes nothing.

        The rate is computed from the counter, not taken from the state.

        Args:
            state_dict: what `state_dict()` returned.
            on_change: what to do where the configuration differs: "refuse", "keep" the
                saved one, or "override" it with this one; None: the scheduler's own.

        Raises:
            TypeError: `state_dict` is not a mapping, or a value is no number.
            ValueError: it lacks something, is damaged or has a negative counter; or
                the configuration differs and the policy is "refuse".
        """
        own, kind = self._configuration(), type(self)
        saved = read_saved(kind.__name__, state_dict, {"counter", "current_lr", *own})
        counter = count("counter", saved.pop("counter"))
        current = saved.pop("current_lr")
        then = kind(**saved)
        assign(then, _counter=counter)
        same_rate(current, then.get_lr(), f"counter {counter}")
        policy = self.on_change if on_change is None else on_change
        chosen = settle(kind.__name__, own, then._configuration(), policy)
        self.__dict__.pop("schedule", None)
        assign(self, _counter=counter, **chosen)
        self._write(self.get_lr())

    def _configuration(self) -> dict[str, Any]:
        apart = ("optimizer", "on_change")
        names = [f.name for f in fields(self)]  # type: ignore[arg-type]  # it is one
        return {name: getattr(self, name) for name in names if name not in apart}


def assign(frozen: Any, **values: Any) -> None:
    """Store checked values in a frozen dataclass, in its methods only."""
    for name, value in values.items():
        object.__setattr__(frozen, name, value)
