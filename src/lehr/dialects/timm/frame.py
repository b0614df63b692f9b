"""What all of timm's schedulers share: warmup before the curve, noise upon it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import index

from lehr import _checks
from lehr.schedules import Chain, Constant, Linear, Noise, Product, Schedule

Range = Sequence[float] | float | None


@dataclass(frozen=True)
class Frame:
    """Warmup and noise, by timm's own parameter names."""

    warmup_t: float = 0
    warmup_lr_init: float = 0.0
    warmup_prefix: bool = False
    noise_range_t: Range = None
    noise_pct: float = 0.67
    noise_std: float = 1.0
    noise_seed: int | None = 42
    noise_type: str = "normal"

    def __post_init__(self) -> None:
        object.__setattr__(self, "warmup_t", _checks.length("warmup_t", self.warmup_t))
        _checks.finite("warmup_lr_init", self.warmup_lr_init)
        if self.noise_range_t is not None:
            self._noisy(0), self._noise()  # refuse here what they would refuse

    def around(
        self, curve: Schedule, base: float, target: float | None = None
    ) -> Schedule:
        """Return `curve` with warmup and noise; `target` is what the warmup goes to."""
        whole, first = curve, base
        if self.warmup_t:
            target, first = base if target is None else target, self.warmup_lr_init
            rest = curve if self.warmup_prefix else tail(curve, self.warmup_t)
            whole = Chain((Linear(first, target, self.warmup_t), rest))
        whole = self.shaken(whole)
        if math.isclose(whole(0), first, rel_tol=1e-12):
            return whole
        return Chain((Constant(first, 1), tail(whole, 1)))

    def shaken(self, curve: Schedule, earliest: int = 0) -> Schedule:
        """Return `curve` times one plus noise within the range, from `earliest` on."""
        if (span := self._noisy(earliest)) is None or (noise := self._noise()) is None:
            return curve
        begin, end = span
        pieces = [Constant(1.0, begin), noise[begin:end]]
        if end < math.inf:
            pieces.append(Constant(1.0))
        return Product((curve, Chain(tuple(pieces))))

    def _noisy(self, earliest: int) -> tuple[int, float] | None:
        """Return the first whole time with noise, and the first without again."""
        given, begin, end = self.noise_range_t, 0.0, math.inf
        if given is None:
            return None
        if isinstance(given, Sequence):
            if len(given) != 2:
                raise ValueError(
                    "noise_range_t must be one number, or a pair (begin, end), "
                    f"got {given!r}"
                )
            begin = _checks.finite("noise_range_t[0]", given[0])
            end = math.ceil(_checks.finite("noise_range_t[1]", given[1]))
        else:
            begin = _checks.finite("noise_range_t", given)
        first = max(math.ceil(begin), earliest)
        return (first, end) if first < end else None

    def _noise(self) -> Noise | None:
        kind = _checks.choice("noise_type", self.noise_type, ("normal", "uniform"))
        largest = _checks.positive("noise_pct", self.noise_pct)
        # torch takes the low 32 bits of seed + t.
        seed = index(42 if self.noise_seed is None else self.noise_seed) % 2**32
        if kind == "uniform":
            return Noise(largest, seed, distribution=kind, generator="torch")
        if (deviation := _checks.finite("noise_std", self.noise_std)) < 0:
            raise ValueError(f"noise_std must be >= 0, got {self.noise_std!r}")
        if deviation == 0:
            return None
        limit = min(largest / deviation, 8.0)  # beyond it lies one in 10^15
        return Noise(deviation, seed, limit=limit, generator="torch")


def tail(curve: Schedule, begin: float) -> Schedule:
    """Return what is left of `curve` from `begin` on, its end value if nothing is."""
    return curve[begin:] if begin < curve.steps else Constant(curve(begin))


def lowest(lr_min: float) -> float:
    """Return `lr_min` if it is >= 0."""
    value = _checks.finite("lr_min", lr_min)
    if value < 0:
        raise ValueError(f"lr_min must be >= 0, got {lr_min!r}")
    return value
