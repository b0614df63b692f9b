"""What Composer's schedulers with a warmup share, and the one with milestones."""

from collections.abc import Sequence
from dataclasses import dataclass

from lehr.dialects.composer.stepped import drops
from lehr.dialects.composer.times import Run, Time
from lehr.plan import Plan
from lehr.schedules import Chain, Constant, Linear, Schedule


@dataclass(frozen=True)
class Warmup:
    """A warmup of a run, scaled by its ratio or not.

    Args:
        run: whose times are converted.
        t_warmup: a time string.
        scale_warmup: whether the run's ratio scales it too.
        exact: whether a scaled warmup is cut, or held, where it ends unscaled.
    """

    run: Run
    t_warmup: str
    scale_warmup: bool
    exact: bool = False

    @property
    def time(self) -> Time:
        """Its converted length: the time from which what follows decides."""
        scaled = self.scale_warmup and not self.exact
        return self.run.convert("t_warmup", self.t_warmup, scaled=scaled)

    @property
    def steps(self) -> float:
        """Its length in updates."""
        return self.run.updates("t_warmup", self.time)

    def rise(self, peak: float) -> Schedule:
        """Return the line from 0 to `peak`."""
        steps = self.steps
        if not (self.scale_warmup and self.exact):
            return Linear(0.0, peak, steps)
        line = Linear(0.0, peak, self.run.length("t_warmup", self.t_warmup))
        if line.steps >= steps:
            return line[:steps]
        return Chain((line, Constant(peak, steps - line.steps)))

    def left(self, t_max: str) -> float:
        """Return the updates from its end to `t_max`, 0 if there are none.

        Raises:
            ValueError: the units differ, or `t_max` lies before the end of the run.
        """
        end, begin = self.run.convert("t_max", t_max), self.time
        if end.unit != begin.unit:
            raise ValueError(
                "t_warmup and t_max must come to the same unit, got "
                f"t_warmup={begin} and t_max={end}"
            )
        self._check_end(end)
        return self.run.updates(
            "t_max", Time(max(0, end.value - begin.value), end.unit)
        )

    def _check_end(self, end: Time) -> None:
        whole = self.run.duration()
        if whole is not None and whole.unit == "ep" and self.run.dataloader_len:
            whole = Time(whole.value * self.run.dataloader_len, "ba")
        if whole is not None and whole.unit == end.unit and end.value < whole.value:
            raise ValueError(
                f"t_max must not be before the end of the run ({whole}), got {end}; "
                "the schedule would not be defined for the whole of it"
            )


def multi_step_with_warmup(
    base: float,
    *,
    t_warmup: str,
    milestones: Sequence[str],
    gamma: float = 0.1,
    scale_warmup: bool = False,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `MultiStepWithWarmupScheduler`.

    Args:
        base: the group's own value, in the rate's units.
        t_warmup: a time string: the length of the line from 0.
        milestones: see `multi_step`; they count from the start of the run.
        gamma: what a drop multiplies by.
        scale_warmup: whether `scale_schedule_ratio` scales the warmup.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.
        exact: whether a scaled warmup still ends where it would unscaled, in a jump, as
            in the original.

    Raises:
        TypeError: `milestones` is not a list.
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = multi_step_with_warmup(1.0, t_warmup="4ba", milestones=["8ba"])
    >>> [lr(t) for t in (0, 2, 4, 7, 8, 10**9)]
    [0.0, 0.5, 1.0, 1.0, 0.1, 0.1]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    warmup = Warmup(run, t_warmup, scale_warmup, exact)
    stairs, begin = drops(run, base, milestones, gamma), warmup.steps
    rest = stairs[begin:] if begin < stairs.steps else Constant(stairs(begin))
    return Chain((warmup.rise(base), rest))
