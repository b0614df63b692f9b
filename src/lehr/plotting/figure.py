"""Pictures for papers and notebooks, by matplotlib; nothing opens or waits."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lehr.plotting.axes import DECADES, short
from lehr.plotting.palette import DASHES, LIGHT, dashes_of
from lehr.plotting.sampling import horizon, sample
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]

POINTS = 1_200
MARKS = 150
_SHADES = ("#f0f2f5", "#ffffff")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def plot(
    schedules: Schedule | Mapping[str, Schedule],
    *,
    ax: "Axes | None" = None,
    log: bool = False,
    steps: float | None = None,
    title: str = "",
) -> "Axes":
    """Draw one or several schedules and return the axes.

    Curves differ by colour and by dashes. The phases of a single schedule are shaded
    and named; several schedules get a legend.

    Args:
        schedules: one schedule, or several by name.
        ax: where to draw; by default a new figure.
        log: a logarithmic axis, linear around 0 where a schedule reaches it.
        steps: updates to draw; by default those of the longest schedule.
        title: a line above.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: there is no schedule.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from lehr import warmup_cosine
    >>> axes = plot(warmup_cosine(3e-4, warmup=100, total=1_000))
    >>> axes.get_xlabel(), len(axes.lines)
    ('update', 2)
    """
    if isinstance(schedules, Schedule):
        schedules = {"": schedules}
    if not schedules:
        raise ValueError("schedules must hold at least one schedule, got none")
    ax = _new_figure((7.2, 3.6)).subplots() if ax is None else ax
    end = max(horizon(schedule, steps) for schedule in schedules.values())
    if len(schedules) == 1:
        _shade_phases(ax, next(iter(schedules.values())), end)
    values = []
    for index, (name, schedule) in enumerate(schedules.items()):
        points = sample(schedule, end, POINTS)
        ax.plot(*_columns(points), **_style(index), label=name or None)
        values += [value for _, value in points]
    _scale(ax, values, log)
    ax.set_xlim(0, end)
    ax.set_xlabel("update")
    if title:
        ax.set_title(title, loc="left", pad=20 if len(schedules) == 1 else 6)
    if any(schedules):
        # Beside the curves, since they leave no corner free.
        ax.legend(
            loc="upper left", bbox_to_anchor=(1, 1), frameon=False, handlelength=3.5
        )
    _clean(ax)
    return ax


def plot_run(
    planned: Schedule,
    applied: Points,
    losses: Mapping[str, Points],
    files: Iterable[str | os.PathLike[str]] = (),
    *,
    title: str = "",
    best: float | None = None,
) -> "Figure":
    """Draw a run: the rate as planned and as applied, and its losses.

    Args:
        planned: the schedule of the rate.
        applied: pairs of update and the rate that it used.
        losses: by name, pairs of update and loss.
        files: where to save the picture, by ending: .png, .svg, .pdf.
        title: a line above.
        best: the update of the best checkpoint, which gets a mark.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: a file cannot be written.
    """
    figure = _new_figure((7.2, 5.4))
    above, below = figure.subplots(2, sharex=True, height_ratios=(2, 3))
    last = max((t for t, _ in applied), default=0)
    end = max(last + 1, horizon(planned))
    wide = {"color": "#c3c9d2", "lw": 6, "solid_capstyle": "round"}
    above.plot(*_columns(sample(planned, end, POINTS)), **wide, label="planned")
    dots = {"linestyle": "none", "marker": ".", "ms": 4, "color": LIGHT[0]}
    above.plot(*_columns(_thinned(applied)), **dots, label="applied")
    above.set_ylabel("learning rate")
    above.legend(frameon=False)
    _scale(above, [value for _, value in (*applied, (0, planned.maximum))], False)
    for index, (name, points) in enumerate(losses.items()):
        marker = {"marker": _MARKERS[index % 7], "ms": 3} if len(points) < 60 else {}
        below.plot(*_columns(points), **_style(index), **marker, label=name)
    if best is not None:
        line = {"color": "#444444", "linestyle": (0, (1, 2)), "lw": 1.2}
        below.axvline(best, **line, label=f"best (update {best:,.0f})")
    below.set_xlim(0, end)
    below.set_xlabel("update")
    below.set_ylabel("loss")
    if losses:
        below.legend(frameon=False)
    if title:
        above.set_title(title, loc="left")
    for ax in (above, below):
        _clean(ax)
    for file in files:
        figure.savefig(file, dpi=150)
    return figure


def plot_points(
    curves: Mapping[str, Points],
    files: Iterable[str | os.PathLike[str]] = (),
    *,
    log: bool = False,
    ylabel: str = "",
    title: str = "",
) -> "Figure":
    """Draw values over updates, such as the losses of several runs.

    Args:
        curves: by name, pairs of update and value.
        files: where to save the picture, by ending: .png, .svg, .pdf.
        log: a logarithmic axis, linear around 0 where a curve reaches it.
        ylabel: what the values are.
        title: a line above.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: a file cannot be written.
        ValueError: matplotlib knows no such format.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> figure = plot_points({"one": [(0, 1.0), (9, 0.5)]}, ylabel="loss")
    >>> figure.axes[0].get_ylabel(), len(figure.axes[0].lines)
    ('loss', 1)
    """
    figure = _new_figure((7.2, 3.6))
    ax = figure.subplots()
    for index, (name, points) in enumerate(curves.items()):
        style = _style(index)
        if len(points) < 60:
            style |= {"marker": _MARKERS[index % 7], "ms": 3}
        ax.plot(*_columns(points), **style, label=name)
    values = (value for points in curves.values() for _, value in points)
    _scale(ax, [value for value in values if math.isfinite(value)], log)
    ax.set_xlabel("update")
    ax.set_ylabel(ylabel)
    if len(curves) > 1:
        ax.legend(frameon=False, handlelength=3.5)
    if title:
        ax.set_title(title, loc="left")
    _clean(ax)
    for file in files:
        figure.savefig(file, dpi=150)
    return figure


def _new_figure(size: tuple[float, float]) -> "Figure":
    """Return a figure that no window shows; in a notebook it displays itself."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            "pictures by matplotlib need it: pip install 'lehr[plot]'"
        ) from None
    return Figure(figsize=size, layout="constrained")


def _columns(points: Points) -> tuple[list[float], list[float]]:
    return [t for t, _ in points], [value for _, value in points]


def _thinned(points: Points) -> Points:
    return points[:: max(1, len(points) // MARKS)]


def _style(index: int) -> dict[str, Any]:
    dashes = [float(length) / 2 for length in DASHES[dashes_of(index)].split()]
    line = (0, tuple(dashes)) if dashes else "-"
    return {"color": LIGHT[index % len(LIGHT)], "linestyle": line, "lw": 1.8}


def _shade_phases(ax: "Axes", schedule: Schedule, end: float) -> None:
    """Shade every other phase, and name those with room for it above the axes."""
    for index, phase in enumerate(schedule.phases):
        if phase.begin >= end:
            break
        last = min(phase.end, end)
        ax.axvspan(phase.begin, last, color=_SHADES[index % 2], lw=0, zorder=0)
        if index:
            ax.axvline(phase.begin, color="#999999", lw=0.8, linestyle=":", zorder=1)
        names = f"{phase.name}: {phase.shape}", phase.name
        share = (last - phase.begin) / end
        if name := next((n for n in names if len(n) < 90 * share), ""):
            middle = (phase.begin + last) / 2
            ax.annotate(
                name,
                (middle, 1),
                (0, 4),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                fontsize="small",
            )


def _scale(ax: "Axes", values: Sequence[float], log: bool) -> None:
    positive = [value for value in values if value > 0]
    if log and positive:
        least = max(min(positive), max(positive) * 10.0**-DECADES)
        if len(positive) == len(values) and least == min(positive):
            ax.set_yscale("log")
        else:
            ax.set_yscale("symlog", linthresh=least, linscale=0.4)
            ax.set_ylim(bottom=min(0.0, *values))
    elif min(values, default=0) >= 0:
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_formatter(lambda value, _: short(value))


def _clean(ax: "Axes") -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#dddddd", lw=0.8)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
