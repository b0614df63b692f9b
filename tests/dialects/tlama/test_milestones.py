"""Drops at fractions of the tokens: the original's numbers, the floor, refusals."""

import math

import numpy as np
import pytest

from lehr.config import read_schedule, write_schedule
from lehr.dialects.tlama import get_multi_step_lr_scheduler, implement_paper_scheduler

TOKENS = 300_000_000_000, 2048 * 2048
DOCUMENT = (1e-4, 2_000, *TOKENS, [0.5, 0.8, 0.9], [0.5, 0.1, 0.01])
SHORT = {
    "max_lr": 1.0,
    "warmup_steps": 10,
    "total_tokens": 1_000,
    "tokens_per_step": 10,
    "step_milestones": [0.5, 0.8],
    "step_factors": [0.5, 0.1],
}


def test_the_originals_rates():
    golden = {
        **{0: 5e-8, 1_999: 1e-4, 2_000: 1e-4, 35_762: 1e-4},
        **{35_763: 5e-5, 57_219: 5e-5, 57_220: 1e-5, 64_372: 1e-5},
        **{64_373: 1e-6, 71_526: 1e-6, 10**9: 1e-6},
    }
    scheduler = get_multi_step_lr_scheduler(*DOCUMENT)
    assert {t: scheduler(t) for t in golden} == pytest.approx(golden, rel=1e-12)


def test_the_originals_rates_of_the_paper():
    golden = {
        **{0: 2.5e-7, 1_000: 2.5025e-4, 1_999: 5e-4, 57_219: 5e-4},
        **{57_220: 1.58e-4, 64_372: 1.58e-4, 64_373: 5e-5, 10**9: 5e-5},
    }
    scheduler, clip = implement_paper_scheduler(
        5e-4, total_tokens=TOKENS[0], batch_size=2048, seq_len=2048, verbose=False
    )
    assert {t: scheduler(t) for t in golden} == pytest.approx(golden, rel=1e-12)
    assert clip == 1.0


def test_no_rate_after_the_warmup_is_below_the_floor():
    scheduler = get_multi_step_lr_scheduler(**SHORT, min_lr=0.25)
    assert [scheduler(t) for t in (0, 49, 50, 80, 500)] == [0.1, 1.0, 0.5, 0.25, 0.25]


def test_the_original_ignores_the_floor():
    with_floor = get_multi_step_lr_scheduler(**SHORT, min_lr=0.25, exact=True)
    assert with_floor == get_multi_step_lr_scheduler(**SHORT)


def test_a_milestone_is_the_fraction_that_was_written():
    given = {**SHORT, "step_milestones": [0.29], "step_factors": [0.5]}
    scheduler = get_multi_step_lr_scheduler(**given)
    assert (scheduler(28), scheduler(29)) == (1.0, 0.5)
    original = get_multi_step_lr_scheduler(**given, exact=True)
    assert (original(27), original(28)) == (1.0, 0.5)


def test_the_last_step_may_be_a_part_of_one():
    scheduler = get_multi_step_lr_scheduler(1.0, 0, 101, 10, [0.5, 0.91], [0.5, 0.1])
    assert [scheduler(t) for t in (4, 5, 9, 10)] == [1.0, 0.5, 0.5, 0.1]  # 11 steps


def test_factors_may_rise_again_and_do_not_multiply_up():
    given = {**SHORT, "step_factors": [0.1, 1.0]}
    scheduler = get_multi_step_lr_scheduler(**given)
    assert [scheduler(t) for t in (49, 50, 80)] == [1.0, 0.1, 1.0]


def test_without_milestones_the_peak_holds():
    given = {**SHORT, "step_milestones": [], "step_factors": []}
    scheduler = get_multi_step_lr_scheduler(**given)
    assert [scheduler(t) for t in (0, 9, 10, 10**9)] == [0.1, 1.0, 1.0, 1.0]


def test_the_originals_warmup_runs_past_a_milestone():
    given = {**SHORT, "warmup_steps": 60}
    scheduler = get_multi_step_lr_scheduler(**given, exact=True)
    assert [scheduler(t) for t in (29, 59, 60, 79, 80)] == [0.5, 1.0, 0.5, 0.5, 0.1]


def test_the_warmup_may_end_where_the_first_drop_is():
    scheduler = get_multi_step_lr_scheduler(**{**SHORT, "warmup_steps": 50})
    assert [scheduler(t) for t in (49, 50)] == [1.0, 0.5]


def test_before_step_0_the_first_rate_holds():
    scheduler = get_multi_step_lr_scheduler(**SHORT)
    assert scheduler(-1) == scheduler(-(10**9)) == 0.1


def test_it_is_a_value_for_arrays_and_for_text():
    scheduler = get_multi_step_lr_scheduler(*DOCUMENT)
    steps = np.array([0, 1_999, 35_763, 10**9])
    assert scheduler(steps).tolist() == [scheduler(int(step)) for step in steps]
    assert read_schedule(write_schedule(scheduler)) == scheduler


def test_it_says_at_which_steps_it_drops_if_asked_to(capsys):
    get_multi_step_lr_scheduler(**SHORT, verbose=True)
    assert capsys.readouterr().out == (
        "get_multi_step_lr_scheduler: 100 steps; warmup to 1 over steps 0 to 9, "
        "0.5 from step 50, 0.1 from step 80\n"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_lr": math.nan}, "max_lr must be > 0 and finite, got nan"),
        ({"warmup_steps": -1}, "warmup_steps must be >= 0, got -1"),
        ({"warmup_steps": 51}, r"\(51\) reaches past the first milestone, at step 50"),
        ({"total_tokens": 0}, "total_tokens must be >= 1, got 0"),
        ({"tokens_per_step": 0}, "tokens_per_step must be >= 1, got 0"),
        ({"tokens_per_step": -5}, "tokens_per_step must be >= 1, got -5"),
        ({"step_milestones": [0.5]}, "must be equally many, got 1 and 2"),
        ({"step_milestones": [0.0, 0.8]}, r"\[0\] must be > 0 and < 1, .* got 0.0"),
        ({"step_milestones": [0.5, 1.0]}, r"\[1\] must be > 0 and < 1, .* got 1.0"),
        ({"step_milestones": [0.8, 0.5]}, "must increase, got 0.8 before 0.5"),
        ({"step_milestones": [0.5, 0.5]}, "must increase, got 0.5 before 0.5"),
        ({"step_milestones": [0.5, math.nan]}, r"\[1\] must be finite, got nan"),
        ({"step_milestones": [0.5, 0.501]}, "0.5 and 0.501 both fall on step 50 of"),
        ({"step_milestones": [0.001, 0.5], "warmup_steps": 0}, "on step 0 of 100"),
        ({"step_factors": [0.5, 2]}, r"step_factors\[1\] must be > 0 and <= 1, got 2"),
        ({"step_factors": [0.0, 0.1]}, r"step_factors\[0\] must be > 0 and <= 1"),
        ({"min_lr": -0.1}, "min_lr must be from 0 to max_lr"),
        ({"min_lr": 1.1}, "min_lr must be from 0 to max_lr"),
        (
            {"step_milestones": [], "step_factors": [], "warmup_steps": 101},
            "reaches past the end of the run, at step 100 of 100",
        ),
    ],
)
def test_what_cannot_work_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        get_multi_step_lr_scheduler(**SHORT | given)


@pytest.mark.parametrize("given", [0.5, "0.5", None])
def test_milestones_that_are_no_sequence_are_refused(given):
    with pytest.raises(TypeError, match="step_milestones must be a sequence"):
        get_multi_step_lr_scheduler(**SHORT | {"step_milestones": given})


def test_the_tokens_of_a_step_are_given_or_multiplied():
    given, multiplied, both = (
        implement_paper_scheduler(1.0, 10, 10**6, verbose=False, **sizes)
        for sizes in (
            {"tokens_per_step": 800},
            {"batch_size": 8, "seq_len": 100},
            {"tokens_per_step": 800, "batch_size": 8, "seq_len": 100},
        )
    )
    assert given == multiplied == both


def test_the_paper_says_what_it_made_unless_told_not_to(capsys):
    implement_paper_scheduler(1.0, 10, 10**6, 800, gradient_clip_val=0.5)
    assert capsys.readouterr().out == (
        "get_multi_step_lr_scheduler: 1,250 steps; warmup to 1 over steps 0 to 9, "
        "0.316 from step 1,000, 0.1 from step 1,125\n"
        "implement_paper_scheduler: clip gradients to a norm of 0.5\n"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"total_tokens": None}, "total_tokens must be given"),
        ({"tokens_per_step": None}, "give tokens_per_step, or batch_size and seq_len"),
        ({"batch_size": 8}, "go together, got batch_size=8 and seq_len=None"),
        ({"batch_size": 8, "seq_len": 0}, "seq_len must be >= 1, got 0"),
        ({"batch_size": 8, "seq_len": 9}, r"\(800\) is not batch_size \* seq_len \(72"),
        ({"gradient_clip_val": 0}, "gradient_clip_val must be > 0 and finite, got 0"),
        ({"warmup_steps": 2_000}, "reaches past the first milestone, at step 1000 of"),
    ],
)
def test_a_paper_that_cannot_be_followed_is_refused(given, message):
    fitting = {"warmup_steps": 10, "total_tokens": 10**6, "tokens_per_step": 800}
    with pytest.raises(ValueError, match=message):
        implement_paper_scheduler(1.0, **fitting | given)
