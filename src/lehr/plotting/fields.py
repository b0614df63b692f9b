"""Several hyper-parameters in one picture: a panel for each, a line for each group."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from lehr.plotting.axes import axis_of
from lehr.plotting.figure import POINTS, _clean, _columns, _new_figure, _scale, _style
from lehr.plotting.sampling import horizon, sample
from lehr.plotting.svg import draw_svg
from lehr.plotting.terminal import draw
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Fields = Mapping[str, Schedule | Mapping[Any, Schedule]]
Panels = dict[str, dict[str, Schedule]]


def draw_fields(fields: Fields, *, steps: float | None = None, **options: Any) -> str:
    """Return drawings of several hyper-parameters, one below the other, in text.

    Args:
        fields: by field, a schedule or one per group; as `schedules` of a bound
            `Scheduler` holds it. Groups that follow the same share a line.
        steps: updates to draw; by default those of the longest schedule.
        **options: of `draw`: width, height, log, ascii, color.

    Raises:
        ValueError: there is no field, or a picture would be too small.

    >>> from lehr import Linear
    >>> text = draw_fields({"lr": Linear(1.0, 0.0, 9), "momentum": Linear(0.0, 1.0, 9)})
    >>> [line for line in text.splitlines() if line in ("lr", "momentum")]
    ['lr', 'momentum']
    """
    panels = _panels(fields)
    named = {
        f"{field}: {group}" if group else field: schedule
        for field, groups in panels.items()
        for group, schedule in groups.items()
    }
    return draw(named, steps=_end(panels, steps), **options)


def draw_fields_svg(
    fields: Fields,
    *,
    width: int = 720,
    height: int = 240,
    log: bool = False,
    theme: Literal["light", "dark", "auto"] = "auto",
    steps: float | None = None,
) -> str:
    """Return a picture of several hyper-parameters as the text of an SVG file.

    Args:
        fields: as for `draw_fields`.
        width: pixels.
        height: pixels of each panel.
        log: as for `draw_svg`.
        theme: "auto" follows the page's colour scheme.
        steps: updates to draw; by default those of the longest schedule.

    Raises:
        ValueError: there is no field, or a panel would be too small.

    >>> from lehr import Linear
    >>> text = draw_fields_svg({"lr": {"body": Linear(1.0, 0.0, 9)}})
    >>> text.count("<svg "), ">lr</text>" in text
    (2, True)
    """
    panels = _panels(fields)
    end, whole = _end(panels, steps), height * len(panels)
    size = f'width="{width}" height="{whole}" viewBox="0 0 {width} {whole}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">']
    for index, (field, groups) in enumerate(panels.items()):
        given: Any = {"width": width, "height": height, "log": log, "theme": theme}
        picture = draw_svg(groups, title=field, steps=end, **given)
        moved = f'<svg y="{height * index}" '
        parts.append(picture.replace("<svg ", moved, 1).rstrip())
    return "\n".join([*parts, "</svg>"]) + "\n"


def plot_fields(
    fields: Fields,
    files: Iterable[str | os.PathLike[str]] = (),
    *,
    steps: float | None = None,
    log: bool = False,
    title: str = "",
) -> "Figure":
    """Draw several hyper-parameters by matplotlib: panels on one clock.

    Args:
        fields: as for `draw_fields`.
        files: where to save the picture, by ending: .png, .svg, .pdf.
        steps: updates to draw; by default those of the longest schedule.
        log: a logarithmic axis, linear around 0 where a schedule reaches it.
        title: a line above.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: a file cannot be written.
        ValueError: there is no field.

    >>> from lehr import Linear
    >>> from lehr.schedules import opposed
    >>> lr = Linear(1.0, 0.0, 100)
    >>> figure = plot_fields({"lr": lr, "momentum": opposed(lr, low=0.85, high=0.95)})
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['lr', 'momentum']
    """
    panels = _panels(fields)
    end = _end(panels, steps)
    figure = _new_figure((7.2, 1.0 + 1.8 * len(panels)))
    rows = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
    for ax, (field, groups) in zip(rows, panels.items(), strict=True):
        _panel(ax, groups, end, log)
        ax.set_ylabel(field)
    rows[-1].set_xlabel("update")
    if title:
        figure.suptitle(title)
    for file in files:
        figure.savefig(file, dpi=150)
    return figure


def _panel(ax: "Axes", groups: Mapping[str, Schedule], end: float, log: bool) -> None:
    values = []
    for index, (name, schedule) in enumerate(groups.items()):
        points = sample(schedule, end, POINTS)
        ax.plot(*_columns(points), **_style(index), label=name or None)
        values += [value for _, value in points]
    _scale(ax, values, log)
    if not log:
        axis = axis_of(values)
        margin = 0.04 * (axis.high - axis.low)
        ax.set_ylim(axis.low - margin * (axis.low < min(values)), axis.high + margin)
    ax.set_xlim(0, end)
    if any(groups):
        beside: Any = {"loc": "upper left", "bbox_to_anchor": (1, 1), "frameon": False}
        ax.legend(**beside, handlelength=3, fontsize="small")
    _clean(ax)


def _panels(fields: Any) -> Panels:
    """Return the panels, each with the lines that differ, by the names of groups."""
    if not isinstance(fields, Mapping) or not fields:
        raise ValueError(
            "fields must be a mapping of field to schedule, or to schedules by group, "
            f"got {fields!r}; of a bound scheduler it is scheduler.schedules"
        )
    return {str(field): _lines(str(field), value) for field, value in fields.items()}


def _lines(field: str, value: Any) -> dict[str, Schedule]:
    given = value if isinstance(value, Mapping) else {"": value}
    names = dict[Schedule, list[str]]()
    for group, schedule in given.items():
        if not isinstance(schedule, Schedule):
            raise ValueError(f"{field} must be drawn from schedules, got {schedule!r}")
        names.setdefault(schedule, []).append(str(group))
    if not names:
        raise ValueError(f"{field} has no group to draw")
    if len(names) == 1:
        return {"": next(iter(names))}
    return {_together(groups): schedule for schedule, groups in names.items()}


def _together(groups: list[str]) -> str:
    """Return one label for groups that follow the same.

    >>> _together(["a", "b"]), _together(["a", "b", "c", "d"])
    ('a, b', 'a and 3 more')
    """
    if len(groups) <= 2:
        return ", ".join(groups)
    return f"{groups[0]} and {len(groups) - 1} more"


def _end(panels: Panels, steps: float | None) -> float:
    """Return how many updates to draw: those of the longest that moves at all."""
    every = [one for groups in panels.values() for one in groups.values()]
    moving = [schedule for schedule in every if schedule.steps] or every
    return max(horizon(schedule, steps) for schedule in moving)
