"""Note the rate that each update used, and what else was scheduled."""

from typing import Any

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import UpdateContext


class RateMonitor(Callback):
    """Puts the values that were used into the record of each update.

    These are the rate, and what else a `lehr.bindings.torch.Scheduler` drives, by the
    names of its fields: "weight_decay", "momentum", "beta1". One name if all parameter
    groups used the same value; else one per group, by the group's `name` or number:
    "lr/head", "lr/1".

    Args:
        name: of the rate in the record.
    """

    order = -100

    def __init__(self, name: str = "lr") -> None:
        self.name = name

    def on_update(self, context: UpdateContext) -> None:
        """Note the values."""
        _note(context, self.name, context.rates)
        for field, values in context.others.items():
            _note(context, field, values)


def _note(context: UpdateContext, name: str, values: list[Any]) -> None:
    if values.count(values[0]) == len(values):
        context.record[name] = values[0]
        return
    groups = context.trainer.optimizer.param_groups
    for number, (group, value) in enumerate(zip(groups, values, strict=True)):
        context.record[f"{name}/{group.get('name', number)}"] = value
