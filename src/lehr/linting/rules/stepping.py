"""Rules about how another library's scheduler is stepped, against its lengths."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lehr.dialects import LIBRARIES, schedulers
from lehr.linting.base import UNITS, Example, Hit, Origin, Rule, Subject
from lehr.linting.rules.dialects import climbs, goes_below
from lehr.linting.rules.lengths import (
    Mismatch,
    as_long_as_the_run,
    at_horizon,
    called,
    mismatch,
    origins,
    per_process,
    value_at,
)
from lehr.linting.wording import at, count, share, value

_HIGH, _LOW = 0.1, 1e-3
"""Of the peak: a last rate that did not come down, and one that is as good as none."""
_EARLY = 0.5
"""Of the horizon: a run that ends before it stops in the middle of the curve."""


def _ends_elsewhere(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        found = mismatch(subject, origin)
        if found is None or per_process(origin, found):
            continue
        if climbs(subject, name, origin) or goes_below(subject, name, origin):
            continue
        severity, effect = _effect(subject, name, origin, found)
        unit = "" if found.known else f" (one per {UNITS[origin.stepping.per]})"
        yield Hit(
            f"{called(origin)} lasts {count(found.horizon, 'step')}, the run "
            f"{at(found.run)}{unit}{found.why}; {effect}",
            name,
            min(found.horizon, found.run),
            place=at_horizon(origin),
            fix=as_long_as_the_run(origin),
            severity="error" if found.known else severity,
        )


def _effect(
    subject: Subject, name: str, origin: Origin, found: Mismatch
) -> tuple[Any, str]:
    """Return how bad a mismatch is, and what it comes to."""
    if origin.scheduler == "OneCycleLR" and found.run > found.horizon:
        return "error", f"it raises at step {at(found.horizon + 1)}"
    if name not in subject.schedules:
        return "warning", f"what {name} does then is not known"
    schedule = subject.schedules[name]
    whole = schedule.maximum
    peak = (whole if whole < math.inf else schedule[: found.run].maximum) or 1.0
    if found.run < found.horizon:
        last = value_at(subject, name, origin, found.run - 1)
        early = found.run < _EARLY * found.horizon
        severity = "warning" if early or last > _HIGH * peak else "note"
        return severity, f"{name} ends at {share(last, peak)} of its peak"
    held = value_at(subject, name, origin, found.run - 1)
    part = 1 - found.horizon / found.run
    severity = "warning" if held < _LOW * peak else "note"
    return severity, f"the last {share(part, 1)} of the run is at {value(held)}"


def _process_steps(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        found, times = mismatch(subject, origin), origin.stepping.times
        if found is not None and per_process(origin, found):
            yield Hit(
                f"accelerate steps {called(origin)} once per process, {times} times an "
                f"update: its {count(found.horizon, 'step')} end after 1/{times} of "
                f"the run, which takes {at(found.run)}",
                name,
                found.horizon // times,
                place=at_horizon(origin),
                fix=as_long_as_the_run(origin),
            )


def _never_reached(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.stepping.per != "epoch" or origin.run is None:
            continue
        for key, length in _lengths(origin):
            if length == origin.horizon or length <= origin.run:
                continue
            yield Hit(
                f"{called(origin)} is stepped once per epoch, {at(origin.run)} times "
                f"in all: {key}={at(length)} is never reached",
                name,
                origin.run,
                place=origin.places.get(key),
            )


def _lengths(origin: Origin) -> Iterator[tuple[str, int]]:
    """Yield the lengths among the arguments; of a list, the first."""
    if origin.library not in LIBRARIES:
        return
    dialect = schedulers(origin.library).get(origin.scheduler)
    for key in () if dialect is None else dialect.lengths:
        value = origin.arguments.get(key)
        if isinstance(value, list | tuple) and value:
            value = min(value, default=0)
        if isinstance(value, int | float) and 1 <= value < math.inf:
            yield key, int(value)


_RANGES: Mapping[str, tuple[int, str, str]] = {
    "keras": (
        2**24,
        "Keras",
        "casts the step to float32, so that 16,777,217 is 16,777,216",
    ),
    "optax": (2**31 - 1, "optax", "counts in int32, which stops at 2,147,483,647"),
}


def _clock(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.library not in _RANGES:
            continue
        most, library, why = _RANGES[origin.library]
        lengths = [*_lengths(origin), ("the run", origin.run or 0)]
        key, length = max(lengths, key=lambda each: each[1])
        if length > most:
            yield Hit(
                f"{library} {why}: {key} of {count(length, 'step')} is beyond it",
                name,
                most,
                place=origin.places.get(key),
            )


def _batches(subject: Subject) -> Iterator[Hit]:
    document = subject.sections.get("document", {})
    names = ("train_batch_size", "train_micro_batch_size_per_gpu")
    whole, micro = (document.get(name) for name in names)
    parts = document.get("gradient_accumulation_steps", 1)
    if not all(isinstance(each, int) for each in (whole, micro, parts)):
        return
    size = micro * parts
    world = None if subject.plan is None else subject.plan.world_size
    if size <= 0 or whole % size:
        yield Hit(
            f"DeepSpeed's train_batch_size of {whole} is no multiple of "
            f"{micro} x {parts}, the samples of one process and update",
            path=("train_batch_size",),
        )
    elif world not in (None, 1) and whole != size * (world or 1):
        yield Hit(
            f"DeepSpeed's train_batch_size of {whole} is for {whole // size} processes "
            f"of {micro} x {parts} samples, and the plan has {world}",
            path=("train_batch_size",),
        )


_MEGATRON = (
    "--lr 3e-4 --min-lr 0 --lr-decay-style cosine --lr-warmup-iters 100 "
    "--train-iters 10000 --lr-decay-iters {decay}"
)
_ACCELERATE = (
    "lr: 1e-3\ntrainer: {{max_steps: 1000}}\n"
    "accelerate: {{num_processes: 8, split_batches: {split}}}\n"
    "scheduler: {{name: PolynomialLR, total_iters: 1000}}\n"
)
_LIGHTNING = (
    "lr: 1e-3\ntrainer: {{max_epochs: 10}}\nlr_scheduler_config:\n"
    "  interval: epoch\n  scheduler: {{name: StepLR, step_size: {size}}}\n"
)
_KERAS = (
    '{{"module": "keras.optimizers.schedules", "class_name": "CosineDecay", '
    '"config": {{"initial_learning_rate": 1e-3, "decay_steps": {steps}}}}}'
)
_DEEPSPEED = (
    '{{"train_batch_size": {size}, "train_micro_batch_size_per_gpu": 4, '
    '"gradient_accumulation_steps": 8, "optimizer": {{"params": {{"lr": 1e-3}}}}}}'
)

RULES = (
    Rule(
        "LH050",
        "ends-elsewhere",
        "a length that is not the run's",
        "warning",
        "A scheduler of another library is told how long it is, in its own steps, and "
        "nothing compares that with the run. Where the number is one of the run's "
        "other counts (epochs where it is stepped per update, updates where it is "
        "stepped per epoch, micro-batches, updates without the processes), the finding "
        "says which and is an error. A run that is shorter never comes down; one that "
        "is longer trains on at the floor, or OneCycleLR raises.",
        _ends_elsewhere,
        bad=(
            Example(_MEGATRON.format(decay=100000), "flags"),
            Example(_MEGATRON.format(decay=5000), "flags"),
        ),
        good=(Example(_MEGATRON.format(decay=10000), "flags"),),
        source="huggingface/accelerate issues 1382, 2773; Lightning forum",
        over=(
            "LH003",
            "LH005",
            "LH009",
            "LH010",
            "LH020",
            "LH021",
            "LH022",
            "LH023",
            "LH027",
            "LH028",
        ),
    ),
    Rule(
        "LH051",
        "stepped-per-process",
        "accelerate steps a scheduler once per process",
        "error",
        "accelerate's prepared scheduler takes num_processes steps per update, for "
        "scripts that compute lengths from one process's data loader. A length that is "
        "already that of the run is over after 1/num_processes of it. Multiply it by "
        "the processes, or pass split_batches=True.",
        _process_steps,
        bad=(Example(_ACCELERATE.format(split="false")),),
        good=(Example(_ACCELERATE.format(split="true")),),
        source="huggingface/accelerate issues 662, 1398, 2773, 2926",
        over=("LH003", "LH005", "LH012", "LH020"),
    ),
    Rule(
        "LH052",
        "never-reached-per-epoch",
        "a length in updates for a scheduler that is stepped per epoch",
        "warning",
        'Lightning steps a scheduler once per epoch (interval "epoch" is its default), '
        "timm and mmengine too. A warmup or a step size counted in updates is then "
        'never reached. In Lightning, write interval: "step" to count updates.',
        _never_reached,
        bad=(Example(_LIGHTNING.format(size=1000)),),
        good=(Example(_LIGHTNING.format(size=3)),),
        source="Lightning documentation, configure_optimizers",
        over=("LH009", "LH010", "LH019", "LH020", "LH027", "LH028"),
    ),
    Rule(
        "LH053",
        "beyond-its-clock",
        "a length that the library's clock cannot count",
        "warning",
        "Keras casts the step to float32 and optax counts in int32. A clock in tokens "
        "goes past both: steps are skipped, or it stands still.",
        _clock,
        bad=(Example(_KERAS.format(steps=20_000_000), "json"),),
        good=(Example(_KERAS.format(steps=100_000), "json"),),
        source="keras LearningRateSchedule, optax safe_increment",
    ),
    Rule(
        "LH054",
        "batch-sizes-disagree",
        "batch sizes that do not multiply",
        "error",
        "DeepSpeed's train_batch_size must be the micro-batch times the accumulation "
        "times the processes; it asserts that when the run starts.",
        _batches,
        bad=(Example(_DEEPSPEED.format(size=100), "json"),),
        good=(Example(_DEEPSPEED.format(size=256), "json"),),
        source="DeepSpeed documentation, batch size related parameters",
    ),
)
