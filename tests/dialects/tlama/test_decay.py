"""Warmup and one decay: the original's numbers, its exact ends, and what is refused."""

import math
import subprocess
import sys

import numpy as np
import pytest

from lehr.config import read_schedule, write_schedule
from lehr.dialects.tlama import get_lr_scheduler

SAME = {"rel": 1e-12, "abs": 0.0}

# Rates that the original gave, by step.
WARMUP = {0: 1e-7, 1: 2e-7, 499: 5e-5, 998: 9.99e-5, 999: 1e-4, 1_000: 1e-4}
END = {50_000: 1e-6, 60_000: 1e-6}
COSINE = {
    1_001: 9.999999989826209e-5,
    5_000: 9.838109572043197e-5,
    25_500: 5.05e-5,
    49_999: 1.0000001017379072e-6,
}
LINEAR = {
    1_001: 9.999797959183674e-5,
    5_000: 9.191836734693878e-5,
    25_500: 5.05e-5,
    49_999: 1.0020204081632665e-6,
}
EXPONENTIAL = {
    1_001: 9.999393896105411e-5,
    5_000: 7.849565660256506e-5,
    25_500: 2.3089885854694553e-5,
    49_999: 5.929221548254663e-6,
}
TOY = {
    "cosine": {
        35: 0.8681980515339464,
        60: 0.55,
        85: 0.23180194846605365,
        109: 0.10022204783542078,
    },
    "linear": {35: 0.775, 85: 0.325, 109: 0.109},
    "exponential": {
        35: 0.5251298974669132,
        60: 0.30081714413358684,
        109: 0.14617297929872725,
    },
}


def rates(scheduler, golden):
    return {step: scheduler(step) for step in golden}


@pytest.mark.parametrize(
    ("decay_type", "golden"),
    [("cosine", COSINE), ("linear", LINEAR), ("exponential", EXPONENTIAL)],
)
def test_the_originals_rates(decay_type, golden):
    scheduler = get_lr_scheduler(1e-4, 1e-6, 1_000, 50_000, decay_type, exact=True)
    golden = WARMUP | golden | END
    assert rates(scheduler, golden) == pytest.approx(golden, **SAME)


@pytest.mark.parametrize("decay_type", TOY)
def test_the_originals_rates_of_a_short_run(decay_type):
    scheduler = get_lr_scheduler(1.0, 0.1, 10, 110, decay_type, exact=True)
    golden = {0: 0.1, 4: 0.5, 9: 1.0, 10: 1.0, **TOY[decay_type], 110: 0.1}
    assert rates(scheduler, golden) == pytest.approx(golden, **SAME)


def test_the_originals_rates_without_a_warmup():
    golden = {0: 1.0, 50: 0.55, 99: 0.10022204783542078, 100: 0.1}
    scheduler = get_lr_scheduler(1.0, 0.1, 0, 100)
    assert rates(scheduler, golden) == pytest.approx(golden, **SAME)


def test_the_originals_rates_of_its_tutorial():
    golden = {0: 8.39160839160839e-7, 714: 6e-4, 715: 6e-4, 9_894: 3.3e-4, 19_073: 6e-5}
    scheduler = get_lr_scheduler(6e-4, 6e-5, 715, 19_073)
    assert rates(scheduler, golden) == pytest.approx(golden, **SAME)


@pytest.mark.parametrize("decay_type", ["cosine", "linear"])
def test_only_the_exponential_decay_has_two_meanings(decay_type):
    one, other = (
        get_lr_scheduler(1.0, 0.1, 10, 110, decay_type, exact=exact)
        for exact in (True, False)
    )
    assert one == other


def test_the_exponential_decay_meets_its_last_rate_without_a_jump():
    scheduler = get_lr_scheduler(1e-4, 1e-6, 1_000, 50_000, "exponential")
    assert scheduler(1_000) == scheduler.maximum == 1e-4
    assert scheduler(50_000) == scheduler[1_000:].minimum == scheduler(10**9) == 1e-6
    assert scheduler.is_continuous
    # It falls by equal ratios, exp(-3 / 49,000), as the original does.
    falls = np.diff(scheduler(np.arange(1_000, 50_001)))
    ratios = falls[1_000::1_000] / falls[:-1_000:1_000]
    assert ratios == pytest.approx(math.exp(-3 * 1_000 / 49_000), rel=1e-6)


def test_the_originals_exponential_decay_jumps_at_its_end():
    scheduler = get_lr_scheduler(1.0, 0.1, 10, 110, "exponential", exact=True)
    assert not scheduler.is_continuous
    assert scheduler(109) - scheduler(110) > 0.04


def test_a_final_divisor_stands_in_for_the_last_rate():
    assert get_lr_scheduler(1e-4, None, 0, 100, final_div_factor=25)(100) == 4e-6


@pytest.mark.parametrize("divisor", [None, 100])
@pytest.mark.parametrize("min_lr", [math.nan, math.inf])
def test_a_last_rate_that_is_no_number_is_refused_even_if_overridden(min_lr, divisor):
    with pytest.raises(ValueError, match=r"min_lr must be .*(nan|inf)"):
        get_lr_scheduler(1e-4, min_lr, 10, 100, final_div_factor=divisor)


@pytest.mark.parametrize("min_lr", [1e-5, 1.0])
def test_a_final_divisor_overrides_the_last_rate_however_large(min_lr):
    given = get_lr_scheduler(1e-4, min_lr, 10, 100, final_div_factor=100)
    assert given == get_lr_scheduler(1e-4, None, 10, 100, final_div_factor=100)
    assert given(100) == pytest.approx(1e-6)


def test_one_step_of_warmup_is_already_the_peak():
    scheduler = get_lr_scheduler(1.0, 0.0, 1, 5, "linear")
    assert [scheduler(t) for t in range(6)] == [1.0, 1.0, 0.75, 0.5, 0.25, 0.0]


@pytest.mark.parametrize("decay_type", TOY)
def test_the_last_rate_may_be_the_peak(decay_type):
    scheduler = get_lr_scheduler(1e-4, 1e-4, 10, 100, decay_type)
    assert {scheduler(step) for step in range(10, 200)} == {1e-4}


def test_before_step_0_the_first_rate_holds():
    scheduler = get_lr_scheduler(1e-4, 1e-6, 1_000, 50_000)
    assert scheduler(-1) == scheduler(-(10**9)) == scheduler(0)


def test_an_array_of_steps_gives_an_array_of_rates():
    scheduler = get_lr_scheduler(1.0, 0.1, 10, 110, "exponential")
    steps = np.array([-5, 0, 9, 10, 60, 110, 500])
    assert scheduler(steps).tolist() == [scheduler(int(step)) for step in steps]


@pytest.mark.parametrize("decay_type", TOY)
@pytest.mark.parametrize("exact", [False, True])
def test_it_is_a_value_that_text_can_carry(decay_type, exact):
    scheduler = get_lr_scheduler(1.0, 0.1, 10, 110, decay_type, exact=exact)
    assert scheduler == get_lr_scheduler(1.0, 0.1, 10, 110, decay_type, exact=exact)
    assert read_schedule(write_schedule(scheduler)) == scheduler


def test_it_says_what_it_made_if_asked_to(capsys):
    get_lr_scheduler(1e-4, 1e-6, 1_000, 50_000)
    assert capsys.readouterr().out == ""
    get_lr_scheduler(1e-4, 1e-6, 1_000, 50_000, verbose=True)
    assert capsys.readouterr().out == (
        "get_lr_scheduler: warmup to 0.0001 over steps 0 to 999, cosine to 1e-06 at "
        "step 50,000\n"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_lr": 0.0}, "max_lr must be > 0 and finite, got 0.0"),
        ({"max_lr": math.nan}, "max_lr must be > 0 and finite, got nan"),
        ({"max_lr": math.inf}, "max_lr must be > 0 and finite, got inf"),
        ({"min_lr": -1e-6}, r"min_lr must be from 0 to max_lr \(0.0001\), got -1e-06"),
        ({"min_lr": 1e-3}, r"min_lr must be from 0 to max_lr \(0.0001\), got 0.001"),
        ({"min_lr": math.nan}, "min_lr must be finite, got nan"),
        ({"min_lr": None}, "min_lr is None, so final_div_factor must say"),
        ({"warmup_steps": -1}, "warmup_steps must be >= 0, got -1"),
        ({"warmup_steps": 0.5}, "warmup_steps must be a whole number, got 0.5"),
        ({"max_steps": 0}, "max_steps must be >= 1, got 0"),
        ({"max_steps": 10}, r"warmup_steps \(10\) must be < max_steps \(10\)"),
        ({"decay_type": "cosin"}, "got 'cosin'; did you mean 'cosine'"),
        ({"final_div_factor": 1}, "final_div_factor must be > 1, got 1"),
        ({"final_div_factor": math.inf}, "final_div_factor must be finite, got inf"),
    ],
)
def test_what_cannot_work_is_refused(given, message):
    fitting = {"max_lr": 1e-4, "min_lr": 1e-6, "warmup_steps": 10, "max_steps": 100}
    with pytest.raises(ValueError, match=message):
        get_lr_scheduler(**fitting | given)


def test_it_needs_no_framework_and_no_matplotlib():
    program = (
        "import sys; from lehr.training import get_lr_scheduler;"
        "get_lr_scheduler(1.0, 0.0, 1, 9)(5);"
        "print({'torch', 'numpy', 'matplotlib'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.stdout.strip() == b"set()", done.stderr
