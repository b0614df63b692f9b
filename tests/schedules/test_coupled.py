"""Coupled schedules: what they are at each end, in between, as text, and when not."""

import math
import pickle
from dataclasses import dataclass

import examples
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lehr import (
    Chain,
    Clip,
    Constant,
    Cosine,
    Exponential,
    Interpolated,
    InverseSqrt,
    Linear,
    Repeat,
    Schedule,
    Step,
    Table,
    inverse_sqrt,
    multi_step,
    one_cycle,
    warm_restarts,
    warmup_cosine,
    warmup_stable_decay,
)
from lehr.config import read_schedule, write_schedule
from lehr.plan import BatchRamp, Plan
from lehr.schedules import growing_batch, opposed, proportional
from lehr.schedules.recipes.affine import Affine, along

FOLLOWED = [
    warmup_cosine(3e-4, warmup=100, total=1_000, floor=3e-5),
    warmup_stable_decay(0.7, warmup=7, stable=50, decay=33, shape="1-sqrt"),
    one_cycle(1.3, total=101, phases=3),
    warm_restarts(0.3, period=10, stretch=2, decay=0.5, floor=0.01, warmup=5),
    inverse_sqrt(1.7, warmup=4, total=110, cooldown=10),
    multi_step(0.3, factor=0.1, milestones=(30, 60)),
    Linear(0.1, 0.0, 10)[2:8],
    0.3 * Cosine(1.0, 0.1, 50),
    Cosine(1.0, 0.1, 50) + 0.25,
]
each = pytest.mark.parametrize("schedule", FOLLOWED, ids=repr)
UPDATES = (-1, 0, 1, 2, 5, 9, 10, 33, 60, 99, 100, 101, 500, 1_000, 10**9)


def peak_of(schedule):
    return max(range(1_200), key=schedule)


@each
def test_what_is_proportional_keeps_its_ratio_everywhere(schedule):
    follower = proportional(schedule, at_peak=0.1)
    for t in UPDATES:
        assert follower(t) == pytest.approx(
            schedule(t) / schedule.maximum * 0.1, rel=1e-12, abs=1e-15
        )
    assert follower.steps == schedule.steps


@each
def test_what_is_opposed_goes_as_far_from_the_top_as_the_other_from_the_bottom(
    schedule,
):
    low, high = schedule.minimum, schedule.maximum
    other = opposed(schedule, low=0.85, high=0.95)
    for t in UPDATES:
        share = (schedule(t) - low) / (high - low)
        assert other(t) == pytest.approx(0.95 - 0.1 * share, rel=1e-12)


@pytest.mark.parametrize("schedule", FOLLOWED[:3], ids=repr)
def test_the_ends_are_exact(schedule):
    at, lowest = peak_of(schedule), min(range(1_200), key=schedule)
    assert proportional(schedule, at_peak=0.1)(at) == 0.1
    assert opposed(schedule, low=0.85, high=0.95)(at) == 0.85
    assert opposed(schedule, low=0.85, high=0.95)(lowest) == 0.95


def test_the_pieces_keep_their_families_and_joints():
    lr = warmup_cosine(3e-4, warmup=100, total=1_000)
    decay = proportional(lr, at_peak=0.1)
    assert [type(piece) for piece in decay.pieces] == [Linear, Cosine]
    assert decay.breakpoints == lr.breakpoints
    assert decay.pieces[1] == Cosine(0.1, 0.0, 900)
    assert decay.area() == pytest.approx(lr.area() / 3e-4 * 0.1)


@each
def test_it_is_saved_as_text_and_needs_the_other_no_more(schedule):
    for made in (
        proportional(schedule, at_peak=0.1),
        proportional(schedule, at_peak=1.0, at_zero=0.1),
        opposed(schedule, low=0.85, high=0.95),
        growing_batch(schedule, at_peak=32, most=256),
    ):
        assert read_schedule(write_schedule(made)) == made
        assert pickle.loads(pickle.dumps(made)) == made


def test_text_may_couple_as_well():
    lr = "warmup_cosine(3e-4, warmup=10, total=100)"
    made = read_schedule(f"opposed({lr}, low=0.85, high=0.95)")
    assert made == opposed(read_schedule(lr), low=0.85, high=0.95)
    made = read_schedule(f"growing_batch({lr}, at_peak=32, most=256)")
    assert made == growing_batch(read_schedule(lr), at_peak=32, most=256)


@settings(max_examples=60)
@given(st.sampled_from(examples.EXAMPLES), st.floats(-3, 3), st.floats(-3, 3))
def test_a_line_through_any_schedule_is_the_line_of_its_values(schedule, zero, one):
    made = along(Affine(0.0, zero, 1.0, one), schedule)
    for t in (0, 1, 3.5, 7, 10, 99, 1_000):
        value = schedule(t)
        wanted = zero + (one - zero) * value
        slack = 1e-9 * (1 + abs(zero) + abs(one)) * (1 + abs(value))
        assert made(t) == pytest.approx(wanted, abs=slack)


@pytest.mark.parametrize(
    "schedule",
    [
        Exponential(0.5, 1e-3, 100),
        InverseSqrt(0.7, 10),
        Step(0.3, 0.5, 10),
        Table((0.1, 0.3, 0.2)),
        Interpolated(((0, 0.1), (10, 1.0), (30, 0.5))),
        Repeat(Cosine(0.8, 0.0, 10), count=4, decay=0.5),
    ],
    ids=repr,
)
def test_a_multiple_of_a_family_is_of_the_family(schedule):
    half = proportional(schedule, at_peak=schedule.maximum / 2)
    assert type(half) is type(schedule)
    assert half(3) == pytest.approx(schedule(3) / 2)


def test_a_class_of_ones_own_with_a_name_of_ours_is_followed_by_its_values():
    @dataclass(frozen=True, repr=False, eq=False)
    class Step(Schedule):
        steps: float = 4

        def formula(self, t, rest, xp):
            return 2.0 - t / 4

    follower = proportional(Step(), at_peak=1.0)
    assert [follower(t) for t in (0, 2, 4)] == [1.0, 0.75, 0.5]


def test_torchs_momentum_of_one_cycle_is_a_one_cycle_of_its_own():
    momentum = one_cycle(0.85, total=100, start=0.95, floor=0.95)
    against = opposed(one_cycle(1.0, total=100), low=0.85, high=0.95)
    assert (momentum(0), momentum(30), momentum(100)) == (0.95, 0.85, 0.95)
    assert against(0) == pytest.approx(0.946, abs=1e-6)


@pytest.mark.parametrize("schedule", FOLLOWED[:7], ids=repr)
def test_a_batch_grows_where_the_rate_has_fallen_so_far(schedule):
    batch = growing_batch(schedule, at_peak=32, most=256)
    begin, peak = peak_of(schedule), schedule.maximum
    assert list(batch.values) == sorted(set(batch.values))
    assert batch.values[0] == 32 and batch.values[-1] <= 256
    for size, before, at in zip(
        batch.values[1:], batch.values, batch.boundaries, strict=False
    ):
        assert batch(at) == size
        assert schedule(at) <= peak * 32 / size * (1 + 1e-8)
        assert all(
            schedule(t) >= peak * 32 / (2 * before) * (1 - 1e-8)
            for t in range(begin, int(at))
        )


def test_rate_over_batch_is_what_it_was():
    lr = warmup_cosine(3e-4, warmup=100, total=1_000)
    batch = growing_batch(lr, at_peak=256, most=4096)
    rate = lr * batch / 256
    for t in range(0, 1_001, 7):
        assert rate(t) / batch(t) == pytest.approx(lr(t) / 256, rel=1e-12, abs=1e-20)
    assert rate.maximum <= 3e-4 * 1.001


def test_a_rate_that_falls_by_several_steps_at_once_skips_sizes():
    batch = growing_batch(multi_step(1.0, factor=0.25, milestones=(30,)), **SIZES)
    assert (batch.values, batch.boundaries) == ((8.0, 32.0), (30,))


SIZES = {"at_peak": 8, "most": 1024}


def test_a_plan_takes_the_sizes():
    batch = growing_batch(Linear(0.8, 0.0, 100), at_peak=256, most=1024)
    ramp = BatchRamp(sizes=tuple(map(int, batch.values[:-1])), until=batch.boundaries)
    plan = Plan(batch_size=256, accumulation=4, updates=100, ramp=ramp)
    assert plan.samples == sum(batch(t) for t in range(100))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: proportional(Constant(0.0), at_peak=1.0), "maximum > 0"),
        (lambda: proportional(Linear(-1.0, -2.0, 9), at_peak=1.0), "maximum > 0"),
        (lambda: proportional(FOLLOWED[0], at_peak=math.inf), "at_peak must be finite"),
        (lambda: opposed(Constant(1.0), low=0.8, high=0.9), "cannot be opposed"),
        (lambda: opposed(FOLLOWED[0], low=0.9, high=0.8), "low must be < high"),
        (lambda: growing_batch(FOLLOWED[0], at_peak=8, most=4), "most must be >= 8"),
        (lambda: growing_batch(FOLLOWED[0], at_peak=8.5, most=9), "whole number"),
        (
            lambda: growing_batch(FOLLOWED[0], at_peak=8, most=9, factor=1),
            "factor must be >= 2",
        ),
    ],
)
def test_what_cannot_be_coupled_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize("couple", [proportional, opposed, growing_batch])
def test_a_number_is_no_schedule(couple):
    options = {
        proportional: {"at_peak": 1.0},
        opposed: {"low": 0.0, "high": 1.0},
        growing_batch: {"at_peak": 1, "most": 2},
    }
    with pytest.raises(TypeError, match=r"write Constant\(0.1\)"):
        couple(0.1, **options[couple])


def test_an_endless_cycle_may_be_followed():
    cycle = Chain((Linear(0.0, 1.0, 5), Repeat(Cosine(1.0, 0.0, 10))))
    follower = proportional(cycle, at_peak=0.1)
    assert follower(10**6 + 5) == 0.1


@pytest.mark.parametrize("bounds", [(1e-4, None), (None, 2e-4), (1e-4, 2e-4)])
def test_what_is_clipped_is_exact_at_its_ends(bounds):
    lr = Clip(warmup_cosine(3e-4, warmup=9, total=109), *bounds)
    momentum = opposed(lr, low=0.85, high=0.95)
    assert (momentum(9), momentum(109)) == (0.85, 0.95)
    assert proportional(lr, at_peak=0.1)(9) == 0.1
