"""torch's SequentialLR: what starts anew and what goes on, nesting."""

import pytest
from torch.optim import lr_scheduler

from dialects.torch_oracle import check, of, optimizer_with, played
from lehr.dialects.torch import sequential, sequential_momentum

WARMUP = of("LinearLR", start_factor=0.1, total_iters=10)
DECAY = of("ExponentialLR", gamma=0.9)
CYCLE = of("OneCycleLR", max_lr=1.0, total_steps=10)


def test_each_starts_at_its_own_0_from_the_same_base():
    lr = sequential(1.0, schedulers=[DECAY, WARMUP, DECAY], milestones=[5, 20])
    for n in range(5):
        assert lr(n) == lr(20 + n) == pytest.approx(0.9**n)
    assert lr(5) == 0.1
    assert lr(19) == 1.0


def test_a_product_goes_on_from_the_value_that_it_finds():
    product = of("MultiplicativeLR", lr_lambda=lambda n: 0.5)
    lr = sequential(1.0, schedulers=[DECAY, product], milestones=[3])
    assert [lr(n) for n in (2, 3, 4)] == pytest.approx([0.81, 0.405, 0.2025])
    first = sequential(1.0, schedulers=[DECAY, product], milestones=[0])
    assert [first(n) for n in (0, 1)] == [1.0, 0.5]


def test_a_constant_of_length_0_is_the_base_unless_it_is_the_first():
    none = of("ConstantLR", factor=0.1, total_iters=0)
    late = of("SequentialLR", schedulers=[DECAY, none], milestones=[9])
    check(late)
    assert late.curve(0.3)(9) == late.curve(0.3)(10**6) == 0.3
    check(of("SequentialLR", schedulers=[none, DECAY], milestones=[9]))
    check(of("ChainedScheduler", schedulers=[late, WARMUP]))


def test_between_equal_milestones_nothing_is_played():
    lr = sequential(1.0, schedulers=[DECAY, WARMUP, CYCLE], milestones=[4, 4])
    assert lr(3) == pytest.approx(0.9**3)
    assert lr(4) == 0.04


@pytest.mark.parametrize(
    "last",
    [
        of("OneCycleLR", max_lr=1.0, total_steps=1),
        of("MultiStepLR", milestones=[]),
        of("StepLR", step_size=3, gamma=1e300),
    ],
)
def test_a_last_scheduler_without_length_is_still_played(last):
    lr = sequential(0.7, schedulers=[DECAY, last], milestones=[4])
    assert lr(4) == lr(10**6) == last.curve(0.7)(0)


def test_one_that_overwrites_the_initial_value_leaves_the_others_alone():
    child = of("SequentialLR", schedulers=[WARMUP, CYCLE], milestones=[10])
    lr = child.curve(0.5)
    assert lr(0) == 0.05
    (theirs,) = played(child, 19, bases=[0.5])
    assert theirs[0] == pytest.approx(0.1 * 1.0 / 25)  # torch has lost the 0.5
    assert [lr(n) for n in range(10, 20)] == pytest.approx(theirs[10:], rel=1e-12)


def test_a_sequence_or_chain_may_stand_anywhere_although_torch_cannot():
    inner = of("SequentialLR", schedulers=[WARMUP, DECAY], milestones=[10])
    chain = of("ChainedScheduler", schedulers=[WARMUP, DECAY])
    for nested in (inner, chain):
        lr = sequential(0.3, schedulers=[DECAY, nested], milestones=[5])
        own = nested.curve(0.3)
        assert [lr(5 + n) for n in range(60)] == [own(n) for n in range(60)]
        with pytest.raises(NotImplementedError):
            played(of("SequentialLR", schedulers=[DECAY, nested], milestones=[5]), 6)
    # As the first of all, torch begins at the second step of what it holds.
    lr = sequential(0.3, schedulers=[inner, DECAY], milestones=[30])
    assert [lr(n) for n in range(30)] == [inner.curve(0.3)(n) for n in range(30)]


def test_the_momentum_is_that_of_whoever_drives_it_last():
    milestones = [5, 30]
    children = [WARMUP, CYCLE, DECAY]
    momentum = sequential_momentum(0.5, schedulers=children, milestones=milestones)
    optimizer = optimizer_with([0.1])
    made = [
        getattr(lr_scheduler, child.dialect.name)(optimizer, **child.arguments)
        for child in children
    ]
    made[1].total_steps = 99  # so that torch does not raise at the end of the cycle
    theirs = lr_scheduler.SequentialLR(optimizer, made, milestones=[5, 14])
    shorter = sequential_momentum(0.5, schedulers=children, milestones=[5, 14])
    for n in range(40):
        if n:
            optimizer.step()
            theirs.step()
        assert shorter(n) == pytest.approx(optimizer.param_groups[0]["momentum"])
    assert momentum(29) == momentum(30) == momentum(10**6)
    assert sequential_momentum(0.5, schedulers=[WARMUP], milestones=[]) is None
    empty = sequential_momentum(0.5, schedulers=[CYCLE, DECAY], milestones=[0])
    assert empty(0) == 0.95


@pytest.mark.parametrize(
    ("schedulers", "milestones", "message"),
    [
        ([], [], "schedulers must hold at least one scheduler"),
        (WARMUP, [], "schedulers must hold at least one scheduler, got Named"),
        ([WARMUP, DECAY], [], "one less than schedulers, got 0 milestones and 2 sch"),
        ([WARMUP], [3], "one less than schedulers, got 1 milestones and 1 schedulers"),
        ([WARMUP] * 3, [9, 4], "milestones must not decrease, got 9 before 4"),
        ([WARMUP] * 2, [-1], r"milestones\[0\] must be >= 0, got -1"),
        (
            [WARMUP, of("ReduceLROnPlateau")],
            [5],
            r"schedulers\[1\] is ReduceLROnPlateau, which follows a metric",
        ),
    ],
)
def test_names_what_it_refuses(schedulers, milestones, message):
    for curve in (sequential, sequential_momentum):
        with pytest.raises(ValueError, match=message):
            curve(0.1, schedulers=schedulers, milestones=milestones)


def test_holds_schedulers_only_and_begins_at_0():
    with pytest.raises(TypeError, match=r"schedulers\[0\] must be a Named, got 'Lin"):
        sequential(0.1, schedulers=["LinearLR"], milestones=[])
    with pytest.raises(ValueError, match="last_epoch must be -1"):
        sequential(0.1, schedulers=[WARMUP], milestones=[], last_epoch=3)
