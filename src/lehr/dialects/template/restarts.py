"""CosineAnnealingWarmupReduceRestarts: each cycle warms up to a lower peak."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lehr import _checks
from lehr.schedules import Chain, Constant, Cosine, Linear, Repeat, Schedule

_CLOCK = 2**53  # cycles are laid out until here, where clocks cease to be exact
_MANY = 5_000


def cosine_annealing_warmup_reduce_restarts(
    base: float,
    *,
    first_cycle_steps: int | None = None,
    cycle_mult: float | None = None,
    max_lr: float | None = None,
    min_lr: float | None = None,
    warmup_steps: int | None = None,
    gamma: float = 1.0,
    T_0: int | None = None,
    T_mult: float | None = None,
    eta_max: float | None = None,
    eta_min: float | None = None,
    T_up: int | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `CosineAnnealingWarmupReduceRestarts`.

    Cycle n is as long as the first times cycle_mult^n. It goes from `min_lr` in a line
    of `warmup_steps` to its peak, max_lr gamma^n, and along a cosine back to `min_lr`.
    It begins at floor(first_cycle_steps (cycle_mult^n - 1) / (cycle_mult - 1)), found
    in exact arithmetic with `cycle_mult` read as it is written, so that all cycles have
    whole lengths.

    The original, `exact`, goes to 0.1 by default whatever the group's own value is,
    multiplies only what follows the warmup of each cycle, cut off to a whole length,
    and uses `min_lr` at t = 0 also where there is no warmup.

    Args:
        base: the group's starting value.
        first_cycle_steps: length of the first cycle, > warmup_steps.
        cycle_mult: each cycle is this many times as long as the one before, >= 1; 1 by
            default.
        max_lr: peak of the first cycle; the group's starting value by default.
        min_lr: where cycles begin and end; 1e-4 by default.
        warmup_steps: length of the warmup of each cycle; 0 by default.
        gamma: each peak is this many times the one before, in [0, 1].
        T_0: another name of `first_cycle_steps`.
        T_mult: another name of `cycle_mult`.
        eta_max: another name of `max_lr`.
        eta_min: another name of `min_lr`.
        T_up: another name of `warmup_steps`.
        exact: whether to do as the original does.

    Raises:
        ValueError: an argument is out of range, or names of both kinds are mixed.

    Source: mjun0812/PyTorch-Project-Template, scheduler.py, 2025; Loshchilov and
        Hutter, SGDR, 2017, arXiv:1608.03983.

    >>> lr = cosine_annealing_warmup_reduce_restarts(
    ...     0.1, T_0=10, T_mult=2, eta_min=0.0, T_up=5, gamma=0.5
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 5, 10, 15, 30, 35)]
    [0.0, 0.02, 0.1, 0.0, 0.05, 0.0, 0.025]
    """
    given = {
        "first_cycle_steps": (first_cycle_steps, "T_0", T_0),
        "cycle_mult": (cycle_mult, "T_mult", T_mult),
        "max_lr": (max_lr, "eta_max", eta_max),
        "min_lr": (min_lr, "eta_min", eta_min),
        "warmup_steps": (warmup_steps, "T_up", T_up),
    }
    cycles = _Cycles.of(_in_one_vocabulary(given), base, gamma, exact)
    if not exact:
        return cycles.documented()
    curve = cycles.laid_out(cycles.original_lengths())
    if cycles.warmup:
        return curve
    return Chain((Constant(cycles.low, 1), curve[1:]))


def _in_one_vocabulary(given: dict[str, tuple[Any, str, Any]]) -> dict[str, Any]:
    """Return the arguments by their long names, each with its name as it was given."""
    long = [name for name, (value, _, _) in given.items() if value is not None]
    short = [name for _, name, value in given.values() if value is not None]
    if long and short:
        raise ValueError(
            f"{', '.join(long)} and {', '.join(short)} are of two vocabularies; write "
            f"all as {', '.join(given)}, or all as "
            f"{', '.join(name for _, name, _ in given.values())}"
        )
    return {
        name: (other, y) if short else (name, x)
        for name, (x, other, y) in given.items()
    }


@dataclass(frozen=True)
class _Cycles:
    """Checked arguments."""

    first: int
    mult: float
    peak: float
    low: float
    warmup: int
    gamma: float

    @classmethod
    def of(
        cls, given: dict[str, tuple[str, Any]], base: float, gamma: float, exact: bool
    ) -> "_Cycles":
        first_name, first = given["first_cycle_steps"]
        mult_name, mult = given["cycle_mult"]
        peak_name, peak = given["max_lr"]
        low_name, low = given["min_lr"]
        warmup_name, warmup = given["warmup_steps"]
        if first is None:
            raise ValueError(
                "first_cycle_steps (or T_0) is missing: the length of the first cycle"
            )
        if peak is None:
            peak = 0.1 if exact else base
        made = cls(
            first=_checks.count(first_name, first, 1),
            mult=_checks.finite(mult_name, 1.0 if mult is None else mult),
            peak=_checks.finite(peak_name, peak),
            low=_checks.finite(low_name, 1e-4 if low is None else low),
            warmup=_checks.count(warmup_name, 0 if warmup is None else warmup),
            gamma=_checks.fraction("gamma", gamma),
        )
        if made.mult < 1:
            raise ValueError(f"{mult_name} must be >= 1, got {mult!r}")
        if made.warmup >= made.first:
            raise ValueError(
                f"{warmup_name} ({warmup!r}) must be < {first_name} ({first!r})"
            )
        if made.peak < made.low and not exact:
            raise ValueError(
                f"{low_name} ({made.low!r}) exceeds the peak ({made.peak!r}); "
                f"pass a lower {low_name}"
            )
        return made

    def documented(self) -> Schedule:
        """Return cycles whose whole length is multiplied."""
        if self.mult == 1 or (not self.warmup and self.mult == int(self.mult)):
            return self._repeated(self.first, self.peak, self.mult)
        return self.laid_out(self._lengths())

    def _lengths(self) -> Iterator[tuple[int, bool]]:
        mult = Fraction(repr(self.mult))
        begin, power = 0, Fraction(1)
        while True:
            power *= mult
            end = math.floor(self.first * (power - 1) / (mult - 1))
            yield end - begin, False
            begin = end

    def original_lengths(self) -> Iterator[tuple[int, bool]]:
        """Yield the original's lengths, in its own arithmetic."""
        length = self.first
        while True:
            after = int((length - self.warmup) * self.mult) + self.warmup
            yield length, after == length
            length = after

    def laid_out(self, lengths: Iterator[tuple[int, bool]]) -> Schedule:
        """Return cycles of these lengths, each with whether it is kept for ever."""
        pieces: list[Schedule] = []
        begin, peak = 0, self.peak
        for length, for_ever in lengths:
            if begin >= _CLOCK:
                break
            if for_ever:
                pieces.append(self._repeated(length, peak, 1.0))
                break
            if len(pieces) == _MANY:
                raise ValueError(
                    f"cycle_mult={self.mult!r} is so near to 1 that it makes more than "
                    f"{_MANY} cycles; pass 1, or a larger one"
                )
            pieces.append(self._cycle(self.low, peak, length))
            begin, peak = begin + length, peak * self.gamma
        return Chain(tuple(pieces))

    def _cycle(self, low: float, peak: float, length: int) -> Schedule:
        fall = Cosine(peak, low, length - self.warmup)
        return Linear(low, peak, self.warmup).then(fall) if self.warmup else fall

    def _repeated(self, length: int, peak: float, mult: float) -> Schedule:
        """Return endless cycles, each `mult` times as long as the one before."""
        low, gamma = self.low, self.gamma
        if gamma == 1.0:
            return Repeat(self._cycle(low, peak, length), stretch=mult)
        peaks = Repeat(self._cycle(0.0, peak, length), stretch=mult, decay=gamma)
        if not low:
            return peaks
        return peaks + Repeat(self._cycle(low, 0.0, length), stretch=mult)
