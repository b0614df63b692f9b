"""Megatron-LM's scheduler against figures recorded from it."""

from agreement.comparison import Comparison, recorded
from lehr.dialects import megatron

NUMBER = 60


def comparisons() -> list[Comparison]:
    return recorded(
        "megatron",
        {
            "OptimizerParamScheduler": lambda **arguments: (
                megatron.optimizer_param_scheduler(0.0, **arguments)
            ),
            "OptimizerParamScheduler weight_decay": lambda **arguments: (
                megatron.weight_decay(0.0, **arguments)
            ),
        },
        {
            "OptimizerParamScheduler": "max_lr may be left out: the group's own value; "
            "an unknown style is refused at once, there at a later step",
            "OptimizerParamScheduler weight_decay": "a rise of length 0 is its end; "
            "there 0 is divided by",
        },
    )
