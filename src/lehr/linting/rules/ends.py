"""Rules about how a rate comes to its end."""

import math
from collections.abc import Iterator
from itertools import islice

from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.curves import Curve, Leg
from lehr.linting.rules.counting import cause_of
from lehr.linting.rules.joints import climb_of, is_meant, late_rise
from lehr.linting.wording import at, count, share, value


def _decaying(subject: Subject) -> Iterator[Curve]:
    """Yield the curves of which the last update is known and the peak is above 0."""
    for curve in subject.rate_curves:
        if curve.ends and curve.peak > 0 and cause_of(subject, curve) is None:
            yield curve


def _constant(subject: Subject) -> Iterator[Hit]:
    for curve in _decaying(subject):
        if subject.plan is None or curve.peak > curve.least or curve.updates < 2:
            continue
        if curve.name in subject.feedback or _left_to_code(subject, curve):
            continue
        message = f"{curve.name} is {value(curve.peak)} in all {count(curve.updates)}"
        yield Hit(message, curve.name, 0)


def _left_to_code(subject: Subject, curve: Curve) -> bool:
    """Return whether another library's configuration names a rate and no scheduler."""
    return "document" in subject.sections and curve.name not in subject.origin


def _high(subject: Subject) -> Iterator[Hit]:
    for curve in _decaying(subject):
        if curve.cyclic or curve.shaken or curve.least == curve.peak:
            continue
        steps, ahead = curve.schedule.steps, math.inf
        if curve.has_end and steps > curve.updates:
            ahead = curve.schedule(steps)  # that the run is too short, LH008 tells
        if curve.final <= 0.101 * curve.peak or ahead < 0.98 * curve.final:
            continue
        if climb_of(curve) is not None or curve.name in subject.feedback:
            continue
        if curve.peak_at >= curve.last or late_rise(curve) is not None:
            continue
        held = curve.final > 0.995 * curve.peak
        part = share(curve.final, curve.peak)
        message = (
            f"{curve.name} keeps its peak of {value(curve.peak)} to the last update, "
            f"{at(curve.last)}"
            if held
            else f"{curve.name} is still {part} of its peak at the last update, "
            f"{at(curve.last)}: {value(curve.final)} of {value(curve.peak)}"
        )
        yield Hit(message, curve.name, curve.last)


def _cliff(subject: Subject) -> Iterator[Hit]:
    for curve in _decaying(subject):
        if curve.cyclic or curve.shaken or curve.updates < 1000:
            continue
        most = 0.001 * curve.updates
        for leg in curve.legs:
            if _is_cliff(leg, curve.peak) and 1 < leg.length <= most:
                message = (
                    f"{curve.name} falls from {value(leg.start)} to {value(leg.stop)} "
                    f"within {count(leg.length)} from update {at(leg.begin)} on: "
                    f"{share(leg.length, curve.updates)} of the run"
                )
                yield Hit(message, curve.name, math.ceil(leg.begin))


def _is_cliff(leg: Leg, peak: float) -> bool:
    return leg.start > 0.3 * peak and leg.stop < 0.1 * leg.start


def _restart(subject: Subject) -> Iterator[Hit]:
    for curve in _decaying(subject):
        joint = _last_restart(curve)
        if joint is None:
            continue
        rest = curve.updates - joint
        if rest <= max(1, 0.02 * curve.updates) and curve.final > 0.5 * curve.peak:
            first = math.ceil(joint)
            message = (
                f"{curve.name} restarts at update {at(first)}, {count(rest)} before "
                f"the end, and ends at {value(curve.final)}; update {at(first - 1)} "
                f"had {value(curve.schedule(first - 1))}"
            )
            yield Hit(message, curve.name, first)


def _last_restart(curve: Curve) -> float | None:
    """Return the last joint, if the rate at least doubles there."""
    joint = curve.last_joint
    if curve.shaken or not 0 < joint <= curve.last:
        return None
    before, after = curve.schedule(joint - 1), curve.schedule(math.ceil(joint))
    return joint if after > max(2 * before, before + 0.05 * curve.peak) else None


def _mid_cycle(subject: Subject) -> Iterator[Hit]:
    for curve in _decaying(subject):
        if subject.plan is None or not curve.cyclic or curve.shaken:
            continue
        if not is_meant(subject, curve):
            continue
        low, height = curve.least, curve.peak - curve.least
        ahead = islice(curve.schedule.joints(curve.last, 2.0**53), 1_000)
        end = next((joint for joint in ahead if _troughs(curve, joint)), None)
        if end is None or curve.final <= low + 0.2 * height:
            continue
        restart = _last_restart(curve)
        if restart and curve.updates - restart <= max(1, 0.02 * curve.updates):
            continue
        message = (
            f"{curve.name} ends within a cycle, at {value(curve.final)} "
            f"({share(curve.final, curve.peak)} of its peak); the run has "
            f"{count(curve.updates)}, the cycle ends at {at(end)}"
        )
        yield Hit(message, curve.name, curve.last)


def _troughs(curve: Curve, joint: float) -> bool:
    """Return whether a cycle ends at a joint: it is low before or at it."""
    height = curve.peak - curve.least
    near = min(curve.schedule(math.nextafter(joint, 0.0)), curve.schedule(joint))
    return near <= curve.least + 0.2 * height


def _run(lr: str, updates: int = 1000) -> Example:
    return Example(lr, "expression", steps=updates)


RULES = (
    Rule(
        "LH019",
        "constant-rate",
        "a rate that never changes",
        "note",
        "A constant rate keeps the weights at a distance from the minimum that is "
        "about as large as the rate: the same run with a decay in its last fifth "
        "usually ends with a clearly lower loss. It is right for a search, for "
        "schedule-free optimizers and for averaged weights. Otherwise try `wsd(peak, "
        "warmup=2%, decay=20%)`.",
        _constant,
        bad=(_run("3e-4"),),
        good=(_run("wsd(3e-4, warmup=2%, decay=20%)"),),
        source="Haegele et al., 2024, arXiv:2405.18392; Defazio et al., 2024, "
        "arXiv:2405.15682",
    ),
    Rule(
        "LH020",
        "ends-high",
        "a last rate above 10 % of the peak",
        "note",
        "The noise of the last updates stays in the weights, in proportion to the "
        "rate. A tenth of the peak at the end is a habit from longer runs; a straight "
        "line to 0 was better in every comparison at 20 tokens per parameter or more, "
        "by as much as 60 % of the compute. Inverse square roots and plateaus are "
        "meant to be followed by a cooldown.",
        _high,
        bad=(
            _run("warmup_cosine(3e-4, warmup=5%, floor=1e-4)"),
            _run("inverse_sqrt(1e-3, warmup=100)"),
        ),
        good=(
            _run("warmup_cosine(3e-4, warmup=5%, floor=3e-5)"),
            _run("inverse_sqrt(1e-3, warmup=100, cooldown=20%, total=100%)"),
        ),
        source="Bergsma et al., Straight to Zero, 2025, arXiv:2502.15938",
    ),
    Rule(
        "LH021",
        "cliff",
        "a decay in less than a thousandth of the run",
        "warning",
        "A cooldown works over some per cent of the run. In a thousandth of it the "
        "rate is gone before the loss can follow, which is as good as stopping at the "
        "full rate. Mostly the length lost its unit: `decay=10` are ten updates, "
        "`decay=10%` was meant.",
        _cliff,
        bad=(_run("wsd(1e-3, warmup=1000, decay=10, total=100%)", 100_000),),
        good=(_run("wsd(1e-3, warmup=1000, decay=10%, total=100%)", 100_000),),
        source="Haegele et al., 2024, arXiv:2405.18392, section 3 (10 to 20 % suffice)",
    ),
    Rule(
        "LH022",
        "ends-after-restart",
        "a run that ends right after a warm restart",
        "warning",
        "Just before a restart the model is at its best, just after it the rate is at "
        "its peak and the loss goes up. A run that ends there saves the bad weights, "
        "for want of one update. It comes from a period that divides the run not "
        "quite: rounding, a dropped batch, or a horizon off by one. Let the last cycle "
        "end with the run, or save a checkpoint at each trough.",
        _restart,
        bad=(
            _run("sgdr(1e-3, period=500)", 1001),
            _run("sgdr(1e-3, period=100, stretch=2)", 705),
        ),
        good=(
            _run("sgdr(1e-3, period=500)", 1000),
            _run("sgdr(1e-3, period=100, stretch=2)", 700),
        ),
        source="Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, section 4.1",
    ),
    Rule(
        "LH023",
        "ends-mid-cycle",
        "a run that ends in the middle of a cycle",
        "warning",
        "Cycles are judged at their troughs. A run that ends elsewhere ends at a high "
        "rate, with weights that a few more updates would have improved. Make the run "
        "as long as a whole number of cycles, or choose the period by it: "
        "`period=25%`.",
        _mid_cycle,
        bad=(
            _run("sgdr(1e-3, period=400)"),
            _run("triangular(1e-5, 1e-3, up=200)"),
        ),
        good=(
            _run("sgdr(1e-3, period=25%)"),
            _run("triangular(1e-5, 1e-3, up=250)"),
        ),
        source="Smith, 2015, arXiv:1506.01186, section 3.3 (stop where a cycle ends)",
    ),
)
