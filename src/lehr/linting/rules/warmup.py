"""Rules about the first updates: too few of them, too many, or none."""

from collections.abc import Iterator, Mapping

from lehr.linting.base import Example, Fix, Hit, Rule, Subject
from lehr.linting.curves import Curve
from lehr.linting.lengths import lengths_of
from lehr.linting.rewriting import with_argument
from lehr.linting.rules.counting import cause_of
from lehr.linting.rules.joints import late_rise
from lehr.linting.wording import at, count, share, value

ADAM = frozenset(("adam", "adamw", "nadam"))
"""Optimizers whose second moment is poor in the first updates."""

LONG = 0.2
LONG_CURVED = 0.45
MOST_TYPED = 20
"""Warmups up to here may have been meant as percent or epochs."""


def _whole(subject: Subject) -> Iterator[Curve]:
    """Yield the rates of which the first updates are the first of a run."""
    for curve in subject.rate_curves:
        plain = curve.ends and curve.peak > 0 and not curve.shaken
        if plain and cause_of(subject, curve) is None:
            yield curve


def _wanted(subject: Subject) -> float | None:
    """Return the updates that the second moment of Adam needs; None if unknown."""
    if subject.optimizer.kind not in ADAM:
        return None
    beta2 = subject.optimizer.values.get("beta2", 0.999)
    return 2 / (1 - beta2) if 0 < beta2 < 1 else None


def _missing(subject: Subject) -> Iterator[Hit]:
    wanted = _wanted(subject)
    curves = [c for c in _whole(subject) if c.peak >= 1e-4 and subject.plan]
    if wanted is None or not curves:
        return
    curve = max(curves, key=lambda each: each.peak)
    warmed = curve.warmup or curve.schedule(0) < 0.5 * curve.peak
    if warmed or curve.updates < 100:
        return
    advised = max(1, min(round(wanted), int(curve.updates) // 10))
    message = (
        f"{curve.name} is {value(curve.schedule(0))} at update 0, without a warmup; "
        f"{subject.optimizer.kind} wants about {count(advised)}"
    )
    model = subject.sections.get("model")
    kind = model.get("kind") if isinstance(model, Mapping) else None
    steep = kind == "transformer" and curve.peak >= 5e-4
    yield Hit(message, curve.name, 0, severity="warning" if steep else None)


def _short(subject: Subject) -> Iterator[Hit]:
    wanted = _wanted(subject)
    for curve in _whole(subject) if wanted else ():
        length = _length(curve)
        if not 1 < length < 0.1 * min(wanted or 0, curve.updates / 10):
            continue
        if curve.peak < 1e-4 or _slip(subject, curve):
            continue
        beta2 = subject.optimizer.values.get("beta2", 0.999)
        message = (
            f"{curve.name} warms up in {count(length)}; with beta2 {beta2:g}, "
            f"{subject.optimizer.kind} needs about {count(round(wanted or 0))} for its "
            "second moment"
        )
        yield Hit(message, curve.name, int(length))


def _length(curve: Curve) -> float:
    return curve.warmup.length if curve.warmup else 0.0


def _slip(subject: Subject, curve: Curve) -> bool:
    """Return whether a warmup is so short that a unit may have been forgotten."""
    length = _length(curve)
    if not 1 <= length <= MOST_TYPED or curve.updates < 1000 * length:
        return False
    written = [x for x in lengths_of(subject, curve.name) if x.argument == "warmup"]
    return all(each.bare for each in written)


def _typed(subject: Subject) -> Iterator[Hit]:
    for curve in _whole(subject):
        if not _slip(subject, curve):
            continue
        length = _length(curve)
        percent = round(curve.updates * length / 100)
        meant = f"{at(length)}% would be {at(percent)}"
        each = subject.plan.updates_per_epoch if subject.plan else None
        if each and each > 1 and length * each < curve.updates:
            meant += f", {at(length)}ep {at(length * each)}"
        message = (
            f"{curve.name} warms up in {count(length)} of {at(curve.updates)}; {meant}"
        )
        edits = with_argument(subject, curve.name, "warmup", f"{at(length)}%")
        fix = Fix(f"set warmup to {at(length)}%", edits, safe=False) if edits else None
        yield Hit(message, curve.name, int(length), fix=fix)


def _long(subject: Subject) -> Iterator[Hit]:
    for curve in _whole(subject):
        if curve.cyclic or _outlasts(curve):
            continue
        part = _length(curve) / curve.updates
        curved = curve.made_of("Cosine") and not curve.made_of("Linear")
        if part > (LONG_CURVED if curved else LONG):
            message = (
                f"{curve.name} rises for {count(_length(curve))}, "
                f"{share(_length(curve), curve.updates)} of the run"
            )
            yield Hit(message, curve.name, int(_length(curve)))


def _outlasts(curve: Curve) -> bool:
    rise = _length(curve)
    return rise > 1 and rise > curve.updates - rise


def _told(curve: Curve) -> bool:
    """Return whether other rules tell why the rate rises to the end."""
    unreached = curve.peak < curve.top * 0.999 and curve.schedule.steps > curve.updates
    return late_rise(curve) is not None or unreached


def _outlasting(subject: Subject) -> Iterator[Hit]:
    for curve in _whole(subject):
        rise, fall = _length(curve), sum(x.length for x in curve.legs if x.falls)
        if curve.cyclic or rise <= 1 or not curve.all_joints or _told(curve):
            continue
        if _outlasts(curve):
            left = curve.updates - rise
            message = (
                f"{curve.name} rises until update {at(rise)} of {at(curve.updates)}: "
                f"{count(left)} {'is' if left == 1 else 'are'} left to decay"
            )
            yield Hit(message, curve.name, int(rise))
        elif 0 < fall < rise and rise > 0.05 * curve.updates and curve.stops:
            message = (
                f"{curve.name} rises for {count(rise)} and decays for {count(fall)}"
            )
            yield Hit(message, curve.name, int(rise), severity="note")


def _doc(lr: str, more: str = "", updates: int = 10_000) -> Example:
    return Example(
        f"plan: {{batch_size: 32, updates: {updates}}}\n"
        f"optimizer: {{kind: adamw, beta2: 0.95}}\n{more}schedules:\n  lr: {lr}\n"
    )


RULES = (
    Rule(
        "LH024",
        "warmup-missing",
        "no warmup where the optimizer wants one",
        "note",
        "Adam divides by the root of a running mean of squares. In the first updates "
        "it is a mean of very few gradients, so that each step has nearly full length "
        "in a direction that is mostly noise; transformers often never recover. A "
        "linear warmup of 2 / (1 - beta2) updates is a rule that needs no tuning. For "
        "a small peak, as in fine-tuning, nothing is reported; for a transformer with "
        "a large one it is a warning.",
        _missing,
        bad=(
            _doc("cosine(1e-3, 0, 100%)"),
            _doc("cosine(1e-3, 0, 100%)", "model: {kind: transformer}\n"),
        ),
        good=(
            _doc("warmup_cosine(1e-3, warmup=40)"),
            _doc("cosine(2e-5, 0, 100%)"),
        ),
        source="Ma and Yarats, 2019, arXiv:1910.04209; Liu et al., RAdam, 2019, "
        "arXiv:1908.03265",
    ),
    Rule(
        "LH025",
        "warmup-short",
        "a warmup far shorter than the memory of Adam",
        "note",
        "The second moment of Adam looks back over about 1 / (1 - beta2) updates: "
        "1,000 with the usual 0.999. A warmup of less than a tenth of twice that is "
        "over before the moment is known. Either warm up longer, or lower beta2: 0.95 "
        "needs only 40 updates, one reason why large language models use it.",
        _short,
        bad=(
            Example(
                "plan: {batch_size: 32, updates: 100000}\n"
                "optimizer: {kind: adamw, beta2: 0.999}\n"
                "schedules:\n  lr: warmup_cosine(1e-3, warmup=150)\n"
            ),
        ),
        good=(
            Example(
                "plan: {batch_size: 32, updates: 100000}\n"
                "optimizer: {kind: adamw, beta2: 0.95}\n"
                "schedules:\n  lr: warmup_cosine(1e-3, warmup=150)\n"
            ),
        ),
        source="Ma and Yarats, 2019, arXiv:1910.04209, section 5",
    ),
    Rule(
        "LH026",
        "warmup-without-unit",
        "a warmup of a handful of updates in a long run",
        "warning",
        "A warmup of 5 updates in 100,000 is no warmup. Mostly a unit is missing: five "
        "per cent were meant, or five epochs. A bare number is one of updates in lehr; "
        "other libraries take 5 as epochs, 0.05 as a share, and 1 as all of the run. "
        "Say which: `warmup=5%` or `warmup=5ep`.",
        _typed,
        bad=(
            _doc("warmup_cosine(1e-3, warmup=5)"),
            _doc("{kind: wsd, peak: 1e-3, warmup: 5, decay: 20%}"),
        ),
        good=(_doc("warmup_cosine(1e-3, warmup=5%)"),),
        source="transformers' warmup_steps below 1 is a ratio; Levanter's 1 is all",
    ),
    Rule(
        "LH027",
        "warmup-long",
        "a warmup of more than a fifth of the run",
        "note",
        "While the rate rises, less is learned than at the peak. Some per cent of the "
        "run are enough for nearly all models; beyond a fifth, a warmup is mostly one "
        "that was copied from a longer run in bare updates. One cycle, with its curved "
        "rise of 30 %, is not reported. Write it as a share: `warmup=5%`.",
        _long,
        bad=(_doc("warmup_cosine(1e-3, warmup=3000)"),),
        good=(_doc("warmup_cosine(1e-3, warmup=1000)"), _doc("one_cycle(1e-3)")),
        source="Goyal et al., 2017, arXiv:1706.02677 (5 of 90 epochs)",
    ),
    Rule(
        "LH028",
        "warmup-outlasts-decay",
        "a warmup longer than all that follows, or than the decay",
        "warning",
        "The rate climbs for most of the run, and hardly comes down: the last updates, "
        "which should be the finest, are the coarsest. A warmup that is copied into a "
        "shorter run does this. If the rate shall only rise, to find a good one, keep "
        "it and ignore this rule. Where the rate is held in between, a warmup that is "
        "longer than the cooldown is only noted.",
        _outlasting,
        bad=(
            _doc("warmup_cosine(1e-3, warmup=6000)"),
            _doc("wsd(1e-3, warmup=15%, decay=10%)"),
        ),
        good=(
            _doc("warmup_cosine(1e-3, warmup=600)"),
            _doc("wsd(1e-3, warmup=2%, decay=10%)"),
        ),
        source="warmup_steps=4000, after Vaswani et al., in runs of 5,000",
    ),
)
