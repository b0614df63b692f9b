"""Rules about the values themselves: negative, zero, spent, out of scale."""

import math
from collections.abc import Iterator

from lehr.linting.base import Example, Fix, Hit, Rule, Subject
from lehr.linting.curves import Curve
from lehr.linting.rewriting import with_argument
from lehr.linting.wording import at, count, share, value

NEVER_NEGATIVE = frozenset(
    (*("lr", "weight_decay", "batch_size", "clip_norm", "clip_value", "dropout"),)
)
SPENT = 1e-4
"""Below this part of the peak, a rate moves nothing that can be seen."""

_ADAM_LIKE = frozenset(("adam", "adamw", "adamax", "lamb", "lion", "nadam", "radam"))


def _negative(subject: Subject) -> Iterator[Hit]:
    for curve in subject.curves.values():
        name, schedule = curve.name, curve.schedule
        if curve.field not in NEVER_NEGATIVE or curve.made_of("Noise"):
            continue
        if not -math.inf < curve.least < 0:
            continue
        step = None if curve.sampled else schedule.first_step_below(0.0)
        if step is None:
            step = next(t for t in curve.spread if schedule(t) < 0)
        message = (
            f"{name} is below 0 from update {at(step)} and falls to "
            f"{value(curve.least)}"
        )
        yield Hit(message, name, int(step))


def _noise(subject: Subject) -> Iterator[Hit]:
    for curve in subject.curves.values():
        if curve.field not in NEVER_NEGATIVE or not curve.made_of("Noise"):
            continue
        low = curve.schedule.bounds(0, curve.last)[0]
        if low < 0:
            message = f"noise can take {curve.name} below 0, to {value(low)} at worst"
            yield Hit(message, curve.name)


def _zero(subject: Subject) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        if curve.peak == curve.least == 0:
            message = f"{curve.name} is 0 in all updates: nothing is learned"
            yield Hit(
                message, curve.name, 0, severity="note" if curve.group else "error"
            )
            continue
        for leg in curve.legs:
            held = leg.begin >= curve.schedule.steps
            first = math.ceil(leg.begin)
            if not (leg.level and leg.length > 1) or held or leg.stop != 0:
                continue
            if curve.schedule(first) == 0:
                size = count(leg.length) if leg.length < math.inf else "all updates"
                message = f"{curve.name} is 0 for {size} from update {at(leg.begin)} on"
                frozen = curve.group and leg.begin == 0
                yield Hit(
                    message, curve.name, first, severity="note" if frozen else None
                )


def _wasted(subject: Subject) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        first, second = curve.schedule(0), curve.schedule(1)
        # Another library's warmup is what it is, and cannot be told to begin higher.
        warmed = curve.name in subject.origin and second < 0.5 * curve.peak
        if first == 0 < second and not warmed:
            message = (
                f"{curve.name} is 0 at update 0, which moves nothing; "
                f"update 1 uses {value(second)}"
            )
            edits = with_argument(subject, curve.name, "start", None)
            title = "leave out start: update 0 uses peak / (warmup + 1)"
            yield Hit(message, curve.name, 0, fix=Fix(title, edits) if edits else None)


def _spent(subject: Subject) -> Iterator[Hit]:
    for curve in subject.rate_curves:
        if not curve.ends or curve.shaken or curve.cyclic or curve.peak <= 0:
            continue
        # What is held behind the end is another rule's.
        held = min(curve.updates, curve.schedule.steps) < curve.updates
        if held or not 0 <= curve.final < SPENT * curve.peak:
            continue
        if curve.final == 0 and curve.schedule.steps < math.inf:
            continue  # its end, and no decay that is too fast
        step = _first_below(curve, SPENT * curve.peak)
        rest = 0.0 if step is None else curve.updates - step
        if step is not None and rest > 0.2 * curve.updates:
            message = (
                f"{curve.name} is below {SPENT:g} of its peak from update {at(step)} "
                f"on: {share(rest, curve.updates)} of the run"
            )
            yield Hit(message, curve.name, step)


def _first_below(curve: Curve, level: float) -> int | None:
    begin = min(curve.peak_at, curve.schedule.steps)
    found = curve.schedule[begin:].first_step_below(level)
    return None if found is None else int(begin + found)


def _scale(subject: Subject) -> Iterator[Hit]:
    curves = [curve for curve in subject.rate_curves if curve.peak > 0]
    if not curves:
        return
    curve = max(curves, key=lambda each: each.peak)
    peak, kind = value(curve.peak), subject.optimizer.kind
    of = f" with {kind}" if kind else ""
    if curve.peak < 1e-8:
        message = f"{curve.name} is never above {peak} (update {at(curve.peak_at)})"
        yield Hit(message, curve.name, curve.peak_at)
    elif curve.peak >= 0.5 and kind in _ADAM_LIKE:
        message = (
            f"{curve.name} is {peak} at update {at(curve.peak_at)}{of}; a schedule "
            "gives the rate itself, not a factor of it"
        )
        yield Hit(
            message,
            curve.name,
            curve.peak_at,
            severity="error" if curve.peak >= 10 else None,
        )
    elif curve.peak > 100:
        message = f"{curve.name} is {peak} at update {at(curve.peak_at)}{of}"
        yield Hit(message, curve.name, curve.peak_at)


def _adam(lr: str) -> Example:
    return Example(
        f"plan: {{batch_size: 32, updates: 1000}}\noptimizer: {{kind: adamw}}\n"
        f"schedules:\n  lr: {lr}\n"
    )


RULES = (
    Rule(
        "LH001",
        "negative",
        "a value below 0 while training",
        "error",
        "An optimizer that gets a negative rate climbs the loss, and one with a "
        "negative weight decay blows the weights up. Seven libraries do this without a "
        "word when a linear decay is played past its end. In lehr a schedule holds its "
        "last value, so that a negative one was written: end at 0 instead, or clip the "
        "sum that goes too low: maximum((schedule, 0)).",
        _negative,
        bad=(
            Example("linear(1, -1, 100)", "expression"),
            Example("1e-3 - linear(0, 2e-3, 100)", "expression", steps=100),
        ),
        good=(
            Example("linear(1, 0, 100)", "expression"),
            Example(
                "maximum((1e-3 - linear(0, 2e-3, 100), 0))", "expression", steps=50
            ),
        ),
        source="torchtitan, OLMo-core and torch's OneCycleLR past their horizon",
    ),
    Rule(
        "LH002",
        "noise-below-zero",
        "noise that can push a value below 0",
        "warning",
        "Normal noise is cut off at `limit` standard deviations. With `scale` times "
        "`limit` above the centre, an unlucky update gets a negative value, and climbs "
        "the loss. Which update that is depends on the seed alone, so it will happen "
        "again. Make scale or limit smaller, or clip the product.",
        _noise,
        bad=(Example("cosine(1e-3, 0, 100) * noise(0.5, 7)", "expression", steps=100),),
        good=(
            Example("cosine(1e-3, 0, 100) * noise(0.3, 7)", "expression", steps=100),
        ),
        source="timm's noise of a scheduler (lr_noise, lr_noise_std)",
    ),
    Rule(
        "LH003",
        "zero-rate",
        "a rate of 0 for several updates",
        "warning",
        "At a rate of 0 the forward and backward passes are paid for and nothing is "
        "learned, yet the optimizer's moments and the norm layers' statistics move on. "
        "A whole run at 0 looks like a bug in the model, and costs hours to find. To "
        "freeze some parameters for a while, give them a group of their own: that is "
        "only noted. The value that is held after the end of a schedule is told by "
        "ends-before-run.",
        _zero,
        bad=(
            Example("0", "expression", steps=100),
            Example(
                "chain((linear(1e-3, 0, 60), constant(0, 40)))", "expression", steps=100
            ),
        ),
        good=(
            Example("linear(1e-3, 0, 100)", "expression", steps=100),
            Example("linear(1e-3, 0, 99)", "expression", steps=100),
        ),
        source="optax: a warmup of length 0 stays at its first value for ever",
    ),
    Rule(
        "LH004",
        "first-update-wasted",
        "a warmup that begins at 0",
        "note",
        "With `t / warmup`, as most libraries have it, update 0 has a rate of 0: its "
        "batch is read, differentiated and thrown away. That costs one update, and "
        "surprises those who test that a step changes the weights. lehr's own warmup "
        "gives update t the value peak (t + 1) / (warmup + 1) where no `start` is "
        "written. Keep `start=0` where a run of another library is to be repeated "
        "exactly.",
        _wasted,
        bad=(
            Example(
                "warmup_cosine(1e-3, warmup=10, total=100, start=0)",
                "expression",
                steps=100,
            ),
            _adam(
                "{kind: warmup_linear, peak: 1e-3, warmup: 99, total: 100%, start: 0}"
            ),
        ),
        good=(
            Example(
                "warmup_cosine(1e-3, warmup=10, total=100)", "expression", steps=100
            ),
        ),
        source="transformers, optax, Megatron-LM, fairseq, timm and Keras",
    ),
    Rule(
        "LH005",
        "spent-early",
        "a rate that is as good as 0 for much of the run",
        "warning",
        "Below a ten-thousandth of the peak, weights no longer move by more than the "
        "rounding of bfloat16. Where this is more than a fifth of the run, most of "
        "that time and money is wasted. The usual reasons are a decay per epoch that "
        "is applied per update, one factor too many, or a time constant for another "
        "length. Choose the last value first, and let the decay reach it at the end.",
        _spent,
        bad=(
            Example("exponential(1e-3, 1e-12, 1000)", "expression", steps=1000),
            Example("step(0.1, factor=0.1, every=100)", "expression", steps=1000),
        ),
        good=(
            Example("exponential(1e-3, 1e-6, 1000)", "expression", steps=1000),
            Example("step(0.1, factor=0.1, every=300)", "expression", steps=1000),
        ),
        source="ExponentialLR(gamma=0.9) stepped once per batch, in many forums",
    ),
    Rule(
        "LH006",
        "rate-out-of-scale",
        "a rate far from any that trains",
        "warning",
        "Adam and its kin divide the gradient by its size, so that the rate is how far "
        "a weight goes per update: at 0.5 and more, weights are lost in the first "
        "updates. This happens where a factor (1.0, then falling) is given as the "
        "rate, as a lambda of another library has it: write peak * schedule. Below "
        "1e-8 a rate moves nothing in float32. For SGD, only rates above 100 are "
        "reported.",
        _scale,
        bad=(
            _adam("warmup_cosine(1.0, warmup=100)"),
            Example("cosine(3e-10, 0, 100)", "expression", steps=100),
        ),
        good=(
            _adam("warmup_cosine(0.01, warmup=100)"),
            Example("cosine(3e-4, 0, 100)", "expression", steps=100),
        ),
        source="torch's LambdaLR multiplies the base rate; lehr's values are absolute",
    ),
)
