"""fairseq's schedulers: known values, edges, and what is refused.

Its own figures are compared in tests/agreement; epochs have a file of their own.
"""

import pytest

from dialects.recorded_signatures import differences
from lehr import Constant
from lehr.dialects import dialect, schedulers
from lehr.dialects.fairseq import (
    SCHEDULERS,
    cosine,
    inverse_sqrt,
    pass_through,
    polynomial_decay,
    reduce_lr_on_plateau,
    step,
    tri_stage,
    triangular,
)


def values(schedule, number):
    return [schedule(t) for t in range(number)]


def test_parameters_and_defaults_are_fairseqs():
    assert differences("fairseq", added=["updates_per_epoch"]) == []
    assert all(entry.absolute for entry in SCHEDULERS)
    assert len(schedulers("fairseq")) == 10


def test_a_cosine_restarts_at_a_tenth():
    known = [0, 0.5, 1, 0.96194, 0.853553, 0.691342, 0.5, 0.308658, 0.146447, 0.03806]
    lr = cosine(lr=1.0, warmup_updates=2, max_update=10)
    assert values(lr, 12) == pytest.approx([*known, 0.1, 0.096194], abs=1e-6)


def test_every_restart_of_a_cosine_is_found():
    lr = cosine(lr=1.0, t_mult=3.0, lr_period_updates=1, lr_shrink=0.5)
    starts = [(3**i - 1) // 2 for i in range(30)]
    assert [lr(t) for t in starts] == [0.5**i for i in range(30)]


def test_a_cosine_has_its_floor_shrunk_too_and_never_above_the_peak():
    lr = cosine(lr=1.0, min_lr=0.2, lr_period_updates=4, lr_shrink=0.5)
    assert lr(2) == pytest.approx(0.6)
    assert lr(6) == pytest.approx(0.3)
    low = cosine(lr=0.1, min_lr=0.2, warmup_updates=2, max_update=6, lr_shrink=1)
    assert values(low, 8) == pytest.approx([0.1] * 8)


def test_a_warmup_begins_where_it_is_told():
    shared = {"lr": 1.0, "warmup_updates": 4}
    assert cosine(**shared, min_lr=0.2, max_update=9)(0) == 0.2
    assert cosine(**shared, min_lr=0.2, warmup_init_lr=0.0, max_update=9)(0) == 0.0
    assert step(**shared, min_lr=0.2)(0) == 0.2
    assert step(**shared, warmup_init_lr=0.6)(2) == pytest.approx(0.8)
    assert inverse_sqrt(**shared, warmup_init_lr=0.6)(2) == pytest.approx(0.8)


def test_a_tri_stage_has_known_values():
    known = [0.01, 0.505, 1, 1, 1, 1, 1, 0.316228, 0.1, 0.031623, 0.01, 0.01]
    lr = tri_stage(lr=1.0, warmup_steps=2, hold_steps=4, decay_steps=4)
    assert values(lr, 12) == pytest.approx(known, abs=1e-6)
    parts = tri_stage(lr=1.0, phase_ratio=(0.2, 0.4, 0.4), max_update=10)
    assert values(parts, 12) == pytest.approx(values(lr, 12))


def test_phase_ratios_may_be_1_but_for_rounding():
    assert sum([0.2, 0.7, 0.1]) != 1.0
    lr = tri_stage(lr=1.0, phase_ratio=(0.2, 0.7, 0.1), max_update=100)
    assert [lr(20), lr(89), lr(100)] == pytest.approx([1.0, 1.0, 0.01])


def test_a_tri_stage_without_decay_falls_at_once():
    lr = tri_stage(lr=1.0, warmup_steps=2, hold_steps=2, final_lr_scale=0.25)
    assert values(lr, 6) == pytest.approx([0.01, 0.505, 1.0, 1.0, 0.25, 0.25])
    assert tri_stage(lr=0.0, decay_steps=3)(1) == 0.0


def test_a_shrunk_triangle_points_down():
    lr = triangular(lr=0.5, max_lr=1.0, lr_period_updates=4, lr_shrink=0.1)
    assert values(lr, 9) == pytest.approx([0.5, 0.75, 1, 0.75, 0.5, 0.3, 0.1, 0.3, 0.5])
    both = triangular(
        lr=0.5, max_lr=1.0, lr_period_updates=4, lr_shrink=0.1, shrink_min=True
    )
    assert both(6) == pytest.approx(0.1)
    assert both(8) == pytest.approx(0.005)
    assert triangular(lr=0.0, max_lr=1.0)(2500) == 1.0


def test_a_period_of_a_triangle_is_cut_to_an_even_number():
    lr = triangular(lr=0.0, max_lr=1.0, lr_period_updates=5, lr_shrink=1.0)
    assert values(lr, 5) == [0.0, 0.5, 1.0, 0.5, 0.0]


def test_a_polynomial_decay_may_be_all_warmup():
    lr = polynomial_decay(
        lr=1.0, warmup_updates=4, total_num_update=4, end_learning_rate=0.1
    )
    assert values(lr, 7) == [0.0, 0.25, 0.5, 0.75, 1.0, 0.1, 0.1]
    flat = polynomial_decay(lr=1.0, total_num_update=2, power=0)
    assert values(flat, 4) == [1.0, 1.0, 0.0, 0.0]


def test_a_step_stays_above_its_floor():
    lr = step(lr=1.0, min_lr=0.3, lr_deacy_period=2)
    assert values(lr, 6) == [1.0, 1.0, 0.5, 0.5, 0.3, 0.3]
    assert lr(10**9) == 0.3


def test_a_plateau_shrinks_after_each_bad_validation():
    driven = reduce_lr_on_plateau(
        lr=[0.3], lr_shrink=0.5, maximize_best_checkpoint_metric=True
    )
    found = driven.controller.replay([1.0, 2.0, 2.0, 1.0, 3.0])
    assert [verdict.factor for verdict in found] == [1.0, 1.0, 0.5, 0.25, 0.25]
    assert driven.planned(9.0) == Constant(0.3)


def test_pass_through_says_why_it_has_no_curve():
    with pytest.raises(ValueError, match="the optimizer brings its own"):
        dialect("fairseq", "pass_through").curve()


PLAIN = {"lr": 1.0, "max_update": 9}


@pytest.mark.parametrize(
    ("curve", "given", "message"),
    [
        (cosine, {**PLAIN, "lr": [1.0, 0.5]}, "lr must be one value here"),
        (cosine, {**PLAIN, "lr": []}, "lr must hold at least one value"),
        (cosine, {**PLAIN, "lr": -1.0}, "lr must be >= 0"),
        (cosine, {**PLAIN, "warmup_updates": 9}, r"must be > warmup_updates \(9\)"),
        (cosine, {**PLAIN, "t_mult": 0.5}, "t_mult must be >= 1"),
        (cosine, {**PLAIN, "lr_shrink": 1.5}, r"lr_shrink must be in \[0, 1\]"),
        (cosine, {**PLAIN, "min_lr": -1}, "min_lr must be >= 0"),
        (cosine, {**PLAIN, "warmup_init_lr": float("nan")}, "warmup_init_lr must be"),
        (cosine, {"lr": 1.0}, "max_update must be > warmup_updates"),
        (inverse_sqrt, {"warmup_updates": 0}, "warmup_updates must be >= 1, got 0"),
        (step, {"lr": 0.1, "min_lr": 0.1}, "lr must be > min_lr"),
        (step, {"lr_decay": 2.0}, r"lr_decay must be in \[0, 1\]"),
        (step, {"lr_deacy_period": 0}, "lr_deacy_period must be > 0"),
        (tri_stage, {}, "are all 0"),
        (tri_stage, {"decay_steps": 4, "final_lr_scale": 0}, "final_lr_scale must be"),
        (tri_stage, {"decay_steps": 4, "init_lr_scale": -1}, "init_lr_scale must be"),
        (tri_stage, {"phase_ratio": (0.5, 0.4), "max_update": 9}, "three parts"),
        (triangular, {"max_lr": 0.1}, "max_lr must be > lr"),
        (triangular, {"max_lr": 1, "lr_period_updates": 1}, "lr_period_updates must"),
        (polynomial_decay, {"total_num_update": 0}, "total_num_update must be > 0"),
        (polynomial_decay, {"total_num_update": 5, "power": -1}, "power must be >= 0"),
        (reduce_lr_on_plateau, {"warmup_updates": 4}, "warmup_updates must be 0"),
        (pass_through, {}, "pass_through has no curve"),
    ],
)
def test_what_cannot_work_is_refused(curve, given, message):
    with pytest.raises(ValueError, match=message):
        curve(**given)
