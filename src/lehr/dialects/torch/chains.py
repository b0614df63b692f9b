"""torch's ChainedScheduler: several schedulers, each on what the one before left."""

from bisect import bisect_right
from collections.abc import Sequence

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.torch.children import (
    arguments_of,
    first_of,
    listed,
    momentum_of,
    spans,
)
from lehr.dialects.torch.cosines import cosine_annealing, waves
from lehr.dialects.torch.decays import step
from lehr.dialects.torch.functions import Counted, multiplicative
from lehr.dialects.torch.recursion import (
    FACTORS,
    Updates,
    check_size,
    cycling,
    in_turn,
    updates_of,
)
from lehr.dialects.torch.sequences import sequential, started
from lehr.schedules import Chain, Cosine, Product, Schedule, Table


def chained(base: float, *, schedulers: Sequence[Named]) -> Schedule:
    """Return the curve of ChainedScheduler: at each step, each scheduler's own change.

    Schedulers that only multiply give the product of their factors. One that sets the
    value (LambdaLR, CyclicLR, OneCycleLR, CosineAnnealingWarmRestarts) overrides those
    before it, at every step; what comes after it changes that value by one step's
    factor. CosineAnnealingLR draws what it finds towards `eta_min`, and at `T_max` has
    forgotten it: from there on it is alone, if the others have ended.

    Where there is no closed form the steps until then are a table. A MultiplicativeLR
    is refused beside anything but factors, since a table of it would have no end.

    Each scheduler sees the group's own value as its base, also where torch has let
    OneCycleLR or CyclicLR overwrite it.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        schedulers: at least one of torch's own, none that follows a metric.

    Raises:
        TypeError: an element of `schedulers` is not a scheduler.
        ValueError: `schedulers` is empty, holds one that follows a metric or is not
            torch's, or has a curve that neither a formula nor a table can give.

    Source: torch 2.13, torch.optim.lr_scheduler.ChainedScheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.torch import SCHEDULERS
    >>> warmup = named(SCHEDULERS, "ConstantLR", factor=0.1, total_iters=20)
    >>> decay = named(SCHEDULERS, "ExponentialLR", gamma=0.9)
    >>> lr = chained(1.0, schedulers=[warmup, decay])
    >>> [round(lr(n), 6) for n in (0, 1, 19, 20, 21)]
    [0.1, 0.09, 0.013509, 0.121577, 0.109419]
    """
    base = _checks.finite("base", base)
    children = _flat(schedulers)
    if len(children) == 1:
        return children[0].curve(base)
    if all(child.dialect.curve in FACTORS for child in children):
        return _product(base, children)
    steps = in_turn([_updates(child, base) for child in children])
    if steps.settled is None:
        names = ", ".join(child.dialect.name for child in children)
        raise ValueError(
            f"schedulers ({names}) have no closed form together, and MultiplicativeLR "
            "has no end; write its product as a LambdaLR at the head of the list"
        )
    if steps.curve is not None:
        return _joined(_values(steps, base, steps.settled), steps.curve)
    cosines = [c for c in children if c.dialect.curve is cosine_annealing]
    if len(cosines) == 1:
        others = in_turn(
            [_updates(child, base) for child in children if child is not cosines[0]]
        )
        ended = others.settled or 0
        if others.period == 1 and others.at(ended) == (1.0, 0.0):
            return _towards(base, children, cosines[0], steps, ended)
    return _repeating(base, steps)


def chained_momentum(base: float, *, schedulers: Sequence[Named]) -> Schedule | None:
    """Return what a ChainedScheduler does to the momentum: the last one that drives it.

    Args:
        base: the group's own momentum.
        schedulers: as in `chained`.

    Raises:
        TypeError: as `chained`.
        ValueError: as `chained`.

    Source: torch 2.13, torch.optim.lr_scheduler.ChainedScheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.torch import SCHEDULERS
    >>> decay = named(SCHEDULERS, "ExponentialLR", gamma=0.9)
    >>> chained_momentum(0.9, schedulers=[decay]) is None
    True
    """
    driven = [momentum_of(child, base) for child in listed(schedulers)]
    return next((curve for curve in reversed(driven) if curve), None)


def _flat(schedulers: Sequence[Named]) -> list[Named]:
    flat: list[Named] = []
    for child in listed(schedulers):
        if child.dialect.curve is chained:
            flat += _flat(**child.arguments)
        else:
            flat.append(child)
    return flat


def _product(base: float, children: Sequence[Named]) -> Schedule:
    first, *others = children
    return Product((first.curve(base), *(child.curve(1.0) for child in others)))


def _updates(child: Named, base: float) -> Updates:
    if child.dialect.curve is chained:
        return in_turn([_updates(inner, base) for inner in _flat(**child.arguments)])
    if child.dialect.curve is sequential:
        return _in_sequence(child, base)
    return updates_of(child, base)


def _in_sequence(sequence: Named, base: float) -> Updates:
    """Return the steps of a SequentialLR: those of one child, and restarts."""
    given = arguments_of(sequence)
    children = spans(given["schedulers"], given["milestones"])
    begins = [begin for _, begin, _ in children]
    updates = [_updates(child, base) for child, _, _ in children]

    def restart(child: Named) -> tuple[float, float]:
        if child.dialect.curve is multiplicative:
            return Counted(arguments_of(child)["lr_lambda"])(0), 0.0
        return 0.0, started(child, base, begin=1)(0)

    def at(n: int) -> tuple[float, float]:
        i = bisect_right(begins, n) - 1
        if n and n == begins[i]:
            return restart(children[i][0])
        return updates[i].at(n - begins[i])

    last, begin = updates[-1], begins[-1]
    if last.settled is None:
        return Updates(at, None)
    # The restart itself is not one of the steps that repeat.
    settled = begin + max(last.settled, 0 if last.curve else 1)
    return Updates(at, settled, last.period, last.curve, begin + last.origin)


def _values(steps: Updates, base: float, count: int) -> list[float]:
    """Return the values of steps 0 to `count` - 1, as torch finds them."""
    check_size(count)
    value, found = base, []
    for n in range(count):
        a, b = steps.at(n)
        value = a * value + b
        found.append(value)
    return found


def _joined(values: Sequence[float], *pieces: Schedule) -> Schedule:
    """Return a table, one value per step, and what comes after it."""
    # A table is over at its last value: that is the first one of what follows.
    begun = (Table((*values, pieces[0](0))),) if values else ()
    return Chain((*begun, *pieces)) if begun or len(pieces) > 1 else pieces[0]


def _towards(
    base: float,
    children: Sequence[Named],
    cosine: Named,
    steps: Updates,
    settled: int,
) -> Schedule:
    """Return the curve of one CosineAnnealingLR and others that end at `settled`.

    From there on it is half a wave from another peak, and from the floor on its own.
    """
    half = int(cosine.arguments["T_max"])
    floor = float(arguments_of(cosine)["eta_min"])
    others = [child for child in children if child is not cosine]
    alone = waves(floor, base, half)
    factors = all(child.dialect.curve in FACTORS for child in others)
    if floor == 0 and settled <= half and factors:
        both = Product((Cosine(base, 0.0, half), *(c.curve(1.0) for c in others)))
        return Chain((first_of(both, half), alone))
    *values, now = _values(steps, base, max(settled, 1))
    place = len(values) % (2 * half)
    if place == half and now != floor:  # one step on, it has left the floor
        *values, now = _values(steps, base, settled + 1)
        place = len(values) % (2 * half)
    if place == half:
        return _joined(values, alone)
    peak = floor + (now - floor) / waves(1.0, 0.0, half)(place)
    fall = Cosine(peak, floor, half)
    if place < half:
        return _joined(values, fall[place:], alone)
    return _joined(values, Cosine(floor, peak, half)[place - half :], fall, alone)


def _repeating(base: float, steps: Updates) -> Schedule:
    """Return the curve of steps that repeat: a table, and a cycle for ever.

    Where a step forgets the value that it finds, the cycle begins; where none does,
    each cycle is the one before times a factor.
    """
    settled, period = steps.settled or 0, steps.period
    check_size(settled + 2 * period)
    cycle = [steps.at(n) for n in range(settled, settled + period)]
    forgets = next((i for i, (a, _) in enumerate(cycle) if a == 0), None)
    if forgets is not None:
        begin = settled + forgets
        values = _values(steps, base, begin + period)
        return _joined(values[:begin], cycling(values[begin:]))
    values, factors, factor = _values(steps, base, settled), [], 1.0
    for a, _ in cycle:
        factors.append(factor := factor * a)
    tail: Schedule = (values[-1] if values else base) * cycling(factors)
    if factor != 1:
        tail = Product((tail, step(1.0, step_size=period, gamma=factor)))
    return _joined(values, tail)
