"""The clock of a run: moves a scheduler of any make, once per update or per epoch."""

from collections.abc import Mapping
from typing import Any, Literal

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from lehr._checks import choice

Per = Literal["update", "epoch"]


class Clock:
    """Drives a scheduler: lehr's, one of torch's, or one with the same three methods.

    lehr's own moves once per applied update and is told the samples. Torch's move once
    per update or once per epoch, as `per` says; `ReduceLROnPlateau` moves at each
    evaluation, by the metric `monitor`.

    Raises:
        TypeError: the scheduler has no `step`, `state_dict`, `load_state_dict`.
        ValueError: it belongs to another optimizer or runs on tokens, or `per` is
            unknown.
    """

    def __init__(
        self,
        scheduler: Any,
        optimizer: Optimizer,
        per: Per = "update",
        monitor: str = "val_loss",
    ) -> None:
        choice("step_per", per, ("update", "epoch"))
        self.scheduler = scheduler
        self.monitor = monitor
        self.by_metric = isinstance(scheduler, ReduceLROnPlateau)
        # lehr's own, known by its methods: it alone can go to any position.
        self.counts_samples = hasattr(scheduler, "seek")
        self.per_update = scheduler is not None and not self.by_metric
        self.per_epoch = False
        if scheduler is None:
            return
        needed = ("step", "state_dict", "load_state_dict")
        if lacking := [name for name in needed if not hasattr(scheduler, name)]:
            raise TypeError(
                f"scheduler must have {', '.join(needed)}; {type(scheduler).__name__} "
                f"lacks {', '.join(lacking)}. Bind a schedule by "
                "lehr.bindings.torch.Scheduler(optimizer, lr=schedule)"
            )
        if getattr(scheduler, "optimizer", optimizer) is not optimizer:
            raise ValueError(
                "scheduler belongs to another optimizer; build it on the one that is "
                "given to the trainer"
            )
        if per == "epoch":
            if self.counts_samples:
                raise ValueError(
                    "step_per must be 'update' for lehr's scheduler, whose clock is "
                    "applied updates; give its lengths in updates"
                )
            self.per_epoch, self.per_update = self.per_update, False
        if "tokens" in getattr(scheduler, "clocks", ()):
            raise ValueError(
                "the trainer counts updates and samples, and the scheduler needs "
                "tokens; give its lengths in updates, as Plan.resolve does"
            )

    def others(self) -> dict[str, list[Any]]:
        """Return what else than the rate lehr's scheduler has set, group by group."""
        if not self.counts_samples or self.scheduler.fields == ("lr",):
            return {}
        last = self.scheduler.get_last
        return {name: last(name) for name in self.scheduler.fields if name != "lr"}

    def after_update(self, samples: int) -> None:
        """Count one applied update of so many samples."""
        if self.counts_samples:
            self.scheduler.step(samples=samples)
        elif self.per_update:
            self.scheduler.step()

    def after_epoch(self) -> None:
        """Count one completed epoch."""
        if self.per_epoch:
            self.scheduler.step()

    def after_evaluation(self, metrics: Mapping[str, float]) -> None:
        """Show the metrics of an evaluation to a scheduler that is driven by one."""
        if self.by_metric:
            if self.monitor not in metrics:
                raise ValueError(
                    f"the scheduler needs the metric {self.monitor!r}, the evaluation "
                    f"gave {', '.join(metrics)}; pass monitor=..."
                )
            self.scheduler.step(metrics[self.monitor])
