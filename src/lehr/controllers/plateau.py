"""Plateau: a factor that is cut when a metric stops improving."""

import math
from dataclasses import KW_ONLY, dataclass, replace
from typing import Literal, SupportsFloat

from lehr._checks import choice, count, finite
from lehr.controllers.base import Controller, State
from lehr.controllers.improvement import (
    MarginMode,
    Mode,
    beats,
    is_unusable,
    margin_of,
)


@dataclass(frozen=True, kw_only=True)
class PlateauState(State):
    """What `Plateau` remembers: four counts and the best metric.

    `evaluations` so far; `bad` ones in a row since the last improvement or cut;
    `cooling` evaluations still to sit out; `cuts` made.
    """

    cooling: int = 0
    cuts: int = 0


@dataclass(frozen=True)
class PlateauVerdict:
    """What to do after an evaluation: multiply the planned value by `factor`."""

    factor: float
    cut: bool
    improved: bool
    best: float | None
    why: str


@dataclass(frozen=True)
class Plateau(Controller[PlateauState, PlateauVerdict]):
    """Cut a factor, which starts at 1, when a metric stops improving.

    After n cuts the factor is max(floor, factor**n). Multiply a schedule's value by it.

    An evaluation is an improvement if it beats the best one by more than the margin:
    `threshold * abs(best)` if relative (so it is right for negative metrics too),
    `threshold` if absolute. Any other is bad. "signed" is torch's formula: `threshold *
    best`, which for a negative metric has the wrong sign, so that a flat one improves
    for ever and is never cut; it is here to give torch's curve, not to be chosen.

    `patience` is the number of bad evaluations in a row that are tolerated; the next
    bad one cuts, and the count begins anew. So a flat metric is first cut at evaluation
    patience + 2 (the first sets the best), then every cooldown + patience + 1. That is
    torch's convention; what Keras and optax call patience k is k - 1 here.
    `cooldown` is the number of evaluations after a cut that cannot be bad; they still
    may set a new best. (Keras' cooldown k is k - 1 here.)

    Args:
        mode: "min" if less is better, "max" if more is.
        factor: what a cut multiplies by; in (0, 1).
        patience: bad evaluations in a row that are tolerated.
        threshold: margin of an improvement, >= 0; below 1 unless absolute.
        threshold_mode: "relative", "absolute" or "signed".
        cooldown: evaluations after a cut that are not counted as bad.
        watch_cooldown: whether a best metric counts in the cooldown. If not, no metric
            of the cooldown is looked at, not even NaN: Paddle's rule.
        floor: the smallest cumulative factor; in [0, 1). At it, nothing is cut.
        nan: what a NaN metric is: "bad"; "ignore", as if not evaluated; or "raise".
            So is a metric of infinite merit. An infinitely bad one is only bad.

    Raises:
        ValueError: an argument is outside its range; a NaN metric if nan="raise".

    >>> plateau = Plateau("min", factor=0.5, patience=1)
    >>> [verdict.factor for verdict in plateau.replay([-1.0, -1.0, -1.0, -2.0, -2.0])]
    [1.0, 1.0, 0.5, 0.5, 0.5]
    >>> state = plateau.start()
    >>> state, verdict = plateau.update(state, 3.0)
    >>> state, verdict = plateau.update(state, float("nan"))
    >>> verdict.why
    'NaN is bad: 1 bad in a row, 1 tolerated'
    """

    mode: Mode = "min"
    _: KW_ONLY
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: MarginMode = "relative"
    cooldown: int = 0
    floor: float = 0.0
    nan: Literal["bad", "ignore", "raise"] = "bad"
    watch_cooldown: bool = True

    state_type = PlateauState

    def __post_init__(self) -> None:
        """Refuse what would do nothing or the opposite."""
        choice("mode", self.mode, ("min", "max"))
        choice("nan", self.nan, ("bad", "ignore", "raise"))
        margin_of("threshold", self.threshold, "threshold_mode", self.threshold_mode)
        count("patience", self.patience)
        count("cooldown", self.cooldown)
        if not isinstance(self.watch_cooldown, bool):
            raise TypeError(
                f"watch_cooldown must be True or False, got {self.watch_cooldown!r}"
            )
        if not 0 < finite("factor", self.factor) < 1:
            raise ValueError(f"factor must be in (0, 1), got {self.factor!r}")
        if not 0 <= finite("floor", self.floor) < 1:
            raise ValueError(
                f"floor must be in [0, 1), got {self.floor!r}; it is the smallest "
                "cumulative factor, not the smallest value"
            )

    def start(self) -> PlateauState:
        """Return the state before the first evaluation."""
        return PlateauState()

    def factor_after(self, cuts: int) -> float:
        """Return the cumulative factor after so many cuts, in (0, 1]."""
        return max(self.floor, self.factor**cuts)

    def update(
        self, state: PlateauState, metric: SupportsFloat
    ) -> tuple[PlateauState, PlateauVerdict]:
        """Return the state after this evaluation, and the factor to use from now on."""
        value = self._reading(state, metric)
        number = state.evaluations
        state = replace(state, evaluations=number + 1)
        if state.cooling and not self.watch_cooldown:
            return self._cooled(state)
        unusable = is_unusable(value, self.mode)
        if unusable and self.nan == "raise":
            raise ValueError(
                f"metric is {value} at evaluation {number}; "
                'pass nan="bad" or nan="ignore" to go on'
            )
        if unusable and self.nan == "ignore":
            return state, self._verdict(state, f"{_shown(value)} is ignored")
        if not unusable and self._improves(state, value):
            state = replace(state, best=value, bad=0, cooling=max(0, state.cooling - 1))
            why = f"{value:.6g} is the best so far"
            return state, self._verdict(state, why, improved=True)
        if state.cooling:
            return self._cooled(state)
        state = replace(state, bad=state.bad + 1)
        why = f"{state.bad} bad in a row, {self.patience} tolerated"
        if unusable:
            why = f"{_shown(value)} is bad: {why}"
        return self._judge(state, why)

    def _cooled(self, state: PlateauState) -> tuple[PlateauState, PlateauVerdict]:
        state = replace(state, bad=0, cooling=state.cooling - 1)
        return state, self._verdict(state, f"{state.cooling} to go of the cooldown")

    def _improves(self, state: PlateauState, value: float) -> bool:
        if state.best is None:
            return math.isfinite(value)
        return beats(
            value,
            state.best,
            mode=self.mode,
            margin=self.threshold,
            margin_mode=self.threshold_mode,
        )

    def _judge(
        self, state: PlateauState, why: str
    ) -> tuple[PlateauState, PlateauVerdict]:
        """Cut if patience is spent and there is anything left to cut."""
        now, then = self.factor_after(state.cuts), self.factor_after(state.cuts + 1)
        if state.bad <= self.patience:
            return state, self._verdict(state, why)
        if not 0 < then < now:
            return state, self._verdict(state, f"{why}; at the floor")
        state = replace(state, bad=0, cooling=self.cooldown, cuts=state.cuts + 1)
        why = f"{why}: cut from {now:.6g} to {then:.6g}"
        return state, self._verdict(state, why, cut=True)

    def _verdict(
        self,
        state: PlateauState,
        why: str,
        *,
        cut: bool = False,
        improved: bool = False,
    ) -> PlateauVerdict:
        factor = self.factor_after(state.cuts)
        return PlateauVerdict(factor, cut, improved, state.best, why)


def _shown(value: float) -> str:
    return "NaN" if math.isnan(value) else f"{value}"
