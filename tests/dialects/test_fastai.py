"""fastai's dialect: its joints, its ends and its refusals."""

import math

import pytest

from lehr.dialects import Named, dialect, fastai, named

UP = named(fastai.SCHEDULERS, "SchedLin", start=0.0, end=1.0)
DOWN = named(fastai.SCHEDULERS, "SchedLin", start=2.0, end=0.0)


def combined(pcts, scheds, num_updates):
    return fastai.combine_scheds(pcts=pcts, scheds=scheds, num_updates=num_updates)


def test_a_combined_cosine_gives_the_recorded_vector():
    lr = fastai.combined_cos(
        pct=0.25, start=1 / 25, middle=1.0, end=1e-5, num_updates=100
    )
    wanted = [0.04, 1.0, 0.750002, 0.250007, 1e-5]
    assert [lr(t) for t in (0, 25, 50, 75, 100)] == pytest.approx(wanted, abs=1e-6)


def test_one_cycle_moves_the_momentum_against_the_rate():
    cycle = dialect("fastai", "fit_one_cycle")
    given = {"num_updates": 8, "pct_start": 0.5}
    lr = cycle.curve(0.1, **given)
    momentum = cycle.others["momentum"](0.5, **given)
    assert [lr(0), lr(4)] == [0.004, 0.1]
    assert [momentum(0), momentum(4)] == [0.95, 0.85]
    assert cycle.curve(0.1, lr_max=0.5, **given)(4) == 0.5


def test_a_joint_belongs_to_the_later_annealer_whatever_its_fractions_add_up_to():
    parts = [0.1, 0.2, 0.7]  # 0.1 + 0.2 > 0.3
    lr = combined(parts, [UP, UP, DOWN], 10)
    assert [lr(1), lr(3)] == [0.0, 2.0]


def test_an_annealer_with_no_part_vanishes():
    lr = combined([0.0, 0.5, 0.0, 0.5, 0.0], [DOWN, UP, DOWN, DOWN, UP], 8)
    assert [lr(t) for t in (0, 2, 4, 6, 8)] == [0.0, 0.5, 2.0, 1.0, 0.0]


@pytest.mark.parametrize(("pct", "ends"), [(0.0, [1.0, 0.0]), (1.0, [0.5, 1.0])])
def test_a_combined_cosine_may_have_one_part(pct, ends):
    lr = fastai.combined_cos(pct=pct, start=0.5, middle=1.0, end=0.0, num_updates=4)
    assert [lr(0), lr(4)] == ends


def test_restarts_are_found_and_their_cycles_may_be_of_one_length():
    lr = fastai.fit_sgdr(1.0, num_updates=3 * (2**20 - 1), n_cycles=20, cycle_len=3)
    restarts = [3 * (2**k - 1) for k in range(20)]
    assert {lr(t) for t in restarts} == {1.0}
    equal = fastai.fit_sgdr(
        0.1, num_updates=8, n_cycles=2, cycle_len=1, cycle_mult=1, lr_max=1.0
    )
    assert [equal(t) for t in (0, 2, 4, 6, 8)] == pytest.approx([1, 0.5, 1, 0.5, 0])
    assert fastai.fit_sgdr(1.0, num_updates=8, n_cycles=1, cycle_len=1)(8) == 0.0


def test_past_the_end_each_goes_on_by_its_formula():
    given = {"start": 1.0, "end": 4.0, "num_updates": 2}
    assert fastai.sched_lin(**given)(10) == pytest.approx(16.0)
    assert fastai.sched_cos(**given)(4) == 1.0
    assert fastai.sched_exp(**given)(6) == pytest.approx(64.0)
    assert fastai.sched_poly(**given, power=2)(6) == pytest.approx(28.0)
    assert fastai.sched_no(**given)(10) == 1.0
    for curve in (fastai.sched_lin, fastai.sched_exp):
        assert math.isfinite(curve(**given)(2**53))


def test_level_and_degenerate_annealers():
    level = {"start": 1.0, "end": 1.0, "num_updates": 2}
    for name in ("SchedLin", "SchedCos", "SchedExp"):
        assert dialect("fastai", name).curve(**level)(7) == 1.0
    assert fastai.sched_poly(**level, power=3)(7) == 1.0
    assert fastai.sched_poly(start=1.0, end=0.0, power=0, num_updates=2)(0) == 0.0
    steep = fastai.sched_poly(start=1.0, end=2.0, power=800, num_updates=2)
    assert math.isfinite(steep(10**9))
    fall = fastai.sched_exp(start=1.0, end=0.0, num_updates=5)
    assert [fall(0), fall(1), fall(9)] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("curve", "arguments", "message"),
    [
        (fastai.sched_lin, {"num_updates": 0}, "num_updates must be > 0"),
        (fastai.sched_exp, {"start": 0.0, "num_updates": 2}, "start must not be 0"),
        (fastai.sched_exp, {"end": -1.0, "num_updates": 2}, "of the same sign"),
        (fastai.sched_poly, {"power": -1, "num_updates": 2}, r"power must be in \[0"),
    ],
)
def test_refuses_annealers_that_cannot_be(curve, arguments, message):
    with pytest.raises(ValueError, match=message):
        curve(**{"start": 1.0, "end": 2.0, **arguments})


@pytest.mark.parametrize(
    ("pcts", "scheds", "error", "message"),
    [
        ([], [], ValueError, "one fraction per annealer"),
        ([1.0], [UP, DOWN], ValueError, "got 1 fractions and 2 annealers"),
        ([0.5, 0.4], [UP, DOWN], ValueError, "must add up to 1, got 0.9"),
        ([1.5, -0.5], [UP, DOWN], ValueError, r"pcts\[0\] must be in \[0, 1\]"),
        ([1.0], [0.5], TypeError, r"scheds\[0\] must be a Named"),
    ],
)
def test_refuses_combinations_that_cannot_be(pcts, scheds, error, message):
    with pytest.raises(error, match=message):
        combined(pcts, scheds, 10)


def test_refuses_runs_that_cannot_be():
    with pytest.raises(ValueError, match="div_final must not be 0"):
        fastai.fit_flat_cos(1.0, num_updates=4, div_final=0)
    with pytest.raises(ValueError, match="moms must hold three values"):
        fastai.fit_one_cycle_momentum(1.0, num_updates=4, moms=(0.9, 0.8))
    with pytest.raises(ValueError, match="n_cycles must be >= 1"):
        fastai.fit_sgdr(1.0, num_updates=4, n_cycles=0, cycle_len=1)


def test_each_is_found_by_its_name():
    named_one = Named(dialect("fastai", "fit_flat_cos"), {"num_updates": 8, "lr": 0.5})
    assert named_one.curve(0.1)(0) == 0.5
