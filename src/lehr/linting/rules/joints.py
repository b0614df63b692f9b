"""Rules about what meets at a joint: jumps, and a rate that climbs again."""

import math
from collections.abc import Iterator
from itertools import pairwise

from lehr.linting.base import Example, Hit, Rule, Severity, Subject
from lehr.linting.curves import Curve, Leg
from lehr.linting.wording import at, times, value

NOTABLE = 0.01
"""A jump smaller than this part of the peak is not reported."""


def _jumps(subject: Subject) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        if curve.peak <= 0:
            continue
        for before, after in pairwise(curve.legs):
            size = after.start - before.stop
            if abs(size) <= NOTABLE * curve.peak or _natural(curve, before, after):
                continue
            step = math.ceil(after.begin)
            factor = ""
            if min(after.start, before.stop) > 0:
                ratio = after.start / before.stop
                factor = f", by {times(max(ratio, 1 / ratio))}"
            message = (
                f"{curve.name} jumps {'up' if size > 0 else 'down'} at update "
                f"{at(step)}, from {value(before.stop)} to {value(after.start)}{factor}"
            )
            yield Hit(message, curve.name, step, severity=_of_jump(before, after))


def _natural(curve: Curve, before: Leg, after: Leg) -> bool:
    """Return whether a jump is what this kind of schedule is for."""
    if curve.shaken:
        return True
    if before.level and after.level:  # stairs
        return True
    if before.begin == 0 and before.level and before.stop == 0:  # frozen until here
        return True
    if (curve.stepped or curve.cyclic) and before.end not in curve.joins:
        return True
    # A fall, and up again to fall anew: a warm restart, however it is written.
    return after.start > before.stop and before.falls and not after.rises


def _of_jump(before: Leg, after: Leg) -> Severity | None:
    constant_warmup = before.begin == 0 and before.level and after.start > before.stop
    return "note" if constant_warmup else None


def _climbs(subject: Subject) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        if (
            curve.shaken
            or curve.peak <= 0
            or (curve.cyclic and is_meant(subject, curve))
        ):
            continue
        climb = climb_of(curve)
        if climb is None:
            continue
        low, begin, high, end = climb
        factor = f", {times(high / low)}" if low > 0 and high / low < 1e6 else ""
        message = (
            f"{curve.name} climbs again from update {at(begin)} on, from {value(low)} "
            f"to {value(high)} at update {at(end)}{factor}"
        )
        again = curve.final < 0.5 * high and curve.ends
        yield Hit(message, curve.name, begin, severity="note" if again else None)


def is_meant(subject: Subject, curve: Curve) -> bool:
    """Return whether cycles were asked for, and are no by-product of another name."""
    origin = subject.origin.get(curve.name)
    name = origin.scheduler.lower() if origin else "cycle"
    return any(word in name for word in ("cycl", "restart", "triang", "sgdr"))


def climb_of(curve: Curve) -> tuple[float, int, float, int] | None:
    """Return low, where, high, where of the first notable rise after a fall.

    A jump up into another decay is a restart, and no rise.
    """
    highest = low = curve.legs[0].start if curve.legs else 0.0
    begin, fallen = 0, False
    for before, leg in zip((None, *curve.legs), curve.legs, strict=False):
        jump = before is not None and leg.start - before.stop > 1e-9 * leg.scale
        restart = jump and not (leg.rises or (leg.level and before and before.level))
        if restart:
            fallen, low, highest = False, leg.start, leg.start
        elif fallen and max(leg.start, leg.stop) > max(
            1.5 * low, low + 0.05 * curve.peak
        ):
            up = leg.start if jump and not leg.rises else leg.stop
            end = leg.begin if jump and not leg.rises else leg.end
            step = math.ceil(leg.begin) if jump else begin
            return low, step, up, min(math.ceil(end), curve.last)
        for x, t in ((leg.start, leg.begin), (leg.stop, leg.end)):
            highest = max(highest, x)
            if x < low or not fallen:
                low, begin = x, math.ceil(t) if t < math.inf else curve.last
            fallen = fallen or x < 0.9 * highest
    return None


def _ends_highest(subject: Subject) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        if curve.cyclic or curve.shaken or not curve.ends or not curve.all_joints:
            continue
        begin = late_rise(curve)
        if begin is None or curve.final < 0.99 * curve.peak:
            continue
        low = curve.schedule(begin) if begin else curve.legs[0].stop
        if curve.stepped:
            begin, low = 0, curve.schedule(0)
        if low > 0 and curve.final >= 2 * low:
            message = (
                f"{curve.name} rises to {value(curve.final)} at the last update, "
                f"{times(curve.final / low)} the {value(low)} of update {at(begin)}"
            )
            yield Hit(message, curve.name, begin)


def late_rise(curve: Curve) -> int | None:
    """Return where the decay should be and a rise is; None if nothing is amiss."""
    if any(leg.falls for leg in curve.legs) or len(curve.legs) < 2:
        return None
    last = curve.legs[-1]
    if curve.stepped:
        ups = [after.start - before.stop for before, after in pairwise(curve.legs)]
        # A low first stair is a warmup.
        late = min(ups) >= 0 < max(ups) and last.begin > 0.2 * curve.updates
        return math.ceil(last.begin) if late else None
    late = last.rises and last.length > 0.5 * curve.updates
    return math.ceil(last.begin) if late else None


RULES = (
    Rule(
        "LH011",
        "jump",
        "a jump where two pieces meet",
        "warning",
        "A sudden rise throws weights out of where they were, often as a spike of the "
        "loss; a sudden fall skips the part of the curve that was planned. At a joint "
        "it means that one piece ends at another value than the next begins with: the "
        "peak was changed in one place, or the decay's clock runs under the warmup. "
        "Stairs and warm restarts jump by nature and are not reported; a constant "
        "warmup is noted.",
        _jumps,
        bad=(
            Example(
                "chain((linear(0, 1e-3, 100), cosine(5e-4, 0, 900)))",
                "expression",
                steps=1000,
            ),
            Example(
                "chain((cosine(1e-3, 4e-4, 900), linear(1e-4, 0, 100)))",
                "expression",
                steps=1000,
            ),
        ),
        good=(
            Example(
                "chain((linear(0, 1e-3, 100), cosine(1e-3, 0, 900)))",
                "expression",
                steps=1000,
            ),
            Example("sgdr(1e-3, period=250)", "expression", steps=1000),
            Example(
                "multi_step(0.1, factor=0.1, milestones=(500, 750))",
                "expression",
                steps=1000,
            ),
        ),
        source="timm's warmup_prefix=False, NeMo's and Megatron's roots",
    ),
    Rule(
        "LH012",
        "climbs-back",
        "a rate that climbs again after its decay",
        "warning",
        "What the decay has won is lost when the rate climbs again: the loss rises, "
        "and the last checkpoint is worse than an earlier one. In other libraries a "
        "cosine climbs back to its peak when it is played past its end, without a "
        "word. Cycles and warm restarts that were asked for are not reported, and a "
        "second warmup that is followed by a second decay is only noted.",
        _climbs,
        bad=(
            Example(
                "chain((cosine(1e-3, 0, 800), reverse(cosine(1e-3, 0, 800))))",
                "expression",
                steps=1000,
            ),
            Example(
                "chain((cosine(1e-3, 1e-4, 800), linear(1e-4, 1e-3, 200)))",
                "expression",
                steps=1000,
            ),
        ),
        good=(
            Example(
                "chain((cosine(1e-3, 0, 1000), reverse(cosine(1e-3, 0, 800))))",
                "expression",
                steps=1000,
            ),
            Example("triangular(0, 1e-3, up=100)", "expression", steps=1000),
        ),
        source="CosineAnnealingLR of torch, transformers and Paddle past T_max",
    ),
    Rule(
        "LH018",
        "ends-at-its-highest",
        "a decay that rises",
        "error",
        "The rate is highest at the end, where it should be lowest. Two slips make it "
        "so: a floor that was meant as a part of the peak (`floor=0.1` is a rate of "
        "0.1), and milestones with a factor above 1 (each multiplies, so 0.1 divides "
        "by ten). Values are absolute in lehr: write `floor=3e-5` for a tenth of 3e-4.",
        _ends_highest,
        bad=(
            Example(
                "warmup_cosine(3e-4, warmup=100, total=1000, floor=0.1)",
                "expression",
                steps=1000,
            ),
            Example(
                "multi_step(0.1, factor=10, milestones=(500, 750))",
                "expression",
                steps=1000,
            ),
        ),
        good=(
            Example(
                "warmup_cosine(3e-4, warmup=100, total=1000, floor=3e-5)",
                "expression",
                steps=1000,
            ),
            Example(
                "multi_step(0.1, factor=0.1, milestones=(500, 750))",
                "expression",
                steps=1000,
            ),
        ),
        source="min_lr_ratio, alpha_f and cos_min_ratio are factors in other libraries",
        over=("LH006", "LH009", "LH010"),
    ),
)
