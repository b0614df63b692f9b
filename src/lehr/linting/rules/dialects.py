"""Rules about what other libraries do with their arguments: refusals, ends, starts."""

from collections.abc import Iterator

from lehr.linting.base import Example, Hit, Origin, Rule, Subject
from lehr.linting.rules.lengths import (
    at_horizon,
    called,
    mismatch,
    origins,
    per_process,
    value_at,
)

_VISIBLE = 0.01
"""Of the peak: a rise that shows."""


def _refused(subject: Subject) -> Iterator[Hit]:
    for problem, place in subject.sections.get("problems", ()):
        missing = problem.code == "LH104"
        message = problem.message
        if missing:
            message = f"not looked at: {message}"
        if problem.hint:
            message = f"{message} ({problem.hint})"
        yield Hit(message, place=place, severity="note" if missing else None)


def climbs(subject: Subject, name: str, origin: Origin) -> tuple[float, float] | None:
    """Return the value at the horizon and the higher one at the end of the run."""
    found = mismatch(subject, origin)
    if found is None or found.run < found.horizon or name not in subject.schedules:
        return None
    low = value_at(subject, name, origin, found.horizon)
    last = value_at(subject, name, origin, found.run - 1)
    peak = subject.schedules[name][: subject.horizon(name)].maximum
    return None if low < 0 or last - low <= _VISIBLE * peak else (low, last)


def goes_below(subject: Subject, name: str, origin: Origin) -> float | None:
    """Return the value below 0 at the end of a run that outlasts the horizon."""
    run, horizon = origin.run, origin.horizon
    if run is None or horizon is None or name not in subject.schedules:
        return None
    last = value_at(subject, name, origin, run - 1)
    return last if run > horizon and last < 0 else None


def _climbing(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        values, found = climbs(subject, name, origin), mismatch(subject, origin)
        if values is None or found is None or per_process(origin, found):
            continue
        low, last = values
        yield Hit(
            f"{called(origin)} climbs back after its {found.horizon:,} steps: {name} "
            f"is {low:.3g} there and {last:.3g} at step {found.run - 1:,}, the last of "
            f"the run{found.why}",
            name,
            found.horizon,
            place=at_horizon(origin),
        )


def _negative(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        last, found = goes_below(subject, name, origin), mismatch(subject, origin)
        if last is None or origin.horizon is None or origin.run is None:
            continue
        yield Hit(
            f"{called(origin)} goes on below 0 after its {origin.horizon:,} steps: "
            f"{name} is {last:.3g} at step {origin.run - 1:,}, the last of the "
            f"run{found.why if found else ''}",
            name,
            origin.horizon,
            place=at_horizon(origin),
        )


_TITAN = """
[optimizer]
lr = 3e-4
[lr_scheduler]
warmup_steps = 200
total_steps = {total}
decay_type = "{kind}"
[training]
steps = 10000
"""
RULES = (
    Rule(
        "LH040",
        "refused-by-its-library",
        "an argument that the library itself refuses, or fails on later",
        "error",
        "The library raises for this value, some at the start, some in the middle of "
        "the run: fairseq's inverse_sqrt and OLMo's WSD divide by a warmup of 0, "
        "DeepSpeed's warmups refuse it. A note says what could not be looked at, for "
        "want of the run's length.",
        _refused,
        bad=(
            Example(
                "--lr-scheduler inverse_sqrt --lr 5e-4 --warmup-updates 0", "flags"
            ),
            Example(
                '{"optimizer": {"params": {"lr": 1e-3}}, "scheduler": {"type": '
                '"WarmupLR", "params": {"warmup_num_steps": 0}}}',
                "json",
            ),
        ),
        good=(
            Example(
                "--lr-scheduler inverse_sqrt --lr 5e-4 --warmup-updates 4000", "flags"
            ),
        ),
        source="peers' own code; DeepSpeed, fairseq, OLMo-core",
    ),
    Rule(
        "LH041",
        "climbs-past-end",
        "a cosine that climbs back because the run outlasts it",
        "error",
        "The cosine schedules of torch, transformers, torchtitan, fvcore, Paddle and "
        "pytorch_optimizer are not held at their end: after it, the rate goes up "
        "again, to the peak after twice the time, and nothing warns. Make the length "
        "the run's own.",
        _climbing,
        bad=(
            Example(_TITAN.format(total=8000, kind="cosine"), "toml"),
            Example(
                "lr: 0.1\ntrainer: {max_epochs: 200}\nlr_scheduler_config:\n"
                "  interval: epoch\n"
                "  scheduler: {name: CosineAnnealingLR, T_max: 100}\n"
            ),
        ),
        good=(Example(_TITAN.format(total=10000, kind="cosine"), "toml"),),
        source="torch's CosineAnnealingLR documentation; huggingface/transformers",
    ),
    Rule(
        "LH042",
        "negative-past-end",
        "a line that goes below 0 because the run outlasts it",
        "error",
        "torchtitan's linear and sqrt decays, OLMo-core's tails, pytorch_optimizer's "
        "LinearScheduler, fvcore's and fastai's lines are not cut at their end: the "
        "rate becomes negative, and the optimizer climbs the loss.",
        _negative,
        bad=(Example(_TITAN.format(total=8000, kind="linear"), "toml"),),
        good=(Example(_TITAN.format(total=10000, kind="linear"), "toml"),),
        source="pytorch/torchtitan, lr_scheduler",
    ),
)
