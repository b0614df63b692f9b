"""Where a run is after some updates, in every unit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """How much has been done: None where the plan cannot tell.

    `epochs` is the part of the data set that has been seen; it is whole exactly where
    an epoch ends.
    """

    updates: int
    micro_batches: int
    samples: int
    tokens: int | None = None
    epochs: float | None = None
