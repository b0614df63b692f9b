"""transformers' get_scheduler: one call for every name."""

from collections.abc import Mapping, Sequence
from typing import Any

from lehr import _checks
from lehr.dialects.base import Dialect

_WITHOUT_LENGTH = ("constant_with_warmup", "inverse_sqrt")
_METRIC = ("reduce_lr_on_plateau", "greedy")


def arguments_for(
    name: str,
    num_warmup_steps: float | None,
    num_training_steps: float | None,
    scheduler_specific_kwargs: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what transformers passes on to the scheduler of that name."""
    own = dict(scheduler_specific_kwargs or {})
    if name == "constant":
        return {}
    if name in _METRIC:
        return own
    if num_warmup_steps is None:
        raise ValueError(f"num_warmup_steps must be given for {name}, got None")
    own["num_warmup_steps"] = num_warmup_steps
    if name in _WITHOUT_LENGTH:
        return own
    if num_training_steps is None and name != "warmup_stable_decay":
        raise ValueError(f"num_training_steps must be given for {name}, got None")
    return {**own, "num_training_steps": num_training_steps}


def chosen(dialects: Sequence[Dialect], name: str) -> Dialect:
    """Return the dialect of a name, which may be a member of SchedulerType."""
    known = {dialect.name: dialect for dialect in dialects}
    word = getattr(name, "value", name)
    return known[_checks.choice("name", word, tuple(known))]
