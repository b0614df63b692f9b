"""Colours and dashes that stay apart without colour vision, and in print."""

from typing import NamedTuple

# Okabe and Ito's set, darkened or lightened until each stands out from its ground.
LIGHT = ("#0072b2", "#d55e00", "#009e73", "#b8569a", "#8a6d00", "#2a9fd6", "#444444")
DARK = ("#56b4e9", "#ff8c42", "#2fc99a", "#e39ac8", "#f0c94a", "#9ad7ff", "#c8c8c8")
TERMINAL = (32, 166, 36, 168, 136, 74, 245)
"""The same in a terminal of 256 colours, each seen on black and on white."""

DASHES = ("", "7 3", "2 2.5", "9 3 2 3", "14 4", "4 2 1 2 1 2", "1 3")

DOTS = ((), (5, 3), (1, 2), (7, 2, 1, 2), (9, 5), (3, 2, 1, 2, 1, 2), (1, 4))
"""The same dashes in the dots of a terminal: on, off, on, off, ..."""


def dashes_of(index: int) -> int:
    """Return which dashes a curve has, so that no other of the same colour has them.

    >>> [dashes_of(index) for index in (0, 1, 6, 7, 8, 14)]
    [0, 1, 6, 1, 2, 2]
    """
    return (index + index // len(LIGHT)) % len(DASHES)


class Theme(NamedTuple):
    """The colours of one picture: its ground, texts, lines and curves."""

    ground: str
    text: str
    faint: str
    grid: str
    shade: str
    curves: tuple[str, ...]


THEMES = {
    "light": Theme("#ffffff", "#333333", "#6b6f76", "#d9d9d9", "#f2f4f7", LIGHT),
    "dark": Theme("#15181d", "#d5d9e0", "#949aa5", "#363c46", "#1f242c", DARK),
}
