"""OLMo-core: figures recorded from its own classes."""

from agreement.comparison import recorded
from lehr.dialects import named
from lehr.dialects.olmo import SCHEDULERS

NUMBER = 20
DIVIDES = "OLMo-core divides by 0 where decay is 0"
DIFFERENCES = {
    "WSD": DIVIDES,
    "WSDS": DIVIDES,
    "PowerLR": f"{DIVIDES}; without a warmup it is refused",
    "CosWithWarmupAndLinearDecay": f"{DIVIDES}; a decay longer than the run is refused",
    "SequentialScheduler": "OLMo-core raises past max_steps",
}


def of(curve):
    """Return a curve whose schedulers are pairs of a name and arguments."""

    def built(**arguments):
        if "schedulers" in arguments:
            children = arguments["schedulers"]
            arguments["schedulers"] = [named(SCHEDULERS, n, **a) for n, a in children]
        return curve(**arguments)

    return built


def comparisons():
    """Return the comparisons, each with its recorded configurations."""
    return recorded("olmo", {d.name: of(d.curve) for d in SCHEDULERS}, DIFFERENCES)
