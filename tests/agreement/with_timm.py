"""timm's own schedulers: what their constructors and step(t) write."""

import random
from importlib.metadata import version

from agreement.comparison import Comparison, Trial
from dialects.timm_oracle import BASES, CURVES, MAKERS, misses_a_restart, played

NUMBER = 40
LIBRARY = f"timm {version('timm')}"
CYCLES = (
    "With cycle_mul every restart is one; there some are missed, or fail. With "
    "cycle_mul < 1 lr_min is held in the end; there it fails."
)
DIFFERENCES = dict.fromkeys(
    ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler"), CYCLES
) | {
    "StepLRScheduler": "A decay_rate above 1 is refused: it grows without end.",
    "MultiStepLRScheduler": "Milestones are sorted; there, unsorted ones miscount.",
}


def joints(arguments):
    """Return the times at which something changes."""
    warmup = arguments.get("warmup_t", 0)
    noise = arguments.get("noise_range_t", 0)
    marks = [0, warmup, *(noise if isinstance(noise, list | tuple) else [noise])]
    decay = arguments.get("decay_t", 0)
    if isinstance(decay, list):
        marks += decay
    else:
        marks += [decay, warmup + 2 * decay]
    begin = part = arguments.get("t_initial", 0)
    for _ in range(4):
        marks += [begin, begin + warmup]
        part *= arguments.get("cycle_mul", 1)
        begin += part
    return {int(mark) for mark in marks}


def times_of(arguments, rng):
    """Return times at and next to the joints, at the end, and far past it."""
    marks = joints(arguments)
    end = max(marks)
    near = {t + d for t in marks for d in (-1, 0, 1)}
    far = {end * 3 // 2, 2 * end, 10 * end, 4_321, 10**6, rng.randrange(2 * end + 9)}
    all_times = sorted(t for t in near | far | set(range(0, 220, 5)) if t >= 0)
    return [t for t in all_times if not misses_a_restart(arguments, t)]


def trials_of(name):
    def trials(number):
        for seed in range(number):
            rng = random.Random(f"{name} {seed}")
            arguments, base = MAKERS[name](rng), rng.choice(BASES)
            times = times_of(arguments, rng)
            found = {t: v for t, (v,) in played(name, arguments, times, [base])}
            if found:  # timm cannot build some whose cycles are over in the warmup
                curve = CURVES[name](base, **arguments)
                own = arguments | {"base": base}
                yield Trial(own, curve, list(found), list(found.values()))

    return trials


def comparisons():
    return [
        Comparison(
            LIBRARY,
            name,
            trials_of(name),
            # A restart is late by the rounding of its time, of 10^4 and more.
            tolerance=1e-11 if DIFFERENCES.get(name) == CYCLES else 1e-12,
            differences=DIFFERENCES.get(name, ""),
        )
        for name in MAKERS
    ]
