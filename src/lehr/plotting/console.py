"""What the terminal can show: its width, braille, colour."""

import os
import sys

from lehr._typing import Any

NARROWEST = 24


def terminal_width() -> int:
    """Return the columns of the terminal, or of $COLUMNS, else 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told) >= NARROWEST:
        return int(told)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, NARROWEST)
    except (OSError, ValueError, AttributeError):
        return 80


def has_braille() -> bool:
    """Return whether standard output can show braille."""
    try:
        "⣿█┤".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return os.environ.get("TERM") not in ("linux", "dumb")


def wants_color(stream: Any = None) -> bool:
    """Return whether a stream is a terminal that may have colours.

    Args:
        stream: what is written to; by default standard output.
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    told = sys.stdout if stream is None else stream
    return told is not None and bool(told.isatty())
