"""Schedulers on ranges of steps: the original's numbers, and gaps refused."""

import math

import numpy as np
import pytest

from lehr import Constant, Linear
from lehr.config import read_schedule, write_schedule
from lehr.dialects.tlama import get_combined_lr_scheduler, get_lr_scheduler

FIRST = get_lr_scheduler(1e-4, 1e-5, 1_000, 10_000)
SECOND = get_lr_scheduler(1e-5, 1e-6, 0, 20_000)
TWO = {(0, 10_000): FIRST, (10_000, 30_000): SECOND}


def identity(step):
    return step


def test_the_originals_rates():
    golden = {
        0: 1e-7,
        1_000: 1e-4,
        9_999: 1.0000002741556752e-5,
        10_000: 1e-5,
        20_000: 5.5e-6,
        29_999: 1.0000000555165248e-6,
        30_000: 1.0000000555165248e-6,
        99_999: 1.0000000555165248e-6,
    }
    combined = get_combined_lr_scheduler(TWO)
    found = {step: combined(step) for step in golden}
    assert found == pytest.approx(golden, rel=1e-12, abs=0.0)


def test_before_step_0_the_first_rate_holds_and_not_the_last():
    assert get_combined_lr_scheduler(TWO)(-1) == pytest.approx(1e-7)


def test_the_order_of_the_ranges_does_not_matter():
    backwards = dict(reversed(TWO.items()))
    assert get_combined_lr_scheduler(backwards) == get_combined_lr_scheduler(TWO)


def test_each_scheduler_is_asked_for_its_own_steps_and_no_others():
    asked = []

    def watched(step):
        asked.append(step)
        return 0.5

    combined = get_combined_lr_scheduler({(0, 5): Constant(1.0), (5, 8): watched})
    rates = [combined(step) for step in range(12)]
    assert rates == [1.0] * 5 + [0.5] * 7
    assert set(asked) == {0, 1, 2}
    assert {type(step) for step in asked} == {int}


def test_a_scheduler_may_be_shorter_or_longer_than_its_range():
    long, short = Linear(0.0, 1.0, 100), Linear(1.0, 0.0, 2)
    combined = get_combined_lr_scheduler({(0, 5): long, (5, 10): short})
    assert [combined(step) for step in (4, 5, 6, 7, 9, 99)] == [
        *(0.04, 1.0, 0.5, 0.0, 0.0, 0.0)
    ]


def test_a_first_range_that_begins_late_needs_the_originals_word():
    with pytest.raises(ValueError, match=r"at 0, got \(5, 10\); .* \(0, 5\): Constant"):
        get_combined_lr_scheduler({(5, 10): identity})
    combined = get_combined_lr_scheduler({(5, 10): identity}, exact=True)
    assert [combined(t) for t in range(12)] == [4, 4, 4, 4, 4, 0, 1, 2, 3, 4, 4, 4]


def test_an_array_of_steps_gives_an_array_of_rates():
    combined = get_combined_lr_scheduler({(0, 4): identity, (4, 9): Constant(0.5)})
    steps = np.array([-1, 0, 3, 4, 20])
    assert combined(steps).tolist() == [0.0, 0.0, 3.0, 0.5, 0.5]


def test_it_is_a_value_that_text_can_carry():
    combined = get_combined_lr_scheduler(TWO)
    assert read_schedule(write_schedule(combined)) == combined


def test_a_combination_can_be_combined():
    inner = get_combined_lr_scheduler({(0, 3): Constant(1.0), (3, 6): Constant(0.5)})
    outer = get_combined_lr_scheduler({(0, 6): inner, (6, 9): Constant(0.1)})
    assert [outer(step) for step in (2, 3, 5, 6, 8, 9)] == [1, 0.5, 0.5, 0.1, 0.1, 0.1]


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ([(0, 10), (11, 20)], r"\(11, 20\) leave a gap at steps 10 to 10; let"),
        ([(0, 10), (9, 20)], r"\(9, 20\) overlap at steps 9 to 9; let"),
        ([(0, 10), (0, 20)], "overlap at steps 0 to 9"),
        ([(0, 10), (10, 10)], r"range \(10, 10\) must end after it starts"),
        ([(10, 0)], r"range \(10, 0\) must end after it starts, at 11 or later"),
        ([(-5, 10)], r"the start of range \(-5, 10\) must be >= 0, got -5"),
        ([(0, 2.5)], r"the end of range \(0, 2.5\) must be a whole number, got 2.5"),
        ([], "at least one range"),
    ],
)
def test_ranges_that_do_not_fit_are_refused(ranges, message):
    with pytest.raises(ValueError, match=message):
        get_combined_lr_scheduler(dict.fromkeys(ranges, FIRST))


@pytest.mark.parametrize(
    ("schedulers", "message"),
    [
        ([FIRST, SECOND], r"must map \(start, end\) to a scheduler"),
        ({10: FIRST}, r"a key of schedulers must be \(start, end\), got 10"),
        ({(0, 5, 10): FIRST}, "a key of schedulers must be"),
        ({("0", "10"): FIRST}, "must be a number, got '0'"),
        ({(0, 10): 1e-4}, r"got 0.0001; for one rate write Constant\(0.0001\)"),
        ({(0, 10): "cosine"}, "a schedule or a function of the step, got 'cosine'$"),
    ],
)
def test_what_is_no_mapping_of_ranges_to_schedulers_is_refused(schedulers, message):
    with pytest.raises(TypeError, match=message):
        get_combined_lr_scheduler(schedulers)


def test_a_function_without_a_finite_rate_is_refused_when_built():
    with pytest.raises(ValueError, match=r"\(0, 10\)\] at its step 9 must be finite"):
        get_combined_lr_scheduler({(0, 10): lambda t: math.inf if t == 9 else 1.0})
