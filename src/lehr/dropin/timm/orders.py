"""What timm's factory was asked for, as the arguments of its schedulers."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lehr.dropin._exact import is_exact
from lehr.dropin.timm.cosine_lr import CosineLRScheduler
from lehr.dropin.timm.cycled import Cycled
from lehr.dropin.timm.multistep_lr import MultiStepLRScheduler
from lehr.dropin.timm.plateau_lr import PlateauLRScheduler
from lehr.dropin.timm.poly_lr import PolyLRScheduler
from lehr.dropin.timm.scheduler import Range, Scheduler
from lehr.dropin.timm.step_lr import StepLRScheduler
from lehr.dropin.timm.tanh_lr import TanhLRScheduler
from lehr.dropin.timm.wsd_lr import WSDLRScheduler

Created = tuple[Scheduler | None, int]


@dataclass(frozen=True, kw_only=True)
class Order:
    """The arguments of `create_scheduler_v2`, by their names there."""

    optimizer: torch.optim.Optimizer
    sched: str
    num_epochs: int
    decay_epochs: float | None
    decay_milestones: Sequence[float]
    cooldown_epochs: int
    patience_epochs: int
    decay_rate: float
    min_lr: float
    warmup_lr: float
    warmup_epochs: int
    warmup_prefix: bool
    noise: Range
    noise_pct: float
    noise_std: float
    noise_seed: int
    cycle_mul: float
    cycle_decay: float
    cycle_limit: int
    k_decay: float
    decay_fn: str | None
    stable_timescale: float | None
    plateau_mode: str
    step_on_epochs: bool
    updates_per_epoch: int
    exact: bool | None

    def __post_init__(self) -> None:
        """Refuse what no scheduler can be made of."""
        if not self.step_on_epochs and self.updates_per_epoch <= 0:
            raise ValueError(
                "updates_per_epoch must be > 0 where the schedule counts updates, got "
                f"{self.updates_per_epoch!r}; pass the number of batches of the loader"
            )
        if self.sched not in _BUILDERS:
            near = difflib.get_close_matches(str(self.sched), _BUILDERS, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            known = ", ".join(_BUILDERS)
            raise ValueError(f"unknown scheduler {self.sched!r}: {hint}known: {known}")

    def created(self) -> Created:
        """Return the scheduler, and the number of epochs to train."""
        scheduler = _BUILDERS[self.sched](self)
        if isinstance(scheduler, Cycled | WSDLRScheduler):
            cooldown = self.cooldown_epochs * self.unit
            return scheduler, (scheduler.get_cycle_length() + cooldown) // self.unit
        epochs = self.num_epochs + (self.warmup_epochs if self.warmup_prefix else 0)
        exact = is_exact() if self.exact is None else self.exact
        return scheduler, epochs if exact else epochs + self.cooldown_epochs

    # ---------------------------------------------------------------- their arguments

    @property
    def unit(self) -> int:
        """Ticks of the schedule's clock in an epoch."""
        return 1 if self.step_on_epochs else self.updates_per_epoch

    def warmup(self) -> dict[str, Any]:
        """Return the arguments of the warmup, but for where it stands."""
        ticks = self.warmup_epochs * self.unit
        return {"warmup_t": ticks, "warmup_lr_init": self.warmup_lr}

    def noises(self) -> dict[str, Any]:
        """Return the arguments of the noise."""
        whole, span = self.num_epochs * self.unit, self.noise
        if isinstance(span, list | tuple):
            points = [part * whole for part in span]
            span = points[0] if len(points) == 1 else points
        elif span is not None:
            span = span * whole  # type: ignore[operator]  # one number
        return {
            "noise_range_t": span,
            "noise_pct": self.noise_pct,
            "noise_std": self.noise_std,
            "noise_seed": self.noise_seed,
        }

    def framed(self) -> dict[str, Any]:
        """Return what all but two schedulers share."""
        prefix, clock = self.warmup_prefix, self.step_on_epochs
        around = {"warmup_prefix": prefix, "t_in_epochs": clock}
        return {**self.warmup(), **self.noises(), **around}

    def cycles(self) -> dict[str, Any]:
        """Return what the schedulers with cycles share."""
        return {
            "t_initial": self.num_epochs * self.unit,
            "lr_min": self.min_lr,
            "cycle_mul": self.cycle_mul,
            "cycle_decay": self.cycle_decay,
            "cycle_limit": self.cycle_limit,
            **self.framed(),
        }

    # ------------------------------------------------------------------ the schedulers

    def cosine(self) -> Scheduler:
        """Return cosine cycles."""
        return CosineLRScheduler(self.optimizer, **self.cycles(), k_decay=self.k_decay)

    def tanh(self) -> Scheduler:
        """Return cycles of a hyperbolic tangent."""
        return TanhLRScheduler(self.optimizer, **self.cycles())

    def poly(self) -> Scheduler:
        """Return polynomial cycles, whose power is `decay_rate`."""
        shape = self.cycles() | {"power": self.decay_rate, "k_decay": self.k_decay}
        return PolyLRScheduler(self.optimizer, **shape)

    def step(self) -> Scheduler:
        """Return drops at equal distances."""
        every = 90 if self.decay_epochs is None else self.decay_epochs
        drops = {"decay_t": every * self.unit, "decay_rate": self.decay_rate}
        return StepLRScheduler(self.optimizer, **(self.framed() | drops))

    def constant(self) -> Scheduler:
        """Return warmup, noise and `lr_scale` on what stays as it is."""
        return StepLRScheduler(self.optimizer, decay_t=1, **self.framed())

    def multi_step(self) -> Scheduler:
        """Return drops at milestones."""
        return MultiStepLRScheduler(
            self.optimizer,
            decay_t=[m * self.unit for m in self.decay_milestones],
            decay_rate=self.decay_rate,
            **self.framed(),
        )

    def plateau(self) -> Scheduler:
        """Return what follows a metric."""
        if not self.step_on_epochs:
            raise ValueError(
                "step_on_epochs must be True for sched='plateau', whose metrics come "
                f"by epoch, got {self.step_on_epochs!r}"
            )
        return PlateauLRScheduler(
            self.optimizer,
            decay_rate=self.decay_rate,
            patience_t=self.patience_epochs,
            lr_min=self.min_lr,
            mode=self.plateau_mode,
            **self.warmup(),
            **self.noises(),
        )

    def wsd(self) -> Scheduler:
        """Return warmup, stable phase and decay, within `num_epochs` if no prefix."""
        falls = self.sched == "rsqrt"
        length = self.num_epochs * self.unit
        if not self.warmup_prefix:
            length -= self.warmup_epochs * self.unit
        decay = 0.2 if self.decay_epochs is None else self.decay_epochs
        ticks = round(decay * (length if 0 < decay < 1 else self.unit))
        if not 0 < ticks <= length:
            raise ValueError(
                f"decay_epochs must leave {self.sched} a decay of 1 to {length} steps "
                f"of its clock, got {self.decay_epochs!r}, which is {ticks}"
            )
        scale = self.stable_timescale
        return WSDLRScheduler(
            self.optimizer,
            t_initial=length,
            decay_t=ticks,
            lr_min=self.min_lr,
            stable_fn="rsqrt" if falls else "constant",
            stable_timescale=None if scale is None else scale * self.unit,
            decay_fn=self.decay_fn or ("linear" if falls else "1-sqrt"),
            t_in_epochs=self.step_on_epochs,
            **self.warmup(),
            **self.noises(),
        )

    def none(self) -> None:
        """Return no scheduler: the rates stay as they are."""


_BUILDERS: dict[str, Callable[[Order], Scheduler | None]] = {
    "cosine": Order.cosine,
    "tanh": Order.tanh,
    "poly": Order.poly,
    "step": Order.step,
    "multistep": Order.multi_step,
    "constant": Order.constant,
    "wsd": Order.wsd,
    "rsqrt": Order.wsd,
    "plateau": Order.plateau,
    "none": Order.none,
}
