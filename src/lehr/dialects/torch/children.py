"""The schedulers inside a SequentialLR or a ChainedScheduler."""

import inspect
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from lehr.dialects.base import Named
from lehr.dialects.torch.decays import whole_milestones
from lehr.schedules import Constant, Schedule

Span = tuple[Named, int, int | None]


def listed(schedulers: Sequence[Named]) -> list[Named]:
    """Return schedulers as a list; refuse none, and what has no curve of its own."""
    if isinstance(schedulers, Named) or not (found := list(schedulers)):
        raise ValueError(
            f"schedulers must hold at least one scheduler, got {schedulers!r}"
        )
    for index, child in enumerate(found):
        if not isinstance(child, Named):
            raise TypeError(f"schedulers[{index}] must be a Named, got {child!r}")
        if child.dialect.curve is None:
            raise ValueError(
                f"schedulers[{index}] is {child.dialect.name}, which follows a metric "
                "and has no curve; step it by itself, beside the others"
            )
    return found


def spans(schedulers: Sequence[Named], milestones: Sequence[int]) -> list[Span]:
    """Return each scheduler with its first step, and the next one's (None: no end)."""
    children, begins = listed(schedulers), whole_milestones(milestones)
    if len(begins) != len(children) - 1:
        raise ValueError(
            "milestones must hold one less than schedulers, got "
            f"{len(begins)} milestones and {len(children)} schedulers"
        )
    for a, b in pairwise(begins):
        if a > b:
            raise ValueError(f"milestones must not decrease, got {a!r} before {b!r}")
    return list(zip(children, (0, *begins), (*begins, None), strict=True))


def arguments_of(child: Named) -> dict[str, Any]:
    """Return all arguments of a scheduler, the defaults too."""
    curve: Any = child.dialect.curve
    bound = inspect.signature(curve).bind(0.0, **child.arguments)
    bound.apply_defaults()
    return bound.arguments


def momentum_of(child: Named, base: float) -> Schedule | None:
    """Return the curve that a scheduler gives the momentum, if it drives it."""
    driven = child.dialect.others.get("momentum")
    return driven(base, **child.arguments) if driven else None


def first_of(curve: Schedule, length: int) -> Schedule:
    """Return the first `length` steps of a curve, in the plainest form."""
    if isinstance(curve, Constant):
        return Constant(curve.value, length)
    return curve if curve.steps == length else curve[:length]


def rest_of(curve: Schedule, begin: int) -> Schedule:
    """Return a curve from step `begin` on, past its end too, to stand in a chain.

    What has no length left is the constant that it is: a ramp would vanish there.
    """
    if begin >= curve.steps:
        return Constant(curve(begin))
    return curve[begin:] if begin else curve
