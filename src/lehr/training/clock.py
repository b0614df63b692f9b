"""The clock of a run: moves a scheduler of any make, once per update or per epoch."""

from collections.abc import Mapping
from typing import Any

from torch.optim import Optimizer

from lehr._checks import choice
from lehr.training.drivers import (
    ByCounter,
    ByMetric,
    ByPlace,
    BySamples,
    Driver,
    Idle,
    Numbered,
    Per,
    follows_metric,
)
from lehr.training.schedulers.base import LRScheduler, StatefulScheduler
from lehr.training.schedulers.saved import OnChange
from lehr.training.unbound import native

NEEDED = ("step", "state_dict", "load_state_dict")


class Clock:
    """Counts updates and epochs, and drives a scheduler by them.

    - one that gives the rate of an epoch, such as `lehr.training.StepLR`: its rate is
      set before the first update, and after each epoch (or update);
    - one that counts, such as `lehr.training.StepScheduler`: by its mode and order;
    - lehr's bound `Scheduler`: after each update, with its samples and tokens (or each
      epoch);
    - torch's: after each update (or epoch); timm's: as it wants, with the numbers done;
    - one that is driven by a metric, such as `ReduceLROnPlateau`, torch's or lehr's:
      at each evaluation, by `monitor`.

    Rates that are not the scheduler's own to set keep the ratios of the param groups.

    Args:
        scheduler: to be driven, or None.
        optimizer: torch's, whose rates it sets.
        per: "update" or "epoch"; None: what the scheduler says, else "update".
        monitor: the metric, as evaluations name it.

    Raises:
        TypeError: the scheduler is a bare schedule, or has no `step`, `state_dict`,
            `load_state_dict`.
        ValueError: it belongs to another optimizer, runs on samples or tokens while
            it is moved by epochs, or `per` is unknown or not what it counts or is
            moved by.

    >>> import torch
    >>> from lehr.training import StepLR
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> clock = Clock(StepLR(1.0, step_size=2, gamma=0.5), optimizer)
    >>> for epoch in range(3):
    ...     print(optimizer.param_groups[0]["lr"])
    ...     clock.after_epoch()
    1.0
    1.0
    0.5
    """

    def __init__(
        self,
        scheduler: Any,
        optimizer: Optimizer,
        per: Per | None = None,
        monitor: str = "val_loss",
    ) -> None:
        if per is not None:
            choice("step_per", per, ("update", "epoch"))
        self.scheduler, self.monitor = scheduler, monitor
        self.on_change: OnChange | None = None
        self.updates = self.epochs = 0
        _require_drivable(scheduler, optimizer)
        kind = _driver_of(scheduler)
        self.per = _unit(scheduler, per)
        if kind is BySamples and self.per == "epoch":
            kind = Driver
        _require_clocks(scheduler, kind)
        self.driver = kind(scheduler, optimizer, self.per)

    def others(self) -> dict[str, list[Any]]:
        """Return what else than the rate lehr's scheduler has set, group by group."""
        fields = getattr(self.scheduler, "fields", ("lr",))
        if fields == ("lr",) or not hasattr(self.scheduler, "get_last"):
            return {}
        last = self.scheduler.get_last
        return {name: last(name) for name in fields if name != "lr"}

    def before_update(self) -> None:
        """Move a scheduler that is to be moved before the optimizer."""
        self.driver.before_update()

    @property
    def clocks(self) -> tuple[str, ...]:
        """What the scheduler's schedules run on, if it says so."""
        return tuple(getattr(self.scheduler, "clocks", ()))

    def after_update(self, samples: int, tokens: int = 0) -> None:
        """Count one applied update of so many samples and tokens."""
        self.updates += 1
        self.driver.after_update(self.updates, samples, tokens)

    def after_epoch(self) -> None:
        """Count one completed epoch."""
        self.epochs += 1
        self.driver.after_epoch(self.epochs)

    def after_evaluation(self, metrics: Mapping[str, float]) -> None:
        """Show the metrics of an evaluation to a scheduler that is driven by one."""
        if self.driver.needs_metric and self.monitor not in metrics:
            raise ValueError(
                f"the scheduler needs the metric {self.monitor!r}, the evaluation gave "
                f"{', '.join(metrics)}; pass monitor=..."
            )
        self.driver.after_evaluation(metrics, self.monitor)

    def require_metric(self, val_data: Any) -> None:
        """Refuse a run without evaluations, where the scheduler lives on them."""
        if self.driver.needs_metric and val_data is None:
            raise ValueError(
                f"{type(self.scheduler).__name__} is driven by {self.monitor!r}, so it "
                "needs evaluations: pass val_data"
            )

    def state_dict(self) -> Any:
        """Return what a checkpoint holds of the scheduler; None if there is none."""
        return self.driver.state_dict()

    def load_state_dict(self, state: Any, updates: int, epochs: int) -> None:
        """Go to a place in the run, with the scheduler's state of there.

        `on_change`, if it is set, tells lehr's own what to do where they differ.
        """
        self.driver.load_state_dict(state, self.on_change)
        self.go_to(updates, epochs)

    def go_to(self, updates: int, epochs: int) -> None:
        """Go to a place in the run; a scheduler with a state stays where that is."""
        self.updates, self.epochs = updates, epochs
        self.driver.go_to(updates, epochs)


def _driver_of(scheduler: Any) -> type[Driver]:
    if scheduler is None:
        return Idle
    if isinstance(scheduler, LRScheduler):
        return ByPlace
    if isinstance(scheduler, StatefulScheduler):
        return ByCounter
    if hasattr(scheduler, "step_update"):
        return Numbered
    if follows_metric(scheduler):
        return ByMetric
    # lehr's own bound one, known by its methods: it alone can go to any position.
    return BySamples if hasattr(scheduler, "seek") else Driver


def _require_drivable(scheduler: Any, optimizer: Optimizer) -> None:
    """Refuse what is no scheduler, or one of another optimizer."""
    if scheduler is None or isinstance(scheduler, LRScheduler):
        return
    if lacking := [name for name in NEEDED if not hasattr(scheduler, name)]:
        raise TypeError(
            f"scheduler must have {', '.join(NEEDED)}; {type(scheduler).__name__} "
            f"lacks {', '.join(lacking)}. Bind a schedule by "
            "lehr.bindings.torch.Scheduler(optimizer, lr=schedule)"
        )
    own = getattr(scheduler, "optimizer", None)
    if own is not None and native(own) is not optimizer:
        raise ValueError(
            "scheduler belongs to another optimizer; build it on the one that is "
            "given to the trainer"
        )


def _unit(scheduler: Any, per: Per | None) -> Per:
    """Return what moves a scheduler: as asked, if it does not know better itself."""
    says: Per | None = getattr(scheduler, "step_per", None)
    if hasattr(scheduler, "step_update"):
        says = "epoch" if getattr(scheduler, "t_in_epochs", True) else "update"
    elif follows_metric(scheduler) and per == "update":
        raise ValueError(
            f"step_per must be left out for {type(scheduler).__name__}: it is moved by "
            "evaluations, and evaluate_every=... says how often they are"
        )
    fixed = says is not None and not isinstance(scheduler, LRScheduler)
    if fixed and per not in (None, says):
        raise ValueError(
            f"step_per must be {says!r} for this {type(scheduler).__name__}, which "
            f"counts {says}s, got {per!r}; leave it out"
        )
    return per or says or "update"


def _require_clocks(scheduler: Any, kind: type[Driver]) -> None:
    """Refuse a schedule on a clock that is not told to its scheduler."""
    clocks = getattr(scheduler, "clocks", ())
    fed = [name for name in ("samples", "tokens") if name in clocks]
    if fed and kind is Driver:
        raise ValueError(
            f"the scheduler runs on {fed[0]}, which are counted with each update; "
            "leave out step_per='epoch'"
        )
