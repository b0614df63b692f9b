"""timm's scheduler that follows a metric, with a state that is whole."""

from collections.abc import Mapping
from typing import Any

import torch

from lehr.bindings.torch.fields import same_number
from lehr.dialects.timm import plateau
from lehr.dropin._groups import number, put
from lehr.dropin.timm.reduction import Reduction
from lehr.dropin.timm.scheduler import Range, Scheduler

MOST_CUTS = 10_000


class PlateauLRScheduler(Scheduler):
    """Cut the rates when a metric stops improving: timm's PlateauLRScheduler.

    The metrics of the warmup's steps are not looked at. More is better by default.
    The rates follow from the starting values and the number of cuts, never from what
    the groups hold, and the state has all counters, so that a resumed run goes on as
    if it had not been interrupted. timm saves the best metric only, and without a
    warmup its `step(0)` writes `warmup_lr_init`, which is 0, for good.

    Args:
        optimizer: any torch optimizer.
        decay_rate: what a cut multiplies by, in (0, 1).
        patience_t: bad metrics in a row that are tolerated.
        threshold: relative margin of an improvement, in [0, 1).
        cooldown_t: metrics after a cut that are not counted as bad.
        warmup_t: length of the linear warmup, whose last step has the starting value.
        warmup_lr_init: its first value.
        lr_min: the lowest value, >= 0.
        mode: "max" if more is better, "min" if less is.
        noise_range_t: see `Scheduler`, as for the rest of the noise.
        noise_type: see there.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.
        initialize: see there.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = PlateauLRScheduler(optimizer, decay_rate=0.5, patience_t=1)
    >>> for epoch, accuracy in enumerate((0.5, 0.7, 0.7, 0.7), start=1):
    ...     scheduler.step(epoch, accuracy)
    >>> optimizer.param_groups[0]["lr"], scheduler.lr_scheduler.best
    (0.05, 0.7)
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        decay_rate: float = 0.1,
        patience_t: int = 10,
        threshold: float = 1e-4,
        cooldown_t: int = 0,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        lr_min: float = 0.0,
        mode: str = "max",
        noise_range_t: Range = None,
        noise_type: str = "normal",
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int | None = None,
        initialize: bool = True,
    ) -> None:
        super().__init__(
            optimizer,
            "lr",
            noise_range_t=noise_range_t,
            noise_type=noise_type,
            noise_pct=noise_pct,
            noise_std=noise_std,
            noise_seed=noise_seed,
            initialize=initialize,
        )
        self.lr_scheduler = Reduction(
            plateau(
                decay_rate=decay_rate,
                patience_t=patience_t,
                threshold=threshold,
                cooldown_t=cooldown_t,
                warmup_t=warmup_t,
                lr_min=lr_min,
                mode=mode,
            )
        )
        self.warmup_t = warmup_t
        self.warmup_lr_init = warmup_lr_init
        self.restore_lr: list[float] | None = None
        self._written: int | None = None
        self._to_recognize = False
        self.update_groups(self._first_values())

    @property
    def warmup_steps(self) -> list[float]:
        """What a step of the warmup adds to each group."""
        if not self.warmup_t:
            return [1.0 for _ in self.base_values]
        rise = self.warmup_lr_init
        return [(value - rise) / self.warmup_t for value in self.base_values]

    def step(self, epoch: int, metric: float | None = None) -> None:
        """Take in the metric of an epoch, and write the rates of the next.

        Args:
            epoch: the epoch that comes next, counted from 0.
            metric: of the epoch before; None if there was no evaluation.
        """
        self.metric, self.last_t = metric, epoch
        if len(self.optimizer.param_groups) > len(self.base_values):
            self._adopt()
            self._written = None
        if epoch <= self.warmup_t and self.warmup_t:
            self.update_groups(self._warming(epoch))
            return
        if self._to_recognize:
            self._recognize()
        reduction = self.lr_scheduler
        if metric is not None:
            reduction.see(float(metric))
        if self._written != reduction.cuts or self.noise_range_t is not None:
            self._write(epoch)

    def step_update(self, num_updates: int, metric: float | None = None) -> None:
        """Do nothing: metrics come by epoch.

        Args:
            num_updates: not looked at.
            metric: not looked at.
        """

    # ------------------------------------------------------------------- the values

    def _warming(self, t: int) -> list[float]:
        self._written = self.restore_lr = None
        return [self.warmup_lr_init + t * rise for rise in self.warmup_steps]

    def _get_lr(self, t: int) -> list[float]:
        """Return the rates after the cuts so far, as the groups would hold them."""
        rules, cuts = self.lr_scheduler.rules, self.lr_scheduler.cuts
        scaled = enumerate(self._scaled())
        return [rules.value(value, index, cuts) for index, value in scaled]

    def _scaled(self) -> list[float]:
        pairs = zip(self.optimizer.param_groups, self.base_values, strict=False)
        return [value * group.get("lr_scale", 1.0) for group, value in pairs]

    def _write(self, t: int) -> None:
        values, self.restore_lr = self._get_lr(t), None
        self._written = self.lr_scheduler.cuts
        if self._is_apply_noise(t):
            self.restore_lr, self._written = values, None
            values = self._add_noise(values, t)
        for group, value in zip(self.optimizer.param_groups, values, strict=False):
            put(group, value, self.param_group_field)

    def _rewrite(self) -> None:
        if self.last_t is None:
            self.update_groups(self._first_values())
        elif self.last_t <= self.warmup_t and self.warmup_t:
            self.update_groups(self._warming(self.last_t))
        else:
            self._write(self.last_t)

    def _first_values(self) -> float | list[float]:
        return self.warmup_lr_init if self.warmup_t else self.base_values

    # -------------------------------------------------------------------- the state

    def state_dict(self) -> dict[str, Any]:
        """Return the state, which timm's scheduler loads as well."""
        where = {"base_values": self.base_values, "last_t": self.last_t}
        return self.lr_scheduler.state_dict() | where

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state, of timm's PlateauLRScheduler or of this one.

        timm's does not say how often it has cut. Then the next `step` goes by what the
        groups hold, so load the optimizer before that.

        Args:
            state_dict: what `state_dict()` returned; it is not changed.

        Raises:
            ValueError: it is none of a PlateauLRScheduler.
        """
        if "best" not in state_dict:
            raise ValueError(
                "the state must be of a PlateauLRScheduler, with best, got one of "
                f"{', '.join(state_dict) or 'nothing'}"
            )
        self.lr_scheduler.load_state_dict(state_dict)
        self._written, self._to_recognize = None, "cuts" not in state_dict
        if not self._to_recognize:
            self.base_values = [number(v) for v in state_dict["base_values"]]
            self.last_t = state_dict["last_t"]
            self._adopt()
            self._rewrite()

    def _recognize(self) -> None:
        """Find how many cuts lead to what the groups hold; else begin from that."""
        reduction, groups = self.lr_scheduler, self.optimizer.param_groups
        held = [number(group[self.param_group_field]) for group in groups]
        before: list[float] = []
        for cuts in range(MOST_CUTS):
            reduction.cuts = cuts
            values = self._get_lr(0)
            if all(map(same_number, values, held)):
                break
            if values == before:
                reduction.cuts = 0
                scales = [group.get("lr_scale", 1.0) for group in groups]
                pairs = zip(held, scales, strict=True)
                self.base_values = [v / scale if scale else v for v, scale in pairs]
                break
            before = values
        self._to_recognize = False
