"""Stretches of one batch size, on which samples and updates are a closed form."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Self

from lehr.plan.exact import ceil_div
from lehr.plan.ramps import BatchRamp


@dataclass(frozen=True)
class Stage:
    """Updates of `size` samples each, from update `first`, after `samples` samples.

    An epoch of `epoch` samples ends with a window of its own size: what is left. None
    stands for data without epochs.
    """

    size: int
    first: int
    samples: int
    epoch: int | None

    def samples_at(self, update: int) -> int:
        """Return the samples consumed after `update` updates, update >= first."""
        count = update - self.first
        if self.epoch is None:
            return self.samples + count * self.size
        left = self.epoch - self.samples % self.epoch
        tail = ceil_div(left, self.size)
        if count < tail:
            return self.samples + count * self.size
        epochs, rest = divmod(count - tail, ceil_div(self.epoch, self.size))
        return self.samples + left + epochs * self.epoch + rest * self.size

    def updates_at(self, samples: int) -> int:
        """Return the fewest updates after which `samples` samples are consumed."""
        wanted = samples - self.samples
        if wanted <= 0:
            return self.first
        if self.epoch is None:
            return self.first + ceil_div(wanted, self.size)
        left = self.epoch - self.samples % self.epoch
        if wanted <= left:
            return self.first + ceil_div(wanted, self.size)
        epochs, rest = divmod(wanted - left, self.epoch)
        updates = ceil_div(left, self.size) + epochs * ceil_div(self.epoch, self.size)
        return self.first + updates + ceil_div(rest, self.size)


@dataclass(frozen=True)
class Stages:
    """The stages of a run, in order; the last one never ends."""

    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, size: int, epoch: int | None, ramp: BatchRamp | None) -> Self:
        """Return the stages of the ramp, then `size` for ever.

        A stage that no update begins in (the update before consumed its samples)
        begins where the next one does; of such, the last one counts.
        """
        if ramp is None:
            return cls((Stage(size, 0, 0, epoch),))
        stages = [Stage(ramp.sizes[0], 0, 0, epoch)]
        for bound, following in zip(ramp.until, (*ramp.sizes[1:], size), strict=True):
            now = stages[-1]
            first = bound if ramp.clock == "updates" else now.updates_at(bound)
            stages.append(Stage(following, first, now.samples_at(first), epoch))
        return cls(tuple(stages))

    def samples_at(self, update: int) -> int:
        """Return the samples consumed after `update` updates."""
        index = bisect_right(self.stages, update, key=lambda stage: stage.first)
        return self.stages[index - 1].samples_at(update)

    def updates_at(self, samples: int) -> int:
        """Return the fewest updates after which `samples` samples are consumed."""
        index = bisect_right(self.stages, samples, key=lambda stage: stage.samples)
        return self.stages[index - 1].updates_at(samples)
