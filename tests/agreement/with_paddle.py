"""Paddle: figures recorded from its own classes."""

from agreement.comparison import recorded
from lehr.dialects import named
from lehr.dialects.paddle import SCHEDULERS

NUMBER = 20
NUMBERED = "computed from the update's number; there from the value before"
DIFFERENCES = {
    "CosineAnnealingDecay": NUMBERED,
    "LinearLR": NUMBERED,
    "PiecewiseDecay": "boundaries that do not increase are refused",
    "OneCycleLR": "the end is held; Paddle goes one update past it, and raises; "
    "a rise of no length begins at the peak; there 0 is divided by",
    "LinearWarmup": "in it, Paddle misses some restarts of warm restarts",
}


def inside(arguments):
    """Return arguments whose learning rate, a name and arguments, is a scheduler."""
    given = arguments.get("learning_rate")
    if not isinstance(given, list):
        return arguments
    name, inner = given
    child = named(SCHEDULERS, name, **inside(inner))
    return arguments | {"learning_rate": child}


def of(curve):
    """Return a curve that takes recorded arguments."""
    return lambda **arguments: curve(**inside(arguments))


def comparisons():
    """Return the comparisons, each with its recorded configurations."""
    curves = {d.name: of(d.curve) for d in SCHEDULERS if d.curve}
    return recorded("paddle", curves, DIFFERENCES)
