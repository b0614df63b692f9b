"""Rules about a length that is off by what somebody forgot to count, or counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor

from lehr.linting.base import Example, Hit, Rule, Severity, Subject
from lehr.linting.curves import Curve
from lehr.linting.rewriting import as_long_as_the_run
from lehr.linting.wording import at, count, share, times
from lehr.plan import Plan

_NEAR = 0.003


@dataclass(frozen=True)
class Cause:
    """Why a schedule is not as long as the run: the rule that says so, and how."""

    code: str
    why: str


def cause_of(subject: Subject, curve: Curve) -> Cause | None:
    """Return what is known to make just this difference between schedule and run.

    Args:
        subject: with the plan.
        curve: of a schedule in that run.
    """
    plan = subject.plan
    if plan is None or curve.name in subject.origin:
        return None  # of another library's, its own rules tell
    if curve.stepped:
        return _milestones(plan, curve)
    steps, updates = curve.schedule.steps, plan.updates
    if not curve.has_end or abs(steps - updates) <= 1:
        return None
    if _is(steps, updates, 0.05):
        return _rounding(plan, steps)
    return next(
        (Cause(code, why) for code, n, why in _lengths(plan) if _is(steps, n)), None
    )


def _is(steps: float, n: float, near: float = _NEAR) -> bool:
    return n > 0 and abs(steps - n) <= max(1, near * n)


def _lengths(plan: Plan) -> Iterator[tuple[str, float, str]]:
    """Yield wrong lengths of a run, each with its rule and its reason."""
    a, w, updates = plan.accumulation, plan.world_size, plan.updates
    accumulated = f"accumulation is {a}"
    shared = f"{w} processes train"
    if a > 1:
        yield "LH013", plan.micro_batches, f"{accumulated}, and it counts micro-batches"
        yield "LH013", updates / a, f"{accumulated}, and it is divided by that twice"
    if w > 1:
        yield "LH014", updates * w, f"{shared}, and it counts the batches of them all"
        yield "LH014", updates / w, f"{shared}, and it is divided by that twice"
    if a > 1 and w > 1:
        both = f"{accumulated}, {shared}, and it counts every batch of them all"
        yield "LH014", updates * a * w, both
    yield from _epochs(plan)
    yield "LH016", plan.samples, "it counts samples"
    if plan.tokens:
        yield "LH016", plan.tokens, "it counts tokens"
    if plan.dataset_size:
        yield "LH016", plan.dataset_size, "it is the number of samples in the data set"


def _epochs(plan: Plan) -> Iterator[tuple[str, float, str]]:
    epochs, each = plan.epochs, plan.updates_per_epoch
    if not epochs or not each or each < 2:
        return
    if epochs >= 2:
        yield "LH015", epochs, "it counts epochs, and is played in updates"
        yield "LH015", each, "it is as long as one epoch"
    yield (
        "LH015",
        plan.updates * each,
        "it is the updates of the run times those of an epoch",
    )


def _milestones(plan: Plan, curve: Curve) -> Cause | None:
    """Return the cause where stairs are counted in epochs."""
    epochs, each = plan.epochs, plan.updates_per_epoch
    if not epochs or not each or each < 10 or epochs < 2:
        return None
    joints = curve.joints if curve.schedule.steps < curve.updates else curve.joints[:1]
    if not joints or not all(joint == int(joint) for joint in joints):
        return None
    if joints[-1] <= epochs and curve.all_joints:
        steps = ", ".join(at(joint) for joint in joints[:4])
        more = ", ..." if len(joints) > 4 else ""
        return Cause("LH015", f"its changes, at {steps}{more}, look like epochs")
    return None


def _rounding(plan: Plan, steps: float) -> Cause | None:
    """Return the cause of a difference of few updates: how an epoch is rounded."""
    epochs, size = plan.epochs, plan.dataset_size
    if not epochs or not size or plan.ramp:
        return None
    share = plan.batch_size * plan.world_size
    micro = plan.micro_batches_per_epoch or 0
    half = size // share // plan.accumulation
    ways = {
        "it drops the last batch of each epoch": floor(size / share),
        "it keeps the last batch of each epoch": ceil(size / share),
    }
    for why, batches in ways.items():
        if batches and batches != micro:
            each = ceil(batches / plan.accumulation)
            if steps == round(epochs) * each:
                return Cause("LH017", f"{why}, and the plan does not")
    if steps == round(epochs) * half:
        return Cause("LH017", "it leaves out the last, smaller window of each epoch")
    if steps == round(epochs) * micro // plan.accumulation:
        return Cause("LH017", "its windows of accumulation go on across epochs")
    if steps == int(epochs * size) // plan.samples_per_update:
        return Cause("LH017", "it counts across epochs, which end with a smaller batch")
    return None


def _hits(subject: Subject, code: str) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        cause = cause_of(subject, curve)
        if cause is None or cause.code != code or subject.plan is None:
            continue
        steps, updates = curve.schedule.steps, subject.plan.updates
        if curve.stepped:
            message = (
                f"{curve.name} does not change after update {at(curve.last_joint)} of "
                f"{at(updates)}: {cause.why}"
            )
            yield Hit(message, curve.name, int(curve.last_joint))
            continue
        length = f"{curve.name} lasts {count(steps)}, the run {at(updates)}"
        ratio = steps / updates
        part = times(ratio) if ratio >= 1 else share(steps, updates)
        close = 0.95 < ratio < 1.05
        message = f"{length}{'' if close else f' ({part})'}: {cause.why}"
        fix = as_long_as_the_run(subject, curve.name)
        if fix and close:
            fix = replace(fix, safe=True)
        step = min(int(steps), curve.last)
        severity = _severity(code, curve, ratio)
        yield Hit(message, curve.name, step, fix=fix, severity=severity)


def _severity(code: str, curve: Curve, ratio: float) -> Severity | None:
    """Return how bad a length is: half or twice a run, or a floor, could be meant."""
    if abs(ratio - 1) < 0.01:
        return "note"
    floor = curve.schedule(curve.schedule.steps)
    meant = 0.49 < ratio < 2.01 or (ratio < 1 and floor > 1e-4 * curve.top)
    return "warning" if meant and code in ("LH013", "LH014") else None


def _of(code: str) -> Callable[[Subject], Iterator[Hit]]:
    return lambda subject: _hits(subject, code)


def _run(lr: str, plan: str) -> Example:
    return Example(f"plan: {{{plan}}}\nschedules:\n  lr: {lr}\n")


_ACCUMULATED = "dataset_size: 64000, batch_size: 8, accumulation: 4, epochs: 2"
_SHARED = "dataset_size: 64000, batch_size: 8, world_size: 8, epochs: 2"
_EPOCHS = "dataset_size: 50000, batch_size: 128, epochs: 90"
_TAIL = "dataset_size: 50000, batch_size: 128, epochs: 10"

RULES = (
    Rule(
        "LH013",
        "counts-micro-batches",
        "a schedule counted in micro-batches",
        "error",
        "With gradient accumulation, an update takes several micro-batches. A length "
        "counted in batches of the loader is then too long by that factor: the run "
        "ends at an almost full rate, or, where the scheduler is stepped per "
        "micro-batch, all is over after a fraction of it. This is the commonest "
        "mistake in public issues about schedules. A `Plan` counts updates; write "
        "`total=100%`. Half or twice a run could be meant: that is a warning.",
        _of("LH013"),
        bad=(
            _run("warmup_cosine(1e-3, warmup=5%, total=16k)", _ACCUMULATED),
            _run("warmup_cosine(1e-3, warmup=5%, total=1000)", _ACCUMULATED),
        ),
        good=(_run("warmup_cosine(1e-3, warmup=5%, total=4k)", _ACCUMULATED),),
        source="issues of transformers, accelerate and Lightning about accumulation",
    ),
    Rule(
        "LH014",
        "counts-every-process",
        "a schedule counted without regard to the processes",
        "error",
        "Several processes take their batches at the same time and make one update of "
        "them. A length computed from the data set and the batch of one process is too "
        "long by their number, and the rate stays high to the end. The reverse, a "
        "length divided by the number twice, leaves most of the run at the floor: so "
        "it does where a wrapper steps the scheduler once for each process. A `Plan` "
        "with its `world_size` counts right; write `total=100%`.",
        _of("LH014"),
        bad=(
            _run("warmup_cosine(1e-3, warmup=5%, total=16k)", _SHARED),
            _run("warmup_cosine(1e-3, warmup=5%, total=250)", _SHARED),
        ),
        good=(_run("warmup_cosine(1e-3, warmup=5%, total=2k)", _SHARED),),
        source="accelerate#2773, diffusers#3954: a step per process and update",
    ),
    Rule(
        "LH015",
        "counts-epochs",
        "a schedule counted in epochs and played in updates, or the reverse",
        "error",
        "A bare number is a length in updates. `total=90` for 90 epochs is over within "
        "the first epoch, and the rest of the run is spent at the floor; so are "
        "milestones such as 30 and 60. A length of one epoch's updates ends with the "
        "first epoch. Say the unit: `total=90ep`, `milestones=(30ep, 60ep)`.",
        _of("LH015"),
        bad=(
            _run("cosine(0.1, 0, 90)", _EPOCHS),
            _run("multi_step(0.1, factor=0.1, milestones=(30, 60, 80))", _EPOCHS),
            _run("cosine(0.1, 0, steps=391)", _EPOCHS),
        ),
        good=(
            _run("cosine(0.1, 0, 90ep)", _EPOCHS),
            _run("multi_step(0.1, factor=0.1, milestones=(30ep, 60ep))", _EPOCHS),
        ),
        source="Lightning's default interval is the epoch; torch has no unit",
    ),
    Rule(
        "LH016",
        "counts-samples",
        "a schedule counted in samples or tokens and played in updates",
        "error",
        "Papers give lengths in samples or tokens, and a bare number is one of "
        "updates. Such a schedule is longer than the run by the size of a batch: the "
        "warmup may not even end. Say the unit, `total=300Btok` or `1.2M samples`: the "
        "plan turns it into updates, with a growing batch, too.",
        _of("LH016"),
        bad=(
            _run(
                "cosine(3e-4, 3e-5, 10_000_000)",
                "batch_size: 100, sequence_length: 100, length: 10Mtok",
            ),
            _run(
                "cosine(0.1, 0, 50_000)",
                "dataset_size: 50000, batch_size: 8, epochs: 2",
            ),
        ),
        good=(
            _run(
                "cosine(3e-4, 3e-5, 10Mtok)",
                "batch_size: 100, sequence_length: 100, length: 10Mtok",
            ),
        ),
        source="Megatron-LM counts samples, OLMo-core steps or tokens",
    ),
    Rule(
        "LH017",
        "rounds-epochs-otherwise",
        "a schedule that rounds the updates of an epoch in another way than the run",
        "warning",
        "Whether the last batch of an epoch is dropped, and whether a window of "
        "accumulation may be smaller, changes the length of a run by some updates per "
        "epoch. The schedule then ends early, and the last updates get its last value, "
        "or late, and its floor is just missed. It is little, but runs that should be "
        "the same are not. Leave `total` out, and it is the run's.",
        _of("LH017"),
        bad=(
            _run("warmup_cosine(1e-3, warmup=5%, total=3_900)", _TAIL),
            _run(
                "warmup_cosine(1e-3, warmup=5%, total=3_910)",
                f"{_TAIL}, drop_last: true",
            ),
        ),
        good=(
            _run("warmup_cosine(1e-3, warmup=5%, total=3_910)", _TAIL),
            _run("warmup_cosine(1e-3, warmup=5%)", f"{_TAIL}, drop_last: true"),
        ),
        source="drop_last of a loader; len(loader) // accumulation in training scripts",
    ),
)
