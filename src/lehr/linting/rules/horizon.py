"""Rules about two ends: that of the schedule, and that of the run."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lehr.importing.configs.detectron import steps_of
from lehr.linting.base import Example, Hit, Rule, Severity, Subject
from lehr.linting.curves import Curve
from lehr.linting.rewriting import as_long_as_the_run
from lehr.linting.rules.counting import cause_of
from lehr.linting.wording import at, count, listed, share, value
from lehr.schedules import Chain, Schedule

_ENDLESS = 2**31
"""A curve of another library that is longer was made to go on."""


def _of_plan(subject: Subject) -> Iterator[Curve]:
    """Yield the curves whose run is known, and which no other rule explains.

    The length of another library's scheduler is looked at where its own steps are
    known: what it was translated to may end elsewhere, or nowhere.
    """
    for curve in _within_run(subject):
        if curve.name not in subject.origin:
            yield curve


def _within_run(subject: Subject) -> Iterator[Curve]:
    """Yield those, and such of other libraries that name no length of the run."""
    for curve in _unexplained(subject):
        origin = subject.origin.get(curve.name)
        if origin is None or origin.horizon is None:
            yield curve


def _unexplained(subject: Subject) -> Iterator[Curve]:
    """Yield the curves whose run is known, without those that count something else."""
    if subject.plan is None:
        return
    for curve in subject.rate_curves:
        if cause_of(subject, curve) is None:
            yield curve


def _ends_before(subject: Subject) -> Iterator[Hit]:
    for curve in _of_plan(subject):
        steps = curve.schedule.steps
        lost = curve.updates - steps
        if not curve.has_end or lost <= 1:
            continue
        held, peak = curve.schedule(steps), curve.top
        message = (
            f"{curve.name} ends at update {at(steps)} of {at(curve.updates)}, and "
            f"holds {value(held)} for the last {count(lost)} "
            f"({share(lost, curve.updates)} of the run)"
        )
        severity = _severity(held / peak if peak else 0.0, lost / curve.updates)
        fix = as_long_as_the_run(subject, curve.name)
        if fix and severity == "note":  # a low floor for the last part may be meant
            fix = replace(fix, safe=False)
        yield Hit(message, curve.name, math.ceil(steps), fix=fix, severity=severity)


def _severity(level: float, part: float) -> Severity:
    """Return how bad it is to hold `level` of the peak for `part` of the run."""
    if level <= 1e-4:
        return "error" if part > 0.01 else "warning"
    if level < 0.01:
        return "warning" if part > 0.01 else "note"
    return "warning" if part > 1 / 3 else "note"


def _run_ends_first(subject: Subject) -> Iterator[Hit]:
    for curve in _of_plan(subject):
        steps = curve.schedule.steps
        if not curve.has_end or steps <= curve.updates or _peakless(curve):
            continue
        floor = curve.schedule(steps)
        if curve.cyclic or curve.final - floor <= 0.02 * curve.top:
            continue
        message = (
            f"the run ends at update {at(curve.updates)}, {curve.name} at {at(steps)}: "
            f"the last update uses {value(curve.final)}, and {value(floor)} is never "
            "reached"
        )
        fix = as_long_as_the_run(subject, curve.name)
        # The run may be meant to go on later.
        fix = fix and replace(fix, safe=False)
        yield Hit(message, curve.name, curve.last, fix=fix)


def _peakless(curve: Curve) -> bool:
    return curve.peak < curve.top * (1 - 1e-6)


def _no_peak(subject: Subject) -> Iterator[Hit]:
    for curve in _unexplained(subject):
        end = _climbed(curve.schedule)
        if curve.shaken or not _peakless(curve) or end == math.inf:
            continue
        # A peak between two updates is missed by less than an update's change.
        if curve.name in subject.origin and end > _ENDLESS:
            continue  # a range test
        whole = Curve(curve.name, curve.schedule, end + 1)
        if whole.peak_at <= curve.updates:
            continue
        message = (
            f"{curve.name} has its peak of {value(curve.top)} at update "
            f"{at(whole.peak_at)}, but the run ends at {at(curve.updates)}, with "
            f"{value(curve.final)}"
        )
        yield Hit(message, curve.name, whole.peak_at)


def _climbed(schedule: Schedule) -> float:
    """Return where a schedule ends, or the warmup of one that goes on for ever."""
    if schedule.steps == math.inf and isinstance(schedule, Chain):
        return schedule.pieces[0].steps
    return schedule.steps


def _unreachable(subject: Subject) -> Iterator[Hit]:
    yield from _left_out(subject)
    for curve in _within_run(subject):
        if not curve.stepped or curve.made_of("Staircase", "Noise"):
            continue
        if curve.schedule.steps == math.inf:
            first = next(iter(curve.schedule.joints(0, 2.0**53)), math.inf)
            missed = [first] if first >= curve.updates else []
        else:
            joints = curve.schedule.joints(curve.last, curve.schedule.steps + 1)
            found = (joint for joint in joints if joint >= curve.updates)
            missed = [joint for joint, _ in zip(found, range(1000), strict=False)]
        missed = [joint for joint in missed if _steps(curve, joint)]
        if missed and missed[0] < math.inf:
            changes = "a change" if len(missed) == 1 else f"{len(missed):,} changes"
            message = (
                f"{curve.name} has {changes} at update {at(missed[0])} or later, but "
                f"the run ends at {at(curve.updates)}"
            )
            yield Hit(message, curve.name, math.ceil(missed[0]))


def _left_out(subject: Subject) -> Iterator[Hit]:
    """Yield the milestones that detectron2 leaves out, as they come after MAX_ITER."""
    solver = subject.sections.get("document", {}).get("SOLVER")
    if not isinstance(solver, Mapping) or not subject.schedules:
        return
    if solver.get("LR_SCHEDULER_NAME", "WarmupMultiStepLR") != "WarmupMultiStepLR":
        return
    run = subject.horizon("lr")
    missed = [step for step in steps_of(solver.get("STEPS")) if step > run]
    if missed:
        message = (
            f"detectron2 leaves out {listed(f'{at(step)}' for step in missed)} of "
            f"STEPS: the run ends at {at(run)}"
        )
        yield Hit(message, step=missed[0], path=("SOLVER", "STEPS"))


def _steps(curve: Curve, joint: float) -> bool:
    """Return whether a value is another one from a joint on."""
    if joint == math.inf:
        return False
    ahead = curve.schedule(math.nextafter(joint, 0.0)), curve.schedule(joint)
    return abs(ahead[0] - ahead[1]) > 1e-6 * curve.top


def _run(lr: str, plan: str = "{batch_size: 32, updates: 1000}") -> Example:
    return Example(f"plan: {plan}\nschedules:\n  lr: {lr}\n")


RULES = (
    Rule(
        "LH007",
        "ends-before-run",
        "a schedule that ends well before the run",
        "warning",
        "From its end on, a schedule holds its last value. If that is 0, all further "
        "updates are paid for and train nothing: an error. If it is some per cent of "
        "the peak, the run goes on slowly, as GPT-3 did on purpose for the last eighth "
        "of its tokens: a note. Most often the run was made longer and the schedule "
        "was forgotten. Write `total=100%`, or leave `total` out: it is the run's "
        "then. `lehr extend` plans the rest of a run that has begun.",
        _ends_before,
        bad=(
            _run("warmup_cosine(1e-3, warmup=5%, total=900)"),
            _run("{kind: cosine, start: 1e-3, end: 0, steps: 40%}"),
        ),
        good=(
            _run("warmup_cosine(1e-3, warmup=5%, total=100%)"),
            _run("warmup_constant(1e-3, warmup=5%)"),
        ),
        source="Brown et al., GPT-3, 2020, arXiv:2005.14165, appendix B",
    ),
    Rule(
        "LH008",
        "floor-not-reached",
        "a run that ends before the decay does",
        "warning",
        "The last part of a decay is where the loss falls most, so a run that stops "
        "before it gives much of its result away: a cosine that is a quarter too long "
        "already costs more than the choice of its peak. A cooldown that never begins "
        "is the same mistake. Make the schedule as long as the run, or, if you mean to "
        "go on later, use a plateau with a short cooldown, which can wait.",
        _run_ends_first,
        bad=(
            _run("warmup_cosine(1e-3, warmup=5%, total=1500)"),
            _run("wsd(1e-3, warmup=100, stable=1000, decay=200)"),
        ),
        good=(
            _run("warmup_cosine(1e-3, warmup=5%, total=1001)"),
            _run("wsd(1e-3, warmup=100, decay=200, total=100%)"),
        ),
        source="Hoffmann et al., Chinchilla, 2022, arXiv:2203.15556, figure A1",
    ),
    Rule(
        "LH009",
        "peak-not-reached",
        "a peak that lies behind the end of the run",
        "error",
        "The run ends while the rate still rises: it never trains at the rate that was "
        "chosen, nor does it cool down. The warmup is longer than the run, mostly "
        "since it was copied from a larger one, or counted in samples or "
        "micro-batches. Give the warmup as a share: `warmup=5%`.",
        _no_peak,
        bad=(_run("warmup_cosine(1e-3, warmup=2000, total=10k)"),),
        good=(_run("warmup_cosine(1e-3, warmup=200, total=1000)"),),
        source="transformers: a decay plus a warmup longer than the run never peak",
    ),
    Rule(
        "LH010",
        "unreachable-change",
        "a milestone behind the end of the run",
        "warning",
        "A drop that comes after the last update never comes: the run ends at the "
        "higher rate, which a curve of the loss shows only to those who wait for the "
        "drop. It happens when a run is made shorter, or when milestones are counted "
        "in micro-batches or samples. Write milestones as shares or epochs: "
        "`milestones=(50%, 75%)`.",
        _unreachable,
        bad=(
            _run("multi_step(0.1, factor=0.1, milestones=(500, 1500))"),
            _run("step(0.1, factor=0.1, every=30k)"),
        ),
        good=(
            _run("multi_step(0.1, factor=0.1, milestones=(500, 750))"),
            _run("step(0.1, factor=0.1, every=300)"),
        ),
        source="milestones of 90 epochs kept for a run of 50",
        over=("LH019",),
    ),
)
