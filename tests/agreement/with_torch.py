"""torch's own schedulers, stepped on an optimizer."""

import random
from importlib.metadata import version

from agreement.comparison import Comparison, Trial
from dialects.torch_children import chain, driving_chain, driving_sequence, sequence
from dialects.torch_draws import DRAWN, joints
from dialects.torch_oracle import BASES, of, played

NUMBER = 60
LIBRARY = f"torch {version('torch').partition('+')[0]}"
LONGEST = 600
MOMENTUM = 0.5
# torch's recursions, whose rounding adds up.
ADDS_UP = ("CosineAnnealingLR", "SequentialLR", "ChainedScheduler")
COMPOSITES = {"SequentialLR": sequence, "ChainedScheduler": chain}
MOMENTA = {"SequentialLR": driving_sequence, "ChainedScheduler": driving_chain}
GROWTH = "Growth is held before a float would overflow."
ENDED = "Holds its last value; torch takes one step past it, and then raises."
NO_RISE = "A rise of no length begins at its peak; there 0 is divided by."
DIFFERENCES = {
    "StepLR": GROWTH,
    "ExponentialLR": GROWTH,
    "ConstantLR": "With a factor of 0 it ends as documented; there 0 is divided by.",
    "CosineAnnealingWarmRestarts": "All restarts are found, as by step() in torch; "
    "step(epoch) there misses some.",
    "OneCycleLR": f"{ENDED} {NO_RISE}",
    "OneCycleLR momentum": f"{ENDED} {NO_RISE}",
    "SequentialLR": "Every scheduler starts from the group's own value; in torch a "
    "CyclicLR or OneCycleLR overwrites it for all. Composites may stand anywhere "
    "inside; torch fails with most.",
    "SequentialLR momentum": "Each cycle goes between its own ends; in torch all go "
    "between those of the last one built.",
    "ChainedScheduler": "A SequentialLR inside leaves the others alone; in torch it "
    "undoes what was built before it.",
}


def times_of(child, steps):
    """Return every update at first, then those at joints, the end and past it."""
    marks = joints(child.arguments)
    near = {t + d for t in marks for d in (-1, 0, 1)}
    end = max(marks)
    near |= {end * 3 // 2, 2 * end, 10 * end, *range(0, steps, 37), *range(100)}
    return sorted(t for t in near if 0 <= t <= steps)


def steps_of(child):
    """Return how far a scheduler is stepped: torch's one-cycle fails past its end."""
    own = child.arguments
    if child.dialect.name == "OneCycleLR":
        return own.get("total_steps", own.get("epochs")) - 1
    return min(LONGEST, 10 * max(*joints(own), 20))


def drawn(name, rng, momentum):
    if name in COMPOSITES:
        return (MOMENTA if momentum else COMPOSITES)[name](rng)
    return of(name, **DRAWN[name](rng))


def trial(name, rng, momentum):
    child = drawn(name, rng, momentum)
    steps = steps_of(child)
    # In a composite, CyclicLR begins at the value that children are drawn for.
    base = 0.3 if name in COMPOSITES else rng.choice(BASES)
    field = "momentum" if momentum else "lr"
    (values,) = played(child, steps, [base], field)
    ours = child.curve(base)
    if momentum:
        ours = child.dialect.others[field](MOMENTUM, **child.arguments)
    times = times_of(child, steps)
    arguments = child.arguments | {"base": base}
    return Trial(arguments, ours, times, [values[t] for t in times])


def trials_of(name, momentum):
    def trials(number):
        for seed in range(number):
            yield trial(name, random.Random(f"{name} {momentum} {seed}"), momentum)

    return trials


def comparisons():
    momenta = ("CyclicLR", "OneCycleLR", *MOMENTA)
    asked = [(name, name, False) for name in (*DRAWN, *COMPOSITES)]
    asked += [(f"{name} momentum", name, True) for name in momenta]
    return [
        Comparison(
            LIBRARY,
            told,
            trials_of(name, momentum),
            tolerance=1e-11 if told in ADDS_UP else 1e-12,
            differences=DIFFERENCES.get(told, ""),
        )
        for told, name, momentum in asked
    ]
