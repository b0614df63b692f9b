"""Composer's schedulers against figures recorded from them."""

from agreement.comparison import Comparison, recorded
from lehr.dialects.catalog import schedulers

NUMBER = 40
SCALED = "a scaled warmup ends as documented, unless exact=True"
DIFFERENCES = {
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
