"""Rules about numbers that are read otherwise than they look: 1, 0.5, a restart."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lehr.linting.base import Example, Hit, Origin, Rule, Subject
from lehr.linting.rules.lengths import origins
from lehr.linting.subjects.origins import full

_FRACTIONS = ("warmup_ratio", "lr_warmup_fraction", "warmup_fraction", "warmup_pct")


def _whole(subject: Subject) -> Iterator[Hit]:
    document = subject.sections.get("document", {})
    for name, origin in origins(subject):
        given = {**_scheduler_section(document), **origin.arguments}
        for key in _FRACTIONS:
            value = given.get(key)
            if isinstance(value, int | float) and value == 1:
                yield Hit(
                    f"{key}={value} is all of the run, not one step: {name} rises "
                    "to its last update",
                    name,
                    place=origin.places.get(key),
                )
        written = given.get("t_warmup")
        if origin.library == "composer" and str(written) in ("1dur", "1.0dur"):
            yield Hit(f"t_warmup={written} is all of the run", name)


def _scheduler_section(document: Mapping[str, Any]) -> dict[str, Any]:
    found = document.get("lr_scheduler")
    return {**document, **(found if isinstance(found, Mapping) else {})}


def _parts(subject: Subject) -> Iterator[Hit]:
    document = subject.sections.get("document", {})
    for name, origin in origins(subject):
        for key, what in _read_as_parts(document, origin):
            value = document[key]
            if isinstance(value, int | float) and 0 < value < 1:
                yield Hit(
                    f"{key}={value} is a part, {value:.3g} of {what}; from 1 on it "
                    f"would be a count, and 1 is {1 / value:.3g} times as much or one",
                    name,
                    place=origin.places.get(key),
                )


def _read_as_parts(
    document: Mapping[str, Any], origin: Origin
) -> Iterator[tuple[str, str]]:
    if origin.library == "transformers" and "warmup_steps" in document:
        yield "warmup_steps", "the run"
    if origin.scheduler == "WSDLRScheduler" and "decay_epochs" in document:
        yield "decay_epochs", "the epochs after the warmup"


_CYCLIC = ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler")


def _missed(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.library != "timm" or origin.scheduler not in _CYCLIC:
            continue
        given = full(origin.library, origin.scheduler, origin.arguments)
        first, factor = given.get("t_initial"), given.get("cycle_mul", 1)
        limit = given.get("cycle_limit", 1)
        numbers = (first, factor, limit)
        if not all(isinstance(n, int | float) and n > 0 for n in numbers):
            continue
        at = _first_missed(float(first or 1), float(factor), int(limit))
        if at is not None:
            yield Hit(
                f"timm finds the cycle by the floor of a logarithm, which is wrong at "
                f"step {at:,}: {name} has its floor there, where it should restart",
                name,
                at,
            )


def _first_missed(first: float, factor: float, limit: int) -> int | None:
    """Return the first restart that timm takes for the end of the cycle before it."""
    if factor == 1:
        return None
    start, length = 0.0, first
    for cycle in range(1, min(limit, 64)):
        start, length = start + length, length * factor
        whole = start == int(start)
        if not whole or start > 2**53:
            continue
        found = math.floor(math.log(1 - start / first * (1 - factor), factor))
        if found != cycle:
            return int(start)
    return None


_ARGUMENTS = "learning_rate: 1e-4\nlr_scheduler_type: cosine\nmax_steps: 1000\n"
_CYCLES = (
    "sched: cosine\nlr: 1e-3\nepochs: 1\nwarmup_epochs: 0\nlr_cycle_mul: {factor}\n"
    "lr_cycle_limit: 8\nlr_cycle_decay: 1.0\n"
)
_WSD = "sched: wsd\nlr: 1e-3\nepochs: 100\nwarmup_epochs: 5\ndecay_epochs: {decay}\n"

RULES = (
    Rule(
        "LH069",
        "one-is-all",
        "a fraction of 1 that is all of the run",
        "warning",
        "Where a warmup is a fraction, 1 is the whole run, not one step: the rate "
        "rises until the end. Write the fraction, or the steps by their own name.",
        _whole,
        bad=(Example(_ARGUMENTS + "warmup_ratio: 1\n"),),
        good=(
            Example(_ARGUMENTS + "warmup_ratio: 0.1\n"),
            Example(_ARGUMENTS + "warmup_steps: 1\n"),
        ),
        source="Levanter's warmup=1; transformers, TrainingArguments",
    ),
    Rule(
        "LH070",
        "part-or-count",
        "a number that is a part below 1 and a count from 1 on",
        "note",
        "transformers' warmup_steps and timm's decay_epochs are parts of the run "
        "below 1 and counts from 1 on: 0.9 is nearly all, and 1.0 is one.",
        _parts,
        bad=(
            Example(_ARGUMENTS + "warmup_steps: 0.06\n"),
            Example(_WSD.format(decay=0.2)),
        ),
        good=(
            Example(_ARGUMENTS + "warmup_steps: 60\n"),
            Example(_WSD.format(decay=20)),
        ),
        source="transformers 5.23, get_warmup_steps; timm 1.0.31, scheduler_factory",
    ),
    Rule(
        "LH071",
        "restart-missed",
        "a restart that the floor of a logarithm misses",
        "warning",
        "timm computes the number of the cycle as the floor of a logarithm, which "
        "rounding puts just below a whole number at some restarts: the step that "
        "should have the peak has the floor. torch's step(epoch) does the same, its "
        "step() does not.",
        _missed,
        bad=(Example(_CYCLES.format(factor=3)),),
        good=(Example(_CYCLES.format(factor=2)),),
        source="timm 1.0.31, CosineLRScheduler._get_lr",
    ),
)
