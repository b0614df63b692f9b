"""Note the rate that each update used."""

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import UpdateContext


class RateMonitor(Callback):
    """Puts the rate that was used into the record of each update.

    One name if all parameter groups used the same; else one per group, by the group's
    `name` or number: "lr/head", "lr/1".
    """

    order = -100

    def __init__(self, name: str = "lr") -> None:
        self.name = name

    def on_update(self, context: UpdateContext) -> None:
        """Note the rates."""
        first, *others = context.rates
        if not others or all(rate == first for rate in others):
            context.record[self.name] = first
            return
        groups = context.trainer.optimizer.param_groups
        for number, (group, rate) in enumerate(zip(groups, context.rates, strict=True)):
            context.record[f"{self.name}/{group.get('name', number)}"] = rate
