"""What recipes check: whole lengths that fit into the run."""

import math

from lehr import _checks
from lehr.schedules.linear import Linear


def rise(peak: float, warmup: int, start: float | None) -> Linear:
    return Linear(peak / (warmup + 1) if start is None else start, peak, warmup)


def lengths(**given: float | None) -> list[int]:
    """Return whole lengths; refuse parts that exceed `total` (`inf` for no total)."""
    whole = [
        value if value == math.inf else _whole(name, value)
        for name, value in given.items()
    ]
    total = given.get("total", math.inf)
    parts = {
        name: w
        for (name, _), w in zip(given.items(), whole, strict=True)
        if name != "total"
    }
    if total is not None and sum(parts.values()) > total:
        names = " + ".join(f"{name} ({value})" for name, value in parts.items())
        raise ValueError(
            f"{names} exceeds total ({total}) updates; shorten "
            f"{' or '.join(parts)}, or pass a larger total"
        )
    return whole  # type: ignore[return-value]  # inf only where the caller drops it


def _whole(name: str, value: float | None) -> int:
    if isinstance(value, float) and 0 < value < 1:
        raise ValueError(
            f"{name} must be a whole number of updates, got {value!r}; for a part of "
            f"the run pass {name}=round({value!r} * total)"
        )
    return _checks.count(name, value, 0)
