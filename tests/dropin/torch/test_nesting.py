"""Sequences and chains in one another, ours and torch's, at any place."""

import pytest
import torch

from dropin.torch.playing import ours, rates, run, sgd, theirs
from lehr.dialects import named
from lehr.dialects.torch import SCHEDULERS, chained, sequential


def plan(name, **given):
    return named(SCHEDULERS, name, **given)


RISE = plan("LinearLR", start_factor=0.2, total_iters=3)
FALL = plan("ExponentialLR", gamma=0.8)
WAVE = plan("CosineAnnealingLR", T_max=12)
HOLD = plan("ConstantLR", factor=0.5, total_iters=4)
INNER = plan("SequentialLR", schedulers=[RISE, FALL], milestones=[3])
BOTH = plan("ChainedScheduler", schedulers=[HOLD, FALL])

NESTED = {
    "a sequence first": ([INNER, WAVE], [7]),
    "a sequence later": ([WAVE, INNER], [5]),
    "no length later": ([RISE, plan("ConstantLR", total_iters=0)], [3]),
    "two sequences": ([INNER, INNER], [6]),
    "a chain first": ([BOTH, RISE], [6]),
    "a chain later": ([RISE, BOTH], [4]),
    "deeper": (
        [RISE, plan("SequentialLR", schedulers=[BOTH, INNER], milestones=[4])],
        [3],
    ),
}


def build(of, optimizer, containers=ours, leaves=ours):
    """Build what a plan says; containers and leaves of either library."""
    given = dict(of.arguments)
    name = of.dialect.name
    if "schedulers" not in given:
        return getattr(leaves, name)(optimizer, **given)
    parts = [build(p, optimizer, containers, leaves) for p in given["schedulers"]]
    if name == "ChainedScheduler":
        return containers.ChainedScheduler(parts)
    return containers.SequentialLR(optimizer, parts, given["milestones"])


@pytest.mark.parametrize("leaves", [ours, theirs])
@pytest.mark.parametrize("case", NESTED)
def test_a_nested_sequence_plays_each_part_from_its_start(case, leaves):
    parts, milestones = NESTED[case]
    whole = plan("SequentialLR", schedulers=parts, milestones=milestones)
    curve = sequential(0.1, schedulers=parts, milestones=milestones)
    scheduler = build(whole, sgd(0.1), leaves=leaves)
    expected = [curve(n) for n in range(16)]
    assert run(scheduler, 16) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("leaves", [ours, theirs])
def test_a_sequence_may_stand_in_a_chain(leaves):
    parts = [FALL, INNER]
    curve = chained(0.1, schedulers=parts)
    whole = plan("ChainedScheduler", schedulers=parts)
    scheduler = build(whole, sgd(0.1), leaves=leaves)
    expected = [curve(n) for n in range(12)]
    assert run(scheduler, 12) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("inner", [INNER, BOTH])
@pytest.mark.parametrize("later", [False, True])
def test_our_containers_may_stand_in_torchs_sequence(inner, later):
    optimizer = sgd(0.1)
    nested, other = build(inner, optimizer), build(WAVE, optimizer)
    parts = [other, nested] if later else [nested, other]
    scheduler = theirs.SequentialLR(optimizer, parts, [5])
    plans = [WAVE, inner] if later else [inner, WAVE]
    curve = sequential(0.1, schedulers=plans, milestones=[5])
    expected = [curve(n) for n in range(11)]
    assert run(scheduler, 11) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("inner", [INNER, BOTH])
def test_torchs_containers_may_stand_in_our_sequence(inner):
    optimizer = sgd(0.1)
    parts = [build(WAVE, optimizer), build(inner, optimizer, containers=theirs)]
    scheduler = ours.SequentialLR(optimizer, parts, [5])
    curve = sequential(0.1, schedulers=[WAVE, inner], milestones=[5])
    expected = [curve(n) for n in range(12)]
    assert run(scheduler, 12) == pytest.approx(expected, rel=1e-9)


def test_one_cycle_leaves_the_others_their_base():
    optimizer = sgd(0.1)
    rise = ours.LinearLR(optimizer, start_factor=0.5, total_iters=4)
    cycle = ours.OneCycleLR(optimizer, max_lr=1.0, total_steps=20)
    found = run(ours.SequentialLR(optimizer, [rise, cycle], [4]), 8)
    assert found[:4] == pytest.approx([0.05, 0.0625, 0.075, 0.0875])
    assert found[4] == pytest.approx(1.0 / 25)


@pytest.mark.parametrize("milestones", [[0, 4], [3, 3], [0, 0]])
def test_a_part_without_a_length_is_not_played(milestones):
    optimizer = sgd(0.1)
    plans = [RISE, FALL, HOLD]
    parts = [build(of, optimizer) for of in plans]
    scheduler = ours.SequentialLR(optimizer, parts, milestones)
    curve = sequential(0.1, schedulers=plans, milestones=milestones)
    expected = [curve(n) for n in range(10)]
    assert run(scheduler, 10) == pytest.approx(expected, rel=1e-9)


def test_the_state_of_nested_ones_is_loaded_by_their_like():
    whole = plan("SequentialLR", schedulers=[INNER, BOTH, INNER], milestones=[4, 8])
    old = build(whole, sgd(0.1))
    run(old, 10)
    new = build(whole, sgd(0.1))
    new.load_state_dict(old.state_dict())
    assert rates(new.optimizer) == rates(old.optimizer)
    assert run(new, 5) == run(old, 5)
    assert new.get_last_lr() == old.get_last_lr()


def test_a_chain_seeks_by_playing():
    optimizer = sgd(1.0)
    scheduler = build(BOTH, optimizer)
    scheduler._update_lr(3)
    assert rates(optimizer) == pytest.approx([0.5 * 0.8**3])
    scheduler._update_lr()
    assert rates(optimizer) == pytest.approx([0.8**4])


def test_a_sequence_of_one_needs_no_milestone():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    parts = [ours.ExponentialLR(optimizer, 0.5)]
    scheduler = ours.SequentialLR(optimizer, parts, milestones=[])
    assert run(scheduler, 3) == [0.1, 0.05, 0.025]
