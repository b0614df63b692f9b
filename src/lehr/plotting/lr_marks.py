"""What is worth a mark in a picture of rates: the end of the warmup, and each drop."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from lehr._figures import short
from lehr.schedules import Phase, Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MARKS = 12
_WARMUP = "warmup ends"
_THICK, _LONG = 13.0, 6.0
"""Points that a label takes across, and those of one character along it."""


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


def draw_marks(
    ax: "Axes", labelled: Mapping[int, str], curve: Callable[[int], Any]
) -> None:
    """Draw a line at each mark, and its label where neither curve nor labels are.

    Labels of marks that are close together stand one behind the other, as far as there
    is room for them.
    """
    ax.get_ylim()  # which settles the limits
    data = ax.transScale + ax.transLimits
    point = ax.figure.dpi / 72
    wide, tall = ax.bbox.width / point, ax.bbox.height / point
    ends = {True: (-math.inf, 0.0), False: (-math.inf, 0.0)}
    for step in sorted(labelled):
        label = labelled[step]
        ax.axvline(step, color="#777777", lw=0.9, linestyle=":", zorder=1)
        x, y = data.transform((step, float(curve(step))))
        taken = {
            low: end if wide * x - before < _THICK else 4.0
            for low, (before, end) in ends.items()
        }
        length = _LONG * len(label)
        if sum(taken.values()) + length <= tall:
            low = bool(y > 0.5)  # where the curve is high there is room below it
            _write(ax, label, step, low, taken[low])
            ends[low] = wide * x, taken[low] + length


def _write(ax: "Axes", label: str, step: int, low: bool, begin: float) -> None:
    """Write a label upright, `begin` points from the bottom or the top."""
    ax.annotate(
        label,
        (step, 0 if low else 1),
        (3, begin if low else -begin),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        rotation=90,
        va="bottom" if low else "top",
        fontsize="small",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        zorder=1.5,
    )
