"""Rows of cells as aligned columns that fit a width, as CSV, or as Markdown."""

from collections.abc import Iterable, Sequence
from itertools import chain

Row = Sequence[str]
_GAP = 2


def aligned(head: Row, rows: Sequence[Row], left: int, width: int) -> str:
    r"""Return rows below their head, numbers to the right, no line beyond a width.

    Columns that do not fit beside the others stand in a block of their own below, with
    the first `left` ones again.

    Args:
        head: the name of each column.
        rows: their cells.
        left: columns that each block begins with.
        width: columns of the screen.

    >>> print(aligned(("t", "lr"), [("0", "0.1"), ("10", "0.05")], 1, 80))
     t    lr
     0   0.1
    10  0.05
    """
    sizes = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
    blocks = []
    for picked in _blocks(sizes, left, width):
        lines = (
            (" " * _GAP).join(row[i].rjust(sizes[i]) for i in picked).rstrip()
            for row in chain([head], rows)
        )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _blocks(sizes: Sequence[int], left: int, width: int) -> list[list[int]]:
    """Return the columns of each block: the first ones, and as many others as fit."""
    first = list(range(left))
    base = sum(sizes[i] + _GAP for i in first)
    blocks, used = [first.copy()], base
    for i in range(left, len(sizes)):
        if len(blocks[-1]) > left and used + sizes[i] > width:
            blocks.append(first.copy())
            used = base
        blocks[-1].append(i)
        used += sizes[i] + _GAP
    return blocks


def markdown(head: Row, rows: Iterable[Row]) -> str:
    """Return rows as a table of Markdown, numbers to the right.

    >>> print(markdown(("t", "lr"), [("0", "0.1")]))
    | t | lr |
    |--:|--:|
    | 0 | 0.1 |
    """
    lines = [head, *rows]
    shown = [
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
        for row in lines
    ]
    return "\n".join([shown[0], "|" + "--:|" * len(head), *shown[1:]])


def csv_line(cells: Row) -> str:
    r"""Return a line of CSV, with quotes where a cell needs them.

    >>> csv_line(("update", 'linear(1, 0, 9)'))
    'update,"linear(1, 0, 9)"\n'
    """
    quoted = (
        '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n\r') else cell
        for cell in cells
    )
    return ",".join(quoted) + "\n"
