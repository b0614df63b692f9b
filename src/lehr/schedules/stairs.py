"""Where schedules that change every so many updates change."""

import math
from collections.abc import Iterator


def edge(k: float, every: float) -> float:
    """Return the first float that is not below k `every`, the begin of stair k."""
    x = k * every
    return x if x // every >= k else math.nextafter(x, math.inf)


def edges(a: float, b: float, every: float) -> Iterator[float]:
    """Yield the begins of stairs strictly between `a` and `b`."""
    k = max(1, math.floor(a / every))
    while (x := edge(k, every)) < b:
        if x > a:
            yield x
        k += 1


def just_before(t: float, every: float) -> float:
    """Return an update on the stair that ends at `t`; `t` if none ends there."""
    k = round(t / every)
    return (k - 0.5) * every if k and math.isclose(k * every, t, rel_tol=1e-15) else t
