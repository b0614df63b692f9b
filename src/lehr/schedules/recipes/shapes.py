"""The ramps by name, as recipes take them."""

from collections.abc import Callable

from lehr import _checks
from lehr.schedules.base import Schedule
from lehr.schedules.cosine import Cosine
from lehr.schedules.exponential import Exponential
from lehr.schedules.linear import Linear
from lehr.schedules.mirror_cosine import MirrorCosine
from lehr.schedules.one_minus_sqrt import OneMinusSqrt

Shape = str | Callable[[float, float, int], Schedule]


def _one_minus_square(start: float, end: float, steps: int) -> Schedule:
    from lehr.schedules.polynomial import Polynomial
    from lehr.schedules.reverse import Reverse

    return Reverse(Polynomial(end, start, steps, power=2))


def _rex(start: float, end: float, steps: int) -> Schedule:
    from lehr.schedules.rex import Rex

    return Rex(start, end, steps)


SHAPES: dict[str, Callable[[float, float, int], Schedule]] = {
    "linear": Linear,
    "cosine": Cosine,
    "1-sqrt": OneMinusSqrt,
    "1-square": _one_minus_square,
    "mirror-cosine": MirrorCosine,
    "exponential": Exponential,
    "rex": _rex,
}


def ramp(shape: Shape, start: float, end: float, steps: int) -> Schedule:
    """Return the ramp of that shape from `start` to `end` in `steps` updates."""
    if not isinstance(shape, str):
        if not callable(shape):
            raise TypeError(f"shape must be a name or a function, got {shape!r}")
        given = shape(start, end, steps)
        if not isinstance(given, Schedule):
            raise TypeError(f"shape must give a schedule, got {given!r}")
        return given
    return SHAPES[_checks.choice("shape", shape, tuple(SHAPES))](start, end, steps)
