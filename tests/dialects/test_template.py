"""The template's own schedulers: golden values, the original as a state machine."""

import math
from fractions import Fraction

import pytest

from lehr import Cosine, Repeat
from lehr.config import read_schedule, write_schedule
from lehr.dialects.template import (
    SCHEDULERS,
    cosine_annealing_warmup_reduce_restarts,
    polynomial,
)

restarts = cosine_annealing_warmup_reduce_restarts


def is_golden(curve, numbers):
    """Compare with numbers to the last decimal that they are given in, or the tenth."""
    for t, number in enumerate(numbers.split()):
        decimals = len(number.partition(".")[2])
        precise = 10 if decimals < 7 else decimals
        assert abs(curve(t) - float(number)) <= 0.5000001 * 10.0**-precise, t


def test_polynomial_begins_with_the_starting_value():
    lr = polynomial(0.1, max_decay_steps=10, end_learning_rate=0.01)
    is_golden(lr, "0.1 0.091 0.082 0.073 0.064 0.055 0.046 0.037 0.028 0.019 0.01 0.01")
    assert lr(10**12) == 0.01


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (
            {"end_learning_rate": 0.01},
            "0.091 0.091 0.082 0.073 0.064 0.055 0.046 0.037 0.028 0.019 0.01 0.01",
        ),
        (
            {"power": 0.9},
            "0.0909623044 0.0909623044 0.0818234094 0.0725692429 0.0631814422 "
            "0.0536350845 0.0438944907 0.0339045078 0.0235688865 0.0126766649 0.0001",
        ),
    ],
)
def test_exact_polynomial_begins_with_its_second_value_twice(arguments, numbers):
    is_golden(polynomial(0.1, max_decay_steps=10, exact=True, **arguments), numbers)


def test_polynomial_of_one_step_is_refused_only_as_the_original():
    assert polynomial(0.1, max_decay_steps=1)(1) == 1e-4
    with pytest.raises(ValueError, match=r"max_decay_steps must be > 1 .*, got 1"):
        polynomial(0.1, max_decay_steps=1, exact=True)


def test_polynomial_names_the_argument_it_refuses():
    with pytest.raises(ValueError, match="max_decay_steps must be >= 1, got 0"):
        polynomial(0.1, max_decay_steps=0)
    with pytest.raises(ValueError, match="power must be > 0 and finite, got 0"):
        polynomial(0.1, max_decay_steps=3, power=0)
    with pytest.raises(ValueError, match="end_learning_rate must be finite, got nan"):
        polynomial(0.1, max_decay_steps=3, end_learning_rate=math.nan)


LONG = {"max_lr": 0.1, "min_lr": 0.001, "gamma": 0.5}
GROWING = {
    "first_cycle_steps": 10,
    "cycle_mult": 2,
    "max_lr": 1e-3,
    "min_lr": 1e-6,
    "warmup_steps": 5,
    "gamma": 0.5,
}


@pytest.mark.parametrize("exact", [False, True])
def test_equal_cycles_have_the_golden_values(exact):
    lr = restarts(7.0, first_cycle_steps=10, warmup_steps=3, exact=exact, **LONG)
    is_golden(
        lr,
        "0.001 0.034 0.067 0.1 0.095097959 0.0813627452 0.0615147862 0.0394852138 "
        "0.0196372548 0.005902041 0.001 0.0173333333 0.0336666667 0.05 0.0475737373",
    )
    assert lr(23) == pytest.approx(0.025)


def test_growing_cycles_restart_where_the_whole_length_has_grown():
    lr = restarts(0.3, **GROWING)
    assert [lr(t) for t in (0, 10, 30, 70, 150)] == pytest.approx([1e-6] * 5)
    peaks = [1e-3, 5e-4, 2.5e-4, 1.25e-4]
    assert [lr(t) for t in (5, 15, 35, 75)] == pytest.approx(peaks)


def test_exact_growing_cycles_restart_where_all_but_the_warmup_has_grown():
    lr = restarts(0.3, **GROWING, exact=True)
    assert [lr(t) for t in (0, 10, 25, 50)] == pytest.approx([1e-6] * 4)
    assert [lr(t) for t in (5, 15, 30)] == pytest.approx([1e-3, 5e-4, 2.5e-4])


def original(first, mult, top, low, warmup, gamma):
    """Yield the values of the original, which counts its steps one by one."""
    position, cycle, length = 0, 0, first
    yield low
    while True:
        position += 1
        if position >= length:
            cycle, position = cycle + 1, position - length
            length = int((length - warmup) * mult) + warmup
        peak = top * gamma**cycle
        if position < warmup:
            yield low + (peak - low) * position / warmup
        else:
            angle = math.pi * (position - warmup) / (length - warmup)
            yield low + (peak - low) * (1 + math.cos(angle)) / 2


@pytest.mark.parametrize("first", [2, 9, 10])
@pytest.mark.parametrize("mult", [1, 1.0, 1.3, 1.05, 2, 3])
@pytest.mark.parametrize("warmup", [0, 1, 5])
@pytest.mark.parametrize(("low", "gamma"), [(1e-4, 1.0), (0.0, 0.9), (0.01, 0.5)])
def test_exact_cycles_are_those_of_the_original(first, mult, warmup, low, gamma):
    if warmup >= first:
        return
    lr = restarts(
        123.0,
        first_cycle_steps=first,
        cycle_mult=mult,
        min_lr=low,
        warmup_steps=warmup,
        gamma=gamma,
        exact=True,
    )
    theirs = original(first, mult, 0.1, low, warmup, gamma)
    for t, value in zip(range(600), theirs, strict=False):
        assert lr(t) == pytest.approx(value, rel=0, abs=1e-13), t
    assert read_schedule(write_schedule(lr)) == lr


def test_the_peak_is_the_groups_own_unless_it_is_given():
    for base in (0.1, 0.02):
        assert restarts(base, T_0=10, T_up=2)(2) == base
        assert restarts(base, T_0=10)(0) == base
        assert restarts(base, T_0=10, T_up=2, eta_max=0.5)(2) == 0.5
        assert restarts(base, T_0=10, T_up=2, exact=True)(2) == 0.1


@pytest.mark.parametrize("exact", [False, True])
def test_both_vocabularies_say_the_same(exact):
    long = restarts(0.3, **GROWING, exact=exact)
    names = ("T_0", "T_mult", "eta_max", "eta_min", "T_up", "gamma")
    short = dict(zip(names, GROWING.values(), strict=True))
    assert restarts(0.3, **short, exact=exact) == long


@pytest.mark.parametrize("warmup", [0, 4])
@pytest.mark.parametrize("mult", [2, 3, 7])
def test_restarts_are_met_however_late(mult, warmup):
    lr = restarts(
        0.1, first_cycle_steps=10, cycle_mult=mult, warmup_steps=warmup, min_lr=0.001
    )
    begin, length = 0, 10
    while begin + length < 2**51:
        assert lr(begin) == pytest.approx(0.001 if warmup else 0.1, rel=1e-12)
        assert lr(begin + warmup) == pytest.approx(0.1, rel=1e-12)
        assert lr(begin + length - 1) < 0.01
        begin, length = begin + length, length * mult


def test_the_restart_at_1210_that_a_logarithm_misses():
    assert restarts(0.1, first_cycle_steps=10, cycle_mult=3)(1210) == 0.1
    assert restarts(0.1, T_0=10, T_mult=3, T_up=2, exact=False)(1212) == 0.1


@pytest.mark.parametrize("mult", [1.1, 1.25, 1.5, 2.5])
def test_cycles_of_a_broken_multiple_begin_at_whole_times(mult):
    lr = restarts(0.1, T_0=10, T_mult=mult, T_up=1, eta_min=0.0, gamma=0.5)
    written = Fraction(str(mult))
    for n in range(12):
        begin = math.floor(10 * (written**n - 1) / (written - 1))
        assert lr(begin) == pytest.approx(0.0, abs=1e-18)
        assert lr(begin + 1) == pytest.approx(0.1 * 0.5**n)


def test_equal_cycles_without_warmup_are_a_plain_repetition():
    lr = restarts(0.1, T_0=10, T_mult=2, eta_min=0.0, gamma=0.5)
    assert lr == Repeat(Cosine(0.1, 0.0, 10), stretch=2, decay=0.5)
    assert read_schedule(write_schedule(lr)) == lr


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, r"first_cycle_steps \(or T_0\) is missing"),
        ({"T_0": 10, "warmup_steps": 2}, "warmup_steps and T_0 are of two vocab"),
        ({"T_0": 10, "T_up": 10}, r"T_up \(10\) must be < T_0 \(10\)"),
        ({"T_0": 0}, "T_0 must be >= 1, got 0"),
        ({"first_cycle_steps": 2.5}, "first_cycle_steps must be a whole number"),
        ({"T_0": 10, "T_mult": 0.5}, "T_mult must be >= 1, got 0.5"),
        ({"T_0": 10, "gamma": 1.5}, r"gamma must be in \[0, 1\], got 1.5"),
        ({"T_0": 10, "eta_min": 0.2}, r"eta_min \(0.2\) exceeds the peak \(0.1\)"),
        ({"T_0": 10, "T_up": -1}, "T_up must be >= 0, got -1"),
        ({"T_0": 2, "T_mult": 1.0001, "T_up": 1}, "cycle_mult=1.0001 is so near to 1"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        restarts(0.1, **wrong)


def test_each_of_its_schedulers_can_be_exact():
    assert [d.name for d in SCHEDULERS if d.exact] == [d.name for d in SCHEDULERS]
