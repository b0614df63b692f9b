"""Plan: against torch's loaders, against a loop that counts, and as a value."""

import pickle
from dataclasses import FrozenInstanceError, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, DistributedSampler

from lehr.plan import BatchRamp, Duration, Plan, Position


def windows(loader_length, accumulation):
    """Return the windows of one epoch, as a loop that steps at its tail makes them."""
    sizes, open_window = [], 0
    for micro_batch in range(loader_length):
        open_window += 1
        if open_window == accumulation or micro_batch == loader_length - 1:
            sizes.append(open_window)
            open_window = 0
    return sizes


def rank_loaders(size, batch, world, drop_last):
    for rank in range(world):
        sampler = DistributedSampler(
            range(size), num_replicas=world, rank=rank, drop_last=drop_last
        )
        yield DataLoader(range(size), batch, sampler=sampler, drop_last=drop_last)


def test_an_epoch_is_what_torchs_loaders_give_each_rank():
    draw, compared = Random(0), 0
    for _ in range(400):
        size, batch, world = (
            draw.randint(1, 300),
            draw.randint(1, 20),
            draw.randint(1, 8),
        )
        drop_last, accumulation = draw.random() < 0.5, draw.randint(1, 5)
        lengths = {
            len(loader) for loader in rank_loaders(size, batch, world, drop_last)
        }
        [length] = lengths
        if not length:
            continue
        plan = Plan(
            dataset_size=size,
            batch_size=batch,
            world_size=world,
            accumulation=accumulation,
            drop_last=drop_last,
            epochs=3,
        )
        assert plan.micro_batches_per_epoch == length, plan
        assert plan.updates_per_epoch == len(windows(length, accumulation)), plan
        assert plan.updates == 3 * plan.updates_per_epoch
        assert plan.micro_batches == 3 * length
        compared += 1
    assert compared > 300


def test_the_samples_of_an_epoch_are_those_that_a_loader_yields():
    for size in (1, 7, 8, 9, 63, 64, 65):
        for drop_last in (False, True)[: 1 + (size >= 8)]:
            [loader] = rank_loaders(size, 8, 1, drop_last)
            plan = Plan(dataset_size=size, batch_size=8, drop_last=drop_last, epochs=1)
            assert plan.samples == sum(len(batch) for batch in loader)


ramps = st.none() | st.builds(
    lambda steps, clock: ([size for size, _ in steps], [n for _, n in steps], clock),
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 60)), min_size=1, max_size=4),
    st.sampled_from(["updates", "samples"]),
)


@st.composite
def plans(draw, **fixed):
    batch, world = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    share, ramp = batch * world, draw(ramps)
    if ramp:
        factors, lengths, clock = ramp
        bounds = tuple(int(n) for n in np.cumsum(lengths))
        ramp = BatchRamp(tuple(f * share for f in factors), bounds, clock)
    options = {
        "batch_size": batch,
        "world_size": world,
        "accumulation": draw(st.integers(1, 4)),
        "dataset_size": draw(st.none() | st.integers(share, 90)),
        "drop_last": draw(st.booleans()),
        "sequence_length": draw(st.none() | st.integers(1, 7)),
        "ramp": ramp,
    }
    units = ["updates", "samples"]
    units += ["epochs"] * (options["dataset_size"] is not None)
    units += ["tokens"] * (options["sequence_length"] is not None)
    unit = draw(st.sampled_from(units))
    amount = st.integers(1, 200)
    if unit == "epochs":
        amount = st.integers(1, 6) | st.sampled_from([0.1, 0.5, 2.5, 3.3])
    return Plan(**options, **{unit: draw(amount)})


def counted(plan, updates):
    """Yield (micro-batches, samples) after each update of a loop that only counts."""
    share = plan.batch_size * plan.world_size
    micro_batches = samples = seen = 0
    for update in range(updates):
        window = plan.accumulation
        if plan.ramp:
            clock = update if plan.ramp.clock == "updates" else samples
            for size, until in zip(plan.ramp.sizes, plan.ramp.until, strict=True):
                if clock < until:
                    window = size // share
                    break
        for _ in range(window):
            left = plan.dataset_size - seen if plan.dataset_size else share
            micro_batches += 1
            samples += min(share, left)
            seen += min(share, left)
            if plan.dataset_size:
                left = plan.dataset_size - seen
                if left == 0 or (plan.drop_last and left < share):
                    seen = 0  # the next epoch; the window ends with this one
                    break
        yield micro_batches, samples


@settings(max_examples=300)
@given(plans())
def test_every_position_is_where_a_counting_loop_is(plan):
    assert plan.at(0) == Position(0, 0, 0, plan._tokens(0), plan.epochs_at(0))
    for update, expected in enumerate(counted(plan, 80), 1):
        position = plan.at(update)
        assert (position.micro_batches, position.samples) == expected


@settings(max_examples=300)
@given(plans(), st.data())
def test_each_unit_comes_back_to_the_same_update(plan, data):
    update = data.draw(st.integers(0, 300))
    position = plan.at(update)
    assert plan.updates_at_samples(position.samples) == update
    assert plan.updates_at_samples(position.samples + 1) == update + 1
    if position.tokens is not None:
        assert plan.updates_at_tokens(position.tokens) == update
        assert plan.updates_at_tokens(position.tokens + 1) == update + 1


@settings(max_examples=200)
@given(plans(), st.integers(0, 2_000))
def test_a_duration_is_the_fewest_updates_that_last_it(plan, amount):
    units = {"samples": plan.samples_at}
    if plan.sequence_length:
        units["tokens"] = plan.tokens_at
    if plan.dataset_size:
        units["epochs"] = plan.epochs_at
    for unit, done in units.items():
        updates = plan.resolve(Duration(amount, unit))
        assert done(updates) >= amount
        assert updates == 0 or done(updates - 1) < amount


@settings(max_examples=200)
@given(plans())
def test_the_run_has_the_fewest_updates_that_reach_its_length(plan):
    amount, reached = plan.length.amount, getattr(plan, plan.length.unit)
    assert plan.updates >= 1
    assert reached >= amount
    if plan.length.unit != "updates":
        before = getattr(plan.at(plan.updates - 1), plan.length.unit)
        assert before < amount


@given(plans())
def test_is_a_value(plan):
    same = eval(repr(plan), {"Plan": Plan, "BatchRamp": BatchRamp})
    assert same == plan
    assert hash(same) == hash(plan)
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert replace(plan, length=plan.length) == plan


def test_cannot_be_changed_but_replaced():
    plan = Plan(dataset_size=100, batch_size=10, epochs=3)
    with pytest.raises(FrozenInstanceError):
        plan.batch_size = 20
    assert replace(plan, batch_size=20).updates == 15


def test_figures_of_a_run_by_hand():
    plan = Plan(
        dataset_size=1_000_000,
        batch_size=16,
        accumulation=4,
        world_size=8,
        sequence_length=2_048,
        epochs=2,
    )
    assert plan.samples_per_update == 512
    assert plan.tokens_per_update == 1_048_576
    assert plan.micro_batches_per_epoch == 7_813  # 7,812.5 of 128 samples
    assert plan.updates_per_epoch == 1_954  # the last window: one micro-batch
    assert (plan.updates, plan.micro_batches) == (3_908, 15_626)
    assert (plan.samples, plan.tokens) == (2_000_000, 4_096_000_000)
    assert plan.epochs == 2.0


def test_what_a_plan_cannot_know_is_none():
    plan = Plan(batch_size=8, updates=10)
    assert plan.at(10) == Position(10, 10, 80, None, None)
    assert plan.epochs is None
    assert plan.tokens is None
    assert plan.tokens_per_update is None
    assert plan.updates_per_epoch is None
    assert plan.micro_batches_per_epoch is None


@pytest.mark.parametrize("tokens", [10**15, 10**15 + 1, 2**53 + 1, 10**18 - 1])
def test_token_counts_are_exact_where_floats_are_not(tokens):
    plan = Plan(batch_size=1, sequence_length=1, tokens=tokens)
    assert plan.updates == plan.tokens == tokens
    assert plan.updates_at_tokens(tokens - 1) == tokens - 1


def test_a_fraction_of_an_epoch_is_the_decimal_that_was_written():
    plan = Plan(dataset_size=10**17, batch_size=1, epochs=0.1)
    assert plan.updates == 10**16
    assert plan.resolve("0.7ep") == 7 * 10**16
    assert plan.resolve("0.7%") == 7 * 10**13


@pytest.mark.parametrize(
    ("duration", "updates"),
    [
        (500, 500),
        ("2000", 2_000),
        ("2k", 2_000),
        ("3ep", 75),
        ("0.5 epochs", 13),
        ("10%", 100),
        ("0.05%", 1),
        ("100%", 1_000),
        ("0%", 0),
        ("64k samples", 16_000),
        ("1.5Ktok", 4),
        (Duration(5, "percent"), 50),
        (np.int64(7), 7),
    ],
)
def test_resolves_durations(duration, updates):
    plan = Plan(dataset_size=100, batch_size=4, sequence_length=100, updates=1_000)
    assert plan.resolve(duration) == updates


@pytest.mark.parametrize(
    ("duration", "missing"),
    [
        ("3ep", "'3ep' cannot be resolved: epochs need dataset_size"),
        ("1.5Btok", "'1.5Btok' cannot be resolved: tokens need sequence_length"),
    ],
)
def test_names_what_is_missing_to_resolve(duration, missing):
    with pytest.raises(ValueError, match=missing):
        Plan(batch_size=8, updates=10).resolve(duration)
    with pytest.raises(ValueError, match=missing):
        Plan(batch_size=8, length=duration)


@pytest.mark.parametrize("fraction", [0.05, 1.0, 2.5, "0.05"])
def test_a_bare_fraction_is_not_resolved(fraction):
    with pytest.raises(ValueError, match=r"write \"\d+%\"|give a unit"):
        Plan(batch_size=8, updates=10).resolve(fraction)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "exactly one length: .*; got none"),
        ({"epochs": 1, "updates": 2}, "exactly one length: .*; got epochs, updates"),
        ({"epochs": 1}, "epochs need dataset_size"),
        ({"tokens": 100}, "tokens need sequence_length"),
        ({"length": "10%"}, "own length cannot be a percentage, got '10%'"),
        ({"length": "0"}, "at least one update, got 0"),
        ({"updates": 0}, "updates must be >= 1, got 0"),
        ({"epochs": 0, "dataset_size": 9}, "epochs must be > 0 and finite, got 0"),
        ({"updates": 1, "batch_size": 0}, "batch_size must be >= 1, got 0"),
        ({"updates": 1, "accumulation": -1}, "accumulation must be >= 1, got -1"),
        ({"updates": 1, "world_size": 0}, "world_size must be >= 1, got 0"),
        ({"updates": 1, "dataset_size": 0}, "dataset_size must be >= 1, got 0"),
        ({"updates": 1, "sequence_length": 0}, "sequence_length must be >= 1, got 0"),
        (
            {"updates": 1, "dataset_size": 7, "drop_last": True},
            r"dataset_size \(7\) fills no micro-batch of 8 x 1 samples; pass drop_last",
        ),
        (
            {"updates": 1, "world_size": 2, "ramp": BatchRamp((16, 24), (5, 9))},
            r"multiple of batch_size x world_size \(16\), got 24",
        ),
    ],
)
def test_refuses_with_the_reason(wrong, message):
    with pytest.raises(ValueError, match=message):
        Plan(**{"batch_size": 8} | wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"updates": 1e3}, r"updates must be a whole number .*got 1000.0; write 1000"),
        ({"updates": 10.5}, r"updates must be a whole number \(int\), got 10.5$"),
        ({"updates": "10"}, "updates must be a number, got '10'"),
        ({"updates": True}, "updates must be a number, got True"),
        ({"updates": 1, "drop_last": 1}, "drop_last must be a bool, got 1"),
        ({"updates": 1, "ramp": (1, 2)}, "ramp must be a BatchRamp or None"),
    ],
)
def test_refuses_what_is_of_another_type(wrong, message):
    with pytest.raises(TypeError, match=message):
        Plan(batch_size=8, **wrong)


@pytest.mark.parametrize("ask", ["at", "samples_at", "updates_at_samples"])
def test_there_is_nothing_before_the_first_update(ask):
    with pytest.raises(ValueError, match="must be >= 0, got -1"):
        getattr(Plan(batch_size=8, updates=1), ask)(-1)
