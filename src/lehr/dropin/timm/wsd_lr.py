"""timm's warmup, stable phase and decay."""

from collections.abc import Callable
from typing import Any

import torch

from lehr.dialects.timm import wsd
from lehr.dropin._ahead import ahead
from lehr.dropin.timm.curved import FEW, Curved, Values, bare, behind_warmup
from lehr.dropin.timm.scheduler import Range
from lehr.schedules import Constant, Power, Schedule


class WSDLRScheduler(Curved):
    """Warm up, stay, then decay to `lr_min`: timm's WSDLRScheduler.

    Args:
        optimizer: any torch optimizer.
        t_initial: length of the stable phase and the decay together, > 0.
        decay_t: length of the decay, in (0, t_initial].
        lr_min: value at the end, >= 0.
        stable_fn: "constant"; "rsqrt", (1 + t / timescale)^-0.5; or "power".
        stable_timescale: timescale of these, > 0; `warmup_t` by default.
        stable_power: for "power", the exponent is minus this, > 0.
        decay_fn: "linear", "1-sqrt", "cosine", "power" (1 - x^decay_power), "exp" (down
            to `decay_ratio`, stretched to reach 0), or a function of x.
        decay_power: > 0.
        decay_ratio: in (0, 1).
        warmup_t: length of the linear warmup, which comes before `t_initial`.
        warmup_lr_init: its first value.
        t_in_epochs: whether `step` reacts, or `step_update`.
        noise_range_t: see `Scheduler`, as for the rest of the noise.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.
        initialize: see there.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31; Haegele et al., Scaling Laws and Compute-Optimal Training
        Beyond Fixed Training Durations, 2024, arXiv:2405.18392.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = WSDLRScheduler(optimizer, t_initial=10, decay_t=4, warmup_t=2)
    >>> scheduler.step(9)
    >>> optimizer.param_groups[0]["lr"], scheduler.get_cycle_length()
    (0.05, 12)
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        t_initial: int,
        decay_t: int,
        lr_min: float = 0.0,
        stable_fn: str = "constant",
        stable_timescale: float | None = None,
        stable_power: float = 0.5,
        decay_fn: str | Callable[[float], float] = "1-sqrt",
        decay_power: float = 0.5,
        decay_ratio: float = 0.1,
        warmup_t: int = 0,
        warmup_lr_init: float = 0.0,
        t_in_epochs: bool = True,
        noise_range_t: Range = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int = 42,
        initialize: bool = True,
    ) -> None:
        super().__init__(
            optimizer,
            param_group_field="lr",
            t_in_epochs=t_in_epochs,
            noise_range_t=noise_range_t,
            noise_pct=noise_pct,
            noise_std=noise_std,
            noise_seed=noise_seed,
            initialize=initialize,
        )
        if stable_fn != "constant" and stable_timescale is None:
            stable_timescale = warmup_t
        self.t_initial = t_initial
        self.decay_t = decay_t
        self.lr_min = lr_min
        self.stable_fn = stable_fn
        self.stable_timescale = stable_timescale
        self.stable_power = stable_power
        self.decay_fn = decay_fn
        self.decay_power = decay_power
        self.decay_ratio = decay_ratio
        self.warmup_t = warmup_t
        self.warmup_lr_init = warmup_lr_init
        self._begin()

    def get_cycle_length(self, cycles: int = 0) -> int:
        """Return the length of the whole, warmup included.

        Args:
            cycles: not looked at: there is one.
        """
        return self.warmup_t + self.t_initial  # type: ignore[return-value]  # whole where both are

    def curve(self, base: float) -> Schedule:
        """Return the stable phase and the decay of a group, without noise.

        Args:
            base: its starting value.
        """
        scale = 0.0 if self.stable_timescale is None else self.stable_timescale
        framed = wsd(
            base,
            t_initial=self.t_initial,
            decay_t=self.decay_t,
            lr_min=self.lr_min,
            stable_fn=self.stable_fn,
            stable_timescale=scale,
            stable_power=self.stable_power,
            decay_fn=self.decay_fn,
            decay_power=self.decay_power,
            decay_ratio=self.decay_ratio,
            **behind_warmup(base),
        )
        return bare(framed)

    def _is_affine(self, lowest: float) -> bool:
        return not self.lr_min or (
            self.stable_fn == "constant" and lowest >= self.lr_min
        )

    def _follow(self, bases: list[float]) -> Values:
        few = len(set(bases)) <= FEW or self.warmup_t % 1
        if few or self._is_affine(min(bases)):
            return super()._follow(bases)
        warmup, rise, low = self.warmup_t, self.warmup_lr_init, self.lr_min
        slopes = [self._slope(base) for base in bases]
        begin = int(warmup)
        stable_at, decay_at = ahead(self._stable()), ahead(self._decay())

        def values(t: int) -> list[float]:
            if t < warmup:
                return [rise + max(t, 0.0) * slope for slope in slopes]
            stable, decay = stable_at(t - begin), decay_at(t - begin)
            return [low + (max(b * stable, low) - low) * decay for b in bases]

        return values

    def _stable(self) -> Schedule:
        """Return the stable function, as a part of the starting value."""
        if self.stable_fn == "constant":
            return Constant(1.0)
        power = 0.5 if self.stable_fn == "rsqrt" else self.stable_power
        return Power(1.0, -power, self.stable_timescale)  # type: ignore[arg-type]  # set where it is needed

    def _decay(self) -> Schedule:
        """Return the decay function, from 1 to 0."""
        shape = {"decay_power": self.decay_power, "decay_ratio": self.decay_ratio}
        lengths = {"t_initial": self.t_initial, "decay_t": self.decay_t}
        given: dict[str, Any] = {**lengths, **shape, **behind_warmup(1.0)}
        return bare(wsd(1.0, decay_fn=self.decay_fn, **given))
