"""nanotron's learning rates: warmup, an optional plateau, decay, and the floor held.

Value t is what update t uses: the first update uses 0 if there is a linear warmup,
update `lr_warmup_steps` the peak. The decay begins there, or at
`lr_decay_starting_step`, and `min_decay_lr` is held past its end.

nanotron 2411b022 contradicts its own documentation twice; the documented meaning is the
default, and `exact=True` gives the original:

- The decay is documented to last to the end of the run from where it begins. With a
  `lr_decay_starting_step`, the original takes the warmup off its length as well, though
  it lies before: the decay ends that much too early.
- A warmup of 0 updates is documented to be none. The original still gives update 0 a
  rate of 0, or of `learning_rate` with the style "constant".

Other differences: a style of None is "linear", as documented, where the original
refuses it for the warmup; a group's value of 0 stays 0, where it divides by 0; and an
unknown style is refused at once.
"""

from lehr import _checks
from lehr.dialects.base import Dialect
from lehr.schedules import Chain, Constant, Cosine, Linear, OneMinusSqrt, Schedule

__all__ = ["SCHEDULERS", "lr_scheduler_builder"]

_WARMUPS = ("linear", "constant")
_DECAYS = ("linear", "cosine", "1-sqrt")


def lr_scheduler_builder(
    base: float,
    *,
    total_training_steps: int | None = None,
    learning_rate: float | None = None,
    lr_warmup_steps: int = 0,
    lr_warmup_style: str | None = None,
    lr_decay_style: str | None = None,
    lr_decay_steps: int | None = None,
    lr_decay_starting_step: int | None = None,
    min_decay_lr: float | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `lr_scheduler_builder` with these `LRSchedulerArgs`.

    Args:
        base: the group's own value, which is the peak.
        total_training_steps: updates of the run; needed without `lr_decay_steps`.
        learning_rate: the configured value, which a muP group's own may differ from;
            `base` by default. It is what the warmup "constant" uses.
        lr_warmup_steps: updates of the warmup, >= 0.
        lr_warmup_style: "linear", which is the default, or "constant".
        lr_decay_style: "linear", which is the default, "cosine" or "1-sqrt".
        lr_decay_steps: updates of the decay; all that are left by default.
        lr_decay_starting_step: the update at which it begins; the end of the warmup by
            default.
        min_decay_lr: the value at the end; `learning_rate` by default, so no decay.
        exact: whether to give the original where it contradicts its documentation.

    Raises:
        ValueError: an argument is outside its range, or no length is given.

    Source: nanotron 2411b022, nanotron.helpers.lr_scheduler_builder.

    >>> arguments = dict(total_training_steps=10, lr_decay_starting_step=6)
    >>> lr = lr_scheduler_builder(1.0, lr_warmup_steps=2, min_decay_lr=0, **arguments)
    >>> [lr(t) for t in (0, 1, 2, 6, 8, 10, 10**9)]
    [0.0, 0.5, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    peak = _checks.finite("base", base)
    told = peak if learning_rate is None else learning_rate
    told = _checks.finite("learning_rate", told)
    low = _checks.finite("min_decay_lr", told if min_decay_lr is None else min_decay_lr)
    warmup = _checks.count("lr_warmup_steps", lr_warmup_steps)
    begin = warmup
    if lr_decay_starting_step is not None:
        begin = _checks.count("lr_decay_starting_step", lr_decay_starting_step)
    if lr_decay_steps is not None:
        length = _checks.count("lr_decay_steps", lr_decay_steps)
    elif total_training_steps is None:
        raise ValueError("total_training_steps must be given, or lr_decay_steps")
    else:
        length = _checks.count("total_training_steps", total_training_steps) - begin
        if exact and lr_decay_starting_step is not None:
            length -= warmup
    style = _checks.choice("lr_warmup_style", lr_warmup_style or "linear", _WARMUPS)
    decay = _decay(lr_decay_style, peak, low, max(length, 0))
    if warmup == length == 0:
        return Constant(peak)
    if not warmup and not exact:
        return Chain((Constant(peak, begin), decay))
    if style == "linear" and begin >= warmup > 0 and begin + length > warmup:
        return Chain((Linear(0.0, peak, warmup), Constant(peak, begin - warmup), decay))
    rise: tuple[Schedule, ...] = (Constant(told, warmup + 1),)
    if style == "linear":
        rise = (Linear(0.0, peak, warmup), Constant(peak if warmup else 0.0, 1))
    after = warmup + 1  # the first update that is not of the warmup
    if begin >= after:
        return Chain((*rise, Constant(peak, begin - after), decay))
    late = after - begin
    rest = decay[late:] if late < decay.steps else Constant(low)
    return Chain((*rise, rest))


def _decay(style: str | None, start: float, end: float, steps: int) -> Schedule:
    name = _checks.choice("lr_decay_style", style or "linear", _DECAYS)
    if not steps:
        return Constant(end)
    if name == "1-sqrt":
        return OneMinusSqrt(start, end, steps)
    ramp = Linear if name == "linear" else Cosine
    return ramp(start, end, steps)


SCHEDULERS: tuple[Dialect, ...] = (
    Dialect(
        "lr_scheduler_builder",
        lr_scheduler_builder,
        lengths=(
            "total_training_steps",
            "lr_warmup_steps",
            "lr_decay_steps",
            "lr_decay_starting_step",
        ),
        horizon="total_training_steps",
        exact=True,
    ),
)
