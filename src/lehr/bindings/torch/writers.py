"""Evaluate the rules of all fields and write what has changed since the last update."""

import math
from collections.abc import Callable, Iterable

import torch

from lehr.bindings.torch import slots
from lehr.bindings.torch.fields import Field
from lehr.bindings.torch.position import CLOCKS
from lehr.bindings.torch.rules import Rule
from lehr.bindings.torch.slots import Groups
from lehr.bindings.torch.stores import Target, all_floats, store_for
from lehr.schedules.base import Pair, Schedule
from lehr.schedules.chain import Chain

Advance = Callable[[Groups], float]  # writes; returns the update of the next change
Forget = Callable[[], None]  # the next advance writes, whatever was written before


def compile_writer(
    fields: Iterable[Field], groups: Groups, clock: list[int]
) -> tuple[Advance, Forget]:
    """Return the writer of all fields, and how to make it write at its next call."""
    pairs = [
        _follow(rule, bound, targets, groups, clock)
        for bound in fields
        for rule, targets in _tracks(bound).items()
    ]
    if len(pairs) == 1:
        return pairs[0]
    advances = [advance for advance, _ in pairs]

    def advance_all(groups: Groups) -> float:
        until = math.inf
        for advance in advances:
            change = advance(groups)
            if change < until:
                until = change
        return until

    def forget_all() -> None:
        for _, forget in pairs:
            forget()

    return advance_all, forget_all


def require_own_tensors(bound: Field, groups: Groups) -> None:
    """Refuse groups that share one tensor and follow different schedules."""
    owner: dict[int, int] = {}
    for index, rule in enumerate(bound.rules):
        value = slots.held(groups[index], bound.name)
        if isinstance(value, torch.Tensor):
            first = owner.setdefault(id(value), index)
            same_base = bound.bases[first] == bound.bases[index]
            relative = rule is not None and rule.relative
            if rule != bound.rules[first] or (relative and not same_base):
                raise ValueError(
                    f"param_groups[{first}] and param_groups[{index}] share one "
                    f"{bound.name} tensor but not its schedule; give each its own: "
                    f"group[{bound.name!r}] = group[{bound.name!r}].clone()"
                )


def _tracks(bound: Field) -> dict[Rule, list[Target]]:
    """Collect the groups that follow the same rule, so that it is computed once."""
    tracks: dict[Rule, list[Target]] = {}
    lists: dict[int, list[Target]] = {}
    for index, rule in enumerate(bound.rules):
        if rule is not None:
            if id(rule) not in lists:  # hashing a large schedule costs; once is enough
                lists[id(rule)] = tracks.setdefault(rule, [])
            base = bound.bases[index] if rule.relative else 1.0
            lists[id(rule)].append((index, base))
    return tracks


def _follow(
    rule: Rule, bound: Field, targets: list[Target], groups: Groups, clock: list[int]
) -> tuple[Advance, Forget]:
    """Return the writer of one rule; it does nothing while the value stays."""
    schedule, hand, name = rule.schedule, CLOCKS.index(rule.clock), bound.name
    bases = {base for _, base in targets}
    everywhere = len(targets) == len(groups) and all_floats(name, groups)
    if everywhere and len(bases) == 1 and hand == 0:
        return _follow_plainly(schedule, name, clock, *bases)
    value_at, next_change = schedule._scalar(), schedule.next_change
    store = store_for(name, targets, groups)
    last, until = math.nan, -math.inf
    chain = schedule if isinstance(schedule, Chain) else None
    pair, begin, end = _NO_PIECE

    def advance(groups: Groups) -> float:
        nonlocal last, until, pair, begin, end
        t = clock[hand]
        if t >= until:
            if begin <= t < end:
                value = pair(t - begin, end - t)
            else:
                value = value_at(t)
                if chain:
                    pair, begin, end = _piece_at(chain, t)
            if value == last:
                until = next_change(t)
            else:
                last = value
                store(groups, value)
        return 0 if hand else until

    def forget() -> None:
        nonlocal last, until
        last, until = math.nan, -math.inf

    return advance, forget


def _follow_plainly(
    schedule: Schedule, name: str, clock: list[int], base: float
) -> tuple[Advance, Forget]:
    """Return the writer of one number in all groups: each call saved is a tenth."""
    value_at, next_change = schedule._scalar(), schedule.next_change
    last = math.nan
    chain = schedule if isinstance(schedule, Chain) else None
    pair, begin, end = _NO_PIECE

    def advance(groups: Groups) -> float:
        nonlocal last, pair, begin, end
        t = clock[0]
        if begin <= t < end:
            value = base * pair(t - begin, end - t)
        else:
            value = base * value_at(t)
            if chain:
                pair, begin, end = _piece_at(chain, t)
        if value == last:
            return next_change(t)
        last = value
        key = name  # a local is found faster, which the loop feels
        for group in groups:
            group[key] = value
        return 0

    def forget() -> None:
        nonlocal last
        last = math.nan

    return advance, forget


_NO_PIECE: tuple[Pair, float, float] = (lambda t, rest: math.nan, math.inf, math.inf)


def _piece_at(chain: Chain, t: float) -> tuple[Pair, float, float]:
    """Return the piece that `t` lies in, to be asked without a search.

    Its value at t is pair(t - begin, end - t), as the chain itself computes it.
    """
    for piece, begin, end in chain._spans():
        if begin <= t < end < math.inf:
            return piece._pair(), begin, end
    return _NO_PIECE
