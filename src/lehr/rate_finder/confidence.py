"""How much a suggestion hangs on the smoothing and on the noise of the losses."""

import math
import random
from collections.abc import Callable, Iterator, Sequence

from lehr.rate_finder.result import Suggestion
from lehr.rate_finder.rules import RULES, lowest
from lehr.rate_finder.smoothing import Curve, smooth

NOISY = 10
WITHIN = math.log(2.0) + 1e-9


def suggestions(
    rates: Sequence[float], losses: Sequence[float], keep: float
) -> dict[str, Suggestion]:
    """Return what each rule suggests, and how firmly."""
    places = [math.log(rate) for rate in rates]
    curve = smooth(places, losses, keep)
    others = list(variants(places, losses, keep))
    return {
        name: found
        for name, rule in RULES.items()
        if (found := _judged(name, rule, curve, others)) is not None
    }


def variants(
    places: Sequence[float], losses: Sequence[float], keep: float
) -> Iterator[Curve]:
    """Yield the curve as it might have been: smoothed otherwise, and noisier.

    Three half-lives: halved, as it is, and doubled; each with the losses as they are,
    and ten times with noise added that is drawn from their own. The noise of a loss is
    its distance from the middle of its neighbours, before the lowest point; the draws
    are the same in each process, and touch no global state.
    """
    draw = random.Random(0)
    upto = max(10, lowest(smooth(places, losses, keep)))
    noise = noise_of(losses[:upto])
    for kept in (keep**2, keep, math.sqrt(keep)):
        yield smooth(places, losses, kept)
        for _ in range(NOISY):
            shaken = [loss + draw.choice(noise) for loss in losses]
            yield smooth(places, shaken, kept)


def noise_of(losses: Sequence[float]) -> list[float]:
    """Return the noise of each inner loss, free of a straight trend.

    Each distance is scaled so that its variance is that of one loss.
    """
    inner = range(1, len(losses) - 1)
    middle = ((losses[i - 1] + losses[i + 1]) / 2 for i in inner)
    shares = (losses[i] - m for i, m in zip(inner, middle, strict=True))
    return [share / math.sqrt(1.5) for share in shares] or [0.0]


def _judged(
    name: str,
    rule: Callable[[Curve], float | None],
    curve: Curve,
    others: Sequence[Curve],
) -> Suggestion | None:
    place = rule(curve)
    if place is None:
        return None
    found = sorted(at for other in others if (at := rule(other)) is not None)
    near = sum(abs(at - place) <= WITHIN for at in found)
    low, high = found[len(found) // 10], found[-1 - len(found) // 10]
    return Suggestion(
        name, math.exp(place), near / len(others), math.exp(low), math.exp(high)
    )
