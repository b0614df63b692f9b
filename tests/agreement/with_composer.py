"""Composer's schedulers against figures recorded from them."""

from agreement.comparison import Comparison, recorded
from lehr.dialects.catalog import schedulers

NUMBER = 40
SCALED = "a scaled warmup ends as documented, unless exact=True"
NOTHING = "with a t_max of 0 it is at its end; there 0 is divided by"
DIFFERENCES = {
    "StepScheduler": "a gamma below 0 is refused",
    "ExponentialScheduler": "a gamma of 0 is refused",
    "LinearScheduler": NOTHING,
    "CosineAnnealingScheduler": NOTHING,
    "PolynomialScheduler": f"{NOTHING}; a power of 0 is refused",
    "CosineAnnealingWarmRestartsScheduler": "cycles of a fractional t_mult are not cut "
    "to whole lengths, unless exact=True",
    "MultiStepWithWarmupScheduler": SCALED,
    "ConstantWithWarmupScheduler": SCALED,
    "LinearWithWarmupScheduler": SCALED,
    "CosineAnnealingWithWarmupScheduler": SCALED,
    "PolynomialWithWarmupScheduler": SCALED,
}


def comparisons() -> list[Comparison]:
    def of(dialect):
        return lambda base, **arguments: dialect.curve(base, **arguments)

    curves = {name: of(known) for name, known in schedulers("composer").items()}
    return recorded("composer", curves, DIFFERENCES)
