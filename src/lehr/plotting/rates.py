"""Loss over rate: what a sweep of the rate has shown, and what it suggests."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lehr._figures import short
from lehr.plotting.axes import axis_of
from lehr.plotting.figure import _clean, _columns, _new_figure, _style
from lehr.plotting.svg_elements import (
    Entry,
    Frame,
    curve_of,
    legend,
    legend_rows,
    line,
    opening,
    path,
    style,
    text,
)
from lehr.plotting.terminal import draw_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]
Marks = Mapping[str, float]


def draw_rates(points: Points, mean: Points, marks: Marks, **options: Any) -> str:
    """Return a drawing of the smoothed loss, over rates by their logarithms.

    Args:
        points: pairs of rate and loss.
        mean: pairs of rate and smoothed loss.
        marks: rates to be marked, by name.
        **options: width, height, ascii, as for `draw_points`.

    >>> points = [(10.0**-i, 1.0 / (6 - i)) for i in range(5, -1, -1)]
    >>> picture = draw_rates(points, points, {"valley": 1e-3}, width=40, ascii=True)
    >>> for line in picture.splitlines()[-3:]:
    ...     print(line)
        ++------+------+-----+-------------+
         1e-5 1e-4   1e-3  0.01       rate 1
                       ^ valley 1e-3
    """
    first = math.log(points[0][0])
    over = [(math.log(rate) - first, y) for rate, y in _clipped(mean, mean)]
    rows = draw_points([(x, y) for x, y in over if x >= 0], **options).splitlines()
    across = rows[-2]
    begin = len(across) - len(across.lstrip()) + 1
    room = len(across) - begin
    simple = "└" not in across
    rows[-2:] = _bottom(points, begin, room, across[:begin], "-+" if simple else "─┬")
    for name, rate in sorted(marks.items(), key=lambda mark: mark[1]):
        column = begin + round(_place(rate, points) * (room - 1))
        text, arrow = f"{name} {short(rate)}", "^" if simple else "▲"
        left = column - len(text) - 1 >= 0 and column + len(text) + 2 > len(across)
        line = f"{text} {arrow}".rjust(column + 1) if left else f"{arrow} {text}"
        rows.append(line if left else " " * column + line)
    return "\n".join(row.rstrip() for row in rows)


def draw_rates_svg(
    points: Points, mean: Points, marks: Marks, *, width: int = 720, height: int = 360
) -> str:
    """Return loss over rate as the text of an SVG file; arguments as for `draw_rates`.

    >>> points = [(1e-3, 1.0), (1e-2, 0.5), (1e-1, 2.0)]
    >>> text = draw_rates_svg(points, points, {"valley": 4e-3})
    >>> "valley 4e-3" in text, text.count('class="curve')
    (True, 6)
    """
    losses, means = _clipped(points, mean), _clipped(mean, mean)
    axis = axis_of([y for _, y in (*losses, *means)], marks=max(3, height // 70))
    named = [f"{name} {short(rate)}" for name, rate in marks.items()]
    names = enumerate(["loss", "smoothed", *named])
    rows = legend_rows([Entry(n, "", curve_of(i)) for i, n in names], width - 70)
    frame = Frame(62, 14 + 16 * len(rows), width - 18, height - 38, 1.0, axis)

    def place(rate: float) -> float:
        return frame.x(_place(rate, points))

    about = f"{len(points)} rates. {'; '.join(named)}"
    parts = [
        opening(width, height, "auto", "loss over rate", about),
        f"<style>{style('auto', len(marks) + 2)}</style>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
    ]
    for mark in axis.marks:
        parts.append(
            line(frame.left, frame.y(mark), frame.right, frame.y(mark), "grid")
        )
        parts.append(text(frame.left - 6, frame.y(mark) + 4, short(mark), "end"))
    bottom = frame.left, frame.bottom, frame.right, frame.bottom
    parts.append(line(*bottom, "edge"))
    for rate in _round_rates(points):
        x = place(rate)
        parts.append(line(x, frame.bottom, x, frame.bottom + 4, "edge"))
        parts.append(text(x, frame.bottom + 16, short(rate), "mid"))
    middle = (frame.left + frame.right) / 2
    parts.append(text(middle, frame.bottom + 32, "rate", "mid"))
    parts += legend(rows, 62, 14)
    for index, curve in enumerate((losses, means)):
        shown = path([(place(rate), frame.y(y)) for rate, y in curve])
        parts.append(f'<path class="{curve_of(index)}" d="{shown}"/>')
    for index, rate in enumerate(marks.values(), 2):
        x = place(rate)
        parts.append(line(x, frame.top, x, frame.bottom, curve_of(index)))
    return "\n".join([*parts, "</svg>"]) + "\n"


def plot_rates(
    points: Points,
    mean: Points,
    marks: Marks,
    files: Iterable[str | os.PathLike[str]] = (),
) -> "Figure":
    """Draw loss over rate by matplotlib; arguments as for `draw_rates`.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> points = [(1e-3, 1.0), (1e-2, 0.5), (1e-1, 2.0)]
    >>> figure = plot_rates(points, points, {"valley": 4e-3})
    >>> figure.axes[0].get_xscale(), len(figure.axes[0].lines)
    ('log', 3)
    """
    figure = _new_figure((7.2, 4.0))
    ax = figure.subplots()
    losses, means = _clipped(points, mean), _clipped(mean, mean)
    ax.plot(*_columns(losses), **_style(0) | {"lw": 1.0, "alpha": 0.5}, label="loss")
    ax.plot(*_columns(means), **_style(0), label="smoothed")
    for index, (name, rate) in enumerate(marks.items(), 1):
        ax.axvline(rate, **_style(index), label=f"{name} {short(rate)}")
    if points[0][0] == points[-1][0]:  # of one rate alone there is no range
        ax.set_xlim(points[0][0] / 2, points[0][0] * 2)
    ax.set_xscale("log")
    ax.set_xlabel("rate")
    ax.set_ylabel("loss")
    _clean(ax)
    ax.xaxis.set_major_formatter(lambda value, _: short(value))
    ax.legend(frameon=False)
    for file in files:
        figure.savefig(file, dpi=150)
    return figure


def _place(rate: float, points: Points) -> float:
    """Return where a rate lies by its logarithm: 0 at the first, 1 at the last."""
    first, last = math.log(points[0][0]), math.log(points[-1][0])
    return min(max((math.log(rate) - first) / (last - first or 1.0), 0.0), 1.0)


def _round_rates(points: Points) -> list[float]:
    """Return the powers of ten among the rates; with few of them, also 2 and 5 times.

    >>> _round_rates([(1e-3, 1.0), (2e-1, 1.0)])
    [0.001, 0.01, 0.1]
    >>> _round_rates([(3e-3, 1.0), (6e-2, 1.0)])
    [0.005, 0.01, 0.02, 0.05]
    """
    low, high = points[0][0] * (1 - 1e-9), points[-1][0] * (1 + 1e-9)
    decades = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    every = [float(f"{n}e{decade}") for decade in decades for n in (1, 2, 5)]
    found = [rate for rate in every if low <= rate <= high]
    tens = [rate for rate in found if short(rate).strip("0.").startswith("1")]
    return tens if len(tens) > 2 else found


def _bottom(
    points: Points, begin: int, room: int, corner: str, lines: str
) -> tuple[str, str]:
    """Return the axis of the rates in text, and the labels of those that have room."""
    axis, text = [lines[0]] * room, [" "] * (begin + room)
    first, last = short(points[0][0]), f"rate {short(points[-1][0])}"
    text[begin : begin + len(first)] = first
    text[-len(last) :] = last
    axis[0] = axis[-1] = lines[1]
    for rate in _round_rates(points):
        column, label = round(_place(rate, points) * (room - 1)), short(rate)
        start = begin + column - len(label) // 2
        if not "".join(text[start - 1 : start + len(label) + 1]).strip():
            text[start : start + len(label)] = label
            axis[column] = lines[1]
    return corner + "".join(axis), "".join(text)


def _clipped(points: Points, mean: Points) -> list[tuple[float, float]]:
    """Return the points, as high as shows the course before the loss diverges."""
    least = min(range(len(mean)), key=lambda i: mean[i][1])
    low, high = mean[least][1], max(y for _, y in mean[: least + 1])
    top = high + 0.5 * (high - low or abs(high) or 1.0)
    return [(rate, min(y, top)) for rate, y in points]
