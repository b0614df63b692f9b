"""Rules about values that an optimizer cannot use: momentum, betas, eps, sizes."""

import math
from collections.abc import Iterator

from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.curves import Curve
from lehr.linting.wording import at, value

MOMENTA = ("momentum", "beta1", "beta2")
_TWO_BETAS = frozenset(("adam", "adamw", "adamax", "lamb", "lion", "nadam", "radam"))


def _ends(subject: Subject, field: str) -> Iterator[tuple[str, float, int | None]]:
    """Yield name, value, update of all that is known of a field: extremes, settings."""
    found = [curve for curve in subject.curves.values() if curve.field == field]
    for curve in found:
        yield curve.name, curve.least, _where(curve, curve.least)
        if curve.peak > curve.least:
            yield curve.name, curve.peak, curve.peak_at
    if not found and field in subject.optimizer.values:
        yield field, subject.optimizer.values[field], None


def _where(curve: Curve, least: float) -> int:
    marks = (0, *(math.ceil(joint) for joint in curve.joints), curve.last)
    return min(marks, key=lambda t: abs(curve.schedule(t) - least))


def _hit(subject: Subject, name: str, message: str, step: int | None) -> Hit:
    path = None if name in subject.schedules else ("optimizer", name)
    return Hit(message, name, step, path)


def _momenta(subject: Subject) -> Iterator[Hit]:
    for field in MOMENTA:
        for name, x, step in _ends(subject, field):
            if not 0 <= x < 1:
                message = f"{name} is {value(x)}{_at(step)}; it must lie in [0, 1)"
                yield _hit(subject, name, message, step)


def _at(step: int | None) -> str:
    return "" if step is None else f" at update {at(step)}"


def _swapped(subject: Subject) -> Iterator[Hit]:
    if subject.optimizer.kind not in _TWO_BETAS:
        return
    first = {x for _, x, _ in _ends(subject, "beta1")}
    second = list(_ends(subject, "beta2"))
    if not first or not second:
        return
    name, least, step = min(second, key=lambda each: each[1])
    if 0 <= least < max(first) < 1:
        message = (
            f"{name} is {value(least)}{_at(step)}, below beta1 with {value(max(first))}"
        )
        yield _hit(subject, name, message, step)


def _eps(subject: Subject) -> Iterator[Hit]:
    for name, x, step in _ends(subject, "eps"):
        if x <= 0:
            message = f"{name} is {value(x)}{_at(step)}; it must be above 0"
            yield _hit(subject, name, message, step)


def _sizes(subject: Subject) -> Iterator[Hit]:
    for curve in subject.curves.values():
        if curve.field != "batch_size":
            continue
        for leg in curve.legs:
            step = math.ceil(leg.begin)
            middle = (
                math.ceil(leg.begin + leg.length / 3) if leg.end < math.inf else step
            )
            for t in (step, min(middle, curve.last)):
                x = curve.schedule(t)
                if x < 1 or x != int(x):
                    message = f"{curve.name} is {x:.6g} at update {at(t)}"
                    yield Hit(f"{message}; it counts samples", curve.name, t)
                    break
            else:
                continue
            break


def _doc(
    optimizer: str, more: str = "", lr: str = "warmup_cosine(1e-3, warmup=5%)"
) -> Example:
    inner = f"  {more}\n" if more else ""
    return Example(
        f"plan: {{batch_size: 32, updates: 1000}}\noptimizer: {{{optimizer}}}\n"
        f"schedules:\n  lr: {lr}\n{inner}"
    )


RULES = (
    Rule(
        "LH034",
        "momentum-out-of-range",
        "a momentum or beta outside [0, 1)",
        "error",
        "Momentum and betas are what is kept of a running mean. At 1 nothing new "
        "enters it, and a bias-corrected mean divides by 0; above 1 it grows without "
        "end; below 0 it swings. A schedule often goes there in its last update alone, "
        "when it ends at exactly 1: end it at 0.999.",
        _momenta,
        bad=(
            _doc("kind: adamw", "beta1: linear(0.85, 1.05, 100%)"),
            _doc("kind: sgd", "momentum: 1.0"),
        ),
        good=(
            _doc("kind: adamw", "beta1: linear(0.85, 0.95, 100%)"),
            _doc("kind: sgd", "momentum: 0.99"),
        ),
        source="Kingma and Ba, Adam, 2014, arXiv:1412.6980, algorithm 1",
    ),
    Rule(
        "LH035",
        "betas-swapped",
        "a beta2 below beta1",
        "note",
        "With beta2 below beta1 the size of the gradient is averaged over fewer "
        "updates than its direction, and a rare large gradient outlives the measure of "
        "its size: steps of more than the rate follow. Nearly always the two were "
        "swapped. Adam's proof needs beta1 < sqrt(beta2).",
        _swapped,
        bad=(_doc("kind: adamw, beta2: 0.9", "beta1: 0.95"),),
        good=(_doc("kind: adamw, beta2: 0.95", "beta1: 0.9"),),
        source="Kingma and Ba, Adam, 2014, arXiv:1412.6980, theorem 4.1",
    ),
    Rule(
        "LH036",
        "eps-not-positive",
        "an eps of 0 or less",
        "error",
        "A weight whose gradient was 0 so far, such as that of a word not met yet, is "
        "divided by eps. With 0 it becomes NaN in the first update, and all others "
        "with it in the second. Keep 1e-8, or less in float32; bfloat16 needs more.",
        _eps,
        bad=(_doc("kind: adamw", "eps: linear(1e-6, 0, 500)"),),
        good=(_doc("kind: adamw", "eps: linear(1e-6, 1e-8, 500)"),),
        source="Kingma and Ba, Adam, 2014, arXiv:1412.6980",
    ),
    Rule(
        "LH039",
        "batch-size-not-whole",
        "a batch of less than one sample, or of a part of one",
        "error",
        "Samples are whole. What takes the size from a smooth schedule rounds it, each "
        "program in its own way, so that samples, tokens and epochs no longer add up. "
        "Use stairs of whole numbers: `growing_batch(lr, at_peak=256, most=1024)`, or "
        "a ramp in the plan.",
        _sizes,
        bad=(_doc("kind: sgd", "batch_size: linear(32, 65, 500)"),),
        good=(_doc("kind: sgd", "batch_size: piecewise_constant((32, 64), (500,))"),),
        source="Smith et al., 2018, arXiv:1711.00489, section 3",
    ),
)
