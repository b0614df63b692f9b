"""Schedules as SVG: one file, no script, no dependency; light, dark, or as the page."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from lehr.plotting.axes import Axis, axis_of, count, short, ticks
from lehr.plotting.palette import DASHES, LIGHT, THEMES, Theme, dashes_of
from lehr.plotting.sampling import horizon, sample
from lehr.schedules import Schedule

SMALLEST = 200, 120
POINTS = 400
_ZERO_BAND = 14
_LINE = 16
_CHARACTER = 7.0


@dataclass(frozen=True)
class _Frame:
    """The rectangle of the curves, and what its edges stand for."""

    left: float
    top: float
    right: float
    bottom: float
    end: float
    axis: Axis

    def x(self, t: float) -> float:
        return self.left + (self.right - self.left) * t / self.end

    def y(self, value: float) -> float:
        place = self.axis.place(value)
        if not self.axis.has_zero:
            return self.bottom - (self.bottom - self.top) * max(place, 0.0)
        floor = self.bottom - _ZERO_BAND
        return self.bottom if place < 0 else floor - (floor - self.top) * place


def draw_svg(
    schedules: Schedule | Mapping[str, Schedule],
    *,
    width: int = 720,
    height: int = 360,
    log: bool = False,
    theme: Literal["light", "dark", "auto"] = "auto",
    steps: float | None = None,
    title: str = "",
) -> str:
    """Return a picture of one or several schedules as the text of an SVG file.

    Curves differ by colour and by dashes. The phases of a single schedule are shaded
    and named; several schedules get a legend.

    Args:
        schedules: one schedule, or several by name.
        width: pixels.
        height: pixels.
        log: draw the logarithm of the value; zero and below have a band at the bottom.
        theme: "auto" follows the page's colour scheme.
        steps: updates to draw; by default those of the longest schedule.
        title: a line above.

    Raises:
        ValueError: there is no schedule, or the picture would be too small.

    >>> from lehr import Cosine
    >>> text = draw_svg({"a & b": Cosine(1.0, 0.0, 100)}, title="decay")
    >>> text.startswith("<svg "), "prefers-color-scheme" in text, "a &amp; b" in text
    (True, True, True)
    """
    if isinstance(schedules, Schedule):
        schedules = {"": schedules}
    if not schedules:
        raise ValueError("schedules must hold at least one schedule, got none")
    if width < SMALLEST[0] or height < SMALLEST[1]:
        rule = "a picture needs at least {} by {} pixels".format(*SMALLEST)
        raise ValueError(f"{rule}, got width={width} and height={height}")
    if theme != "auto" and theme not in THEMES:
        raise ValueError(f"theme must be light, dark or auto, got {theme!r}")
    end = max(horizon(schedule, steps) for schedule in schedules.values())
    curves = [sample(schedule, end, POINTS) for schedule in schedules.values()]
    values = [value for curve in curves for _, value in curve]
    axis = axis_of(values, log=log, marks=max(3, height // 70))
    legend = _legend_rows(list(schedules), width - 70)
    top = 14 + _LINE * bool(title) + _LINE * len(legend) + _LINE * (len(schedules) == 1)
    frame = _Frame(62, top, width - 18, height - 38, end, axis)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    label = _safe(title or ", ".join(filter(None, schedules)) or "schedule")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" '
        f'aria-label="{label}">',
        f"<style>{_style(theme, len(schedules))}</style>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
    ]
    if len(schedules) == 1:
        parts += _phases(next(iter(schedules.values())), frame)
    parts += _grid(frame)
    if title:
        parts.append(_text(frame.left, 18, title, "title"))
    parts += _legend(legend, 14 + _LINE * bool(title))
    parts += _curves(curves, frame)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _style(theme: str, curves: int) -> str:
    """Return the style sheet; "auto" is the light one with a dark one as a variant."""
    if theme != "auto":
        return _colors(THEMES[theme]) + _shapes(curves)
    dark = _colors(THEMES["dark"])
    variant = f"@media (prefers-color-scheme: dark){{{dark}}}"
    return _colors(THEMES["light"]) + _shapes(curves) + variant


def _colors(theme: Theme) -> str:
    rules = [
        f".ground{{fill:{theme.ground}}}",
        f".shade{{fill:{theme.shade}}}",
        f"text{{fill:{theme.text}}}",
        f".grid{{stroke:{theme.grid}}}",
        f".edge{{stroke:{theme.text}}}",
    ]
    rules += [f".c{i}{{stroke:{color}}}" for i, color in enumerate(theme.curves)]
    return "".join(rules)


def _shapes(curves: int) -> str:
    rules = [
        "text{font:11px system-ui,sans-serif}",
        ".title{font-weight:600;font-size:13px}",
        "text.mid{text-anchor:middle}text.end{text-anchor:end}",
        ".grid,.edge{stroke-width:1;fill:none}",
        ".joint{stroke-dasharray:2 3}",
        ".curve{fill:none;stroke-width:2;stroke-linejoin:round}",
    ]
    for i in range(1, min(curves, len(DASHES))):
        rules.append(f".d{i}{{stroke-dasharray:{DASHES[i]}}}")
    return "".join(rules)


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{name}>{_safe(text)}</text>'


def _safe(text: str) -> str:
    """Return text that XML can hold."""
    return escape("".join(c for c in text if c.isprintable()))


def _line(x0: float, y0: float, x1: float, y1: float, kind: str) -> str:
    return f'<path class="{kind}" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>'


def _grid(frame: _Frame) -> list[str]:
    """Return the grid, both axes and their labels."""
    parts = []
    for mark in frame.axis.marks:
        y = frame.y(mark)
        parts.append(_line(frame.left, y, frame.right, y, "grid"))
        parts.append(_text(frame.left - 6, y + 4, short(mark), "end"))
    if frame.axis.has_zero:
        parts.append(_text(frame.left - 6, frame.bottom + 4, "0", "end"))
    most = max(3, int((frame.right - frame.left) / 80))
    for t in ticks(0, frame.end, most):
        x = frame.x(t)
        parts.append(_line(x, frame.bottom, x, frame.bottom + 4, "edge"))
        parts.append(_text(x, frame.bottom + 16, count(t), "mid"))
    bottom = frame.left, frame.bottom, frame.right, frame.bottom
    parts.append(_line(*bottom, "edge"))
    middle = (frame.left + frame.right) / 2
    parts.append(_text(middle, frame.bottom + 32, "updates", "mid"))
    return parts


def _phases(schedule: Schedule, frame: _Frame) -> list[str]:
    """Return every other phase shaded, and the names of those with room for one."""
    parts = []
    for index, phase in enumerate(schedule.phases):
        if phase.begin >= frame.end:
            break
        x0, x1 = frame.x(phase.begin), frame.x(min(phase.end, frame.end))
        if index % 2 == 0:
            box = f'x="{x0:.1f}" y="{frame.top:.1f}" width="{x1 - x0:.1f}"'
            tall = f'height="{frame.bottom - frame.top:.1f}"'
            parts.append(f'<rect class="shade" {box} {tall}/>')
        if index:
            joint = x0, frame.top, x0, frame.bottom
            parts.append(_line(*joint, "grid joint"))
        names = f"{phase.name}: {phase.shape}", phase.name
        fitting = (name for name in names if _CHARACTER * len(name) < x1 - x0)
        if name := next(fitting, ""):
            parts.append(_text((x0 + x1) / 2, frame.top - 5, name, "mid"))
    return parts


def _curves(
    curves: Iterable[Sequence[tuple[float, float]]], frame: _Frame
) -> list[str]:
    parts = []
    for i, points in enumerate(curves):
        color, dash = i % len(LIGHT), dashes_of(i)
        path = _path([(frame.x(t), frame.y(value)) for t, value in points])
        parts.append(f'<path class="curve c{color} d{dash}" d="{path}"/>')
    return parts


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Return a path through the points, less those that lie on a level stretch."""
    out = []
    for i, (x, y) in enumerate(points):
        inner = 0 < i < len(points) - 1
        if inner and points[i - 1][1] == y == points[i + 1][1]:
            continue
        out.append(f"{x:.1f} {y:.1f}")
    return "M" + "L".join(out)


def _legend_rows(names: Sequence[str], width: float) -> list[list[tuple[float, str]]]:
    """Return rows of (place, name) that are not wider than `width`."""
    rows = list[list[tuple[float, str]]]()
    if len(names) == 1 and not names[0]:
        return rows
    at = math.inf
    for name in names:
        room = 40 + _CHARACTER * len(name)
        if at + room > width:
            rows.append([])
            at = 0.0
        rows[-1].append((at, name))
        at += room
    return rows


def _legend(rows: Sequence[Sequence[tuple[float, str]]], top: float) -> list[str]:
    parts, index = list[str](), 0
    for line, row in enumerate(rows):
        y = top + _LINE * line
        for place, name in row:
            kind = f"curve c{index % len(LIGHT)} d{dashes_of(index)}"
            parts.append(_line(62 + place, y - 4, 86 + place, y - 4, kind))
            parts.append(_text(92 + place, y, name))
            index += 1
    return parts
