"""What counts as an improvement: right for negative metrics, false for a flat one."""

import math
from typing import Literal

from lehr._checks import choice, finite

Mode = Literal["min", "max"]
MarginMode = Literal["relative", "absolute", "signed"]


def beats(
    metric: float, best: float, *, mode: Mode, margin: float, margin_mode: MarginMode
) -> bool:
    """Tell whether `metric` is better than `best` by more than the margin.

    mode "min": metric < best - m; mode "max": metric > best + m; where m is `margin`
    if absolute, `margin * abs(best)` if relative. The test is strict: what is flat is
    no improvement. A NaN beats nothing.

    "signed" is the formula that torch calls "rel": m = `margin * best`, with the sign
    of `best`. For a positive metric it is "relative". For a negative one it is a trap:
    the bar is on the wrong side of `best`, so that a flat metric is an improvement for
    ever, and a slightly worse one too.

    >>> beats(-1.0, -1.0, mode="min", margin=1e-4, margin_mode="relative")
    False
    >>> beats(-1.1, -1.0, mode="min", margin=1e-4, margin_mode="relative")
    True
    >>> beats(-1.0, -1.0, mode="min", margin=1e-4, margin_mode="signed")
    True
    """
    towards = -1.0 if mode == "min" else 1.0
    if margin_mode == "relative":
        # One product, rounded as `best * (1 - margin)` is: for positive metrics this
        # is, to the last bit, the bar that the usual definition sets.
        bar = best * (1.0 + towards * math.copysign(margin, best))
    elif margin_mode == "signed":
        bar = best * (1.0 + towards * margin)
    else:
        bar = best + towards * margin
    return metric < bar if mode == "min" else metric > bar


def is_unusable(metric: float, mode: Mode) -> bool:
    """Tell whether `metric` says nothing: NaN, or better than any number can be.

    An infinitely bad metric is only bad. An infinitely good one could never be beaten
    again, so it is handled as a NaN is.
    """
    best_possible = -math.inf if mode == "min" else math.inf
    return math.isnan(metric) or metric == best_possible


def margin_of(name: str, margin: float, mode_name: str, mode: str) -> float:
    """Return a margin that is >= 0, and < 1 unless it is absolute; refuse others."""
    choice(mode_name, mode, ("relative", "absolute", "signed"))
    margin = finite(name, margin)
    if margin < 0:
        raise ValueError(f"{name} must be >= 0, got {margin!r}")
    if mode != "absolute" and margin >= 1:
        raise ValueError(
            f"{name} must be < 1 where it is {mode}, got {margin!r}; "
            f'for an absolute margin pass {mode_name}="absolute"'
        )
    return margin
