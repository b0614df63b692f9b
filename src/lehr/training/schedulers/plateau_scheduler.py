"""Cut the rate when a metric stops improving: it follows what it was shown."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, SupportsFloat

from lehr._checks import choice, count, finite, positive
from lehr.controllers.improvement import Mode
from lehr.controllers.plateau import Plateau, PlateauState
from lehr.training.schedulers.base import assign
from lehr.training.schedulers.saved import OnChange, read_saved, same_rate, settle


@dataclass(frozen=True, eq=False)
class ReduceLROnPlateau:
    """Multiply the rate by `factor` when a metric has not improved `patience` times.

    The `patience`-th bad evaluation in a row cuts (torch's cuts at the one after), and
    the count begins anew. Any strict improvement on the best so far is one; a NaN is
    none. A trainer shows it the metric of each evaluation. It is no `LRScheduler`: what
    rate an epoch has, only the run can tell.

    Args:
        base_lr: rate before the first cut, > 0.
        mode: "min" if less is better, "max" if more is.
        factor: what a cut multiplies by; in (0, 1]; 1 keeps the rate.
        patience: bad evaluations in a row that cut; 0 is 1: every bad one.

    Raises:
        ValueError: an argument is outside its range.

    >>> scheduler = ReduceLROnPlateau(1.0, factor=0.5, patience=2)
    >>> [scheduler.step(loss) for loss in (0.5, 0.6, 0.7, 0.8, 0.9)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    by_metric: ClassVar[Literal[True]] = True

    base_lr: float
    mode: Mode = "min"
    factor: float = 0.1
    patience: int = 10

    def __post_init__(self) -> None:
        choice("mode", self.mode, ("min", "max"))
        if not 0 < finite("factor", self.factor) <= 1:
            raise ValueError(f"factor must be in (0, 1], got {self.factor!r}")
        assign(
            self,
            base_lr=positive("base_lr", self.base_lr),
            factor=float(self.factor),
            patience=count("patience", self.patience),
            _state=PlateauState(),
        )

    @property
    def controller(self) -> Plateau:
        """What counts the bad evaluations, in lehr's own words."""
        return Plateau(
            self.mode,
            # A factor of 1 is no cut to it; the bad ones are counted all the same.
            factor=self.factor if self.factor < 1 else 0.5,
            patience=max(self.patience - 1, 0),
            threshold=0.0,
        )

    @property
    def state(self) -> PlateauState:
        """What it remembers: counts, and the best metric."""
        state: PlateauState = self.__dict__["_state"]
        return state

    @property
    def best_metric(self) -> float | None:
        """The best metric so far."""
        return self.state.best

    @property
    def epochs_without_improvement(self) -> int:
        """Bad evaluations in a row, since the last cut."""
        return self.state.bad

    def step(self, metric: SupportsFloat) -> float:
        """Take in the metric of one evaluation; return the rate from now on."""
        state, _ = self.controller.update(self.state, metric)
        assign(self, _state=state)
        return self.get_lr()

    def get_lr(self, epoch: int = 0, batch: int = 0) -> float:
        """Return the rate in force now, whatever epoch and batch are named."""
        count("batch", batch)
        count("epoch", epoch)
        return self.base_lr * self.factor**self.state.cuts

    def state_dict(self) -> dict[str, Any]:
        """Return the memory, the rate and the configuration: plain JSON."""
        return {
            **self.state.to_dict(),
            "current_lr": self.get_lr(),
            **self._configuration(),
        }

    def load_state_dict(
        self, state_dict: Mapping[str, Any], on_change: OnChange = "refuse"
    ) -> None:
        """Go where a saved state was; a load that is refused changes nothing.

        Args:
            state_dict: what `state_dict()` returned.
            on_change: what to do where the configuration differs: "refuse", "keep" the
                saved one, or "override" it with this one.

        Raises:
            TypeError: `state_dict` is not a mapping, or a value is no number.
            ValueError: it lacks something or is damaged; or the configuration differs
                and the policy is "refuse".
        """
        own, kind = self._configuration(), type(self)
        memory = {f.name for f in fields(PlateauState)}
        saved = read_saved(kind.__name__, state_dict, {"current_lr", *memory, *own})
        state = PlateauState.from_dict({name: saved.pop(name) for name in memory})
        current = saved.pop("current_lr")
        then = kind(**saved)
        assign(then, _state=state)
        same_rate(current, then.get_lr(), f"{state.cuts} cuts")
        chosen = settle(kind.__name__, own, then._configuration(), on_change)
        assign(self, _state=state, **chosen)

    def _configuration(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}
