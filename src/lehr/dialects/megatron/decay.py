"""What Megatron-LM's scheduler does to the weight decay."""

from lehr import _checks
from lehr.schedules import Constant, Cosine, Linear, Schedule

STYLES = ("constant", "linear", "cosine")


def weight_decay(
    base: float,
    *,
    init_lr: float = 0.0,
    max_lr: float | None = None,
    min_lr: float = 0.0,
    lr_warmup_steps: float = 0,
    lr_decay_steps: float | None = None,
    lr_decay_style: str | None = None,
    start_wd: float | None = None,
    end_wd: float | None = None,
    wd_incr_steps: float | None = None,
    wd_incr_style: str = "constant",
    wsd_decay_steps: float | None = None,
    lr_wsd_decay_style: str | None = None,
    global_batch_size: int = 1,
) -> Schedule | None:
    """Return the weight decay of `OptimizerParamScheduler`: a rise from start to end.

    Beside the parameters of `optimizer_param_scheduler`:

    - base: the group's own weight decay, which Megatron overwrites.
    - start_wd: the first value, >= 0; without it and `end_wd`, nothing is driven and
      None is returned.
    - end_wd: the value from `wd_incr_steps` on, >= start_wd.
    - wd_incr_steps: length of the rise, in samples.
    - wd_incr_style: "constant" (both values are the same), "linear" or "cosine".
    - global_batch_size: samples of one update, >= 1; 1 for a clock of samples.

    Raises:
        ValueError: an argument is outside its range.

    Source: Megatron-LM core 0.16.1, megatron.core.optimizer_param_scheduler.

    >>> decay = weight_decay(
    ...     0.0, start_wd=0.01, end_wd=0.03, wd_incr_steps=10, wd_incr_style="linear"
    ... )
    >>> [round(decay(t), 6) for t in (0, 5, 10, 10**9)]
    [0.01, 0.02, 0.03, 0.03]
    """
    if start_wd is None and end_wd is None:
        return None
    if start_wd is None or end_wd is None:
        raise ValueError(
            "start_wd and end_wd go together, "
            f"got start_wd={start_wd!r}, end_wd={end_wd!r}"
        )
    start = _checks.finite("start_wd", start_wd)
    end = _checks.finite("end_wd", end_wd)
    if not 0 <= start <= end:
        raise ValueError(f"start_wd must be in [0, end_wd={end!r}], got {start_wd!r}")
    style = _checks.choice("wd_incr_style", wd_incr_style, STYLES)
    if style == "constant":
        if start != end:
            raise ValueError(
                f"start_wd ({start!r}) and end_wd ({end!r}) must be the same for "
                "wd_incr_style='constant'; for a rise write 'linear' or 'cosine'"
            )
        return Constant(end)
    if wd_incr_steps is None:
        raise ValueError(f"wd_incr_steps must be given for wd_incr_style={style!r}")
    size = _checks.count("global_batch_size", global_batch_size, 1)
    ramp = Linear if style == "linear" else Cosine
    return ramp(start, end, _checks.length("wd_incr_steps", wd_incr_steps) / size)
