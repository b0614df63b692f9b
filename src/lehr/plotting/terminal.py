"""Schedules drawn with characters: braille, or ASCII where there is no braille."""

import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lehr.plotting.axes import Axis, axis_of, count, short, ticks
from lehr.plotting.canvas import Ascii, Braille, Canvas
from lehr.plotting.sampling import extremes, horizon, sample
from lehr.schedules import Phase, Schedule

SMALLEST = 24, 4
_CURVE, _PLAIN = "\x1b[36m", "\x1b[0m"


class _Lines(NamedTuple):
    """The characters of axes and phases."""

    tick: str
    side: str
    corner: str
    across: str
    below: str
    left: str
    right: str
    thin: str


_UNICODE = _Lines("┤", "│", "└", "─", "┬", "├", "┤", "│")
_SIMPLE = _Lines("+", "|", "+", "-", "+", "|", "|", "|")


def draw(
    schedules: Schedule | Mapping[str, Schedule],
    *,
    width: int | None = None,
    height: int = 12,
    log: bool = False,
    ascii: bool | None = None,
    steps: float | None = None,
    title: str = "",
    color: bool = False,
) -> str:
    """Return a drawing of a schedule over its updates, its phases marked below.

    Several schedules, given by name, are drawn one below the other.

    Args:
        schedules: one schedule, or several by name.
        width: columns; by default those of the terminal, else 80.
        height: rows of the picture itself.
        log: draw the logarithm of the value; zero and below have the bottom row.
        ascii: use ASCII only; by default where the output's encoding has no braille.
        steps: updates to draw, by default all.
        title: a line above, for one schedule.
        color: draw the curve in colour, by ANSI escapes.

    Raises:
        ValueError: the picture would be smaller than 24 by 4, or `steps` is not > 0.

    >>> from lehr import Linear
    >>> print(draw(Linear(1.0, 0.0, 100), width=36, height=4, ascii=True))
    1 +'':.....
      |       '''':.....
      |                ''''':....
    0 +                         ''''':..
      ++-------------------------------+
       0                     100 updates
       |-------- decay: linear --------|
    """
    columns = _columns(width, height)
    simple = not has_braille() if ascii is None else ascii
    if isinstance(schedules, Schedule):
        schedules = {title: schedules}
    pictures = [
        _draw(schedule, name, columns, height, log, simple, steps, color)
        for name, schedule in schedules.items()
    ]
    return "\n\n".join(pictures)


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
    columns = _columns(width, height)
    simple = not has_braille() if ascii is None else ascii
    shown = extremes([p for p in points if math.isfinite(p[1])], 4 * columns)
    if not shown:
        raise ValueError(f"points must hold a finite value, got {len(points)} of none")
    end = max(shown[-1][0], 1)
    return _picture(shown, end, title, columns, height, log, simple, color)


def _columns(width: int | None, height: int) -> int:
    """Return the columns of a picture, which must not be too small."""
    columns = terminal_width() if width is None else width
    if columns < SMALLEST[0] or height < SMALLEST[1]:
        rule = "a picture needs at least {} columns and {} rows".format(*SMALLEST)
        raise ValueError(f"{rule}, got width={columns} and height={height}")
    return columns


def _draw(
    schedule: Schedule,
    title: str,
    width: int,
    height: int,
    log: bool,
    simple: bool,
    steps: float | None,
    color: bool,
) -> str:
    end = horizon(schedule, steps)
    points = sample(schedule, end, 8 * width)
    return _picture(
        points, end, title, width, height, log, simple, color, schedule.phases
    )


def _picture(
    points: Sequence[tuple[float, float]],
    end: float,
    title: str,
    width: int,
    height: int,
    log: bool,
    simple: bool,
    color: bool,
    phases: Sequence[Phase] = (),
) -> str:
    lines = _SIMPLE if simple else _UNICODE
    axis = axis_of([value for _, value in points], log=log, marks=max(2, height // 3))
    labels = _labels(axis, height)
    margin = max(map(len, labels.values())) + 2
    canvas: Canvas = (Ascii if simple else Braille)(width - margin, height)
    _curve(canvas, points, end, axis)
    out = [title] if title else []
    for row, picture in enumerate(canvas.rows()):
        side = lines.tick if row in labels else lines.side
        shown = picture.rstrip()
        if color and shown.strip():
            shown = f"{_CURVE}{shown}{_PLAIN}"
        out.append(f"{labels.get(row, ''):>{margin - 2}} {side}{shown}")
    out += _bottom(end, margin - 1, width - margin, lines)
    if marks := _phase_marks(phases, end, width - margin, lines):
        out.append(" " * margin + marks)
    return "\n".join(out)


def _curve(
    canvas: Canvas, points: Iterable[tuple[float, float]], end: float, axis: Axis
) -> None:
    """Join the points by lines; nothing joins the zero band to what is above it."""
    across = (canvas.width - 1) / end
    bottom = canvas.height - 1
    down = bottom - (canvas.high if axis.has_zero else 0)
    before: tuple[int, int, bool] | None = None
    for t, value in points:
        place = axis.place(value)
        banned = axis.has_zero and place < 0
        x = round(t * across)
        y = bottom if banned else round((1 - max(place, 0.0)) * down)
        if before is not None and before[2] == banned:
            if before[:2] != (x, y):
                canvas.line(*before[:2], x, y)
        else:
            canvas.dot(x, y)
        before = x, y, banned


def _labels(axis: Axis, height: int) -> dict[int, str]:
    """Return the label of each row that has one."""
    last = height - 1 - axis.has_zero
    labels = {height - 1: "0"} if axis.has_zero else {}
    for mark in axis.marks:
        labels.setdefault(round((1 - axis.place(mark)) * last), short(mark))
    return labels


def _bottom(end: float, margin: int, columns: int, lines: _Lines) -> list[str]:
    """Return the horizontal axis and its labels."""
    marks = [t for t in ticks(0, end, max(2, columns // 12)) if t < end]
    axis = [lines.across] * columns
    text = [" "] * (columns + margin + 1)
    last = f"{count(end)} updates"
    free = len(text) - len(last)
    text[free:] = last
    axis[-1] = lines.below
    used = 0
    for mark in marks:
        column = round(mark / end * (columns - 1))
        label = count(mark)
        start = max(margin + 1 + column - len(label) // 2, used)
        if start + len(label) < free:
            text[start : start + len(label)] = label
            axis[column] = lines.below
            used = start + len(label) + 1
    side = " " * margin + lines.corner
    return [side + "".join(axis), "".join(text).rstrip()]


def _phase_marks(
    phases: Sequence[Phase], end: float, columns: int, lines: _Lines
) -> str:
    """Return one line that names each phase between its first and last column."""
    out = ""
    for phase in phases:
        if phase.begin >= end:
            break
        last = round(min(phase.end, end) / end * columns)
        out += _span(phase, last - len(out), lines)
    return out.rstrip()


def _span(phase: Phase, room: int, lines: _Lines) -> str:
    if room < 2:
        return lines.thin * room
    texts = f" {phase.name}: {phase.shape} ", f" {phase.name} ", ""
    text = next(text for text in texts if len(text) <= max(room - 4, 0))
    return lines.left + text.center(room - 2, lines.across) + lines.right


def terminal_width() -> int:
    """Return the columns of the terminal, or of $COLUMNS, else 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told) >= SMALLEST[0]:
        return int(told)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, SMALLEST[0])
    except (OSError, ValueError, AttributeError):
        return 80


def has_braille() -> bool:
    """Return whether standard output can show braille."""
    try:
        "⣿█┤".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return os.environ.get("TERM") not in ("linux", "dumb")
