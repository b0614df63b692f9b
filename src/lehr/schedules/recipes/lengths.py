"""What recipes check: whole lengths that fit into the run."""

import math

from lehr import _checks
from lehr.schedules.linear import Linear


def rise(peak: float, warmup: int, start: float | None) -> Linear:
    (first,) = values(start=peak / (warmup + 1) if start is None else start)
    return Linear(first, peak, warmup)


def values(**given: float) -> list[float]:
    """Return finite numbers; refuse others by the name that the user knows."""
    return [_checks.finite(name, value) for name, value in given.items()]


def lengths(**given: float | None) -> list[int]:
    """Return whole lengths; refuse parts that exceed `total`, if it is one of them."""
    whole = {name: _whole(name, value) for name, value in given.items()}
    parts = {name: value for name, value in whole.items() if name != "total"}
    total = whole.get("total", math.inf)
    if sum(parts.values()) > total:
        names = " + ".join(f"{name} ({value})" for name, value in parts.items())
        raise ValueError(
            f"{names} exceeds total ({total}) updates; shorten "
            f"{' or '.join(parts)}, or pass a larger total"
        )
    return list(whole.values())


def _whole(name: str, value: float | None) -> int:
    if isinstance(value, float) and 0 < value < 1:
        raise ValueError(
            f"{name} must be a whole number of updates, got {value!r}; for a part of "
            f"the run pass {name}=round({value!r} * total)"
        )
    return _checks.count(name, value, 0)
