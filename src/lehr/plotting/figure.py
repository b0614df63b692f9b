"""Pictures for papers and notebooks, by matplotlib; nothing opens or waits."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lehr._figures import short
from lehr.plotting.axes import TINY, least_shown
from lehr.plotting.palette import DASHES, LIGHT, dashes_of
from lehr.plotting.sampling import horizon, sample
from lehr.plotting.scene import describe
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lehr.plan import Plan

Points = Sequence[tuple[float, float]]

POINTS = 1_200
MARKS = 150
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def plot(
    schedules: Any,
    *,
    ax: Any = None,
    log: bool = False,
    steps: float | None = None,
    title: str = "",
    plan: "Plan | None" = None,
    unit: str | None = None,
    applied: Any = None,
    marks: Mapping[str, float | str] | None = None,
    milestones: bool = True,
) -> "Axes | Any":
    """Draw any number of schedules by matplotlib, and return the axes.

    Curves differ by colour and by dashes. The phases that they have in common are
    shaded and named; several get a legend with their areas. Nothing opens or waits: in
    a notebook `.figure` shows itself, and `.figure.savefig("rate.pdf")` saves it.

    Args:
        schedules: a schedule; several in a list or by name; what `lehr.read_config`
            returns, or a bound `Scheduler`. Names that are hyper-parameters ("lr",
            "weight_decay.head": field and group) are drawn in a panel for each field.
            A list of pairs of update and value is a curve, too.
        ax: where to draw: axes; for several panels, a sequence of them or a mapping by
            field. By default a new figure.
        log: a logarithmic axis, linear around 0 where a schedule reaches it.
        steps: updates to draw; by default those of the longest schedule, of the run and
            of the marks.
        title: a line above.
        plan: the run: how long it is, and a second axis in its unit.
        unit: of the second axis: "epochs", "samples" or "tokens"; by default the first
            of epochs, tokens and samples that the plan has.
        applied: what a run has used: pairs of update and value, those by field, or a
            stored run (`lehr.training.loggers.read_run`).
        marks: updates to annotate, by name: {"checkpoint": 5000}; or durations such as
            "50%" and, with a plan, "3ep".
        milestones: annotate peak, end and restarts of a schedule that is alone.

    Returns:
        The axes; of several panels, a dict of axes by field.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: there is no schedule, or a part of it cannot be drawn.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from lehr import warmup_cosine
    >>> lr = warmup_cosine(3e-4, warmup=100, total=1_000)
    >>> axes = plot(lr, marks={"checkpoint": 500})
    >>> axes.get_xlabel(), [text.get_text() for text in axes.texts][-3:]
    ('update', ['checkpoint 500', 'peak 3e-4', 'end 0'])
    >>> list(plot({"lr": lr, "weight_decay": 100 * lr}))
    ['lr', 'weight_decay']
    """
    from lehr.plotting.figure_panels import scene_axes

    told: dict[str, Any] = {"plan": plan, "unit": unit, "steps": steps, "log": log}
    told |= {"applied": applied, "marks": marks, "milestones": milestones}
    axes = scene_axes(describe(schedules, title=title, **told), ax)
    return axes if len(axes) > 1 else next(iter(axes.values()))


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
        from lehr.plotting.picture import Picture
    except ImportError:
        raise ImportError(
            "pictures by matplotlib need it: pip install 'lehr[plot]'"
        ) from None
    return Picture(figsize=size, layout="constrained")


def _columns(points: Points) -> tuple[list[float], list[float]]:
    return [t for t, _ in points], [value for _, value in points]


def _thinned(points: Points) -> Points:
    return points[:: max(1, len(points) // MARKS)]


def _style(index: int) -> dict[str, Any]:
    dashes = [float(length) / 2 for length in DASHES[dashes_of(index)].split()]
    line = (0, tuple(dashes)) if dashes else "-"
    return {"color": LIGHT[index % len(LIGHT)], "linestyle": line, "lw": 1.8}


def _scale(
    ax: "Axes", values: Sequence[float], log: bool, tops: Sequence[float] = ()
) -> None:
    positive = [value for value in values if value > TINY]
    if log and positive:
        least = least_shown(positive, tops or (max(positive),))
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
