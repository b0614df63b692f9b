"""Rules about numbers that are read otherwise than they look: 1 and 0.5."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.linting.base import Example, Hit, Origin, Rule, Subject
from lehr.linting.rules.lengths import origins
from lehr.linting.wording import share

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
                    f"{key}={value} is {share(value, 1)} of {what}; from 1 on it "
                    "would be a count of steps",
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


_ARGUMENTS = "learning_rate: 1e-4\nlr_scheduler_type: cosine\nmax_steps: 1000\n"
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
            Example(_ARGUMENTS + "warmup_steps: 100\n"),
        ),
        source="Levanter's warmup=1; transformers, TrainingArguments",
        over=("LH009", "LH018", "LH027", "LH028"),
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
)
