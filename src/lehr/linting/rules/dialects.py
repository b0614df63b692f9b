"""Rules about what other libraries do with their arguments: refusals, ends, starts."""

from collections.abc import Iterator

from lehr.linting.base import Example, Hit, Origin, Rule, Subject
from lehr.linting.rules.lengths import (
    as_long_as_the_run,
    at_horizon,
    called,
    mismatch,
    origins,
    per_process,
    value_at,
)
from lehr.linting.subjects.origins import full
from lehr.linting.wording import at, count, value

_VISIBLE = 0.01
"""Of the peak: a rise that shows."""
_FVCORE = 10**6
"""Steps whose last part of a run fvcore's tolerance takes for the end."""


def _refused(subject: Subject) -> Iterator[Hit]:
    for problem, place in subject.sections.get("problems", ()):
        missing = problem.code == "LH104"
        message = problem.message
        if missing:
            message = f"not looked at: {message}"
        if problem.hint:
            message = f"{message} ({problem.hint})"
        yield Hit(message, place=place, severity="note" if missing else None)


def _fails(subject: Subject) -> Iterator[Hit]:
    """Yield what a library takes, and fails on while it trains."""
    yield from _refused(subject)
    for name, origin in origins(subject):
        given = full(origin.library, origin.scheduler, origin.arguments)
        if (origin.library, origin.scheduler) == ("olmo", "WSD"):
            key, fraction = "warmup", given.get("warmup_fraction")
            if given.get(key) == 0 and not fraction:
                message = f"{called(origin)} divides by its warmup of 0 at step 0"
                yield Hit(message, name, 0, place=origin.places.get(key))
        if (origin.library, origin.scheduler) == ("fvcore", "StepParamScheduler"):
            length = given.get("num_updates") or 0
            if isinstance(length, int | float) and length >= _FVCORE:
                message = (
                    f"{called(origin)} raises IndexError at the last of its "
                    f"{count(length, 'step')}: it can count to {at(_FVCORE - 1)}"
                )
                place = origin.places.get("num_updates")
                yield Hit(message, name, round(length) - 1, place=place)


def climbs(subject: Subject, name: str, origin: Origin) -> tuple[float, float] | None:
    """Return the value at the horizon and the highest one of the run behind it."""
    found = mismatch(subject, origin)
    if found is None or found.run < found.horizon or name not in subject.schedules:
        return None
    low = value_at(subject, name, origin, found.horizon)
    steps = range(found.horizon, found.run, max((found.run - found.horizon) // 100, 1))
    high = max(
        value_at(subject, name, origin, step) for step in (*steps, found.run - 1)
    )
    peak = subject.schedules[name][: subject.horizon(name)].maximum
    return None if low < 0 or high - low <= _VISIBLE * peak else (low, high)


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
        low, high = values
        last = value_at(subject, name, origin, found.run - 1)
        # Who chose the length for it to come down again at the end may have meant it.
        again = last - low <= _VISIBLE * high
        between = f"up to {value(high)} behind it, " if again else ""
        yield Hit(
            f"{called(origin)} climbs back after its {count(found.horizon, 'step')}: "
            f"{name} is {value(low)} there, {between}and {value(last)} at the last "
            f"step, {at(found.run - 1)}{found.why}",
            name,
            found.horizon,
            place=at_horizon(origin),
            fix=as_long_as_the_run(origin),
            severity="warning" if again and not found.known else None,
        )


def _negative(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        last, found = goes_below(subject, name, origin), mismatch(subject, origin)
        if last is None or origin.horizon is None or origin.run is None:
            continue
        yield Hit(
            f"{called(origin)} goes below 0 after its {count(origin.horizon, 'step')}: "
            f"{name} is {value(last)} at the last step, {at(origin.run - 1)}"
            f"{found.why if found else ''}",
            name,
            origin.horizon,
            place=at_horizon(origin),
            fix=as_long_as_the_run(origin),
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
_WSD = (
    "train_module:\n  optim: {{lr: 4e-4}}\n  scheduler:\n"
    "    {{_CLASS_: olmo_core.optim.scheduler.WSD, warmup: {warmup}, decay: 500,\n"
    "      decay_fraction: null}}\n"
    "trainer: {{max_duration: {{value: 5000, unit: steps}}}}\n"
)

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
        _fails,
        bad=(
            Example(
                "--lr-scheduler inverse_sqrt --lr 5e-4 --warmup-updates 0", "flags"
            ),
            Example(_WSD.format(warmup=0)),
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
            Example(_WSD.format(warmup=100)),
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
        "the run's own. Where it has come down again by the end, that may be meant, "
        "and is a warning; schedulers with restarts say it plainly.",
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
        over=("LH005", "LH011", "LH012", "LH020", "LH022", "LH023"),
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
        over=("LH001", "LH005"),
    ),
)
