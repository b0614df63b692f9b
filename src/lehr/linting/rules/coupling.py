"""Rules about what goes together: rate, batch, weight decay, momentum."""

import math
from collections.abc import Iterator

from lehr.linting.base import Example, Hit, Rule, Severity, Subject
from lehr.linting.curves import Curve
from lehr.linting.wording import at, count, share, value


def _pairs(subject: Subject, *fields: str) -> Iterator[tuple[Curve, Curve]]:
    """Yield each rate with the other curves of its group, or of all groups."""
    for rate in subject.rate_curves:
        for other in subject.curves.values():
            together = not (rate.group and other.group) or rate.group == other.group
            if other.field in fields and together:
                yield rate, other


def _horizons(subject: Subject) -> Iterator[Hit]:
    fields = ("lr", "weight_decay", "momentum", "beta1", "beta2")
    ending = [c for c in subject.curves.values() if c.field in fields and _plans(c)]
    rates = [curve for curve in ending if curve.field == "lr"]
    if not rates:
        return
    rate = max(rates, key=lambda curve: curve.schedule.steps)
    for curve in ending:
        steps, longest = curve.schedule.steps, rate.schedule.steps
        if abs(steps - longest) > 1:
            message = (
                f"{curve.name} ends at update {at(steps)}, "
                f"{rate.name} at {at(longest)}: "
                f"{count(abs(longest - steps))} apart"
            )
            yield Hit(message, curve.name, math.ceil(min(steps, longest)))


def _plans(curve: Curve) -> bool:
    """Return whether the end of a curve is that of a run, and not of its warmup."""
    warmed = curve.warmup and curve.warmup.end >= curve.schedule.steps
    return curve.stops and not (warmed and curve.schedule.steps < 0.5 * curve.updates)


def _against(subject: Subject) -> Iterator[Hit]:
    for rate, decay in _pairs(subject, "weight_decay"):
        if not rate.ends or decay.shaken or rate.final >= 0.5 * rate.peak:
            continue
        early, late = decay.schedule(rate.peak_at), decay.final
        if late > 1.5 * early and late > 0:
            message = (
                f"{decay.name} rises from {value(early)} at update {at(rate.peak_at)} "
                f"to {value(late)} at the last, while {rate.name} falls to "
                f"{share(max(rate.final, 0), rate.peak)}"
            )
            yield Hit(message, decay.name, rate.peak_at)


def _with_rate(subject: Subject) -> Iterator[Hit]:
    for rate, momentum in _pairs(subject, "momentum", "beta1"):
        if not rate.ends or momentum.shaken or rate.least == rate.peak:
            continue
        first, last = momentum.schedule(0), momentum.final
        top = momentum.schedule(rate.peak_at)
        least = 0.1 * (momentum.peak - momentum.least)
        if momentum.peak > momentum.least and top > max(first, last) + least:
            message = (
                f"{momentum.name} is highest, {value(top)}, at update "
                f"{at(rate.peak_at)}, where {rate.name} is: one cycle has it lowest"
            )
            yield Hit(message, momentum.name, rate.peak_at)


def _eaten(subject: Subject) -> Iterator[Hit]:
    for rate in subject.rate_curves:
        # What finds the rate by itself takes a factor for it.
        found = subject.optimizer.kind.startswith(("prodigy", "dadapt"))
        if rate.peak <= 0 or rate.shaken or found:
            continue
        step = rate.peak_at
        decay = _decay_at(subject, rate, step)
        part = rate.peak * decay
        if part < 0.1:
            continue
        message = (
            f"{rate.name} x weight_decay is {value(rate.peak)} x {value(decay)} = "
            f"{value(part)} at update {at(step)}: "
        )
        message += (
            "it turns the sign of each weight"
            if part > 1
            else f"each update takes {share(part, 1)} off each weight"
        )
        severity: Severity | None = "error" if part >= 1 else None
        yield Hit(message, rate.name, step, severity=severity)


def _decay_at(subject: Subject, rate: Curve, step: int) -> float:
    """Return the largest weight decay that goes with a rate at an update."""
    found = [
        decay.schedule(step)
        for each, decay in _pairs(subject, "weight_decay")
        if each is rate
    ]
    return max(found, default=subject.optimizer.values.get("weight_decay", 0.0))


def _ramp(subject: Subject) -> Iterator[Hit]:
    plan = subject.plan
    if plan is None or plan.ramp is None:
        return
    until = plan.ramp.until[-1]
    end = until if plan.ramp.clock == "updates" else plan.updates_at_samples(until)
    for curve in subject.rate_curves:
        peak = int(curve.warmup.length) if curve.warmup else 0
        if 0 < peak < 0.5 * end and peak < plan.updates:
            size = plan.samples_at(peak + 1) - plan.samples_at(peak)
            message = (
                f"{curve.name} is at its peak from update {at(peak)} on, "
                f"with {at(size)} "
                f"samples an update; {at(plan.samples_per_update)} come at {at(end)}"
            )
            yield Hit(message, curve.name, peak)


def _doc(lr: str, more: str, kind: str = "adamw", last: str = "") -> Example:
    inner = f"  {last}\n" if last else ""
    return Example(
        f"plan: {{batch_size: 32, updates: 1000}}\noptimizer: {{kind: {kind}}}\n"
        f"schedules:\n  lr: {lr}\n  {more}\n{inner}"
    )


_LR = "warmup_cosine(1e-3, warmup=5%)"

_RAMP = (
    "plan:\n  batch_size: 64\n  accumulation: 4\n  updates: 10000\n"
    "  ramp: {{sizes: [64, 128], until: [{}, {}], clock: updates}}\n"
    "schedules:\n  lr: warmup_cosine(1e-3, warmup=1000)\n"
)

RULES = (
    Rule(
        "LH029",
        "ramp-outlasts-warmup",
        "a batch that grows long after the rate has its peak",
        "note",
        "The noise of an update goes with rate / batch. While the batch still is "
        "small, the full rate is too high by as much. Some large runs did so on "
        "purpose, with a peak that small batches bear. Otherwise let both end "
        "together, or scale the rate by the batch: `lr * batch / 1024`.",
        _ramp,
        bad=(Example(_RAMP.format(2000, 4000)),),
        good=(Example(_RAMP.format(500, 1000)),),
        source="McCandlish et al., 2018, arXiv:1812.06162; Smith et al., 2018, "
        "arXiv:1711.00489",
    ),
    Rule(
        "LH030",
        "horizons-differ",
        "schedules of one run that end at different updates",
        "note",
        "Rate, weight decay and momentum are planned together. When a run is made "
        "longer, one of them is easily forgotten: it ends where the old run did and is "
        "held from there on. The same holds for groups. Write all lengths as shares, "
        "or let one follow the other: `proportional(lr, at_peak=0.1)`.",
        _horizons,
        bad=(_doc(_LR, "weight_decay: cosine(0.1, 0.01, 800)"),),
        good=(_doc(_LR, "weight_decay: cosine(0.1, 0.01, 100%)"),),
        source="a weight decay whose own length was not scaled with the rate's",
    ),
    Rule(
        "LH031",
        "weight-decay-against-rate",
        "a weight decay that grows while the rate falls",
        "note",
        "Weights settle where the pull of the gradient and that of the decay balance, "
        "at a size that goes with the root of rate / decay. With a decay that grows as "
        "the rate falls, they shrink, and gradients grow near the end. DINO does it on "
        "purpose; AdamC has the decay fall in proportion to the rate instead: "
        "`proportional(lr, at_peak=0.1)`. A constant weight decay is not reported.",
        _against,
        bad=(_doc(_LR, "weight_decay: cosine(0.04, 0.4, 100%)"),),
        good=(
            _doc(_LR, "weight_decay: 0.1"),
            _doc(_LR, "weight_decay: warmup_cosine(0.1, warmup=5%)"),
        ),
        source="Defazio, 2025, arXiv:2506.02285; Caron et al., DINO, 2021, "
        "arXiv:2104.14294",
    ),
    Rule(
        "LH032",
        "momentum-with-rate",
        "a momentum that is highest where the rate is",
        "note",
        "High rate and high momentum together make the steps of an update longest, by "
        "1 / (1 - momentum), and training least stable. One cycle runs the two against "
        "each other: momentum falls from 0.95 to 0.85 while the rate rises. Write "
        "`opposed(lr, low=0.85, high=0.95)`. A momentum that warms up once and stays "
        "is not reported.",
        _with_rate,
        bad=(
            _doc(
                "one_cycle(1.0)",
                "momentum: one_cycle(0.95, start=0.85, floor=0.85)",
                "sgd",
            ),
        ),
        good=(
            _doc(
                "one_cycle(1.0)",
                "momentum: one_cycle(0.85, start=0.95, floor=0.95)",
                "sgd",
            ),
        ),
        source="Smith and Topin, 2017, arXiv:1708.07120, section 4",
    ),
    Rule(
        "LH033",
        "decay-eats-weights",
        "a weight decay that takes a tenth of each weight per update",
        "warning",
        "An update multiplies each weight by 1 - rate x weight decay. At a tenth, what "
        "was learned 20 updates ago is gone; at 1 and above, the sign of each weight "
        "turns. The usual slip is a weight decay of one optimizer in another: 0.1 is "
        "for AdamW at rates near 3e-4, and 5e-4 for SGD at rates near 0.1.",
        _eaten,
        bad=(
            _doc("cosine(1.0, 0, 100%)", "weight_decay: 0.1", "sgd"),
            _doc("cosine(1.0, 0, 100%)", "weight_decay: 2", "sgd"),
        ),
        good=(_doc("cosine(1.0, 0, 100%)", "weight_decay: 5e-4", "sgd"),),
        source="Loshchilov and Hutter, 2017, arXiv:1711.05101, algorithm 2",
    ),
)
