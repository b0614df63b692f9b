"""What the schedulers' arguments may be, and the ramp of a warmup."""

from typing import Any, Literal

from lehr._checks import choice, finite, number, positive
from lehr.schedules.base import Schedule
from lehr.schedules.cosine import Cosine
from lehr.schedules.exponential import Exponential
from lehr.schedules.linear import Linear

Shape = Literal["linear", "exponential", "cosine"]
_SHAPES = {"linear": Linear, "exponential": Exponential, "cosine": Cosine}


def rate(name: str, value: Any) -> float:
    """Return a rate that is >= 0 and finite."""
    if (result := finite(name, value)) < 0:
        raise ValueError(f"{name} must be >= 0, got {value!r}")
    return result


def decay(name: str, value: Any) -> float:
    """Return what a rate that never grows is multiplied by: in (0, 1]."""
    if not 0 < number(name, value) <= 1:
        raise ValueError(
            f"{name} must be in (0, 1], got {value!r}; for a rate that grows, use "
            "lehr.Exponential(start, end, steps)"
        )
    return float(value)


def least(name: str, value: Any, top_name: str, top: float) -> float:
    """Return the rate that a fall from `top` ends at: >= 0, and at most `top`."""
    if (result := rate(name, value)) > top:
        raise ValueError(
            f"{name} ({value!r}) exceeds {top_name} ({top!r}), so the rate would rise; "
            "swap them, or use lehr.Cosine(start, end, steps)"
        )
    return result


def ramp(shape: Shape, start: float, end: float, length: int) -> Schedule:
    """Return a warmup from `start` to `end`; of length 0, it is its end."""
    return _SHAPES[shape](start, end, length)


def start_of(shape: Shape, value: Any) -> float:
    """Return the rate that a warmup of this shape begins with."""
    choice("shape", shape, tuple(_SHAPES))
    if shape != "exponential":
        return rate("start_lr", value)
    try:
        return positive("start_lr", value)
    except ValueError as error:
        raise ValueError(
            f"start_lr must be > 0 for equal ratios, got {value!r}; pass "
            'start_lr=..., or shape="linear"'
        ) from error
