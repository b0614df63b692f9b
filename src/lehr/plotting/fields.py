"""Several hyper-parameters in one picture: a panel for each, a line for each group."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from lehr.plotting.figure_panels import figure_of, scene_axes
from lehr.plotting.scene import describe
from lehr.plotting.svg import scene_svg
from lehr.plotting.terminal import draw
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Fields = Mapping[str, Schedule | Mapping[Any, Schedule]]


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
    return draw(_Fields(_mapping(fields)), steps=steps, **options)


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
    (1, True)
    """
    scene = describe(_mapping(fields), fields=True, steps=steps, log=log)
    return scene_svg(scene, width, height, theme)


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
    scene = describe(_mapping(fields), fields=True, steps=steps, log=log)
    axes = scene_axes(scene)
    figure = figure_of(next(iter(axes.values())))
    if title:
        figure.suptitle(title)
    for file in files:
        figure.savefig(file, dpi=150)
    return figure


class _Fields:
    """What says of its names that they are fields, as a bound scheduler does."""

    def __init__(self, schedules: Mapping[str, Any]) -> None:
        self.schedules = schedules


def _mapping(fields: Any) -> Any:
    if not isinstance(fields, Mapping) or not fields:
        raise ValueError(
            "fields must be a mapping of field to schedule, or to schedules by group, "
            f"got {fields!r}; of a bound scheduler it is scheduler.schedules"
        )
    return fields
