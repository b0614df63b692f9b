"""fvcore's schedulers, asked at t / num_updates, and a warmup made of them."""

import random
from importlib.metadata import version

from fvcore.common import param_scheduler

from agreement.comparison import Comparison, Trial
from lehr.dialects import Named, dialect

NUMBER = 40
LIBRARY = f"fvcore {version('fvcore')}"
FAILURES = (RuntimeError, IndexError, ZeroDivisionError)


def value(rng):
    return rng.choice([1.0, 0.1, 3e-4, 2.5])


def constant(rng):
    return {"value": value(rng)}


def two(rng):
    return {"start_value": value(rng), "end_value": rng.choice([0.0, 0.05, 2.0])}


def exponential(rng):
    return {"start_value": value(rng), "decay": rng.choice([0.01, 0.5, 1.0, 4.0])}


def polynomial(rng):
    return {"base_value": value(rng), "power": rng.choice([0.9, 1, 1.0, 2, 3.0, 4])}


def heights(rng):
    return [value(rng) for _ in range(rng.randint(1, 5))]


def step(rng):
    return {"values": heights(rng), "num_updates": rng.choice([10, 90])}


def fixed_gamma(rng):
    drawn = {"base_value": value(rng), "num_decays": rng.randint(1, 5)}
    return drawn | {"gamma": rng.choice([0.1, 0.5]), "num_updates": 90}


def multi_step(rng):
    values = heights(rng)
    marks = sorted(rng.sample(range(1, 90), len(values) - 1))
    return rng.choice(
        [
            {"values": values, "milestones": [*marks, 90]},
            {"values": values, "milestones": marks, "num_updates": 90},
            {"values": values, "num_updates": rng.choice([24, 90, 9000])},
        ]
    )


def composite(rng, depth=0):
    lengths = rng.choice([[1.0], [0.3, 0.7], [0.1, 0.2, 0.7], [0.25, 0.25, 0.5]])
    lengths = rng.choice([lengths, [1 / 9, 8 / 9], [0.0, 1.0]])
    return {
        "schedulers": [child(rng, depth) for _ in lengths],
        "lengths": lengths,
        "interval_scaling": rng.choices(["rescaled", "fixed"], k=len(lengths)),
    }


def warmup(rng, depth=0):
    return {
        "scheduler": child(rng, depth),
        "warmup_factor": rng.choice([0.001, 0.3, 0.0]),
        "warmup_length": rng.choice([0.0, 0.1, 0.011, 1 / 9, 0.5]),
        "warmup_method": rng.choice(["linear", "linear", "constant"]),
        "rescale_interval": rng.random() < 0.5,
    }


DRAWN = {
    "ConstantParamScheduler": constant,
    "CosineParamScheduler": two,
    "ExponentialParamScheduler": exponential,
    "LinearParamScheduler": two,
    "MultiStepParamScheduler": multi_step,
    "StepParamScheduler": step,
    "StepWithFixedGammaParamScheduler": fixed_gamma,
    "PolynomialDecayParamScheduler": polynomial,
    "CompositeParamScheduler": composite,
    "WarmupParamScheduler": warmup,
}
STEPPED = [name for name in DRAWN if "Step" in name]
NESTING = ("CompositeParamScheduler", "WarmupParamScheduler")
EARLY = "Changes where documented; there a millionth of the run early: exact=True."
HELD = "Holds its value past the end; there it fails."
DIFFERENCES = dict.fromkeys([*STEPPED, *NESTING], EARLY) | {
    "ConstantParamScheduler": HELD,
    "PolynomialDecayParamScheduler": "With a broken power it holds its value past the "
    "end; there it fails.",
}


def child(rng, depth):
    name = rng.choice([n for n in DRAWN if depth == 0 or n not in NESTING])
    drawn = DRAWN[name](rng, 1) if name in NESTING else DRAWN[name](rng)
    return Named(dialect("fvcore", name), drawn)


def built(name, arguments):
    """Return fvcore's own scheduler."""
    own = dict(arguments)
    if name == "WarmupParamScheduler":
        return warmed(**own)
    if name == "CompositeParamScheduler":
        own["schedulers"] = [of(inner) for inner in own["schedulers"]]
        own["lengths"] = list(own["lengths"])
    return getattr(param_scheduler, name)(**own)


def of(inner):
    return built(inner.dialect.name, inner.arguments)


def warmed(scheduler, warmup_factor, warmup_length, warmup_method, rescale_interval):
    """Return what detectron2 says its warmup is: a line or a level, then the rest."""
    rest = of(scheduler)
    level, scaling = warmup_factor * rest(0.0), "fixed"
    target = rest(warmup_length)
    if rescale_interval:
        target, scaling = rest(0.0), "rescaled"
    if warmup_method == "constant":
        target = level
    return param_scheduler.CompositeParamScheduler(
        [param_scheduler.LinearParamScheduler(level, target), rest],
        [warmup_length, 1 - warmup_length],
        ["rescaled", scaling],
    )


def marks_of(arguments, begin=0.0, length=1.0):
    """Yield the fractions of the run at which something changes."""
    yield from (begin, begin + length)
    own = arguments.get("num_updates", 0)
    inside = [m / (own or 90) for m in arguments.get("milestones") or []]
    parts = len(arguments.get("values", [])) or arguments.get("num_decays", 1) + 1
    inside += [i / parts for i in range(parts)]
    inside.append(arguments.get("warmup_length", 0.0))
    for mark in inside:
        yield begin + mark * length
    at = 0.0
    for part, inner in zip(
        arguments.get("lengths", []), arguments.get("schedulers", []), strict=True
    ):
        yield from marks_of(inner.arguments, begin + at * length, part * length)
        at += part
    if "scheduler" in arguments:
        yield from marks_of(arguments["scheduler"].arguments, begin, length)


def asked(theirs, times, length):
    """Yield time and value, where fvcore has a real one."""
    for t in times:
        try:
            found = theirs(t / length)
        except FAILURES:
            continue
        if not isinstance(found, complex):
            yield t, found


def trials_of(name):
    def trials(number):
        for seed in range(number):
            rng = random.Random(f"{name} {seed}")
            arguments = DRAWN[name](rng)
            length = rng.choice([10, 90, 777, 90_000, 1_500_000])
            if name in NESTING:
                length = min(length, 90_000)
            own = dict(arguments) | {"num_updates": length}
            milestones = arguments.get("milestones")
            if milestones and arguments.get("num_updates"):
                own["milestones"] = [*milestones, arguments["num_updates"]]
            if "exact" in taken(name):
                own["exact"] = length > 777 or rng.random() < 0.5
            if name == "MultiStepParamScheduler" and milestones is None:
                own["num_updates"] = length = arguments["num_updates"]
            ours = dialect("fvcore", name).curve(**own)
            marks = {round(mark * length) for mark in marks_of(arguments)}
            near = {t + d for t in marks for d in (-2, -1, 0, 1)}
            far = {length * 3 // 2 + 1, 2 * length + 1, 10 * length + 3}
            times = sorted(t for t in near | far if t >= 0)
            found = list(asked(built(name, arguments), times, length))
            if found:
                times, values = zip(*found, strict=True)
                yield Trial(own, ours, times, values)

    return trials


def taken(name):
    return dialect("fvcore", name).curve.__kwdefaults__ or {}


def comparisons():
    return [
        Comparison(LIBRARY, name, trials_of(name), 1e-11, DIFFERENCES.get(name, ""))
        for name in DRAWN
    ]
