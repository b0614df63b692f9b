"""Rules about ramps of other libraries that are not what they look like."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.dialects import Named
from lehr.linting.base import Example, Hit, Origin, Rule, Subject
from lehr.linting.rules.lengths import called, origins, whose
from lehr.linting.subjects.origins import full
from lehr.linting.wording import at, count, times, value

_LENGTHS = {
    ("torch", "LinearLR"): "total_iters",
    ("optax", "linear_schedule"): "transition_steps",
    ("optax", "polynomial_schedule"): "transition_steps",
    ("optax", "warmup_constant_schedule"): "warmup_steps",
}


def _stuck(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if name not in subject.schedules:
            continue
        for scheduler, arguments, steps in _parts(origin):
            length = _LENGTHS.get((origin.library, scheduler))
            given = full(origin.library, scheduler, arguments)
            written = given.get(length) if length else None
            if not isinstance(written, int | float) or written > 0:
                continue
            first = value(subject.schedules[name](0))
            yield Hit(
                f"{whose(origin.library)} {scheduler} with {length}={written} never "
                f"leaves its first value: {name} is {first} {steps}",
                name,
                0,
                place=origin.places.get(length or ""),
            )


def _parts(origin: Origin) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield a scheduler, or its first part where that lasts, and for how long it is."""
    inner = origin.arguments.get("schedules") or origin.arguments.get("schedulers")
    ends = origin.arguments.get("boundaries") or origin.arguments.get("milestones")
    if not inner or not ends:
        yield origin.scheduler, origin.arguments, "for the whole run"
    elif ends[0] > 0:
        first = inner[0]
        if isinstance(first, Named):
            first = (first.dialect.name, first.arguments)
        yield *first, f"for {count(ends[0], 'step')}"


def _subtracted_twice(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        given = full(origin.library, origin.scheduler, origin.arguments)
        warmup = given.get("lr_warmup_steps") or 0
        start, total = (
            given.get(f"{k}")
            for k in ("lr_decay_starting_step", "total_training_steps")
        )
        if origin.library != "nanotron" or not warmup or not start or not total:
            continue
        if given.get("lr_decay_steps") is not None:
            continue
        meant, done = total - start, total - start - warmup
        yield Hit(
            f"nanotron takes the warmup off the decay a second time: from step "
            f"{at(start)}, {name} decays in {count(max(done, 0), 'step')}, not in "
            f"the {at(meant)} that are left",
            name,
            start,
            place=origin.places.get("lr_decay_starting_step"),
        )


def _rises(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        key = (origin.library, origin.scheduler)
        if key not in _RISING or name not in subject.schedules:
            continue
        end = subject.horizon(name)
        end = min(end, origin.run or origin.horizon or end)
        schedule = subject.schedules[name]
        given = full(origin.library, origin.scheduler, origin.arguments)
        steps = round(min(end, 10**9))
        first, last = float(schedule(1)), float(schedule(max(steps - 1, 1)))
        if last <= first:
            continue
        peak = given.get("max_lr")
        against = f", {times(last / peak)} its max_lr" if peak else ""
        yield Hit(
            f"{called(origin)} {_RISING[key]}: {name} rises from {value(first)} to "
            f"{value(last)} at update {at(steps - 1)}{against}",
            name,
            steps - 1,
        )


_RISING = {
    ("pytorch_optimizer", "PolyScheduler"): "never divides by t_max",
    ("pytorch_optimizer", "poly"): "never divides by t_max",
    ("olmo", "ExponentialScheduler"): "is a range test, not a decay",
}

_NANOTRON = """
optimizer:
  learning_rate_scheduler:
    {{learning_rate: 3e-4, lr_warmup_steps: {warmup}, lr_warmup_style: linear,
      lr_decay_style: linear, lr_decay_starting_step: 6000, min_decay_lr: 3e-5}}
tokens: {{train_steps: 10000}}
"""

RULES = (
    Rule(
        "LH043",
        "stuck-at-its-start",
        "a ramp of no length that stays at its first value",
        "error",
        "optax takes a transition of 0 steps for a constant of its first value: a "
        "warmup of 0 steps from 0 trains with the rate 0 for ever. torch's LinearLR "
        "with total_iters=0 stays at start_factor. Leave the warmup out.",
        _stuck,
        bad=(
            Example("name: LinearLR\ntotal_iters: 0\nlr: 0.1\n"),
            Example(
                "name: warmup_constant_schedule\ninit_value: 0.0\npeak_value: 1e-3\n"
                "warmup_steps: 0\n",
                library="optax",
            ),
        ),
        good=(Example("name: LinearLR\ntotal_iters: 5\nlr: 0.1\n"),),
        source="google-deepmind/optax, polynomial_schedule",
        over=("LH003", "LH004", "LH019", "LH024"),
    ),
    Rule(
        "LH047",
        "warmup-subtracted-twice",
        "a decay that is shorter than asked for, by the warmup",
        "warning",
        "nanotron counts what is left after lr_decay_starting_step without the "
        "warmup, which lies before it: the decay ends early, by the warmup, and the "
        "rest of the run idles at the floor. Give lr_decay_steps.",
        _subtracted_twice,
        bad=(Example(_NANOTRON.format(warmup=2000)),),
        good=(Example(_NANOTRON.format(warmup=0)),),
        source="huggingface/nanotron, lr_scheduler_builder",
        over=("LH003", "LH005"),
    ),
    Rule(
        "LH049",
        "rises-without-end",
        "a decay that rises",
        "error",
        "pytorch_optimizer's PolyScheduler multiplies by the step and never divides by "
        "the length: the rate grows as long as the run goes on. OLMo-core's "
        "ExponentialScheduler rises by design, for a range test.",
        _rises,
        bad=(
            Example(
                "name: PolyScheduler\nt_max: 100\nmax_lr: 1e-3\n",
                library="pytorch_optimizer",
            ),
        ),
        good=(
            Example(
                "name: LinearScheduler\nt_max: 100\nmax_lr: 1e-3\n",
                library="pytorch_optimizer",
            ),
        ),
        source="kozistr/pytorch_optimizer, PolyScheduler",
        over=("LH006", "LH012", "LH018", "LH020", "LH028"),
    ),
)
