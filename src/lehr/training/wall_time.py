"""Lengths of time as people write them: "90s", "45m", "2h", "1h30m", "2d"."""

import re
from datetime import timedelta

from lehr._checks import positive

Duration = float | str | timedelta

_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_PART = r"(?:(?P<{}>\d+(?:\.\d+)?){})?"
_TEXT = re.compile("".join(_PART.format(unit, unit) for unit in _SECONDS))


def seconds_of(name: str, value: Duration) -> float:
    """Return a length of time in seconds, > 0.

    Args:
        name: of the argument, for the error.
        value: seconds; a `timedelta`; or text with units, the longest first.

    Raises:
        ValueError: the text is none, or nothing is left of it.

    >>> seconds_of("limit", "1h30m"), seconds_of("limit", timedelta(minutes=2))
    (5400.0, 120.0)
    """
    if isinstance(value, timedelta):
        return positive(name, value.total_seconds())
    if not isinstance(value, str):
        return positive(name, value)
    found = _TEXT.fullmatch(value.replace(" ", ""))
    if found is None or not any(found.groups()):
        raise ValueError(
            f"{name} must be a length of time such as 90s, 45m, 2h or 1h30m, "
            f"got {value!r}"
        )
    given = {unit: float(number or 0) for unit, number in found.groupdict().items()}
    return positive(name, sum(given[unit] * each for unit, each in _SECONDS.items()))
