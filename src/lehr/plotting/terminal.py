"""Schedules drawn with characters: braille, or ASCII where there is no braille."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lehr.plotting.console import has_braille as has_braille
from lehr.plotting.console import terminal_width as terminal_width

# What draws is loaded on first use: every command asks for the terminal's width.
if TYPE_CHECKING:
    from lehr.plan import Plan
    from lehr.plotting.scene import Scene

SMALLEST = 24, 4


def draw(
    schedules: Any,
    *,
    width: int | None = None,
    height: int = 12,
    log: bool = False,
    ascii: bool | None = None,
    steps: float | None = None,
    title: str = "",
    color: bool = False,
    together: bool = True,
    plan: "Plan | None" = None,
    unit: str | None = None,
    applied: Any = None,
    marks: Mapping[str, float | str] | None = None,
    milestones: bool = False,
) -> str:
    """Return a drawing of schedules over their updates, in text.

    The phases of one schedule are marked below it. Several are told apart by a letter
    on each curve and by dashes, and the legend has their areas. Hyper-parameters of
    different kinds (see `lehr.plot`) are drawn one below the other.

    Args:
        schedules: as for `lehr.plot`.
        width: columns; by default those of the terminal, else 80.
        height: rows of each picture itself.
        log: draw the logarithm of the value; zero and below have the bottom row.
        ascii: use ASCII only; by default where the output's encoding has no braille.
        steps: updates to draw, by default all.
        title: a line above.
        color: draw the curves in colour, by ANSI escapes.
        together: draw several schedules in one frame; else each in its own, one below
            the other.
        plan: the run: how long it is, and a second axis in its unit.
        unit: of the second axis: "epochs", "samples" or "tokens".
        applied: what a run has used, as for `lehr.plot`.
        marks: updates to annotate, by name.
        milestones: annotate peak, end and restarts of a schedule that is alone.

    Raises:
        ValueError: the picture would be smaller than 24 by 4, `steps` is not > 0, or
            there is nothing to draw.

    >>> from lehr import Linear
    >>> print(draw(Linear(1.0, 0.0, 100), width=36, height=4, ascii=True))
    1 +'':.....
      |       '''':.....
      |                ''''':....
    0 +                         ''''':..
      ++-------------------------------+
       0                     100 updates
       |-------- decay: linear --------|
    >>> two = {"falling": Linear(1.0, 0.0, 100), "rising": Linear(0.0, 1.0, 100)}
    >>> print(draw(two, width=36, height=4, ascii=True))
    1 +AAAAAA                     BBBBBB
      |     AAAAAAAAAAABBBBBBBBBBBB
      |     BBBBBBBBBBBAAAAAAAAAAAA
    0 +BBBBBB                     AAAAAA
      ++-------------------------------+
       0                     100 updates
       A falling   area 50
       B rising    area 50
    """
    from lehr.plotting.scene import describe
    from lehr.plotting.screen import draw_scene

    size = _columns(width, height), height
    simple = not has_braille() if ascii is None else ascii
    told: dict[str, Any] = {"plan": plan, "unit": unit, "steps": steps, "log": log}
    told |= {"applied": applied, "marks": marks, "milestones": milestones}
    if isinstance(schedules, Mapping) and (len(schedules) == 1 or not together):
        parts = [
            draw_scene(describe(one, title=str(name), **told), *size, simple, color)
            for name, one in schedules.items()
        ]
        return "\n\n".join(parts)
    return draw_scene(describe(schedules, title=title, **told), *size, simple, color)


def draw_points(
    points: Sequence[tuple[float, float]],
    *,
    width: int | None = None,
    height: int = 12,
    log: bool = False,
    ascii: bool | None = None,
    title: str = "",
    color: bool = False,
) -> str:
    """Return a drawing of values over updates, such as the losses of a run.

    Args:
        points: pairs of update and value, in order; those that are not finite are left
            out. Of very many, the smallest and largest of each column are drawn.
        width: columns; by default those of the terminal, else 80.
        height: rows of the picture itself.
        log: draw the logarithm of the value; zero and below have the bottom row.
        ascii: use ASCII only; by default where the output's encoding has no braille.
        title: a line above.
        color: draw the curve in colour, by ANSI escapes.

    Raises:
        ValueError: nothing is finite, or the picture would be smaller than 24 by 4.

    >>> points = [(0, 1.0), (50, 0.25), (100, 0.0)]
    >>> print(draw_points(points, width=32, height=4, ascii=True))
    1 +''...
      |     ''...
      |          '''.....
    0 +                  '''''''....
      ++---------------------------+
       0                 100 updates
    """
    from lehr.plotting.sampling import extremes
    from lehr.plotting.scene import Curve, Panel, Scene

    columns = _columns(width, height)
    simple = not has_braille() if ascii is None else ascii
    shown = extremes([p for p in points if math.isfinite(p[1])], 4 * columns)
    if not shown:
        raise ValueError(f"points must hold a finite value, got {len(points)} of none")
    panel = Panel("", (Curve("", shown),))
    scene = Scene((panel,), max(shown[-1][0], 1), log, title)
    return draw_described(scene, columns, height, simple, color)


def draw_described(
    scene: "Scene", width: int, height: int, simple: bool, color: bool
) -> str:
    """Return the drawing of a scene, which must not be too small."""
    from lehr.plotting.screen import draw_scene

    return draw_scene(scene, _columns(width, height), height, simple, color)


def _columns(width: int | None, height: int) -> int:
    """Return the columns of a picture, which must not be too small."""
    columns = terminal_width() if width is None else width
    if columns < SMALLEST[0] or height < SMALLEST[1]:
        rule = "a picture needs at least {} columns and {} rows".format(*SMALLEST)
        raise ValueError(f"{rule}, got width={columns} and height={height}")
    return columns
