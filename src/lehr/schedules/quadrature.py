"""The integral of a schedule that has no closed form.

Source: Piessens et al., QUADPACK, 1983, doi:10.1007/978-3-642-61786-7 (Gauss-Kronrod
    7-15: nodes and weights).
"""

import heapq
import math
from itertools import pairwise

from lehr.schedules.facts import Facts

# Node, weight of the 15-point rule, weight of the 7-point rule inside it.
_RULE = (
    (0.9914553711208126, 0.0229353220105292, 0.0),
    (0.9491079123427585, 0.0630920926299786, 0.1294849661688697),
    (0.8648644233597691, 0.1047900103222502, 0.0),
    (0.7415311855993945, 0.1406532597155259, 0.2797053914892767),
    (0.5860872354676911, 0.1690047266392679, 0.0),
    (0.4058451513773972, 0.1903505780647854, 0.3818300505051189),
    (0.2077849550078985, 0.2044329400752989, 0.0),
)
_MIDDLE = (0.2094821410847278, 0.4179591836734694)
_PRECISION, _PIECES = 1e-13, 2000


def integrate(schedule: Facts, a: float, b: float) -> float:
    """Return the integral over [a, b]: adaptive, between the breakpoints."""
    edges = [a, *schedule.joints(a, b), b]
    if schedule.stairs:
        return math.fsum(
            schedule(0.5 * (low + high)) * (high - low) for low, high in pairwise(edges)
        )
    heap = [_piece(schedule, low, high) for low, high in pairwise(edges) if low < high]
    heapq.heapify(heap)
    error = -math.fsum(piece[0] for piece in heap)
    size = math.fsum(abs(piece[1]) for piece in heap)
    for _ in range(_PIECES):
        if error <= _PRECISION * size:
            break
        worst, value, low, high = heapq.heappop(heap)
        middle = 0.5 * (low + high)
        error, size = error + worst, size - abs(value)
        for half in (_piece(schedule, low, middle), _piece(schedule, middle, high)):
            heapq.heappush(heap, half)
            error, size = error - half[0], size + abs(half[1])
    return math.fsum(value for _, value, _, _ in heap)


def _piece(s: Facts, a: float, b: float) -> tuple[float, float, float, float]:
    """Return minus the error, the integral, and the ends."""
    half, middle = 0.5 * (b - a), 0.5 * (a + b)
    kronrod, gauss = (weight * s(middle) for weight in _MIDDLE)
    for node, weight, inner_weight in _RULE:
        value = s(middle - half * node) + s(middle + half * node)
        kronrod += weight * value
        gauss += inner_weight * value
    return -abs(kronrod - gauss) * half, kronrod * half, a, b
