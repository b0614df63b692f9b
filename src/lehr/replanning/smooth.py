"""A way from a value to another that begins with a given slope and ends level."""

from itertools import takewhile

from lehr.schedules.base import Schedule
from lehr.schedules.constant import Constant
from lehr.schedules.polynomial import Polynomial
from lehr.schedules.sum import Sum

AGAINST = -3.0
"""The steepest start away from the goal, in mean slopes: it overshoots by 28 %."""

STEEPEST = 1_000.0
"""The steepest start towards the goal, in mean slopes."""


def smooth(value: float, goal: float, steps: float, slope: float) -> Schedule:
    """Go from `value` to `goal` in `steps` updates, at first with `slope`.

    With y = 1 - t / steps, and a = slope / ((goal - value) / steps), the slope in units
    of the mean slope, the value is goal + (value - goal) w, where

    - w = (3 - a) y^2 + (a - 2) y^3 for a <= 3, the cubic of Hermite that ends level;
    - w = y^a for a >= 3, at most 1000. Both are y^3 at a = 3.

    For a >= 0 it is monotone and stays between the two values. For a < 0, where the
    slope points away from the goal, it goes beyond `value` first: a is then held at
    -3, so by no more than 28 % of the way. Equal values give a constant.

    Args:
        value: at update 0.
        goal: from update `steps` on.
        steps: length in updates, > 0.
        slope: at update 0, in values per update.

    Source: Fritsch and Carlson, Monotone Piecewise Cubic Interpolation, 1980,
        doi:10.1137/0717021 (monotone for 0 <= a <= 3).

    >>> way = smooth(1.0, 0.0, 100, slope=-0.02)
    >>> way(0), round(way(1), 4), way(50), way(100)
    (1.0, 0.9801, 0.25, 0.0)
    """
    way = value - goal
    if way == 0.0:
        return Constant(goal, steps)
    # Slopes come from differences of values, which do not know more decimals.
    a = round(min(max(-slope * steps / way, AGAINST), STEEPEST), 9)
    if a >= 3.0:
        return Polynomial(value, goal, steps, power=a)
    if a == 2.0:
        return Polynomial(value, goal, steps, power=2)
    square = Polynomial((3.0 - a) * way, 0.0, steps, power=2)
    cube = Polynomial((a - 2.0) * way, 0.0, steps, power=3)
    return Sum((square, cube, Constant(goal)))


def slope_before(schedule: Schedule, at: int) -> float:
    """Return the slope that a schedule has just before update `at`, per update.

    It is the three-point difference of the updates before, or of parts of an update
    where a phase began later than that; at 0, where nothing was before, it is 0.

    >>> from lehr import Linear
    >>> round(slope_before(Linear(1.0, 0.0, 100), 50), 9)
    -0.01
    """
    if at == 0:
        return 0.0
    begun = max((0.0, *takewhile(lambda j: j < at, schedule.joints(at - 2, at))))
    h = min(1.0, (at - begun) / 2)
    now, then, earlier = schedule._left(at), schedule(at - h), schedule(at - 2 * h)
    return (3 * now - 4 * then + earlier) / (2 * h)
