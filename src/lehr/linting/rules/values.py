"""Rules about the values themselves: zero, negative, never reached."""

import math
from collections.abc import Iterator

from lehr.linting.base import Example, Hit, Rule, Subject


def _negative(subject: Subject) -> Iterator[Hit]:
    for name, schedule in subject.schedules.items():
        end = subject.horizon(name)
        least = schedule[:end].minimum if end < math.inf else schedule.minimum
        if least < 0:
            step = schedule.first_step_below(0.0)
            message = (
                f"{name} falls to {least:.6g}, and is below 0 from update {step:,}"
            )
            yield Hit(message, name, step)


RULES = (
    Rule(
        "LH001",
        "negative",
        "a value below 0 while training",
        "error",
        "An optimizer that gets a negative rate climbs the loss.",
        _negative,
        bad=(Example("linear(1, -1, 100)", "expression"),),
        good=(Example("linear(1, 0, 100)", "expression"),),
    ),
)
