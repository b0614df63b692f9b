"""How a scheduler is moved: by updates, by epochs, by a metric, or from outside."""

from collections.abc import Mapping
from typing import Any, Literal

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from lehr.bindings.torch.state import text_of
from lehr.training.schedulers.base import LRScheduler, StatefulScheduler
from lehr.training.schedulers.groups import GroupRates
from lehr.training.schedulers.saved import OnChange

Per = Literal["update", "epoch"]


class Driver:
    """Moves a scheduler of torch's, or one like it: `step()` after each, as `per` says.

    Args:
        scheduler: to be moved.
        optimizer: torch's, whose rates it sets.
        per: "update" or "epoch".
    """

    needs_metric = False

    def __init__(self, scheduler: Any, optimizer: Optimizer, per: Per) -> None:
        self.scheduler, self.optimizer, self.per = scheduler, optimizer, per

    def before_update(self) -> None:
        """Do what is due before the optimizer's step."""

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Count an applied update, which makes so many, of such a size."""
        if self.per == "update":
            self.scheduler.step()

    def after_epoch(self, epochs: int) -> None:
        """Count a completed epoch, which makes so many."""
        if self.per == "epoch":
            self.scheduler.step()

    def after_evaluation(self, metrics: Mapping[str, float], monitor: str) -> None:
        """Take in the metrics of an evaluation."""

    def go_to(self, updates: int, epochs: int) -> None:
        """Put the rate of a place in the run in force, after a load."""

    def state_dict(self) -> Any:
        """Return what a checkpoint holds."""
        return self.scheduler.state_dict()

    def load_state_dict(self, state: Any, on_change: OnChange | None) -> None:
        """Take what a checkpoint holds; None leaves the policy to the scheduler."""
        if on_change is None:
            self.scheduler.load_state_dict(state)
        else:
            self.scheduler.load_state_dict(state, on_change=on_change)


class Idle(Driver):
    """There is no scheduler: nothing moves."""

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Do nothing."""

    def after_epoch(self, epochs: int) -> None:
        """Do nothing."""

    def state_dict(self) -> None:
        """Return nothing."""

    def load_state_dict(self, state: Any, on_change: OnChange | None) -> None:
        """Take nothing."""


class BySamples(Driver):
    """Moves lehr's bound scheduler once per update, and tells it the update's size."""

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Count an update."""
        self.scheduler.step(samples=samples, tokens=tokens)


class ByMetric(Driver):
    """Moves a scheduler by the monitored metric, once per evaluation."""

    needs_metric = True

    def __init__(self, scheduler: Any, optimizer: Optimizer, per: Per) -> None:
        super().__init__(scheduler, optimizer, per)
        bound = hasattr(scheduler, "optimizer")
        self._rates = None if bound else GroupRates(optimizer)
        self.go_to(0, 0)

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Do nothing."""

    def after_epoch(self, epochs: int) -> None:
        """Do nothing."""

    def after_evaluation(self, metrics: Mapping[str, float], monitor: str) -> None:
        """Show it the metric."""
        self.scheduler.step(metrics[monitor])
        self.go_to(0, 0)

    def go_to(self, updates: int, epochs: int) -> None:
        """Put its rate in force, if it has no optimizer to do so itself."""
        if self._rates is not None:
            self._rates.write(self.scheduler.get_lr())


class Numbered(Driver):
    """Tells a scheduler of timm's how many epochs and updates were done.

    Each kind heeds one of the two. The metric of the epoch's evaluation goes with it.
    """

    def __init__(self, scheduler: Any, optimizer: Optimizer, per: Per) -> None:
        super().__init__(scheduler, optimizer, per)
        inner = getattr(scheduler, "lr_scheduler", None)  # timm's own plateau has one
        self.needs_metric = follows_metric(scheduler) or follows_metric(inner)
        self._metric: float | None = None

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Tell the updates."""
        self.scheduler.step_update(updates)

    def after_epoch(self, epochs: int) -> None:
        """Tell the epochs."""
        self.scheduler.step(epochs, self._metric)
        self._metric = None

    def after_evaluation(self, metrics: Mapping[str, float], monitor: str) -> None:
        """Keep the metric until the epoch is over."""
        self._metric = metrics.get(monitor)

    def state_dict(self) -> dict[str, Any]:
        """Return its state, and the metric that it has not been told yet."""
        return {**self.scheduler.state_dict(), "untold": self._metric}

    def load_state_dict(self, state: Any, on_change: OnChange | None) -> None:
        """Take its state."""
        own = dict(state)
        metric = own.pop("untold", None)
        super().load_state_dict(own, on_change)
        self._metric = metric


class ByPlace(Driver):
    """Writes the rate of the place in the run, which the schedule gives."""

    scheduler: LRScheduler

    def __init__(self, scheduler: LRScheduler, optimizer: Optimizer, per: Per) -> None:
        super().__init__(scheduler, optimizer, per)
        self._rates = GroupRates(optimizer)
        self.go_to(0, 0)

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Write the rate of the next update."""
        if self.per == "update":
            self._rates.write(self.scheduler.get_lr(updates))

    def after_epoch(self, epochs: int) -> None:
        """Write the rate of the next epoch."""
        if self.per == "epoch":
            self._rates.write(self.scheduler.get_lr(epochs))

    def go_to(self, updates: int, epochs: int) -> None:
        """Write the rate of the next update."""
        place = updates if self.per == "update" else epochs
        self._rates.write(self.scheduler.get_lr(place))

    def state_dict(self) -> dict[str, str]:
        """Return the configuration, to be compared: there is no state."""
        return {"schedule": text_of(self.scheduler.schedule), "step_per": self.per}

    def load_state_dict(self, state: Any, on_change: OnChange | None) -> None:
        """Refuse a state of another curve, unless it is to be overridden."""
        own = self.state_dict()
        if state != own and on_change != "override":
            raise ValueError(
                f"the checkpoint followed {state!r}, the scheduler is {own!r}; build "
                "it as it was, or set trainer.clock.on_change = 'override' to go on "
                "with this one"
            )


class ByCounter(Driver):
    """Moves a scheduler that counts its steps, before or after what they count."""

    scheduler: StatefulScheduler

    def __init__(
        self, scheduler: StatefulScheduler, optimizer: Optimizer, per: Per
    ) -> None:
        super().__init__(scheduler, optimizer, per)
        self._rates = GroupRates(optimizer)
        self._begun = False
        self.go_to(0, 0)

    def before_update(self) -> None:
        """Move one that is to be moved before, once per update or epoch."""
        if self.scheduler.order == "before" and not self._begun:
            self._begun = True
            self._move()

    def after_update(self, updates: int, samples: int, tokens: int) -> None:
        """Count an update."""
        if self.per == "update":
            self._end()

    def after_epoch(self, epochs: int) -> None:
        """Count an epoch."""
        if self.per == "epoch":
            self._end()

    def _end(self) -> None:
        self._begun = False
        if self.scheduler.order == "after":
            self._move()

    def _move(self) -> None:
        self.scheduler.step()
        self.go_to(0, 0)

    def go_to(self, updates: int, epochs: int) -> None:
        """Put its rate in force; one that has an optimizer has done so."""
        self._rates.write(self.scheduler.get_lr())

    def state_dict(self) -> dict[str, Any]:
        """Return its state, and whether it was moved for what has just begun."""
        return {**self.scheduler.state_dict(), "begun": self._begun}

    def load_state_dict(self, state: Any, on_change: OnChange | None) -> None:
        """Take its state."""
        own = dict(state)
        begun = bool(own.pop("begun", False))
        super().load_state_dict(own, on_change)
        self._begun = begun


def follows_metric(scheduler: Any) -> bool:
    """Whether a scheduler is moved by a metric."""
    return isinstance(scheduler, ReduceLROnPlateau) or bool(
        getattr(scheduler, "by_metric", False)
    )
