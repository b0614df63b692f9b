"""Megatron-LM's training arguments as its two schedules."""

from typing import Any

from lehr import _checks
from lehr.dialects.megatron.decay import weight_decay as decay_curve
from lehr.dialects.megatron.rate import optimizer_param_scheduler
from lehr.schedules import Schedule


def from_arguments(
    *,
    lr: float,
    global_batch_size: int,
    train_iters: int | None = None,
    train_samples: int | None = None,
    lr_decay_style: str = "linear",
    lr_wsd_decay_style: str = "exponential",
    lr_decay_iters: int | None = None,
    lr_decay_samples: int | None = None,
    lr_wsd_decay_iters: int | None = None,
    lr_wsd_decay_samples: int | None = None,
    lr_warmup_fraction: float | None = None,
    lr_warmup_iters: int = 0,
    lr_warmup_samples: int = 0,
    lr_warmup_init: float = 0.0,
    min_lr: float = 0.0,
    weight_decay: float = 0.01,
    start_weight_decay: float | None = None,
    end_weight_decay: float | None = None,
    weight_decay_incr_style: str = "constant",
) -> tuple[Schedule, Schedule]:
    """Return the learning rate and the weight decay of a Megatron-LM command line.

    The names are the flags' with underscores: `--lr-decay-iters 1000` is
    `lr_decay_iters=1000`. Both schedules count updates of `global_batch_size` samples.

    Args:
        lr: the peak.
        global_batch_size: samples of one update, >= 1. It is taken as constant: with a
            ramp, use `optimizer_param_scheduler` on a clock of samples.
        train_iters: length of the run in updates; it, or `train_samples`.
        train_samples: length of the run in samples.
        lr_decay_style: see `optimizer_param_scheduler`.
        lr_wsd_decay_style: see there.
        lr_decay_iters: end of the decay in updates; that of the run by default.
        lr_decay_samples: the same in samples, with `train_samples`.
        lr_wsd_decay_iters: length of the decay of "WSD" in updates.
        lr_wsd_decay_samples: the same in samples, with `train_samples`.
        lr_warmup_fraction: the warmup as a fraction of the decay's end, in [0, 1).
        lr_warmup_iters: the warmup in updates.
        lr_warmup_samples: the warmup in samples, with `train_samples`.
        lr_warmup_init: the first value of the warmup.
        min_lr: the value past the end.
        weight_decay: held, unless `weight_decay_incr_style` says otherwise.
        start_weight_decay: the first value of a weight decay that rises.
        end_weight_decay: its last value, at the end of the run.
        weight_decay_incr_style: "constant", "linear" or "cosine".

    Raises:
        ValueError: an argument is outside its range, or two contradict each other.

    Source: Megatron-LM 001b00c2, megatron.training.

    >>> lr, decay = from_arguments(
    ...     lr=1.0, train_iters=10, lr_warmup_fraction=0.2, global_batch_size=256
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 6, 10)], decay(0)
    ([0.0, 0.5, 1.0, 0.5, 0.0], 0.01)
    """
    lengths = _lengths(
        _checks.count("global_batch_size", global_batch_size, 1),
        {
            "train": (train_iters, train_samples),
            "lr_decay": (lr_decay_iters, lr_decay_samples),
            "lr_wsd_decay": (lr_wsd_decay_iters, lr_wsd_decay_samples),
            "lr_warmup": (lr_warmup_iters or None, lr_warmup_samples or None),
        },
    )
    if lr_warmup_fraction is not None:
        if lengths["lr_warmup"] is not None:
            raise ValueError(
                "lr_warmup_fraction and a length of the warmup are both given, got "
                f"lr_warmup_fraction={lr_warmup_fraction!r}; leave one of them out"
            )
        part = _checks.fraction("lr_warmup_fraction", lr_warmup_fraction)
        lengths["lr_warmup"] = part * lengths["lr_decay"]
    if weight_decay_incr_style == "constant":
        if (start_weight_decay, end_weight_decay) != (None, None):
            raise ValueError(
                "start_weight_decay and end_weight_decay need weight_decay_incr_style="
                "'linear' or 'cosine', got 'constant'"
            )
        start_weight_decay = end_weight_decay = weight_decay
    shared: dict[str, Any] = {
        "init_lr": lr_warmup_init,
        "max_lr": lr,
        "min_lr": min_lr,
        "lr_warmup_steps": lengths["lr_warmup"] or 0,
        "lr_decay_steps": lengths["lr_decay"],
        "lr_decay_style": lr_decay_style,
        "start_wd": start_weight_decay,
        "end_wd": end_weight_decay,
        "wd_incr_steps": lengths["train"],
        "wd_incr_style": weight_decay_incr_style,
        "wsd_decay_steps": lengths["lr_wsd_decay"],
        "lr_wsd_decay_style": lr_wsd_decay_style,
        "global_batch_size": global_batch_size,
    }
    decay = decay_curve(weight_decay, **shared)
    if decay is None:
        raise ValueError(
            "start_weight_decay and end_weight_decay must be given for "
            f"weight_decay_incr_style={weight_decay_incr_style!r}"
        )
    return optimizer_param_scheduler(lr, **shared), decay


def _lengths(
    size: int, given: dict[str, tuple[int | None, int | None]]
) -> dict[str, Any]:
    """Return the lengths in samples, all from iterations or all from samples."""
    by_samples = given["train"][1] is not None
    if by_samples == (given["train"][0] is not None):
        raise ValueError(
            "exactly one of train_iters and train_samples must be given, got "
            f"train_iters={given['train'][0]!r}, train_samples={given['train'][1]!r}"
        )
    unit, other = ("samples", "iters") if by_samples else ("iters", "samples")
    lengths: dict[str, Any] = {}
    for name, values in given.items():
        if values[not by_samples] is not None:
            raise ValueError(
                f"{name}_{other} does not go with train_{unit}; write {name}_{unit}"
            )
        value = values[by_samples]
        if value is not None:
            value = _checks.count(f"{name}_{unit}", value)
            value = value if by_samples else value * size
        lengths[name] = value
    if lengths["lr_decay"] is None:
        lengths["lr_decay"] = lengths["train"]
    return lengths
