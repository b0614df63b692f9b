"""How long another library's scheduler goes on, against the steps that a run takes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr.linting.base import UNITS, Fix, Origin, Place, Subject
from lehr.plan import Plan
from lehr.schedules import Schedule

_CLOSE = 0.01
"""Of a length: what rounding, a warmup's first step, or a dropped batch may do."""

_NAMES = {
    "composer": "Composer",
    "deepspeed": "DeepSpeed",
    "detectron2": "detectron2",
    "ignite": "Ignite",
    "keras": "Keras",
    "lightning": "Lightning",
    "megatron": "Megatron-LM",
    "nemo": "NeMo",
    "olmo": "OLMo-core",
    "paddle": "Paddle",
}
"""As their own pages write them; of others, the name of the package."""

_CALLED = {
    ("megatron", "OptimizerParamScheduler"): "schedule",
    ("torchtitan", "lr_scheduler"): "schedule",
    ("nanotron", "lr_scheduler_builder"): "schedule",
    ("mmengine", "param_scheduler"): "param_scheduler",
}
"""Where a library has one schedule, whose name nobody writes."""


def origins(subject: Subject) -> Iterator[tuple[str, Origin]]:
    """Yield the schedulers of other libraries, one field of each.

    >>> from lehr import Constant
    >>> same = {"lr.0": Origin("torch", "StepLR"), "lr.1": Origin("torch", "StepLR")}
    >>> [name for name, _ in origins(Subject({}, origin=same))]
    ['lr.0']
    """
    seen: list[Origin] = []
    for name, origin in subject.origin.items():
        if origin not in seen:
            seen.append(origin)
            yield name, origin


def near(a: float, b: float) -> bool:
    """Return whether two lengths may be meant to be one.

    >>> near(100, 101), near(10_000, 9_950), near(100, 90)
    (True, True, False)
    """
    return abs(a - b) <= max(1, _CLOSE * max(a, b))


def called(origin: Origin) -> str:
    """Return a scheduler as a person says it: "torch's StepLR"."""
    name = _CALLED.get((origin.library, origin.scheduler), origin.scheduler)
    return f"{whose(origin.library)} {name}"


def whose(library: str) -> str:
    """Return a library's name, in the form that owns something.

    >>> whose("olmo"), whose("transformers"), whose("keras")
    ("OLMo-core's", "transformers'", "Keras's")
    """
    name = _NAMES.get(library, library)
    return f"{name}'" if name == "transformers" else f"{name}'s"


def at_horizon(origin: Origin) -> Place | None:
    """Return where the length was written: the argument with the horizon's number."""
    for name, place in origin.places.items():
        if origin.arguments.get(name) == origin.horizon:
            return place
    return None


def as_long_as_the_run(origin: Origin) -> Fix | None:
    """Return the edit of the one argument that says the length; None if there is none.

    It is shown, and left to the reader: another argument may have to follow.
    """
    for name, place in origin.places.items():
        if origin.arguments.get(name) == origin.horizon and origin.run and place.path:
            title = f"set {name} to {origin.run}"
            return Fix(title, {place.path: origin.run}, safe=False)
    return None


@dataclass(frozen=True)
class Mismatch:
    """A horizon that is not the run's.

    Args:
        horizon: where the scheduler ends, in its own steps.
        run: the steps that it takes in the run.
        why: which mistake it is, as far as the numbers tell; starts with ": ".
        known: whether they do.
    """

    horizon: int
    run: int
    why: str
    known: bool


def mismatch(subject: Subject, origin: Origin) -> Mismatch | None:
    """Return how a scheduler's horizon differs from its run; None if it does not."""
    horizon, run = origin.horizon, origin.run
    if horizon is None or run is None or near(horizon, run):
        return None
    why = _why(origin, horizon, run, subject.plan)
    return Mismatch(horizon, run, f": {why}" if why else "", bool(why))


def _why(origin: Origin, horizon: int, run: int, plan: Plan | None) -> str:
    """Return the mistake whose number the horizon is."""
    unit, times = UNITS[origin.stepping.per], origin.stepping.times
    if times > 1 and near(horizon * times, run):
        return f"each {unit} is {times} steps, one per process"
    for count, what in _counts(plan):
        if near(horizon, count) and not near(count, run):
            return f"{horizon:,} is {what}, and a step is an {unit}".replace(
                "an micro", "a micro"
            )
    return ""


def _counts(plan: Plan | None) -> Iterator[tuple[float, str]]:
    """Yield the numbers of a run that get mixed up, likeliest first."""
    if plan is None:
        return
    size, parts = plan.world_size, plan.accumulation
    if plan.epochs is not None and plan.updates_per_epoch != 1:
        yield plan.epochs, "the run's epochs"
    yield plan.updates, "the run's updates"
    if parts > 1:
        yield plan.micro_batches, f"its micro-batches ({parts} make an update)"
    if size > 1:
        said = f"its updates without the {size} processes"
        yield plan.updates * size, said
    if parts > 1 and size > 1:
        said = f"its batches without accumulation and the {size} processes"
        yield plan.micro_batches * size, said
    if plan.updates_per_epoch not in (None, 1):
        yield plan.updates_per_epoch or 0, "the updates of one epoch"
    yield plan.samples, "the run's samples"


def per_process(origin: Origin, found: Mismatch) -> bool:
    """Return whether a mismatch is that of one step per process."""
    times = origin.stepping.times
    return times > 1 and near(found.horizon * times, found.run)


def value_at(subject: Subject, name: str, origin: Origin, step: float) -> float:
    """Return a schedule's value at one of its scheduler's own steps."""
    schedule = subject.schedules[name]
    whole = subject.plan.updates if subject.plan is not None else origin.run
    if not whole or not origin.run:
        return float(schedule(round(step)))
    return float(schedule(round(step * whole / origin.run)))


def largest_jump(schedule: Schedule, end: float) -> tuple[float, float, float] | None:
    """Return the joint before `end` with the largest jump: where, before, after.

    >>> from lehr import Constant, Linear
    >>> largest_jump(Linear(0.0, 1.0, 5).then(Linear(0.5, 0.0, 5)), 10)
    (5, 0.9999999999999998, 0.5)
    """
    found = []
    for joint in (*schedule.breakpoints, schedule.steps):
        if not 0 < joint < end:
            continue
        before = float(schedule(math.nextafter(joint, -math.inf)))
        found.append((joint, before, float(schedule(joint))))
    return max(found, key=lambda each: abs(each[1] - each[2]), default=None)
