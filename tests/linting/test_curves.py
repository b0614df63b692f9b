"""What is asked of a schedule within a run."""

import math

import pytest

import lehr
from lehr import Chain, Constant, Cosine, Linear, Noise, Repeat, Step, Triangular
from lehr.linting.curves import MOST_JOINTS, Curve


def curve(schedule, updates):
    return Curve("lr", schedule, updates)


def test_extremes_are_those_of_the_updates_that_the_run_has():
    seen = curve(Linear(0.0, 1.0, 100), 50)
    assert (seen.peak, seen.peak_at, seen.least, seen.final) == (0.49, 49, 0.0, 0.49)
    assert seen.top == 1.0


def test_the_peak_is_found_between_joints_too():
    hump = Linear(0.0, 1.0, 1000) * Linear(1.0, 0.0, 1000)
    seen = curve(hump, 1000)
    assert seen.peak == pytest.approx(0.25)
    assert seen.peak_at == pytest.approx(500, abs=1)


def test_legs_go_from_joint_to_joint_and_on_to_the_end_of_the_run():
    seen = curve(Chain((Linear(0.0, 1.0, 10), Cosine(1.0, 0.5, 20))), 100)
    assert [(leg.begin, leg.end) for leg in seen.legs] == [(0, 10), (10, 30), (30, 100)]
    assert [(leg.rises, leg.falls, leg.level) for leg in seen.legs] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_a_warmup_is_one_leg_however_many_pieces_it_has():
    rise = Chain((Linear(0.0, 0.1, 10), Linear(0.1, 1.0, 10), Cosine(1.0, 0.0, 80)))
    assert curve(rise, 100).warmup.end == 20
    assert curve(Cosine(1.0, 0.0, 100), 100).warmup is None
    jump = Chain((Linear(0.0, 0.1, 10), Linear(0.5, 1.0, 10)))
    assert curve(jump, 100).warmup.end == 10


def test_very_many_joints_are_sampled_and_still_tell_the_peak():
    seen = curve(Repeat(Linear(0.0, 1.0, 3)) * Linear(1.0, 0.0, 10**9), 10**9)
    assert len(seen.joints) == MOST_JOINTS and not seen.all_joints and seen.sampled
    assert seen.peak == pytest.approx(2 / 3)
    assert seen.last_joint == 10**9 - 1


def test_the_last_joint_is_found_from_the_end():
    assert curve(Repeat(Cosine(1.0, 0.0, 7)), 10**9).last_joint == 7 * (
        (10**9 - 1) // 7
    )
    drops = Step(1.0, factor=0.999, every=1, steps=10_000)
    assert curve(drops, 10**6).last_joint == 9_999
    assert curve(Cosine(1.0, 0.0, 100), 100).last_joint == 0


@pytest.mark.parametrize(
    ("schedule", "has_end"),
    [
        (Cosine(1.0, 0.0, 50), True),
        (Chain((Linear(0.0, 1.0, 10), Cosine(1.0, 0.1, 50))), True),
        (Chain((Cosine(1.0, 0.1, 50), Constant(0.1, 50))), False),
        (Linear(0.0, 1.0, 50), False),
        (Step(1.0, factor=0.1, every=10, steps=50), False),
        (Constant(1.0), False),
        (lehr.inverse_sqrt(1.0, warmup=10), False),
        (Cosine(1.0, 0.0, 50) * Noise(0.1, seed=1), False),
    ],
)
def test_only_a_decay_that_stops_has_an_end_that_was_meant(schedule, has_end):
    assert curve(schedule, 100).has_end is has_end


def test_cycles_and_stairs_are_told_from_what_they_are_made_of():
    assert curve(2.0 * Triangular(0.0, 1.0, up=5), 50).cyclic
    assert curve(Chain((Constant(1.0, 5), Step(1.0, factor=0.5, every=5))), 50).stepped
    assert not curve(Repeat(Cosine(1.0, 0.0, 50), 1), 50).cyclic


def test_a_run_without_an_end_has_no_last_update_that_counts():
    seen = curve(lehr.noam(512, warmup=100), math.inf)
    assert not seen.ends
    assert seen.peak_at == 99
    assert seen.legs[-1].end == math.inf
