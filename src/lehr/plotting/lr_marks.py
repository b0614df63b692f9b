"""What is worth a mark in a picture of rates: the end of the warmup, and each drop."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from lehr.plotting.axes import short
from lehr.schedules import Phase, Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MARKS = 12
_WARMUP = "warmup ends"


def marks(schedule: Schedule, total: int) -> dict[int, str]:
    """Return the end of the warmup and each drop of a schedule, with their labels.

    Where the formula changes more than 12 times in `total` steps, none is marked.

    >>> from lehr import Chain, Constant, Linear
    >>> marks(Chain((Linear(0.0, 1.0, 10), Constant(1.0, 20), Constant(0.1))), 50)
    {10: 'warmup ends: 10', 30: 'step 30: 0.1'}
    """
    phases = _phases(schedule, total)
    warmup = 0.0
    if phases and phases[0].name == "warmup":
        warmup = phases[0].end
        # tlama-core's warmup of w steps has the peak at step w - 1 already.
        if len(phases) > 1 and phases[1].name == "stable":
            held = phases[1].end
            warmup = held if held - warmup <= 1 else warmup
    end = math.ceil(warmup)
    return labels(schedule, end if end < total else 0, drops(schedule, total))


def drops(schedule: Schedule, total: int) -> list[int]:
    """Return the steps before `total` at which a schedule jumps down."""
    return [
        math.ceil(after.begin)
        for before, after in pairwise(_phases(schedule, total))
        if after.start_value < before.end_value * (1 - 1e-9)
    ]


def _phases(schedule: Schedule, total: int) -> Sequence[Phase]:
    """Return the phases before `total`; none where there are too many to mark."""
    part = schedule[:total]
    if len(list(islice(part.joints(0, total), MOST_MARKS + 1))) > MOST_MARKS:
        return ()
    return part.phases


def labels(
    curve: Callable[[int], Any], warmup: int, falls: Sequence[int]
) -> dict[int, str]:
    """Return a label for the end of the warmup (unless it is 0) and for each fall."""
    found = {warmup: f"{_WARMUP}: {warmup:,}"} if warmup else {}
    return found | {s: f"step {s:,}: {short(float(curve(s)))}" for s in falls}


def draw_marks(ax: "Axes", labelled: Mapping[int, str]) -> None:
    """Draw a line at each mark, and its label where the curve is not."""
    for step, label in labelled.items():
        ax.axvline(step, color="#777777", lw=0.9, linestyle=":", zorder=1)
        # Right of a drop there is room above the curve; after the warmup, below it.
        bottom = label.startswith(_WARMUP)
        ax.annotate(
            label,
            (step, 0 if bottom else 1),
            (3, 4 if bottom else -4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            rotation=90,
            va="bottom" if bottom else "top",
            fontsize="small",
        )
