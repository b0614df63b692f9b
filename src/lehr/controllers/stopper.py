"""Stopper: end a run whose metric no longer improves, has diverged, or is enough."""

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
class StopperState(State):
    """What `Stopper` remembers: two counts, the best metric, and where it was.

    `evaluations` so far; `bad` ones in a row; `best_evaluation`, counted from 0.
    """

    best_evaluation: int | None = None


@dataclass(frozen=True)
class StopperVerdict:
    """Whether to stop after an evaluation, why, and the best one so far."""

    stop: bool
    improved: bool
    best: float | None
    best_evaluation: int | None
    why: str


@dataclass(frozen=True)
class Stopper(Controller[StopperState, StopperVerdict]):
    """Say when to stop: no improvement for too long, divergence, a target reached.

    An evaluation is an improvement if it beats the best one by more than `min_delta`
    (`min_delta * abs(best)` if relative), and the baseline, if there is one, as well.
    Any other is bad. Slow progress below the baseline moves the best, but is bad.

    `patience` is the number of bad evaluations in a row that are tolerated; the next
    bad one stops. So a flat metric stops at evaluation warmup + patience + 1, and one
    later without a warmup (the first sets the best). `Plateau` counts alike; the early
    stopping of Keras and Lightning calls patience k what is k - 1 here.

    The verdict is no latch: an improvement after a stop clears it.

    Args:
        mode: "min" if less is better, "max" if more is.
        patience: bad evaluations in a row that are tolerated.
        min_delta: margin of an improvement; relative ones lie in [0, 1).
        delta_mode: "absolute" or "relative".
        warmup: number of first evaluations that never stop, whatever they are, and
            are not counted as bad; they may set the best.
        baseline: a metric that must be beaten, too, for an evaluation not to be bad.
        divergence: a metric worse than this stops at once.
        target: a metric as good as this stops at once: the goal is reached.
        nan: what a NaN metric does: "stop" (at once, after the warmup); "bad";
            "ignore", as if not evaluated; or "raise". So does a metric of infinite
            merit. An infinitely bad one is only bad.

    Raises:
        ValueError: an argument is outside its range; a NaN metric if nan="raise".

    >>> verdict = Stopper("min", patience=1).replay([0.9, 0.5, 0.6, 0.5])[-1]
    >>> verdict.stop, verdict.best, verdict.best_evaluation
    (True, 0.5, 1)
    >>> verdict.why
    'no improvement for 2 evaluations, 1 tolerated; best 0.5 at evaluation 1'
    """

    mode: Mode = "min"
    _: KW_ONLY
    patience: int = 10
    min_delta: float = 0.0
    delta_mode: MarginMode = "absolute"
    warmup: int = 0
    baseline: float | None = None
    divergence: float | None = None
    target: float | None = None
    nan: Literal["stop", "bad", "ignore", "raise"] = "stop"

    state_type = StopperState

    def __post_init__(self) -> None:
        """Refuse what would stop at once or never."""
        choice("mode", self.mode, ("min", "max"))
        choice("nan", self.nan, ("stop", "bad", "ignore", "raise"))
        margin_of("min_delta", self.min_delta, "delta_mode", self.delta_mode)
        count("patience", self.patience)
        count("warmup", self.warmup)
        for name in ("baseline", "divergence", "target"):
            value = getattr(self, name)
            if value is not None:
                finite(name, value)
        for name in ("baseline", "target"):
            value = getattr(self, name)
            if self.divergence is not None and value is not None:
                self._require_better(name, value, self.divergence)

    def start(self) -> StopperState:
        """Return the state before the first evaluation."""
        return StopperState()

    def update(
        self, state: StopperState, metric: SupportsFloat
    ) -> tuple[StopperState, StopperVerdict]:
        """Return the state after this evaluation, and whether to stop."""
        value = self._reading(state, metric)
        number, warm = state.evaluations, state.evaluations >= self.warmup
        state = replace(state, evaluations=number + 1)
        if is_unusable(value, self.mode):
            return self._unusable(state, value, number, warm)
        improved = self._beats(value, state.best)
        if improved:
            state = replace(state, best=value, best_evaluation=number)
        good = improved and self._beats(value, self.baseline)
        state = replace(state, bad=0 if good or not warm else state.bad + 1)
        end = self._end(value) or self._out_of_patience(state)
        if end and warm:
            return state, _verdict(state, end, stop=True, improved=improved)
        why = f"{value:.6g} is the best so far" if improved else self._count(state)
        if not warm:
            why += f"; evaluation {number} of a warmup of {self.warmup}"
        return state, _verdict(state, why, improved=improved)

    def _unusable(
        self, state: StopperState, value: float, number: int, warm: bool
    ) -> tuple[StopperState, StopperVerdict]:
        shown = "NaN" if math.isnan(value) else f"{value}"
        if self.nan == "raise":
            raise ValueError(
                f"metric is {value} at evaluation {number}; "
                'pass nan="stop", nan="bad" or nan="ignore" to go on'
            )
        if self.nan == "ignore":
            return state, _verdict(state, f"{shown} is ignored")
        if not warm:
            why = f"{shown} in a warmup of {self.warmup}"
            return state, _verdict(state, why)
        state = replace(state, bad=state.bad + 1)
        if self.nan == "stop":
            return state, _verdict(state, f"the metric is {shown}", stop=True)
        end = self._out_of_patience(state)
        why = end or f"{shown} is bad: {self._count(state)}"
        return state, _verdict(state, why, stop=bool(end))

    def _beats(self, value: float, best: float | None) -> bool:
        if best is None:
            return math.isfinite(value)
        return beats(
            value,
            best,
            mode=self.mode,
            margin=self.min_delta,
            margin_mode=self.delta_mode,
        )

    def _end(self, value: float) -> str:
        """Say why this value alone ends the run; "" if it does not."""
        sign = 1.0 if self.mode == "min" else -1.0
        if self.divergence is not None and sign * value > sign * self.divergence:
            return f"diverged: {value:.6g} is worse than {self.divergence:.6g}"
        if self.target is not None and sign * value <= sign * self.target:
            return f"the target is reached: {value:.6g}, wanted {self.target:.6g}"
        return ""

    def _out_of_patience(self, state: StopperState) -> str:
        if state.bad <= self.patience:
            return ""
        what = "no improvement"
        if self.baseline is not None and not self._beaten(state):
            what += f" on the baseline {self.baseline:.6g}"
        ends = f"{what} for {_evaluations(state.bad)}, {self.patience} tolerated"
        if state.best is None:
            return f"{ends}; none was finite"
        return f"{ends}; best {state.best:.6g} at evaluation {state.best_evaluation}"

    def _beaten(self, state: StopperState) -> bool:
        return state.best is not None and self._beats(state.best, self.baseline)

    def _count(self, state: StopperState) -> str:
        return f"{state.bad} bad in a row, {self.patience} tolerated"

    def _require_better(self, name: str, value: float, divergence: float) -> None:
        sign = 1.0 if self.mode == "min" else -1.0
        if sign * value > sign * divergence:
            raise ValueError(
                f"{name} ({value!r}) is worse than divergence ({divergence!r}) in mode "
                f'"{self.mode}"; every metric between them would stop the run'
            )


def _verdict(
    state: StopperState, why: str, *, stop: bool = False, improved: bool = False
) -> StopperVerdict:
    return StopperVerdict(stop, improved, state.best, state.best_evaluation, why)


def _evaluations(count: int) -> str:
    return f"{count} evaluation" if count == 1 else f"{count} evaluations"
