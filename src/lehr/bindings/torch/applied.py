"""Tell a step that stands for an applied update from one that a framework repeats.

accelerate calls a prepared scheduler once per process for each update, since it takes
the schedule for one of samples. Its wrapper shows itself only by being the caller.
"""

import sys
from types import FrameType
from typing import Any

_WRAPPER = "accelerate.scheduler"


def may_be_repeated() -> bool:
    """Whether accelerate is loaded, and so may come to wrap any scheduler."""
    return _WRAPPER in sys.modules


def is_repeated(frame: FrameType | None) -> bool:
    """Whether a step called from `frame` comes from accelerate, which repeats it."""
    theirs = getattr(sys.modules.get(_WRAPPER), "__dict__", None)
    # A step may be passed on: by a subclass, or by a scheduler of schedulers.
    while frame is not None and frame.f_globals is not theirs:
        if frame.f_code.co_name != "step":
            return False
        frame = frame.f_back
    # With step_scheduler_with_optimizer=False it passes each step on, once.
    wrapper = frame and frame.f_locals.get("self")
    return bool(wrapper and wrapper.step_with_optimizer)


def stands_for_update(pending: Any, only_applied: bool, frame: FrameType) -> bool:
    """Whether a step counts, where the optimizer has not surely applied an update.

    Args:
        pending: False without an update since the last step, None before the first;
            after one that a fused kernel may have skipped, its tensor `found_inf`.
        only_applied: whether the scheduler counts applied updates only.
        frame: what has called the step.

    Raises:
        RuntimeError: accelerate steps the scheduler of an optimizer that never stepped.
    """
    if not only_applied:
        if not is_repeated(frame):
            return True
        if pending is None:
            raise RuntimeError(
                "accelerate steps this scheduler, but its optimizer has not stepped: "
                "call optimizer.step() first; to go to an update use seek(update)"
            )
    # Reading the tensor makes the host wait, as a scaler does for other kernels.
    return bool(pending is not None and pending is not False and not pending.item())
