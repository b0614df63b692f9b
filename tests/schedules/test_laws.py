"""Laws that hold for every schedule, present and future, and however combined."""

import copy
import dataclasses
import json
import math
import pickle

import examples
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import (
    RAMPS,
    clocks,
    durations,
    families,
    lengths,
    schedules,
    times,
    values,
)

import lehr
from lehr import Chain, Maximum, Minimum, Product, Schedule, Sum

NEAR = [-1, 0, 0.5, 1, 2.5, 6, 7, 9.75, 10, 30, 99, 100, 101, 999, 1_000, 1_001]
FAR = [2**24 + 1, 2**31 + 1, 10**12 - 1, 10**12, 2**53 - 1, 2**53]
PAST = [-math.inf, -1e300, -(2.0**53), 2.0**63, 1e300, math.inf]
TIMES = [*NEAR, *FAR, *PAST]
every_schedule = pytest.mark.parametrize("schedule", examples.EXAMPLES, ids=repr)
any_schedule = given(schedule=schedules)


def close(actual, expected):
    """Compare to rounding; what passes zero, to the largest value."""
    expected = np.asarray(expected, np.float64)
    scale = np.max(np.abs(expected), initial=0.0)
    np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e-13 * scale)


def check_total(schedule, updates):
    for t in updates:
        value = schedule(t)
        assert type(value) is float, t
        assert math.isfinite(value), t


@every_schedule
def test_is_finite_everywhere(schedule):
    check_total(schedule, [*TIMES, 10**400, -(10**400), True])


@given(schedules, st.lists(times, max_size=5))
def test_any_combination_is_finite_everywhere(schedule, updates):
    check_total(schedule, [*updates, *PAST])


def check_held(schedule):
    assert schedule(-1) == schedule(-0.25) == schedule(-math.inf) == schedule(0)
    if schedule.steps == math.inf:
        assert schedule(math.inf) == schedule(2.0**63) == schedule(1e300)
    else:
        last = schedule(schedule.steps)
        assert schedule(schedule.steps + 1) == last
        assert schedule(math.inf) == schedule(schedule.steps * 2 + 1e6) == last


@every_schedule
def test_holds_its_first_and_last_values(schedule):
    check_held(schedule)


@any_schedule
def test_any_combination_holds_its_first_and_last_values(schedule):
    check_held(schedule)


@every_schedule
def test_depends_on_nothing_but_t(schedule):
    forwards = [schedule(t) for t in TIMES]
    assert [copy.deepcopy(schedule)(t) for t in reversed(TIMES)] == forwards[::-1]


@every_schedule
def test_what_is_not_a_number_stays_so(schedule):
    assert math.isnan(schedule(math.nan))
    given_ = np.array([math.nan, 3.0, math.nan])
    value = schedule(given_)
    assert np.isnan(value).tolist() == [True, False, True]
    close(value[1], schedule(3.0))


@any_schedule
def test_what_is_not_a_number_stays_so_in_any_combination(schedule):
    assert math.isnan(schedule(math.nan))
    assert np.isnan(schedule(np.array(math.nan)))


@every_schedule
def test_numbers_of_other_libraries_are_numbers(schedule):
    for number in (np.int64(7), np.float64(7), np.float32(7), np.uint8(7)):
        value = schedule(number)
        assert type(value) is float
        assert value == schedule(7)


def check_arrays(schedule, updates):
    t = np.array(updates, np.float64)
    elements = [schedule(x) for x in t.tolist()]
    close(schedule(t), elements)
    close(schedule(t[::-1]), elements[::-1])


@every_schedule
def test_an_array_gives_what_its_elements_give(schedule):
    check_arrays(schedule, TIMES)
    check_arrays(schedule, sorted(TIMES))


@example(lehr.Blend(lehr.Constant(0.0), lehr.Constant(1.0), 0, 0), [-1.0])
@given(schedules, st.lists(clocks, max_size=8))
def test_an_array_gives_what_its_elements_give_in_any_combination(schedule, updates):
    check_arrays(schedule, updates)


@every_schedule
def test_an_array_keeps_its_shape(schedule):
    t = np.array([3, 1_000, 7, 0, 50, 2])
    expected = [schedule(x) for x in t.tolist()]
    close(schedule(t.reshape(2, 3)), np.reshape(expected, (2, 3)))
    close(schedule(t.reshape(1, 3, 2).T), np.reshape(expected, (1, 3, 2)).T)
    for x, value in zip(t, expected, strict=True):
        alone = schedule(np.array(x))
        assert isinstance(alone, np.ndarray)
        assert alone.shape == ()
        close(alone, value)
    assert schedule(np.zeros((0, 4))).shape == (0, 4)


@every_schedule
def test_an_array_may_hold_any_real_numbers(schedule):
    expected = [schedule(0), schedule(5), schedule(101)]
    for kind in ("int8", "uint16", "int32", "uint64", "float16", "float32"):
        value = schedule(np.array([0, 5, 101], kind))
        assert value.dtype == np.float64
        close(value, expected)


@every_schedule
def test_an_array_is_left_as_it_was(schedule):
    t = np.array([-1.0, 3.0, math.nan, math.inf])
    schedule(t)
    np.testing.assert_array_equal(t, [-1.0, 3.0, math.nan, math.inf])


def test_what_is_not_real_is_refused():
    for wrong in ([1, 2], "3", None, 1j):
        with pytest.raises(TypeError, match="must be a number or an array"):
            lehr.Linear(0.0, 1.0, 10)(wrong)
    for wrong in ([True], [1j], ["a"]):
        with pytest.raises(TypeError, match="must hold real numbers"):
            lehr.Linear(0.0, 1.0, 10)(np.array(wrong))


def check_curve(schedule, start, size):
    updates = range(start, start + size)
    expected = [schedule(t) for t in updates]
    drawn = schedule.curve(start, start + size)
    assert drawn.dtype == np.float64
    close(drawn, expected)
    close(schedule(np.arange(start, start + size)), expected)


@every_schedule
def test_a_curve_is_its_values(schedule):
    check_curve(schedule, -3, 20)
    check_curve(schedule, 0, 1_100)
    if schedule.steps < math.inf:
        check_curve(schedule, math.ceil(schedule.steps) - 300, 310)
    check_curve(schedule, 10**12, 5)
    assert len(schedule.curve(5, 5)) == len(schedule.curve(5, 2)) == 0


@pytest.mark.parametrize(("steps", "size"), [(0, 0), (1, 1), (7, 7), (7.25, 8)])
def test_a_curve_has_one_value_per_update(steps, size):
    schedule = lehr.Linear(1.0, 0.5, steps)
    assert len(schedule.curve()) == size
    assert len(schedule.curve(4)) == 4
    with pytest.raises(ValueError, match=r"stop must be given.*endless"):
        lehr.InverseSqrt(1.0, 10).curve()


def test_a_curve_crosses_blocks_without_a_seam():
    schedule = lehr.warmup_cosine(1.0, warmup=5_001, total=30_011)
    check_curve(schedule, 0, 30_020)


@given(schedules, st.integers(-10, 1_000), st.integers(0, 300))
def test_a_curve_is_its_values_in_any_combination(schedule, start, size):
    check_curve(schedule, start, size)


@given(families, st.integers(-300, 300))
def test_a_curve_is_its_values_about_the_end(schedule, offset):
    if schedule.steps < math.inf:
        check_curve(schedule, max(0, math.floor(schedule.steps) + offset), 40)


def check_value(schedule):
    again = eval(repr(schedule), vars(lehr) | {"inf": math.inf})
    pickled = pickle.loads(pickle.dumps(schedule))
    for twin in (again, pickled, copy.copy(schedule), copy.deepcopy(schedule)):
        assert twin == schedule
        assert type(twin) is type(schedule)
        assert hash(twin) == hash(schedule)
        assert repr(twin) == repr(schedule)
        assert twin(7) == schedule(7)
    assert dataclasses.replace(schedule) == schedule
    assert schedule not in (None, 3e-4, repr(schedule))


@every_schedule
def test_is_a_value(schedule):
    check_value(schedule)
    schedule.curve(0, 3), schedule.breakpoints, schedule(3)  # what it may remember
    check_value(schedule)


@any_schedule
def test_any_combination_is_a_value(schedule):
    check_value(schedule)


def plain(schedule):
    """Return the configuration as JSON would keep it."""

    def of(value):
        if isinstance(value, Schedule):
            return plain(value)
        return [of(x) for x in value] if isinstance(value, tuple) else value

    fields = dataclasses.fields(schedule)
    return {field.name: of(getattr(schedule, field.name)) for field in fields}


@every_schedule
def test_its_fields_are_plain_data(schedule):
    fields = plain(schedule)
    assert json.loads(json.dumps(fields)) == fields


@every_schedule
def test_is_frozen(schedule):
    for field in dataclasses.fields(schedule):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(schedule, field.name, 1.0)


def test_a_different_field_makes_a_different_value():
    for schedule in examples.FAMILIES:
        for field in dataclasses.fields(schedule):
            value = getattr(schedule, field.name)
            if isinstance(value, float) and math.isfinite(value):
                try:
                    other = dataclasses.replace(schedule, **{field.name: value * 0.75})
                except ValueError:
                    continue
                assert (other == schedule) == (value == 0.0)


@given(st.lists(families, min_size=3, max_size=3), st.data())
@pytest.mark.parametrize("kind", [Sum, Product, Minimum, Maximum])
def test_regrouping_terms_changes_nothing(kind, terms, data):
    a, b, c = terms
    flat = kind((a, b, c))
    t = data.draw(times)
    for grouped in (kind((kind((a, b)), c)), kind((a, kind((b, kind((c,))))))):
        assert grouped == flat
        assert hash(grouped) == hash(flat)
        assert grouped(t) == flat(t)


@given(st.lists(families, min_size=3, max_size=3), st.data())
def test_regrouping_pieces_changes_nothing(pieces, data):
    a, b = (s[:50] if s.steps == math.inf else s for s in pieces[:2])
    c, t = pieces[2], data.draw(times)
    flat = Chain((a, b, c))
    for grouped in (a.then(b).then(c), a.then(b.then(c)), Chain((flat,))):
        assert grouped == flat
        assert grouped(t) == flat(t)


@given(families, st.sampled_from(RAMPS), values, values)
def test_a_piece_of_length_0_vanishes(schedule, ramp, start, end):
    nothing = ramp(start, end, 0)
    assert nothing(0) == end
    if schedule.steps:
        assert Chain((nothing, schedule)) == Chain((schedule,))
        if schedule.steps < math.inf:
            assert Chain((schedule, nothing, schedule)) == Chain((schedule, schedule))


@given(st.sampled_from(RAMPS), values, values, lengths, times)
def test_a_ramp_stays_between_its_ends(ramp, start, end, steps, t):
    schedule = ramp(start, end, steps)
    assert min(start, end) <= schedule(t) <= max(start, end)
    assert schedule(0) == (start if steps else end)
    assert schedule(steps) == end
    drawn = schedule.curve(max(0, math.floor(steps) - 300), math.ceil(steps) + 2)
    slack = 2.0**-52 * max(abs(start), abs(end))
    assert drawn.min(initial=end) >= min(start, end) - slack
    assert drawn.max(initial=end) <= max(start, end) + slack
    if min(start, end) >= 0:
        assert drawn.min(initial=end) >= 0


@pytest.mark.parametrize("steps", [1, 10, 10**12, 12.75])
@pytest.mark.parametrize("small", [1e-3, 1.0, 1e3])
def test_ends_are_exact_whatever_the_power(small, steps):
    for schedule in (
        lehr.Polynomial(0.3, 0.7, steps, power=small),
        lehr.Cosine(0.3, 0.7, steps, exponent=small),
        lehr.Cosine(0.3, 0.7, steps, k=small),
        lehr.Tanh(0.3, 0.7, steps, low=-0.3 * small, high=0.1 * small),
        lehr.Logistic(0.3, 0.7, steps, steepness=0.6 * small),
    ):
        clock = np.array([-1.0, 0.0, steps, steps + 1.0])
        for ends in (schedule(clock).tolist(), list(map(schedule, clock.tolist()))):
            assert ends == [0.3, 0.3, 0.7, 0.7]


@given(st.sampled_from(RAMPS), values, durations, times)
def test_a_ramp_between_equal_ends_is_constant(ramp, value, steps, t):
    assert ramp(value, value, steps)(t) == value


@every_schedule
def test_no_value_lies_beyond_its_extremes(schedule):
    if 10**6 < schedule.steps < math.inf or isinstance(schedule, lehr.Function):
        schedule = schedule[:99]
    low, high = schedule.minimum, schedule.maximum
    slack = 4 * 2.0**-52 * max(abs(low), abs(high))
    drawn = schedule.curve(0, 1_200)
    assert low - slack <= drawn.min()
    assert drawn.max() <= high + slack


def test_every_public_schedule_has_an_example():
    public = {getattr(lehr, name) for name in lehr.__all__} - {Schedule}
    classes = {x for x in public if isinstance(x, type) and issubclass(x, Schedule)}
    assert classes == {type(schedule) for schedule in examples.EXAMPLES}


def test_every_recipe_has_an_example():
    recipes = {name for name in lehr.schedules.__all__ if name[0].islower()}
    assert recipes == set(examples.RECIPES)


@settings(max_examples=20)
@given(st.integers(1, 300), schedules)
def test_depth_has_no_limit_that_a_user_would_meet(depth, schedule):
    nested = schedule
    for _ in range(depth % 60):
        nested = lehr.Clip(lehr.Shift(nested, 1), low=-1e9)
    assert math.isfinite(nested(5))
    long = Chain(tuple(lehr.Linear(1.0, 0.0, 3) for _ in range(depth)))
    assert long(3 * depth - 1) == pytest.approx(1 / 3)


def test_a_piece_may_play_twice():
    ramp = lehr.Linear(1.0, 0.0, 10)
    check_arrays(Chain((ramp, ramp, lehr.Constant(2.0, 5), ramp)), range(-2, 40))


def test_a_table_holds_its_last_value_however_its_length_is_rounded():
    for size in range(2, 60):
        for every in (0.1, 0.7, 1.3, 3.3):
            table = lehr.Table(tuple(range(size)), every)
            assert table(math.inf) == table(table.steps) == size - 1
            assert table(np.array([table.steps, 1e9])).tolist() == [size - 1] * 2
