"""nanotron's learning rates against figures recorded from it."""

from agreement.comparison import Comparison, recorded
from lehr.dialects import nanotron

NUMBER = 40


def comparisons() -> list[Comparison]:
    return recorded(
        "nanotron",
        {
            "lr_scheduler_builder": lambda base, **arguments: (
                nanotron.lr_scheduler_builder(base, **arguments)
            )
        },
        {
            "lr_scheduler_builder": "the decay's default length, and a warmup of 0, as "
            "documented unless exact=True"
        },
    )
