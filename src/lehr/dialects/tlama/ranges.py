"""tlama-core's combination: each scheduler on its own range of steps."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from lehr import _checks
from lehr.schedules import Chain, Constant, Function, Schedule

Range = tuple[int, int]


def get_combined_lr_scheduler(
    schedulers: Mapping[Range, Callable[[Any], Any]], *, exact: bool = False
) -> Chain:
    """Play each scheduler over its own range of steps, counted from 0 in it.

    `{(start, end): scheduler}`: step t with start <= t < end uses scheduler(t - start).
    After the last range its last value holds, which is that of step end - 1 and not
    the one that its scheduler would reach at `end`.

    Args:
        schedulers: ranges in any order, without gap or overlap, the first from step 0.
            A scheduler is a schedule, or any function of a step; it is given an int
            for an int, and a float for each element of an array.
        exact: let the first range begin later; the steps before it then use the last
            value of all, as in the original.

    Raises:
        TypeError: a key is not a pair of steps, or a scheduler cannot be called.
        ValueError: there is no range, one is empty, two overlap or leave a gap, the
            first does not begin at 0, or a function's value is not finite.

    Source: tlama-core 0.0.3, tlamacore.training.scheduler.

    >>> from lehr import Linear
    >>> scheduler = get_combined_lr_scheduler(
    ...     {(0, 10): Linear(0.0, 1.0, 10), (10, 30): lambda step: 1 / (1 + step)}
    ... )
    >>> [scheduler(step) for step in (0, 5, 10, 11, 29, 30, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.05, 0.05, 0.05]
    """
    if not isinstance(schedulers, Mapping):
        raise TypeError(
            f"schedulers must map (start, end) to a scheduler, got {schedulers!r}"
        )
    if not schedulers:
        raise ValueError("schedulers must hold at least one range, got {}")
    pieces = {_range(key): (key, child) for key, child in schedulers.items()}
    ranges = sorted(pieces)
    _check_neighbours(ranges)
    cuts = [_cut(*pieces[span], span[1] - span[0]) for span in ranges]
    last = cuts[-1](cuts[-1].steps - 1)
    if (begin := ranges[0][0]) and not exact:
        raise ValueError(
            f"the first range must begin at 0, got {ranges[0]}; add what steps 0 to "
            f"{begin - 1} use: (0, {begin}): Constant(rate)"
        )
    return Chain((Constant(last, begin), *cuts, Constant(last)))


def _range(key: Any) -> Range:
    if not isinstance(key, tuple) or len(key) != 2:
        raise TypeError(f"a key of schedulers must be (start, end), got {key!r}")
    start = _checks.count(f"the start of range {key}", key[0])
    end = _checks.count(f"the end of range {key}", key[1])
    if end <= start:
        raise ValueError(
            f"range {key} must end after it starts, at {start + 1} or later"
        )
    return start, end


def _check_neighbours(ranges: Sequence[Range]) -> None:
    for first, second in pairwise(ranges):
        end, begin = first[1], second[0]
        if begin == end:
            continue
        problem = "overlap" if begin < end else "leave a gap"
        low, high = sorted((begin, end))
        raise ValueError(
            f"ranges {first} and {second} {problem} at steps {low} to {high - 1}; let "
            "the second begin where the first ends (which is not part of it)"
        )


def _cut(key: Range, child: Any, steps: int) -> Schedule:
    """Return the first `steps` steps of a scheduler."""
    if isinstance(child, Schedule):
        return child if child.steps == steps else child[:steps]
    if not callable(child):
        hint = f"; for one rate write Constant({child!r})"
        hint = hint if isinstance(child, (int, float)) else ""
        raise TypeError(
            f"schedulers[{key}] must be a schedule or a function of the step, got "
            f"{child!r}{hint}"
        )
    for step in (0, steps - 1):
        _checks.finite(f"schedulers[{key}] at its step {step}", child(step))
    # Nothing past its own last step is asked of a function.
    return Function(child, steps - 1)[:steps]
