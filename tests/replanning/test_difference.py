"""What differs between two schedules, also of ten thousand million updates."""

import json
import math

import pytest

from lehr import Chain, Constant, Cosine, InverseSqrt, Linear, Plan, Step, diff, extend

OLD = Linear(1.0, 0.0, 100)


def test_equal_schedules_have_no_difference_whatever_they_are_made_of():
    found = diff(OLD, 1.0 * OLD, at=30)
    assert found.equal
    assert (found.first, found.largest, found.jump, found.factor) == (None, None, 0, 1)
    assert "the values are the same at every update" in str(found)
    longer = diff(OLD, extend(OLD, at=30, total=150, how="keep"))
    assert not longer.equal
    assert "the same at every update, the lengths are not" in str(longer)


def test_the_facts_of_a_longer_run():
    found = diff(OLD, Linear(1.0, 0.0, 200), at=50)
    assert (found.values, found.jump, found.factor) == ((0.5, 0.75), 0.25, 1.5)
    assert (found.before, found.after) == ((37.5, 43.75), (12.5, 56.25))
    assert (found.area, found.peaks, found.ends) == ((50.0, 100.0), (1, 1), (0, 0))
    assert (found.first, found.at_first) == (1, (0.99, 0.995))
    assert (found.largest, found.at_largest) == (100, (0.0, 0.5))


def test_each_is_measured_over_its_own_length_unless_one_is_said():
    held = Linear(1.0, 0.5, 100)
    assert diff(held, Constant(1.0, 200)).area == (75.0, 200.0)
    assert diff(held, Constant(1.0, 200), total=200).area == (125.0, 200.0)
    assert diff(held, Constant(1.0, 200), at=150).after == (0.0, 50.0)
    endless = InverseSqrt(1.0, timescale=10)
    assert diff(endless, held).spans == (100, 100)
    with pytest.raises(ValueError, match="both schedules go on for ever"):
        diff(endless, endless)


def test_very_long_runs_are_searched_around_their_joints():
    a, b = Cosine(1.0, 0.0, 9 * 10**9), Cosine(1.0, 0.0, 9 * 10**9 + 5)
    first = diff(a, b).first
    for t, differ in ((first - 1, False), (first, True)):
        assert (abs(a(t) - b(t)) > 1e-9 * a(t)) is differ
    spike = Chain((Constant(1.0, 10**9), Constant(2.0, 1), Constant(1.0, 10**9)))
    found = diff(Constant(1.0, 2 * 10**9 + 1), spike)
    assert (found.first, found.largest) == (10**9, 10**9)
    shifted = Chain((Constant(1.0, 12_345), Linear(1.0, 0.0, 10**7)))
    found = diff(shifted, Chain((Constant(1.0, 54_321), Linear(1.0, 0.0, 10**7))))
    assert found.first == 12_346


def test_a_jump_at_the_joint_shows():
    found = diff(Step(1.0, every=50, factor=0.5, steps=200), Constant(1.0, 200), at=50)
    assert (found.jump, found.factor, found.first) == (0.5, 2.0, 50)
    from_nothing = diff(Constant(0.0, 10), Constant(1.0, 10))
    assert math.isnan(from_nothing.factor)


def test_the_record_is_json_and_what_is_not_finite_is_null():
    endless = InverseSqrt(1.0, timescale=10)
    record = diff(Constant(0.0, 10), endless).record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["lengths"] == [10, None]
    assert record["factor"] is None
    assert record["first"] == {"at": 0, "values": [0.0, 1.0]}


def test_the_table_says_updates_where_lengths_are_not_what_is_compared():
    table = str(diff(InverseSqrt(1.0, timescale=10), Linear(1.0, 0.0, 100)))
    assert table.splitlines()[1].split() == ["updates", "100", "100", "0"]
    small = str(diff(Linear(1e-5, 1e5, 10), Linear(2e-5, 1e5, 10)))
    assert "1e-5  2e-5" in " ".join(small.split()).replace(" 2e-5", "  2e-5")


def test_durations_are_of_the_plan():
    assert diff(OLD, OLD, at="50%", plan=Plan(batch_size=1, updates=100)).at == 50
    with pytest.raises(TypeError, match="b must be a schedule"):
        diff(OLD, 0.1)


def test_a_constant_of_no_length_is_compared_over_the_length_of_the_other():
    found = diff(Linear(1.0, 0.0, 100), Constant(1.0), at=50)
    assert found.spans == (100, 100)
    assert found.area == (50.0, 100.0)
    assert found.after == (12.5, 50.0)
    assert diff(Constant(1.0), Constant(1.0, 100)).equal
