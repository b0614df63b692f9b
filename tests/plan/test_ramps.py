"""Batch-size ramps: when each size begins, the linear one, the refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.plan import BatchRamp, Plan


def sizes(plan, updates):
    return [plan.samples_at(u + 1) - plan.samples_at(u) for u in range(updates)]


def test_on_updates_a_size_lasts_until_its_bound():
    ramp = BatchRamp(sizes=(8, 16), until=(2, 5))
    plan = Plan(batch_size=8, accumulation=4, updates=9, ramp=ramp)
    assert sizes(plan, 7) == [8, 8, 16, 16, 16, 32, 32]


def test_on_samples_an_update_takes_the_size_that_holds_where_it_begins():
    # Begins at 0, 8, 16 (< 20), then 24, 40 (< 50), then 56: full.
    ramp = BatchRamp(sizes=(8, 16), until=(20, 50), clock="samples")
    plan = Plan(batch_size=8, accumulation=4, samples=100, ramp=ramp)
    assert sizes(plan, 6) == [8, 8, 8, 16, 16, 32]
    assert plan.updates == 7


def test_a_size_that_no_update_begins_in_is_skipped():
    ramp = BatchRamp(sizes=(80, 96, 112), until=(10, 70, 100), clock="samples")
    assert sizes(Plan(batch_size=16, updates=9, ramp=ramp), 3) == [80, 112, 16]


def test_the_tail_of_an_epoch_is_cut_whatever_the_size():
    ramp = BatchRamp(sizes=(8,), until=(4,))
    plan = Plan(dataset_size=20, batch_size=4, accumulation=4, epochs=3, ramp=ramp)
    assert sizes(plan, 7) == [8, 8, 4, 8, 12, 16, 4]
    assert plan.updates == 7
    assert plan.epochs == 3.0


def megatron_size(consumed, start, end, increment, ramp_samples):
    """The size after `consumed` samples, by the rule of its documentation."""
    if consumed >= ramp_samples:
        return end
    steps = (end - start) // increment
    return start + consumed * steps // ramp_samples * increment


@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 4), st.integers(6, 2_000))
def test_the_linear_ramp_grows_at_equal_samples(start, count, increment, samples):
    end = start + count * increment
    ramp = BatchRamp.linear(start=start, end=end, increment=increment, samples=samples)
    plan = Plan(batch_size=1, accumulation=end, updates=1, ramp=ramp)
    consumed = 0
    for update in range(60):
        assert plan.samples_at(update) == consumed
        consumed += megatron_size(consumed, start, end, increment, samples)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": (), "until": ()}, "same length, at least 1; got 0 and 0"),
        ({"sizes": (8,), "until": (1, 2)}, "same length, at least 1; got 1 and 2"),
        ({"sizes": (8, 16), "until": (5, 5)}, r"until must increase, got \(5, 5\)"),
        ({"sizes": (0,), "until": (5,)}, "sizes must be >= 1, got 0"),
        ({"sizes": (8,), "until": (0,)}, "until must be >= 1, got 0"),
        ({"sizes": (8,), "until": (5,), "clock": "tokens"}, "clock must be one of"),
    ],
)
def test_refuses_what_is_no_ramp(options, message):
    with pytest.raises(ValueError, match=message):
        BatchRamp(**options)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"end": 100}, r"end - start \(68\) must be a multiple of increment \(32\)"),
        ({"end": 32}, "end must be >= 33, got 32"),
        ({"increment": 0}, "increment must be >= 1, got 0"),
        ({"start": 0}, "start must be >= 1, got 0"),
        ({"samples": 0}, "samples must be >= 1, got 0"),
    ],
)
def test_refuses_a_linear_ramp_that_does_not_arrive(wrong, message):
    good = {"start": 32, "end": 128, "increment": 32, "samples": 300}
    with pytest.raises(ValueError, match=message):
        BatchRamp.linear(**good | wrong)


def test_lists_are_kept_as_tuples():
    assert BatchRamp([8], [2]) == BatchRamp((8,), (2,))
