"""Rules about restarts of other libraries: one that is missed, one nobody asked for."""

import math
from collections.abc import Iterator

from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.rules.lengths import called, origins
from lehr.linting.subjects.origins import full
from lehr.linting.wording import at, count, share

_CYCLIC = ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler")


def _missed(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.library != "timm" or origin.scheduler not in _CYCLIC:
            continue
        given = full(origin.library, origin.scheduler, origin.arguments)
        first, factor = given.get("t_initial"), given.get("cycle_mul", 1)
        limit = given.get("cycle_limit", 1)
        numbers = (first, factor, limit)
        if not all(isinstance(n, int | float) and n > 0 for n in numbers):
            continue
        missed = _first_missed(float(first or 1), float(factor), int(limit))
        if missed is not None:
            yield Hit(
                f"timm rounds the number of the cycle down at step {at(missed)}: "
                f"{name} has its floor there, where it should restart",
                name,
                missed,
            )


def _first_missed(first: float, factor: float, limit: int) -> int | None:
    """Return the first restart that timm takes for the end of the cycle before it."""
    if factor == 1:
        return None
    start, length = 0.0, first
    for cycle in range(1, min(limit, 64)):
        start, length = start + length, length * factor
        whole = start == int(start)
        if not whole or start > 2**53:
            continue
        found = math.floor(math.log(1 - start / first * (1 - factor), factor))
        if found != cycle:
            return int(start)
    return None


def _lower(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if (origin.library, origin.scheduler) != ("fairseq", "cosine"):
            continue
        given = full(origin.library, origin.scheduler, origin.arguments)
        warmup, period = given.get("warmup_updates") or 0, given["lr_period_updates"]
        shrink = given["lr_shrink"]
        numbers = (warmup, period, shrink)
        if origin.run is None or not all(isinstance(n, int | float) for n in numbers):
            continue
        again = warmup + period
        if not 0 < period < origin.run - warmup or "lr_shrink" in origin.arguments:
            continue
        yield Hit(
            f"{called(origin)} starts anew at update {at(again)} of "
            f"{at(origin.run)}, at {share(shrink, 1)} of the peak: its wave is "
            f"{count(period)} long, and lr_shrink={shrink:g} is the default",
            name,
            round(again),
            place=origin.places.get("lr_period_updates"),
        )


_CYCLES = (
    "sched: cosine\nlr: 1e-3\nepochs: 1\nwarmup_epochs: 0\nlr_cycle_mul: {factor}\n"
    "lr_cycle_limit: 8\nlr_cycle_decay: 1.0\n"
)

_FAIRSEQ = (
    "--lr-scheduler cosine --lr 1e-3 --warmup-updates 100 --max-update 3100 "
    "--lr-period-updates {period}"
)

RULES = (
    Rule(
        "LH071",
        "restart-missed",
        "a restart that the floor of a logarithm misses",
        "warning",
        "timm computes the number of the cycle as the floor of a logarithm, which "
        "rounding puts just below a whole number at some restarts: the step that "
        "should have the peak has the floor. torch's step(epoch) does the same, its "
        "step() does not.",
        _missed,
        bad=(Example(_CYCLES.format(factor=3)),),
        good=(Example(_CYCLES.format(factor=2)),),
        source="timm 1.0.31, CosineLRScheduler._get_lr",
        over=("LH003", "LH022"),
    ),
    Rule(
        "LH072",
        "restarts-lower",
        "a cosine that starts anew at a tenth of its peak",
        "warning",
        "fairseq's cosine is a train of waves, each lr_shrink times as high as the one "
        "before: a tenth, if nothing is said. Where the first wave is shorter than the "
        "run, the rate jumps up from its floor and trains on at a tenth of the peak. "
        "Leave lr_period_updates out for one wave as long as the run, or write "
        "lr_shrink if more are wanted.",
        _lower,
        bad=(Example(_FAIRSEQ.format(period=1000), "flags"),),
        good=(Example(_FAIRSEQ.format(period=3000), "flags"),),
        source="facebookresearch/fairseq, cosine_lr_scheduler",
        over=("LH020", "LH022", "LH023"),
    ),
)
