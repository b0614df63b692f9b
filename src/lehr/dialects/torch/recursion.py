"""What torch's schedulers do to the value that they find, step by step."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lehr.dialects.base import Curve, Named
from lehr.dialects.torch.children import arguments_of, rest_of
from lehr.dialects.torch.cosines import (
    cosine_annealing,
    cosine_annealing_warm_restarts,
    waves,
)
from lehr.dialects.torch.cyclic_lr import cyclic
from lehr.dialects.torch.decays import (
    constant,
    exponential,
    linear,
    multi_step,
    polynomial,
    step,
)
from lehr.dialects.torch.functions import Counted, lambda_, multiplicative
from lehr.dialects.torch.one_cycle_lr import one_cycle
from lehr.schedules import Constant, Repeat, Schedule, Table

LARGEST = 2**20
"""Values of the longest table that is made."""


@dataclass(frozen=True)
class Updates:
    """A scheduler as its steps: step n makes `a value + b` of the value.

    Args:
        at: a and b of step n; step 0 is the start.
        settled: the step from which on they repeat; None if they never do.
        period: after so many steps.
        curve: what sets the value from step `settled` on, whatever it was before; None
            if nothing does.
        origin: the step at which `curve` has its 0.
    """

    at: Callable[[int], tuple[float, float]]
    settled: int | None
    period: int = 1
    curve: Schedule | None = None
    origin: int = 0


def _factors(
    factor: Callable[[int], float], settled: int | None, period: int = 1
) -> Updates:
    return Updates(lambda n: (factor(n), 0.0), settled, period)


def _of_step(base: float, p: Mapping[str, Any]) -> Updates:
    every, gamma = int(p["step_size"]), p["gamma"]
    return _factors(lambda n: gamma if n and n % every == 0 else 1.0, 1, every)


def _of_multi_step(base: float, p: Mapping[str, Any]) -> Updates:
    counts, gamma = Counter(p["milestones"]), p["gamma"]
    return _factors(lambda n: gamma ** counts[n], int(max(counts, default=-1)) + 1)


def _of_constant(base: float, p: Mapping[str, Any]) -> Updates:
    factor, total = p["factor"], int(p["total_iters"])
    if total and not factor:
        raise ValueError(
            "factor must be > 0 in a ChainedScheduler with others than factors, got "
            "0: there is no way back from 0"
        )
    steps = {total: 1.0 / factor, 0: factor} if total else {0: factor}
    return _factors(lambda n: steps.get(n, 1.0), total + 1)


def _of_linear(base: float, p: Mapping[str, Any]) -> Updates:
    start, end, total = p["start_factor"], p["end_factor"], int(p["total_iters"])

    def factor(n: int) -> float:
        if n == 0 or n > total:
            return float(1.0 if n else start)
        now, before = (start * (total - k) + end * k for k in (n, n - 1))
        return float(now / before)

    return _factors(factor, total + 1)


def _of_exponential(base: float, p: Mapping[str, Any]) -> Updates:
    gamma = p["gamma"]
    return _factors(lambda n: gamma if n else 1.0, 1)


def _of_polynomial(base: float, p: Mapping[str, Any]) -> Updates:
    total, power = int(p["total_iters"]), p["power"]

    def factor(n: int) -> float:
        if n == 0 or n > total:
            return 1.0
        return float(((total - n) / (total - n + 1)) ** power)

    return _factors(factor, total + 1)


def _of_cosine_annealing(base: float, p: Mapping[str, Any]) -> Updates:
    half, floor = int(p["T_max"]), p["eta_min"]
    wave, rise = waves(1.0, 0.0, half), (half + 1) % (2 * half)

    def at(n: int) -> tuple[float, float]:
        place = n % (2 * half)
        if n and place == rise:  # from the floor no factor leads up
            return 1.0, (base - floor) * wave(half + 1)
        ratio = wave(place) / wave(n - 1) if n else 1.0
        return ratio, (1.0 - ratio) * floor

    return Updates(at, 1, 2 * half)


def _of_multiplicative(base: float, p: Mapping[str, Any]) -> Updates:
    call = Counted(p["lr_lambda"])
    return _factors(lambda n: call(n) if n else 1.0, None)


FACTORS: Mapping[Curve, Callable[[float, Mapping[str, Any]], Updates]] = {
    step: _of_step,
    multi_step: _of_multi_step,
    constant: _of_constant,
    linear: _of_linear,
    exponential: _of_exponential,
    polynomial: _of_polynomial,
    multiplicative: _of_multiplicative,
}
ABSOLUTE: tuple[Curve, ...] = (
    lambda_,
    cyclic,
    cosine_annealing_warm_restarts,
    one_cycle,
)


def updates_of(child: Named, base: float) -> Updates:
    """Return the steps of a scheduler that holds no others.

    Raises:
        ValueError: how it goes on from another's value is not known.
    """
    of = child.dialect.curve
    curve = child.curve(base)  # which also checks the arguments
    if of in ABSOLUTE:
        return Updates(lambda n: (0.0, curve(n)), 0, curve=curve)
    if of is cosine_annealing:
        return _of_cosine_annealing(base, arguments_of(child))
    if of is None or of not in FACTORS:
        raise ValueError(
            f"ChainedScheduler cannot hold {child.dialect.name}: it is not known how "
            "it goes on from another's value; chain torch's own schedulers"
        )
    return FACTORS[of](base, arguments_of(child))


def in_turn(children: Sequence[Updates]) -> Updates:
    """Return the steps of schedulers that each work on what the one before left."""

    def at(n: int, first: int = 0) -> tuple[float, float]:
        a, b = 1.0, 0.0
        for child in children[first:]:
            c, d = child.at(n)
            a, b = c * a, c * b + d
        return a, b

    setting = [
        (i, c.curve, c.origin) for i, c in enumerate(children) if c.curve is not None
    ]
    last = setting[-1][0] if setting else -1
    settled = 0
    for child in children[max(last, 0) :]:  # what comes before is overridden
        if child.settled is None:
            return Updates(at, None)
        settled = max(settled, child.settled)
    period = math.lcm(*(child.period for child in children[last + 1 :]))
    if not setting:
        return Updates(at, settled, period)
    _, curve, origin = setting[-1]
    curve = rest_of(curve, settled - origin)
    check_size(settled + period)
    cycle = [at(n, last + 1) for n in range(settled, settled + period)]
    if any(a != 1.0 for a, _ in cycle):
        curve = curve * cycling([a for a, _ in cycle])
    if any(b != 0.0 for _, b in cycle):
        curve = curve + cycling([b for _, b in cycle])
    return Updates(at, settled, period, curve, settled)


def cycling(values: Sequence[float]) -> Schedule:
    """Return a schedule of these values, one per step, again and again.

    >>> [cycling([3.0, 1.0])(n) for n in range(4)]
    [3.0, 1.0, 3.0, 1.0]
    """
    if len(set(values)) == 1:
        return Constant(values[0])
    return Repeat(Table((*values, values[0])))


def check_size(length: int) -> None:
    """Refuse a table that nobody wants to hold."""
    if length > LARGEST:
        raise ValueError(
            f"schedulers have no closed form together, and a table of {length} values "
            f"is needed; at most {LARGEST} are made: shorten or separate them"
        )
