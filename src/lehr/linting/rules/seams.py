"""Rules about where phases of other libraries' schedules meet."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.dialects import Named
from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.rules.lengths import called, largest_jump, origins
from lehr.linting.subjects.origins import full
from lehr.linting.wording import at, count, share, value

_LARGE, _VISIBLE = 0.1, 0.01
"""Of the peak: a jump that is a warning, and one that is a note."""

Jump = tuple[float, float, float]

_UNDER = ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler")
_JUMPING: Mapping[tuple[str, str], str] = {
    ("nemo", "SquareRootAnnealing"): "starts its decay's clock before the warmup ends",
    ("nemo", "WarmupHoldAnnealLinear"): "counts the warmup twice without hold_steps",
    (
        "nemo",
        "WarmupHoldAnnealOneMinusSquareRoot",
    ): "counts the warmup twice without hold_steps",
    ("pytorch_optimizer", "get_wsd_schedule"): "has its floor past the decay",
    ("pytorch_optimizer", "warmup_stable_decay"): "has its floor past the decay",
    ("megatron", "OptimizerParamScheduler"): "ends its inverse square root at min_lr",
}


def _under_warmup(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.library != "timm" or origin.scheduler not in _UNDER:
            continue
        given = full(origin.library, origin.scheduler, origin.arguments)
        warmup = given.get("warmup_t") or 0
        if given.get("warmup_prefix") or not warmup or name not in subject.schedules:
            continue
        for jump, severity in _jumps(subject, name):
            where, before, after = jump
            if after >= before:
                continue
            yield Hit(
                f"timm's decay runs during the warmup of {count(warmup, 'step')} "
                f"(warmup_prefix=False): {name} falls from {value(before)} to "
                f"{value(after)} where that ends",
                name,
                round(where),
                place=origin.places.get("warmup_prefix"),
                severity=severity,
            )


def _jumps_of_library(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        why = _JUMPING.get((origin.library, origin.scheduler))
        if why is None or name not in subject.schedules:
            continue
        for (where, before, after), severity in _jumps(subject, name):
            yield Hit(
                f"{name} jumps from {value(before)} to {value(after)} at update "
                f"{at(round(where))}: {called(origin)} {why}",
                name,
                round(where),
                severity=severity,
            )


def _jumps(
    subject: Subject, name: str
) -> Iterator[tuple[tuple[float, float, float], Any]]:
    """Yield the largest jump of a schedule, with how much it matters."""
    schedule, end = subject.schedules[name], min(subject.horizon(name), 2.0**53)
    found = largest_jump(schedule, end + 1)
    if found is None:
        return
    size = abs(found[1] - found[2]) / (schedule[:end].maximum or 1.0)
    if size > _VISIBLE:
        yield found, "warning" if size > _LARGE else "note"


def _do_not_fit(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        given = full(origin.library, origin.scheduler, origin.arguments)
        key = (origin.library, origin.scheduler)
        if key == ("transformers", "warmup_stable_decay"):
            yield from _stable(name, given)
        if key == ("torch", "SequentialLR"):
            yield from _cut_warmup(name, given)


def _stable(name: str, given: Mapping[str, Any]) -> Iterator[Hit]:
    stable = given.get("num_stable_steps")
    if isinstance(stable, int):  # what is left of the run, also where that is < 0
        spans = [given.get(f"num_{part}_steps") or 0 for part in ("warmup", "decay")]
        given = {**given, "num_training_steps": sum(spans) + stable}
    names = ("num_warmup_steps", "num_decay_steps", "num_training_steps")
    parts = [part for n in names if isinstance(part := given.get(n), int)]
    if len(parts) < len(names):
        return
    warmup, decay, total = parts
    if warmup + decay > total:
        yield Hit(
            f"transformers' warmup_stable_decay has {count(warmup, 'step')} of warmup "
            f"and {at(decay)} of decay in a run of {at(total)}: {name} never has its "
            "peak, and jumps",
            name,
            total - decay,
        )


def _cut_warmup(name: str, given: Mapping[str, Any]) -> Iterator[Hit]:
    parts, places = given.get("schedulers") or (), given.get("milestones") or ()
    if not parts or not places or not isinstance(parts[0], Named):
        return
    first = parts[0]
    arguments = full("torch", first.dialect.name, first.arguments)
    length = arguments.get("total_iters")
    if first.dialect.name != "LinearLR" or not isinstance(length, int):
        return
    start, end = arguments["start_factor"], arguments["end_factor"]
    if length > places[0] and start < end:
        reached = start + (end - start) * places[0] / length
        yield Hit(
            f"torch's SequentialLR ends the warmup at step {at(places[0])} of its "
            f"{at(length)}: {name} is at {share(reached, 1)} of its peak there, and "
            "jumps",
            name,
            places[0],
        )


def _scaled_warmup(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        given = origin.arguments
        ratio = given.get("scale_schedule_ratio")
        if origin.library != "composer" or not given.get("scale_warmup"):
            continue
        if not isinstance(ratio, int | float) or ratio == 1:
            continue
        yield Hit(
            f"scale_warmup=True makes the warmup {given.get('t_warmup', '0dur')} x "
            f"{ratio:g}, and the decay still begins at {given.get('t_warmup', '0dur')}:"
            f" {name} jumps, or waits",
            name,
            place=origin.places.get("scale_warmup"),
        )


_TIMM = "sched: cosine\nlr: 1e-3\nepochs: {epochs}\nwarmup_epochs: {warmup}\n"
_WSD = (
    "learning_rate: 1e-4\nlr_scheduler_type: warmup_stable_decay\nmax_steps: 1000\n"
    "warmup_steps: {warmup}\nlr_scheduler_kwargs: {{num_decay_steps: 600}}\n"
)
_SCALED = (
    "scheduler: {{name: linear_decay_with_warmup, t_warmup: 40ba, scale_warmup: "
    "{scaled}}}\noptimizer: {{name: adamw, lr: 1e-3}}\nmax_duration: 200ba\n"
    "scale_schedule_ratio: 0.5\n"
)
_SEQUENCE = (
    "name: SequentialLR\nlr: 0.1\nmilestones: [{milestone}]\nschedulers:\n"
    "  - {{name: LinearLR, start_factor: 0.1, total_iters: 10}}\n"
    "  - {{name: CosineAnnealingLR, T_max: 90}}\n"
)
_NEMO = (
    "model: {{optim: {{name: adamw, lr: 1e-3, sched: {{name: {name}, "
    "warmup_steps: 100, min_lr: 1e-5}}}}}}\ntrainer: {{max_steps: 1000}}\n"
)

RULES = (
    Rule(
        "LH044",
        "decay-under-warmup",
        "a decay that began during the warmup",
        "warning",
        "timm's warmup_prefix=False, the default, lets the decay's clock run from step "
        "0: when the warmup ends the curve is not at its peak, but where the decay is "
        "by then. With a short warmup that is little; with a long one it is a jump. "
        "Pass warmup_prefix=True.",
        _under_warmup,
        bad=(Example(_TIMM.format(epochs=20, warmup=10)),),
        good=(
            Example(_TIMM.format(epochs=20, warmup=10) + "warmup_prefix: true\n"),
            Example(_TIMM.format(epochs=300, warmup=5)),
        ),
        source="timm 1.0.31, CosineLRScheduler",
        over=("LH011",),
    ),
    Rule(
        "LH045",
        "jumps-by-its-formula",
        "a jump that a library's own formula makes",
        "warning",
        "Some schedules are not continuous in the library that they are from: NeMo's "
        "SquareRootAnnealing drops from the peak to where an unshifted clock is, its "
        "WarmupHoldAnnealLinear without hold_steps too, Megatron-LM's inverse square "
        "root falls to min_lr at its end, and pytorch_optimizer's WSD goes up to its "
        "floor after its decay.",
        _jumps_of_library,
        bad=(
            Example(_NEMO.format(name="SquareRootAnnealing")),
            Example(_NEMO.format(name="WarmupHoldAnnealLinear")),
        ),
        good=(Example(_NEMO.format(name="CosineAnnealing")),),
        source="NVIDIA/NeMo, Megatron-LM, kozistr/pytorch_optimizer",
        over=("LH011", "LH012", "LH018"),
    ),
    Rule(
        "LH046",
        "phases-do-not-fit",
        "phases that are longer together than their run",
        "warning",
        "A warmup and a decay that overlap are both cut where they meet: the peak is "
        "never reached, and the rate jumps. The same is a SequentialLR whose milestone "
        "lies before the end of its warmup.",
        _do_not_fit,
        bad=(
            Example(_WSD.format(warmup=600)),
            Example(_SEQUENCE.format(milestone=5)),
        ),
        good=(
            Example(_WSD.format(warmup=100)),
            Example(_SEQUENCE.format(milestone=10)),
        ),
        source="transformers, get_wsd_schedule",
        over=("LH009", "LH011", "LH028"),
    ),
    Rule(
        "LH048",
        "warmup-scaled-apart",
        "a warmup that is scaled without the decay behind it",
        "warning",
        "Composer's scale_warmup=True scales where the warmup ends, and not where the "
        "decay begins. Leave it out, and write the warmup that is wanted.",
        _scaled_warmup,
        bad=(Example(_SCALED.format(scaled="true")),),
        good=(Example(_SCALED.format(scaled="false")),),
        source="mosaicml/composer, schedulers with warmup",
        over=("LH011",),
    ),
)
