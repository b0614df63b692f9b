"""torchtitan's learning rates against figures recorded from it."""

from agreement.comparison import Comparison, recorded
from lehr.dialects import torchtitan

NUMBER = 40


def comparisons() -> list[Comparison]:
    return recorded(
        "torchtitan",
        {
            "lr_scheduler": lambda base=1.0, **arguments: torchtitan.lr_scheduler(
                base, **arguments
            )
        },
        {"lr_scheduler": "a decay of no length is held, where torchtitan fails"},
    )
