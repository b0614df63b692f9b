"""Learning rates over the steps of a run, by matplotlib, as tlama-core names it."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lehr.plan.exact import whole
from lehr.plotting.figure import _clean, _new_figure, _scale, _style
from lehr.plotting.lr_marks import draw_marks, drops, labels, marks
from lehr.plotting.sampling import MOST_JOINTS
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = Callable[[Any], Any]
Curves = Curve | Mapping[str, Curve] | Sequence[Curve]
File = str | os.PathLike[str]

SAMPLES = 5_000
MOST_POINTS = 10_000
PAPER_MILESTONES = (4, 5), (9, 10)
ENDINGS = (".pdf", ".png", ".svg")


def plot_lr_schedule(
    lr_scheduler: Curves,
    total_steps: int,
    title: str | None = None,
    figsize: tuple[float, float] = (10, 6),
    point_interval: int | None = None,
    *,
    log: bool = False,
    file: File | None = None,
    show: bool = False,
) -> "Figure":
    """Draw the rate of each step of a run, and return the figure.

    Nothing opens or waits. In a notebook, the figure as the last line of a cell shows
    itself; from a script, save it by `file=`, or ask for a window by `show=True`.

    The end of the warmup and each drop are marked where one lehr schedule is drawn.
    A plain function says nothing about itself, so it gets no marks; where the run is
    longer than 5,000 steps, it is asked for as many, evenly spread.

    Args:
        lr_scheduler: a schedule, or any function of a step. Several are compared: a
            mapping of names to them, or a list.
        total_steps: steps of the run, >= 1: 0 to total_steps - 1 are drawn.
        title: a line above.
        figsize: width and height in inches.
        point_interval: steps between the points on the curve; by default there are
            about 40 points.
        log: a logarithmic axis, linear around 0 where a rate reaches it.
        file: where to save the picture: .png, .svg or .pdf.
        show: open a window and wait until it is closed, where there is a screen.

    Raises:
        ImportError: matplotlib is not installed.
        TypeError: `lr_scheduler` cannot be called, or names are not strings.
        ValueError: there is no schedule, `total_steps` or `point_interval` is less
            than 1, there would be more than 10,000 points, or `file` has another
            ending.
        OSError: the folder of `file` is missing, or it cannot be written.

    >>> from lehr import warmup_cosine
    >>> scheduler = warmup_cosine(1e-4, warmup=1_000, total=50_000)
    >>> figure = plot_lr_schedule(scheduler, total_steps=50_000, title="Cosine")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['warmup ends: 1,000']
    """
    curves = _named(lr_scheduler)
    total, path = whole("total_steps", total_steps, 1), _checked(file)
    first, *others = curves.values()
    labelled = dict[int, str]()
    if isinstance(first, Schedule) and not others:
        labelled = marks(first, total)
    figure = _blank(figsize, window=show)
    ax = figure.subplots()
    _draw(ax, curves, total, point_interval, log)
    draw_marks(ax, labelled, first)
    ax.set_title(title or "Learning rate schedule")
    if path:
        figure.savefig(path, dpi=150)
    if show:
        _wait()
    return figure


def plot_paper_scheduler(
    lr_scheduler: Curve,
    total_steps: int,
    warmup_steps: int = 2000,
    milestone_steps: Sequence[int] | None = None,
    figsize: tuple[float, float] = (12, 6),
    *,
    file: File | None = None,
) -> "Figure":
    """Draw the schedule of `implement_paper_scheduler` with its milestones marked.

    As `plot_lr_schedule`; no file is written unless `file` asks for one.

    Args:
        lr_scheduler: a schedule, or any function of a step.
        total_steps: steps of the run, >= 1.
        warmup_steps: where the warmup ends; past the run, there is no mark.
        milestone_steps: steps at which the rate drops. By default those of the
            schedule; of a plain function, 80 % and 90 % of the run.
        figsize: width and height in inches.
        file: where to save the picture: .png, .svg or .pdf.

    Raises:
        ImportError, OSError, TypeError, ValueError: as `plot_lr_schedule`; ValueError
            also if a milestone lies outside the run.

    >>> from lehr import multi_step
    >>> figure = plot_paper_scheduler(
    ...     multi_step(1.0, factor=0.5, milestones=(800, 900)), 1_000, warmup_steps=0
    ... )
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['step 800: 0.5', 'step 900: 0.25']
    """
    [curve] = _named((lr_scheduler,)).values()
    total, path = whole("total_steps", total_steps, 1), _checked(file)
    warmup = whole("warmup_steps", warmup_steps)
    if milestone_steps is not None:
        falls = [_milestone(i, s, total) for i, s in enumerate(milestone_steps)]
    elif isinstance(curve, Schedule):
        falls = drops(curve, total)
    else:
        falls = [total * part // of for part, of in PAPER_MILESTONES]
    figure = _blank(figsize)
    ax = figure.subplots()
    _draw(ax, {"": curve}, total, None, False)
    draw_marks(ax, labels(curve, warmup if warmup < total else 0, falls), curve)
    ax.set_title("Learning rate schedule: warmup and milestones")
    if path:
        figure.savefig(path, dpi=150)
    return figure


def _named(given: Any) -> dict[str, Curve]:
    """Return one or several schedules by name; one alone has the name ""."""
    if isinstance(given, Mapping):
        if any(not isinstance(name, str) for name in given):
            raise TypeError(
                f"names must be strings, got {list(given)!r}; schedulers by (start, "
                "end) become one by get_combined_lr_scheduler"
            )
        curves = dict(given)
    elif isinstance(given, (list, tuple)):
        single = len(given) == 1
        names = ("" if single else f"schedule {i}" for i in range(1, len(given) + 1))
        curves = dict(zip(names, given, strict=True))
    else:
        curves = {"": given}
    if not curves:
        raise ValueError(f"lr_scheduler must hold at least one schedule, got {given!r}")
    for curve in curves.values():
        if not callable(curve):
            raise TypeError(
                "lr_scheduler must be a schedule or a function of the step, got "
                f"{curve!r}"
            )
    return curves


def _milestone(index: int, step: Any, total: int) -> int:
    found: int = whole(f"milestone_steps[{index}]", step)
    if found >= total:
        raise ValueError(
            f"milestone_steps[{index}] must be < total_steps ({total}), got {step!r}; "
            "it is a step, not a number of tokens"
        )
    return found


def _checked(file: File | None) -> Path | None:
    """Refuse a file that could not be written, before anything is drawn."""
    if file is None:
        return None
    path = Path(file)
    if path.suffix.lower() not in ENDINGS:
        raise ValueError(f"file must end in {', '.join(ENDINGS)}, got {str(path)!r}")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"the folder of file is missing: {str(path.parent)!r}; make it first"
        )
    return path


def _blank(size: tuple[float, float], window: bool = False) -> "Figure":
    """Return an empty figure; pyplot knows it only if it shall have a window."""
    figure = _new_figure(size)
    if not window:
        return figure
    from matplotlib import pyplot

    return pyplot.figure(FigureClass=type(figure), figsize=size, layout="constrained")


def _wait() -> None:
    from matplotlib import pyplot

    pyplot.show()


def _draw(
    ax: "Axes", curves: Mapping[str, Curve], total: int, interval: Any, log: bool
) -> None:
    """Draw each curve, its value at every `interval`-th step as a point on it."""
    every = -(-total // 40) if interval is None else interval
    every = whole("point_interval", every, 1)
    if total / every > MOST_POINTS:
        raise ValueError(
            f"point_interval ({every}) would show {math.ceil(total / every):,} points; "
            f"pass {-(-total // MOST_POINTS)} or more"
        )
    values = list[float]()
    for index, (name, curve) in enumerate(curves.items()):
        steps = _steps(curve, total, every)
        rates = [float(curve(step)) for step in steps]
        points = [i for i, step in enumerate(steps) if step % every == 0]
        style = {**_style(index), "marker": "o", "ms": 3.5, "markevery": points}
        ax.plot(steps, rates, **style, label=name or None)
        values += rates
    _scale(ax, values, log)
    ax.set_xlim(0, max(total - 1, 1))
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("step")
    ax.set_ylabel("learning rate")
    if any(curves):
        ax.legend(frameon=False, handlelength=3.5)
    _clean(ax)


def _steps(curve: Curve, total: int, every: int) -> list[int]:
    """Return the steps to ask for: even ones, those of points, both sides of joints."""
    last = total - 1
    even = min(total, SAMPLES)
    steps = {last * i // max(even - 1, 1) for i in range(even)} | {last}
    steps |= set(range(0, total, every))
    if isinstance(curve, Schedule):
        for joint in islice(curve[:total].joints(0, total), MOST_JOINTS):
            after = math.ceil(joint)
            steps |= {after - 1, min(after, last)}
    return sorted(steps)
