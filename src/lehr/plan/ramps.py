"""Batch-size ramps: the samples of an update grow as a run goes on."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self

from lehr._checks import choice
from lehr.plan.exact import ceil_div, whole

Clock = Literal["updates", "samples"]


@dataclass(frozen=True)
class BatchRamp:
    """Samples per update before the plan's own size: piecewise constant.

    An update that begins before `until[0]` takes `sizes[0]` samples, one that begins
    before `until[1]` takes `sizes[1]`, and so on; from `until[-1]` on, the plan's own
    samples per update. An update that begins exactly at a bound is past it.

    Args:
        sizes: samples per update, over all processes.
        until: where each size ends, increasing; on `clock`.
        clock: "updates" or "samples" consumed.

    Raises:
        ValueError: the lengths differ or are 0, a size is < 1, bounds do not increase.

    >>> BatchRamp(sizes=(32, 64), until=(1_000, 3_000), clock="samples").sizes
    (32, 64)
    """

    sizes: tuple[int, ...]
    until: tuple[int, ...]
    clock: Clock = "updates"

    def __post_init__(self) -> None:
        """Refuse what is no ramp."""
        choice("clock", self.clock, ("updates", "samples"))
        sizes = tuple(whole("sizes", size, 1) for size in self.sizes)
        until = tuple(whole("until", bound, 1) for bound in self.until)
        if not sizes or len(sizes) != len(until):
            raise ValueError(
                "sizes and until must have the same length, at least 1; "
                f"got {len(sizes)} and {len(until)}"
            )
        if any(after <= before for before, after in pairwise(until)):
            raise ValueError(f"until must increase, got {until!r}")
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "until", until)

    @classmethod
    def linear(cls, *, start: int, end: int, increment: int, samples: int) -> Self:
        """Grow from `start` by `increment` to `end`, each size for equal samples.

        `end` is reached after `samples` samples; it is the plan's own size.

        Source: the global batch ramp of Megatron-LM (`--rampup-batch-size start
        increment samples`).

        >>> BatchRamp.linear(start=32, end=128, increment=32, samples=3_000)
        BatchRamp(sizes=(32, 64, 96), until=(1000, 2000, 3000), clock='samples')
        """
        whole("start", start, 1), whole("increment", increment, 1)
        whole("end", end, start + 1), whole("samples", samples, 1)
        count, rest = divmod(end - start, increment)
        if rest:
            raise ValueError(
                f"end - start ({end - start}) must be a multiple of increment "
                f"({increment})"
            )
        sizes = tuple(range(start, end, increment))
        until = tuple(ceil_div(k * samples, count) for k in range(1, count + 1))
        return cls(sizes, until, "samples")
