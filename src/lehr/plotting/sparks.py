"""The course of some values in one line of characters."""

from collections.abc import Sequence
from itertools import pairwise

from lehr.plotting.terminal import has_braille

_SPARKS = " ▁▂▃▄▅▆▇█"
_ASCII_SPARKS = " .:-=+*#@"


def sparkline(
    values: Sequence[float], width: int = 40, *, ascii: bool | None = None
) -> str:
    """Return the course of some values in one line.

    Args:
        values: finite numbers; more than `width` of them are averaged in groups.
        width: most characters.
        ascii: use ASCII only; by default where the output's encoding has no blocks.

    >>> sparkline([0.0, 1.0, 2.0, 3.0], ascii=True)
    ' :+@'
    """
    if not values:
        return ""
    simple = not has_braille() if ascii is None else ascii
    sparks = _ASCII_SPARKS if simple else _SPARKS
    groups = min(width, len(values))
    edges = [i * len(values) // groups for i in range(groups + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    low, high = min(means), max(means)
    scale = (len(sparks) - 1) / (high - low) if high > low else 0.0
    return "".join(sparks[int((mean - low) * scale)] for mean in means)
