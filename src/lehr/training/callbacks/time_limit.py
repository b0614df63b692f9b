"""Stop in time: before the machine is taken away."""

import time

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import StartContext, UpdateContext
from lehr.training.result import TIME_LIMIT
from lehr.training.wall_time import Duration, seconds_of


class TimeLimit(Callback):
    """Ends the run after the first update at which the time is up.

    It stops cleanly, with "time limit": what follows an update is still done, and
    `Checkpointing` saves. The run is not finished, and goes on with `fit(...,
    resume="auto")`; its `exit_code` is 75. A run whose last update is done when the
    time is up has reached its goal. Leave time for one evaluation and one checkpoint.

    Args:
        limit: seconds; a `timedelta`; or text, such as "90s", "45m", "2h", "1h30m".
        whole_run: False counts this call of `fit`; True counts all parts of a run that
            was resumed.

    Raises:
        ValueError: the limit is no length of time, or not > 0.

    >>> TimeLimit("1h30m").seconds
    5400.0
    """

    def __init__(self, limit: Duration, *, whole_run: bool = False) -> None:
        self.seconds = seconds_of("limit", limit)
        self.whole_run = whole_run
        self._end = 0.0

    def on_start(self, context: StartContext) -> None:
        """Start the clock; end a run whose time is used up already."""
        used = context.trainer.seconds if self.whole_run else 0.0
        self._end = time.monotonic() + self.seconds - used
        if used >= self.seconds:
            context.stop(TIME_LIMIT)

    def on_update(self, context: UpdateContext) -> None:
        """Look at the clock."""
        if time.monotonic() >= self._end:
            context.stop(TIME_LIMIT)
