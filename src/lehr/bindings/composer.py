"""MosaicML Composer: a schedule as one of its schedulers.

Composer multiplies the optimizer's own rate by what a scheduler returns for the state
of training, and asks anew after each batch; nothing of a schedule is saved, so that a
resumed run is asked at the batch where it goes on.
"""

from collections.abc import Callable
from typing import Any, Literal

from lehr import _checks
from lehr.schedules import Schedule
from lehr.schedules.base import require_schedule

Clock = Literal["updates", "samples", "tokens"]
_FIELDS = {"updates": "batch", "samples": "sample", "tokens": "token"}


def composer_scheduler(
    schedule: Schedule, base: float, *, clock: Clock = "updates"
) -> Callable[..., float]:
    """Return what `composer.Trainer(schedulers=...)` takes.

    Composer's scale schedule ratio stretches the schedule. Each batch must be asked for
    (`step_schedulers_every_batch=True`, Composer's own choice for its schedulers).

    Args:
        schedule: the rate at each update, sample or token.
        base: the rate that the optimizer is made with, > 0: Composer multiplies it by
            what comes from here, which may round the last digit. With 1.0 the
            schedule is one of factors.
        clock: what Composer counts that the schedule is asked by.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `base` is not positive, or the clock is unknown.

    Source: MosaicML Composer 0.32.1, `ComposerScheduler`.

    >>> from lehr import warmup_cosine
    >>> scheduler = composer_scheduler(warmup_cosine(0.1, warmup=10, total=100), 0.1)
    """
    require_schedule("schedule", schedule)
    base = _checks.positive("base", base)
    field = _FIELDS[_checks.choice("clock", clock, tuple(_FIELDS))]

    def scheduler(state: Any, ssr: float = 1.0) -> float:
        count: float = getattr(state.timestamp, field).value
        return schedule(count if ssr == 1 else count / ssr) / base

    return scheduler
