"""Seeded noise: random to look at, a pure function of the update all the same."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lehr import _checks
from lehr._numerics.mersenne_twister import normal as torch_normal
from lehr._numerics.mersenne_twister import uniform as torch_uniform
from lehr._numerics.random import normal_quantile, uniform
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.stairs import edge, edges, just_before


@dataclass(frozen=True, repr=False, eq=False)
class Noise(Schedule):
    """Use `centre` plus a random number of its own for each update.

    The number depends on `seed` and the update alone, so that any update can be asked
    for in any order, before the run and after a crash. As a factor, `lr * Noise(0.1,
    seed=0)` shakes a schedule by 10 %.

    Args:
        scale: standard deviation of "normal", half the width of "uniform", >= 0.
        seed: whole number in [0, 2**64).
        centre: mean value.
        distribution: "normal" (cut off at `limit`) or "uniform".
        limit: largest deviation of "normal", in units of `scale`, in (0, 8].
        every: updates that share one number, > 0.
        generator: "threefry", fast for arrays of any kind; or "torch", the numbers of a
            `torch.Generator` seeded with `seed` + update and drawn from until one is
            within the limit, as timm does: one by one, and not under `jax.jit`.

    Raises:
        ValueError: an argument is out of range, or `distribution` or `generator` is
            unknown.

    Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011,
        doi:10.1145/2063384.2063405 (Threefry-2x32-20, keyed by the seed, counting
        updates).

    >>> shaken = Noise(0.1, seed=7)
    >>> shaken(10) == shaken(10), shaken(10) == shaken(11), 0.7 < shaken(10**12) < 1.3
    (True, False, True)
    """

    scale: float
    seed: int
    centre: float = 1.0
    distribution: str = "normal"
    limit: float = 3.0
    every: float = 1
    generator: str = "threefry"

    shape = "noise"

    def __post_init__(self) -> None:
        scale, limit = _checks.finite("scale", self.scale), self.limit
        seed = _checks.count("seed", self.seed)
        if scale < 0:
            raise ValueError(f"scale must be >= 0, got {scale!r}")
        if seed >= 2**64:
            raise ValueError(f"seed must be < 2**64, got {seed!r}")
        if not 0 < _checks.number("limit", limit) <= 8:
            raise ValueError(f"limit must be in (0, 8], got {limit!r}")
        self._set(
            scale=scale,
            seed=seed,
            centre=_checks.finite("centre", self.centre),
            distribution=_checks.choice(
                "distribution", self.distribution, ("normal", "uniform")
            ),
            limit=float(limit),
            every=_checks.duration("every", self.every),
            generator=_checks.choice(
                "generator", self.generator, ("threefry", "torch")
            ),
        )

    @property
    def steps(self) -> float:
        return math.inf

    @property
    def stairs(self) -> bool:
        return True

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        counter = xp.floor_divide(t, self.every)
        if self.generator == "torch":
            return self._as_torch(counter, xp)
        u = uniform(self.seed, counter, xp)
        if self.distribution == "uniform":
            return self.centre + self.scale * (2.0 * u - 1.0)
        # The quantile function of the normal distribution between -limit and limit.
        tail = 0.5 * math.erfc(self.limit / math.sqrt(2.0))
        z = normal_quantile(tail + (1.0 - 2.0 * tail) * u, xp)
        return self.centre + self.scale * xp.clip(z, -self.limit, self.limit)

    def _as_torch(self, counter: Any, xp: Any) -> Any:
        if not hasattr(counter, "reshape"):
            return self._drawn(counter)
        try:
            counters = sorted(set(counter.reshape(-1).tolist()))
        except TypeError as error:
            raise TypeError(
                'noise of generator="torch" can not be traced: its numbers are drawn '
                'one by one; evaluate it eagerly, or use generator="threefry"'
            ) from error
        drawn = [self._drawn(number) for number in counters]
        return xp.take(drawn, xp.search(counters, counter) - 1)

    def _drawn(self, counter: float) -> float:
        seed = self.seed + int(counter)
        if self.distribution == "uniform":
            return self.centre + self.scale * (2.0 * torch_uniform(seed) - 1.0)
        return self.centre + self.scale * torch_normal(seed, self.limit)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.formula(xp.clip(t, 0, math.inf), rest, xp)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        if b - a <= 8 * self.every:
            known = [self(t) for t in (a, *self.joints(a, b), b)]
            return min(known), max(known)
        reach = self.scale * (self.limit if self.distribution == "normal" else 1.0)
        return self.centre - reach, self.centre + reach

    def _range(self, a: float, b: float) -> tuple[float, float]:
        # For ever, it comes as near to its bounds as one likes.
        return self.bounds(a, b) if b == math.inf else super()._range(a, b)

    def joints(self, a: float, b: float) -> Iterator[float]:
        return edges(a, b, self.every)

    def _horizon(self, t: float) -> float:
        return math.nextafter(edge(t // self.every + 1, self.every), math.inf)

    def integral(self, a: float, b: float) -> float:
        marks = [a, *self.joints(a, b), b]
        return math.fsum(self(low) * (high - low) for low, high in pairwise(marks))

    @property
    def is_continuous(self) -> bool:
        return self.scale == 0

    def _left(self, t: float) -> float:
        return self(just_before(t, self.every))

    def _held_until(self, t: float) -> float:
        return edge(t // self.every + 1, self.every) if self.scale else math.inf
