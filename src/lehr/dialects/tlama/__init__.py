"""tlama-core's schedule functions: its names and parameters, our schedules.

All count steps from 0. What they return is asked for a step, `lr = scheduler(step)`,
with an int, or with an array of NumPy, torch or JAX; before step 0 the first value
holds.
"""

from lehr.dialects.tlama.decay import get_lr_scheduler
from lehr.dialects.tlama.milestones import (
    get_multi_step_lr_scheduler,
    implement_paper_scheduler,
)
from lehr.dialects.tlama.ranges import get_combined_lr_scheduler

__all__ = [
    "get_combined_lr_scheduler",
    "get_lr_scheduler",
    "get_multi_step_lr_scheduler",
    "implement_paper_scheduler",
]
