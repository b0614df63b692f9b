"""PyTorch-Project-Template's schedulers against figures recorded from them."""

from agreement.comparison import recorded
from lehr.dialects import dialect, named, schedulers

NUMBER = 40
EXACT = "unless exact=True"
DIFFERENCES = {
    "PolynomialLRDecay": f"Begins with the group's own value, {EXACT}: there with the "
    "value of 1.",
    "CosineAnnealingWarmupReduceRestarts": "Cycles grow as a whole, and the peak is "
    f"the group's own value by default, {EXACT}: there what follows the warmup grows, "
    "and the peak is 0.1.",
    "ChainedScheduler": "Each scheduler counts from the begin of its range, and from "
    f"the group's own value, {EXACT}: there some count from the begin of the run, and "
    "the others go on from the present value, one step short.",
}
TORCHS = ("LinearLR", "MultiStepLR", "StepLR", "CosineAnnealingWarmRestarts")


def of(known):
    """Return the original's curve; its schedulers are pairs of name and arguments."""
    children = [dialect("torch", name) for name in TORCHS]

    def built(base, **arguments):
        if "schedulers" in arguments:
            pairs = arguments["schedulers"]
            arguments["schedulers"] = [named(children, n, **a) for n, a in pairs]
        return known.curve(base, exact=True, **arguments)

    return built


def comparisons():
    """Return the comparisons, each with its recorded configurations."""
    curves = {name: of(known) for name, known in schedulers("template").items()}
    return recorded("template", curves, DIFFERENCES)
