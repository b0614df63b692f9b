"""Rules about the units of lengths."""

from collections.abc import Iterator
from math import ceil

from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.lengths import Length, lengths_of
from lehr.linting.wording import at, count, listed
from lehr.plan import Plan


def _mixed(subject: Subject) -> Iterator[Hit]:
    plan = subject.plan
    for name in subject.schedules:
        lengths = [x for x in lengths_of(subject, name) if x.duration.amount]
        units = sorted({x.duration.unit for x in lengths} - {"percent"})
        if len(units) < 2 or plan is None:
            continue
        first = {unit: _first(lengths, unit) for unit in units}
        shown = listed(_resolved(each, plan) for each in first.values())
        yield Hit(f"{name} mixes {listed(units)}: {shown}", name)


def _first(lengths: list[Length], unit: str) -> Length:
    return next(each for each in lengths if each.duration.unit == unit)


def _resolved(length: Length, plan: Plan) -> str:
    updates = plan.resolve(length.duration)
    if length.bare:
        return f"{length.argument} is {count(updates)}"
    return f"{length.argument} is {length.duration}, {count(updates)}"


def _below_one(subject: Subject) -> Iterator[Hit]:
    for name in subject.schedules:
        for length in lengths_of(subject, name):
            if subject.plan is None or length.bare or not length.duration.amount:
                continue
            exact = _exact(length, subject.plan)
            if exact is not None and exact < 1:
                rounded = ceil(exact)
                message = (
                    f"{length.argument} of {name} is {length.duration}, {exact:.2g} of "
                    f"an update; it is taken as {at(rounded)}"
                )
                yield Hit(message, name, 0)


def _exact(length: Length, plan: Plan) -> float | None:
    """Return a length in updates before it is rounded up; None if it is not known."""
    amount, size = length.duration.amount, plan.samples_per_update
    if length.duration.unit == "percent":
        return amount * plan.updates / 100
    if length.duration.unit == "epochs" and plan.samples_per_epoch:
        return amount * plan.samples_per_epoch / size
    if length.duration.unit == "samples":
        return amount / size
    return amount / plan.tokens_per_update if plan.tokens_per_update else None


_PLAN = "plan: {dataset_size: 32000, batch_size: 32, epochs: 10}\n"

RULES = (
    Rule(
        "LH037",
        "mixed-units",
        "one schedule with lengths in several units",
        "note",
        "Each length is resolved by itself, and rightly. But when the batch or the "
        "data change, the ones in epochs move and the ones in updates do not: the "
        "warmup eats the decay. Shares of the run go with any unit and are not "
        "counted. The numbers in the message are those of this plan.",
        _mixed,
        bad=(
            Example(
                f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=1ep, "
                "total=10000)\n"
            ),
            Example(
                f"{_PLAN}schedules:\n"
                "  lr: {kind: warmup_cosine, peak: 1e-3, warmup: 500, total: 10ep}\n"
            ),
        ),
        good=(
            Example(
                f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=1ep, "
                "total=10ep)\n"
            ),
            Example(
                f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=500, "
                "total=100%)\n"
            ),
        ),
        source="warmup_epochs beside max_steps in one configuration",
    ),
    Rule(
        "LH038",
        "length-below-one-update",
        "a length of less than one update",
        "warning",
        "A share, or a number of samples or tokens, that is smaller than one update is "
        "rounded up to 1. Other libraries cut it down to 0, without a word, and some "
        "then divide by it. Either way it is not the warmup that was meant: look for a "
        "factor of 100, or for a batch that has grown.",
        _below_one,
        bad=(
            Example(f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=0.005%)\n"),
            Example(
                f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=10 samples)\n"
            ),
        ),
        good=(
            Example(f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=0.5%)\n"),
            Example(
                f"{_PLAN}schedules:\n  lr: warmup_cosine(1e-3, warmup=10k samples)\n"
            ),
        ),
        source="Composer: 0.05dur of 10 batches is a warmup of 0",
    ),
)
