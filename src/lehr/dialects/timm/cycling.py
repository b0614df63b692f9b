"""timm's cycles: ever longer or shorter, ever lower, and a lower limit at the end."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from lehr import _checks
from lehr.dialects.arithmetic import as_written
from lehr.dialects.timm.frame import lowest
from lehr.schedules import Chain, Constant, Polynomial, Repeat, Reverse, Table, Tanh
from lehr.schedules.base import Schedule
from lehr.schedules.cycles import Cycles

Wave = Callable[[float, float, float], Schedule]  # of start, end and steps
CLOCK_END = 2.0**53  # clocks are exact until there
LONGEST_TABLE = 10**6
MOST_CYCLES = 10_000
"""Of different lengths: each is a step of exact arithmetic."""


@dataclass(frozen=True)
class Cycling:
    """Cycles by timm's own parameter names."""

    t_initial: float
    lr_min: float
    cycle_mul: float
    cycle_decay: float
    cycle_limit: int

    def __post_init__(self) -> None:
        given = self.cycle_mul
        decay = _checks.finite("cycle_decay", self.cycle_decay)
        if decay < 0:
            raise ValueError(f"cycle_decay must be >= 0, got {self.cycle_decay!r}")
        checked = {
            "t_initial": _checks.duration("t_initial", self.t_initial),
            "lr_min": lowest(self.lr_min),
            "cycle_mul": as_written(_checks.positive("cycle_mul", self.cycle_mul)),
            "cycle_decay": decay,
            "cycle_limit": _checks.count("cycle_limit", self.cycle_limit),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.cycle_mul != 1.0 and self.count > MOST_CYCLES:
            raise ValueError(
                f"cycle_mul={given!r} is so near to 1 that it makes more than "
                f"{MOST_CYCLES} cycles; set it to 1, or lower cycle_limit"
            )

    @property
    def count(self) -> int:
        """How many cycles matter: within the clock, and longer than rounding."""
        count, mul = self.cycle_limit, self.cycle_mul
        if mul == 1.0:
            return count
        if mul > 1.0:
            last = math.log1p(CLOCK_END * (mul - 1.0) / self.t_initial)
        else:
            last = math.log(CLOCK_END / (1.0 - mul))
        return min(count, math.ceil(last / abs(math.log(mul))) + 1)

    def of(self, wave: Wave, base: float) -> Schedule:
        """Return the cycles of a wave from base cycle_decay^i to lr_min, and lr_min."""
        low, length = self.lr_min, self.t_initial
        if self.count == 0:
            return Constant(low)
        if self.count == 1:
            found = wave(base, low, length)
        elif self.cycle_decay == 1.0:
            found = self._repeated(wave(base, low, length), 1.0)
        else:
            found = self._repeated(wave(base, 0.0, length), self.cycle_decay)
            if low:
                found += self._repeated(wave(0.0, low, length), 1.0)
        ends = found.steps < math.inf and found(found.steps) == low
        return found if ends else Chain((found, Constant(low)))

    def _repeated(self, piece: Schedule, decay: float) -> Schedule:
        return Repeat(piece, self.count, self.cycle_mul, decay)

    def table(self, weight: Callable[[float], float], base: float) -> Schedule:
        """Return the cycles of any weight of the peak, at whole times only."""
        if self.count == 0:
            return Constant(self.lr_min)
        cycles = Cycles(self.t_initial, self.cycle_mul, self.count)
        mul, length = self.cycle_mul, self.t_initial
        total = self.count * length if mul == 1.0 else cycles.total
        if total > LONGEST_TABLE:
            raise ValueError(
                f"t_initial={length} with these cycles needs a table of {total:.6g} "
                f"values, more than {LONGEST_TABLE}; set k_decay or power to 1"
            )
        values = []
        for t in range(math.ceil(total)):
            i = t // length if mul == 1.0 else cycles.index(t)
            begin, end = cycles.span(int(i))
            peak = base * self.cycle_decay**i
            part = (t - begin) / (end - begin)
            values.append(self.lr_min + (peak - self.lr_min) * weight(part))
        return Table((*values, self.lr_min))


def tanh_wave(low: float, high: float) -> Wave:
    """Return waves along the tangent as it is, which does not meet their ends."""
    first, last = (1.0 / (1.0 + math.exp(2.0 * z)) for z in (low, high))

    def wave(start: float, end: float, steps: float) -> Schedule:
        change = start - end
        return Tanh(end + change * first, end + change * last, steps, low, high)

    return wave


def poly_wave(power: float, k: float) -> Wave:
    """Return waves along (1 - x^k)^power, where one of both is 1."""

    def wave(start: float, end: float, steps: float) -> Schedule:
        if k == 1.0:
            return Polynomial(start, end, steps, power)
        return Reverse(Polynomial(end, start, steps, k))

    return wave


def poly_weight(power: float, k: float) -> Callable[[float], float]:
    """Return the function (1 - x^k)^power on [0, 1)."""

    def weight(x: float) -> float:
        return float(-math.expm1(k * math.log(x))) ** power if x > 0 else 1.0

    return weight
