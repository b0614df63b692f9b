"""Composer's schedulers: known values, warmups, joints, and refusals."""

import pytest

from lehr import Cosine, Repeat
from lehr.dialects import composer, dialect

RUN = {
    "max_duration": "10ep",
    "dataloader_len": 10,
    "batch_size": 4,
    "tokens_per_batch": 64,
}


def test_a_cosine_after_a_warmup_has_the_known_values():
    lr = composer.cosine_annealing_with_warmup(1.0, t_warmup="2ba", max_duration="10ba")
    known = [0, 0.5, 1, 0.96194, 0.853553, 0.691342, 0.5, 0.308658, 0.146447, 0.03806]
    assert [lr(t) for t in range(10)] == pytest.approx(known, abs=1e-6)
    assert lr(10) == lr(11) == lr(18) == 0.0


def test_the_ratio_stretches_the_run_and_its_times_but_not_the_warmup():
    arguments = {"t_warmup": "10ba", "max_duration": "100ba"}
    half = composer.linear_with_warmup(1.0, scale_schedule_ratio=0.5, **arguments)
    assert [half(t) for t in (5, 10, 30, 50)] == [0.5, 1.0, 0.5, 0.0]


def test_a_scaled_warmup_is_scaled_unless_it_is_to_be_exact():
    arguments = {
        "t_warmup": "4ba",
        "max_duration": "10ba",
        "scale_warmup": True,
        "scale_schedule_ratio": 2.0,
    }
    documented = composer.linear_with_warmup(1.0, **arguments)
    assert [documented(t) for t in (2, 4, 8, 14, 20)] == [0.25, 0.5, 1.0, 0.5, 0.0]
    original = composer.linear_with_warmup(1.0, exact=True, **arguments)
    assert [original(t) for t in (2, 3, 4, 12, 20)] == [0.25, 0.375, 1.0, 0.5, 0.0]
    arguments["scale_schedule_ratio"] = 0.5
    short = composer.constant_with_warmup(1.0, exact=True, **arguments)
    assert [short(t) for t in (0, 1, 2, 3, 9)] == [0.0, 0.5, 1.0, 1.0, 1.0]


def test_a_warmup_that_is_not_before_the_end_leaves_no_decay():
    for build in (
        composer.linear_with_warmup,
        composer.cosine_annealing_with_warmup,
        composer.polynomial_with_warmup,
    ):
        lr = build(1.0, t_warmup="1dur", max_duration="10ba")
        assert [lr(t) for t in (5, 10, 99)] == [0.5, 1.0, 1.0]


def test_milestones_under_the_warmup_show_after_it():
    lr = composer.multi_step_with_warmup(
        1.0, t_warmup="4ba", milestones=["2ba", "8ba"], gamma=0.5
    )
    assert [lr(t) for t in (3, 4, 7, 8)] == [0.75, 0.5, 0.5, 0.25]
    late = composer.multi_step_with_warmup(1.0, t_warmup="9ba", milestones=["8ba"])
    assert late(9) == 0.1


def test_the_constant_is_one_after_its_end():
    lr = composer.constant(1.0, alpha=0.5, t_max="10sp", batch_size=4)
    assert [lr(t) for t in (0, 2, 3, 99)] == [0.5, 0.5, 1.0, 1.0]
    assert composer.constant(0.1, max_duration="9ba")(99) == 0.1


def test_a_drop_at_a_whole_multiple_of_a_broken_length_is_not_missed():
    lr = composer.step(1.0, step_size="10sp", gamma=0.5, batch_size=3)
    for k in range(1, 200):
        assert lr(10 * k) == 0.5 ** (3 * k)
        assert lr(10 * k - 1) == 0.5 ** (3 * k - 1)


@pytest.mark.parametrize("build", [composer.step, composer.exponential])
def test_a_factor_that_grows_is_held_before_it_overflows(build):
    every = {composer.step: "step_size", composer.exponential: "decay_period"}[build]
    lr = build(1.0, gamma=2.0, **{every: "5ba"})
    assert lr(50) == 1024.0
    assert lr(10**9) == lr(10**12) < 1e308


def test_restarts_are_as_documented_unless_they_are_to_be_exact():
    restarts = composer.cosine_annealing_warm_restarts
    assert restarts(1.0, t_0="4ba", t_mult=2) == Repeat(Cosine(1.0, 0.0, 4), stretch=2)
    documented = restarts(1.0, t_0="3ba", t_mult=1.5)
    original = restarts(1.0, t_0="3ba", t_mult=1.5, exact=True)
    # Lengths 3, 4.5, 6.75 and 3, 4, 6: restarts at 7.5 and at 7.
    assert original(7) == 1.0 > documented(7)
    assert documented(8) > original(8)
    level = restarts(1.0, t_0="3ba", t_mult=1.2, exact=True)
    assert level(3) == level(6) == level(300) == 1.0


@pytest.mark.parametrize("exact", [False, True])
def test_cycles_that_shrink_come_to_an_end(exact):
    lr = composer.cosine_annealing_warm_restarts(
        1.0, t_0="8ba", t_mult=0.5, alpha_f=0.1, exact=exact
    )
    assert [lr(t) for t in (0, 8, 12, 14)] == [1.0] * 4
    assert lr(15) == lr(10**9) == 0.1


def test_the_inverse_root_cools_down_or_holds():
    arguments = {"t_warmup": "2ba", "t_scale": "4ba", "max_duration": "20ba"}
    build = composer.inverse_square_root_with_warmup
    held = build(1.0, t_cooldown="0ba", alpha_f_decay=0.2, **arguments)
    assert held(14) == pytest.approx(0.6)
    assert held(20) == held(10**9)
    early = build(1.0, t_cooldown="19ba", **arguments)
    assert [early(t) for t in (2, 21, 99)] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Linear", {"t_max": "5sec"}, "wall clock time"),
        ("Linear", {"t_max": "5iter"}, "an iteration has no length"),
        ("Linear", {"t_max": "5 parsecs"}, "t_max must be a number >= 0 and one of"),
        ("Linear", {"t_max": "manyba"}, "t_max must be a number"),
        ("Linear", {"t_max": "1.5ep"}, "must be a whole number of ep"),
        ("Linear", {"max_duration": None}, "max_duration must be given for t_max"),
        ("Linear", {"max_duration": "1dur"}, "max_duration times scale_schedule_ratio"),
        ("Linear", {"dataloader_len": None}, "dataloader_len must be given for t_max"),
        ("Linear", {"t_max": "9sp", "batch_size": None}, "batch_size must be given"),
        ("Linear", {"scale_schedule_ratio": 0}, "scale_schedule_ratio must be > 0"),
        ("Step", {"step_size": "0ba"}, "step_size must be > 0"),
        ("Exponential", {"gamma": 0}, "gamma must be > 0"),
        (
            "LinearWithWarmup",
            {"t_warmup": "8sp"},
            "t_warmup and t_max must come to the same unit",
        ),
        (
            "LinearWithWarmup",
            {"t_warmup": "8ba", "t_max": "99ba"},
            r"t_max must not be before the end of the run \(100ba\), got 99ba",
        ),
        (
            "CosineAnnealingWarmRestarts",
            {"t_0": "9000ba", "t_mult": 1.001, "exact": True},
            "more than 10000 cycles",
        ),
        (
            "InverseSquareRootWithWarmup",
            {"t_warmup": "8ba", "t_scale": "1ep", "t_cooldown": "1ep"},
            "t_warmup must be in the unit of max_duration",
        ),
        (
            "InverseSquareRootWithWarmup",
            {
                "t_warmup": "1ep",
                "t_scale": "1ep",
                "t_cooldown": "1ep",
                "alpha_f_cooldown": 0.5,
            },
            "alpha_f_decay must be >= alpha_f_cooldown",
        ),
        (
            "InverseSquareRootWithWarmup",
            {
                "t_warmup": "8sp",
                "t_scale": "8sp",
                "t_cooldown": "8sp",
                "t_max": "1ep",
                "max_duration": "80sp",
            },
            "t_max must come to the unit sp, got 10ba",
        ),
        (
            "InverseSquareRootWithWarmup",
            {
                "t_warmup": "8ba",
                "t_scale": "8ba",
                "t_cooldown": "8ba",
                "t_max": "99ba",
                "max_duration": None,
            },
            "max_duration must be given: the times must be in its unit",
        ),
    ],
)
def test_refuses_what_cannot_be(name, arguments, message):
    curve = dialect("composer", f"{name}Scheduler").curve
    with pytest.raises(ValueError, match=message):
        curve(1.0, **{**RUN, **arguments})
