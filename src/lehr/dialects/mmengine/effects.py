"""What mmengine's schedulers do to the value that they find, and when."""

import math
from dataclasses import dataclass, replace

from lehr import _checks
from lehr.dialects.torch.children import rest_of
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    ExponentialDecay,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Repeat,
    Schedule,
    Step,
    Stretch,
    Table,
)

INF = 10**9
"""mmengine's own infinity: an `end` that is not reached."""

LARGEST = 2**20
"""Values of the longest table that is made."""


@dataclass(frozen=True)
class Frame:
    """When a scheduler acts: at its steps `begin` to before `end`.

    Args:
        begin: first step.
        end: the step after the last; INF for none.
        scale: what its lengths are multiplied by: updates per epoch if it is converted.
        every: updates per step of its own, on the clock of updates.
        by_epoch: whether its step is an epoch, so that it acts after those of updates.
    """

    begin: int
    end: int
    scale: int = 1
    every: int = 1
    by_epoch: bool = True

    @property
    def length(self) -> int:
        """Steps of its own; about INF where there is no end."""
        return self.end - self.begin


def framed(
    begin: float,
    end: float,
    by_epoch: bool,
    convert_to_iter_based: bool,
    epoch_length: int | None,
    last_step: int = -1,
) -> Frame:
    """Return when a scheduler acts; refuse what is not a stretch of steps."""
    if last_step != -1:
        raise ValueError(
            f"last_step must be -1, got {last_step!r}; a schedule begins at 0, and a "
            "position is restored by seek(...) or load_state_dict(...)"
        )
    per = None
    if epoch_length is not None:
        per = _checks.count("epoch_length", epoch_length, 1)
    if convert_to_iter_based:
        if not by_epoch or per is None:
            raise ValueError(
                "convert_to_iter_based needs by_epoch=True and an epoch_length, got "
                f"by_epoch={by_epoch!r}, epoch_length={epoch_length!r}"
            )
        first = int(_checks.length("begin", begin) * per)
        last = INF if end >= INF else int(_checks.length("end", end) * per)
        frame = Frame(first, last, per, by_epoch=False)
    else:
        first = _checks.count("begin", begin)
        last = min(INF, _checks.count("end", min(end, INF)))
        frame = Frame(first, last, 1, (per or 1) if by_epoch else 1, by_epoch)
    if last <= first:
        raise ValueError(f"end must be > begin, got begin={begin!r}, end={end!r}")
    return frame


@dataclass(frozen=True)
class Effect:
    """What is done to a value from `begin` to before `end`.

    `sets` sets it; `weight` draws it from what it was, or from `start`, to `floor`: k
    steps later it is floor + (found - floor) weight(k).

    Args:
        begin: on the clock of the list.
        end: on the same clock; infinity for none.
        weight: None if `sets` is given.
        floor: in the hyper-parameter's units.
        start: what it is set to at `begin`; None keeps what is found.
        sets: the values themselves, from `begin` on.
        alone: whether it is not known what another one beside it makes of it.
        late: whether it acts after those that are not.
    """

    begin: int
    end: float
    weight: Schedule | None = None
    floor: float = 0.0
    start: float | None = None
    sets: Schedule | None = None
    alone: bool = False
    late: bool = False

    @property
    def factor(self) -> bool:
        """Whether it only multiplies."""
        return self.weight is not None and not self.floor and self.start is None


def effect(
    frame: Frame,
    weight: Schedule | None = None,
    *,
    floor: float = 0.0,
    start: float | None = None,
    sets: Schedule | None = None,
    part: tuple[int, int] | None = None,
    skipped: int = 0,
    alone: bool = False,
) -> Effect:
    """Return an effect of the frame, or of a part of its steps, on the list's clock.

    Of `sets`, so many steps at the beginning are `skipped`.
    """
    first, last = part or (0, frame.length)
    every, length = frame.every, min(last, frame.length) - first
    endless = frame.end == INF and last >= frame.length
    return Effect(
        (frame.begin + first) * every,
        math.inf if endless else (frame.begin + first + length) * every,
        weight and held(weight, every, length),
        floor,
        start,
        sets and rest_of(held(sets, every, skipped + length), skipped * every),
        alone,
        frame.by_epoch,
    )


def held(curve: Schedule, every: int, length: int) -> Schedule:
    """Return a curve that is asked only at every `every`-th update, and held between.

    Raises:
        ValueError: it has no closed form, and too many values for a table.
    """
    if every == 1:
        return curve
    if isinstance(curve, ExponentialDecay) and curve.every == 1:
        return Step(curve.start, curve.factor, every, curve.steps * every)
    if isinstance(curve, PiecewiseConstant):
        return replace(curve, boundaries=tuple(b * every for b in curve.boundaries))
    if curve.stairs:
        return Stretch(curve, every)
    if isinstance(curve, Repeat) and curve.schedule.steps <= length:
        number = int(curve.schedule.steps)
        return Repeat(Table(_values(curve, number + 1), every))
    return Table(_values(curve, int(min(length, curve.steps + 1))), every)


def _values(curve: Schedule, number: int) -> tuple[float, ...]:
    if number > LARGEST:
        raise ValueError(
            f"a scheduler by epochs needs a table of {number} values; at most "
            f"{LARGEST} are made: give it an `end`, or convert_to_iter_based=True"
        )
    return tuple(curve(n) for n in range(number))


def cut(curve: Schedule, begin: int, end: float) -> Schedule:
    """Return what is played of a curve, past its end too, to stand in a chain."""
    if isinstance(curve, Constant):
        return Constant(curve.value, end - begin if end < math.inf else 0)
    if end == math.inf:
        return rest_of(curve, begin)
    if begin >= curve.steps:
        return Constant(curve(begin), end - begin)
    return curve if (begin, end) == (0, curve.steps) else curve[begin:end]


def lifted(weight: Schedule, found: float, floor: float) -> Schedule:
    """Return floor + (found - floor) weight, in the plainest form."""

    def at(w: float) -> float:
        return found if w == 1 else floor + (found - floor) * w

    if isinstance(weight, Linear | Cosine | Polynomial):
        return replace(weight, start=at(weight.start), end=at(weight.end))
    if isinstance(weight, Constant):
        return Constant(at(weight.value), weight.steps)
    if not floor:
        return weight if found == 1 else found * weight
    return (found - floor) * weight + floor


def chained(pieces: list[Schedule]) -> Schedule:
    """Return pieces one after the other; one alone is itself."""
    return pieces[0] if len(pieces) == 1 else Chain(tuple(pieces))
