"""lrsched's compositions: a warmup before a schedule, and schedules in sequence."""

from collections.abc import Sequence

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.torch.children import first_of, rest_of
from lehr.schedules import Chain, Constant, Linear, Schedule

Part = Schedule | Named


def with_warmup(schedule: Part, *, warmup_steps: int, start_lr: float) -> Schedule:
    """Return the curve of with_warmup: a line up to a schedule, then that from its 0.

    Args:
        schedule: what follows: a schedule, or one of lrsched's by name.
        warmup_steps: updates of the line, >= 1.
        start_lr: the first value, in the hyper-parameter's units.

    Raises:
        TypeError: `schedule` is neither.
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.with_warmup.

    >>> from lehr.dialects.lrsched import cosine
    >>> decay = cosine(base_lr=1.0, min_lr=0.0, total_steps=8)
    >>> lr = with_warmup(decay, warmup_steps=2, start_lr=0.0)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 6, 10, 11)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    curve = _curve("schedule", schedule)
    up = _checks.count("warmup_steps", warmup_steps, 1)
    return Chain((Linear(start_lr, curve(0), up), rest_of(curve, 0)))


def sequential(phases: Sequence[tuple[int, Part]], *, exact: bool = False) -> Schedule:
    """Return the curve of sequential: each schedule for its duration, from its own 0.

    Past the last phase its final value is held, as documented: the one that it reaches
    after its duration. The original holds the value before that one, that of its last
    update: a cosine over its whole phase never comes to its floor.

    Args:
        phases: at least one pair of a duration in updates, >= 1, and a schedule, or
            one of lrsched's by name.
        exact: whether to hold what the original holds.

    Raises:
        TypeError: a phase is not such a pair.
        ValueError: there is no phase, or a duration is below 1.

    Source: lrsched 0.5.0, lrsched.sequential.

    >>> from lehr.dialects.lrsched import linear
    >>> down = linear(base_lr=1.0, end_lr=0.0, total_steps=4)
    >>> [sequential([(4, down)])(t) for t in (0, 3, 4, 99)]
    [1.0, 0.25, 0.0, 0.0]
    >>> [sequential([(4, down)], exact=True)(t) for t in (0, 3, 4, 99)]
    [1.0, 0.25, 0.25, 0.25]
    """
    if not (given := list(phases)):
        raise ValueError("phases must hold at least one phase, got none")
    played: list[tuple[int, Schedule]] = []
    for i, phase in enumerate(given):
        if not (isinstance(phase, Sequence) and len(phase) == 2):
            raise TypeError(
                f"phases[{i}] must be a pair (duration, schedule), got {phase!r}"
            )
        duration = _checks.count(f"phases[{i}][0]", phase[0], 1)
        played.append((duration, _curve(f"phases[{i}][1]", phase[1])))
    last, final = played[-1]
    pieces = [first_of(curve, duration) for duration, curve in played]
    if exact:
        pieces[-1] = first_of(final, last - 1)
    held = Constant(final(last - 1 if exact else last))
    return Chain((*pieces, held))


def _curve(name: str, part: Part) -> Schedule:
    if isinstance(part, Schedule):
        return part
    if not isinstance(part, Named):
        raise TypeError(
            f"{name} must be a schedule, or a Named of lrsched, got {part!r}"
        )
    if not part.dialect.absolute:
        raise TypeError(
            f"{name} is {part.dialect.name}, whose curve needs a starting value; pass "
            "the schedule: ....curve(base)"
        )
    return part.curve(0.0)
