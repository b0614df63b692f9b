"""Each way to plan the rest of a run anew: its numbers, its edges, its refusals."""

import math

import pytest

from lehr import (
    Chain,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    MirrorCosine,
    Noise,
    Plan,
    Polynomial,
    Repeat,
    Step,
    Table,
    Window,
    extend,
    one_cycle,
    warm_restarts,
    warmup_cosine,
    warmup_stable_decay,
)
from lehr.replanning.between import reanchored

COSINE = warmup_cosine(1.0, warmup=10, total=100)
WSD = warmup_stable_decay(1.0, warmup=10, decay=20, total=100)


def test_rescaling_plays_what_is_left_at_another_pace():
    longer, shorter = extend(COSINE, at=40, total=160), extend(COSINE, at=40, total=70)
    for t in range(61):
        assert longer(40 + 2 * t) == pytest.approx(COSINE(40 + t), abs=1e-15)
        assert shorter(40 + t / 2) == pytest.approx(COSINE(40 + t), abs=1e-15)
    assert extend(COSINE, at=40, total=100) is COSINE


def test_rescaling_keeps_joints_on_whole_updates():
    new = extend(WSD, at=50, total=167)
    assert new == Chain(
        (Linear(1 / 11, 1.0, 10), Constant(1.0, 110), Linear(1.0, 0.0, 47))
    )


def test_what_is_kept_is_held_and_never_cut_while_it_changes():
    assert extend(COSINE, at=40, total=150, how="keep")(120) == 0.0
    assert extend(COSINE, at=40, total=100, how="keep") == COSINE
    flat = Linear(1.0, 0.1, 10).then(Constant(0.1, 90))
    assert extend(flat, at=5, total=50, how="keep").steps == 50
    endless = extend(InverseSqrt(1.0, timescale=10), at=5, total=50, how="keep")
    assert (endless.steps, endless(50)) == (50, InverseSqrt(1.0, timescale=10)(50))
    with pytest.raises(ValueError, match="cut the schedule off at 80 of 100 updates"):
        extend(COSINE, at=40, total=80, how="keep")


def test_reanchoring_makes_the_last_phase_or_the_plateau_before_it_longer():
    assert extend(WSD, at=50, total=200, how="reanchor") == extend(
        WSD, at=50, total=200, how="stable"
    )
    in_decay = extend(WSD, at=90, total=130, how="reanchor")
    assert [in_decay(t) for t in (89, 90, 110, 130)] == [0.55, 0.5, 0.25, 0.0]
    # In the warmup nothing is to be bent: it is the recipe of the new length.
    new = extend(COSINE, at=5, total=200, how="reanchor")
    assert new == warmup_cosine(1.0, warmup=10, total=200)


def test_reanchoring_to_another_schedule_takes_its_length():
    new = Cosine(2.0, 0.1, 300)
    joined = extend(COSINE, at=50, new=new, how="reanchor")
    assert (joined.steps, joined(300)) == (300, 0.1)
    assert joined(50) == pytest.approx(COSINE(50))
    scale = (COSINE(50) - 0.1) / (new(50) - 0.1)
    assert joined(200) == pytest.approx(0.1 + scale * (new(200) - 0.1))
    endless = InverseSqrt(1.0, timescale=100)
    cut = extend(COSINE, at=50, total=400, new=endless, how="reanchor")
    assert cut.steps == 400
    with pytest.raises(ValueError, match=r"total \(200\) is not the length of new"):
        extend(COSINE, at=50, total=200, new=new, how="reanchor")
    with pytest.raises(ValueError, match="since the new schedule never ends"):
        extend(COSINE, at=50, new=endless, how="reanchor")


@pytest.mark.parametrize(
    "old", [COSINE, Polynomial(1.0, 0.1, 100, 2), Linear(1, 0, 100)]
)
@pytest.mark.parametrize("total", [70, 101, 150, 1_000])
def test_a_smooth_way_has_the_slope_of_the_past_and_never_rises(old, total):
    new = extend(old, at=50, total=total, how="reanchor", slope=True)
    h = 1e-4
    before, after = (old(50) - old(50 - h)) / h, (new(50 + h) - new(50)) / h
    assert after == pytest.approx(before, rel=2e-3)
    values = [new(t) for t in range(50, total + 1)]
    assert values == sorted(values, reverse=True)
    assert new(total) == old(100)


def test_a_slope_away_from_the_goal_overshoots_by_little():
    rising = Linear(0.0, 1.0, 100)
    down = Chain((Linear(0.9, 0.6, 50), Linear(0.6, 0.0, 150)))
    new = extend(rising, at=50, new=down, how="reanchor", slope=True)
    assert new(51) > new(50) == pytest.approx(0.5)
    assert new.maximum <= 0.5 + 0.28 * 0.6
    flat = extend(WSD, at=50, total=200, how="reanchor", slope=True)
    assert [flat(t) for t in (50, 120, 180)] == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="needs a phase that ends"):
        reanchored(rising, InverseSqrt(1.0, timescale=9), 50, slope=True)


def test_stable_updates_come_before_the_last_decay_or_go_from_there():
    longer = warmup_stable_decay(1.0, warmup=10, decay=20, total=200)
    assert extend(WSD, at=5, total=200, how="stable") == longer
    assert extend(WSD, at=80, total=200, how="stable") == longer
    shorter = warmup_stable_decay(1.0, warmup=10, decay=20, total=70)
    assert extend(WSD, at=50, total=70, how="stable") == shorter
    with pytest.raises(ValueError, match=r"40 updates must go, .* 30 are left"):
        extend(WSD, at=50, total=60, how="stable")


def test_a_decay_that_has_begun_is_held_and_goes_on():
    held = extend(WSD, at=90, total=150, how="stable")
    assert [held(t) for t in (89, 90, 139, 145, 150)] == [0.55, 0.5, 0.5, 0.25, 0.0]
    rising = one_cycle(1.0, total=100)  # two falling phases, or one: the last run
    assert extend(rising, at=10, total=150, how="stable").maximum == 1.0
    level = extend(
        Step(1.0, every=10, factor=0.5, steps=30), at=5, total=50, how="stable"
    )
    assert level(50) == Step(1.0, every=10, factor=0.5, steps=30)(30)


def test_cooling_down_ends_at_the_floor_in_its_shape():
    down = extend(WSD, at=50, total=60, how="cooldown", floor=0.1)
    assert [down(t) for t in (49, 50, 55, 60, 99)] == [1.0, 1.0, 0.55, 0.1, 0.1]
    shaped = extend(WSD, at=50, total=70, how="cooldown", shape=MirrorCosine)
    assert shaped.pieces[-1] == MirrorCosine(1.0, 0.0, 20)
    own = extend(Cosine(1.0, 0.2, 100), at=50, total=60, how="cooldown")
    assert own(60) == 0.2
    assert (
        extend(InverseSqrt(1.0, timescale=9), at=9, total=19, how="cooldown")(19) == 0
    )
    with pytest.raises(ValueError, match="floor must be <= 1, the value at update 50"):
        extend(WSD, at=50, total=60, how="cooldown", floor=2.0)


def test_at_zero_all_is_to_come_and_past_the_end_only_the_end_is_held():
    assert extend(COSINE, at=0, total=200) == Chain(
        (Linear(1 / 11, 1.0, 20), Cosine(1.0, 0.0, 180))
    )
    assert extend(WSD, at=150, total=200, how="keep")(200) == 0.0
    lifted = Linear(1.0, 0.5, 100)
    assert extend(lifted, at=150, total=250, how="cooldown", floor=0.0)(200) == 0.25


def test_huge_runs_are_as_exact():
    old = warmup_cosine(1.0, warmup=10**9, total=10**12)
    new = extend(old, at=5 * 10**11, total=3 * 10**12)
    assert new.steps == 3 * 10**12
    assert new(5 * 10**11) == pytest.approx(old(5 * 10**11), rel=1e-14)
    assert new(10**13) == 0.0


def test_durations_are_of_the_plan():
    plan = Plan(dataset_size=100, batch_size=10, epochs=10)
    assert extend(COSINE, at="50%", total="20ep", plan=plan) == extend(
        COSINE, at=50, total=200
    )
    assert extend(COSINE, at="50", total=2e2) == extend(COSINE, at=50, total=200)
    with pytest.raises(ValueError, match="at='50%' needs the run"):
        extend(COSINE, at="50%", total=200)


@pytest.mark.parametrize(
    ("old", "options", "message"),
    [
        (COSINE, {"total": 50}, "nothing is left at update 50"),
        (COSINE, {"total": 5}, "counts from the start of the run"),
        (COSINE, {"total": math.inf}, "total must be a whole number"),
        (COSINE, {}, "total must be given"),
        (COSINE, {"total": 200, "how": "reancor"}, "did you mean 'reanchor'"),
        (COSINE, {"total": 200, "floor": 0.1}, 'floor belongs to how="cooldown"'),
        (COSINE, {"total": 200, "slope": True}, 'slope belongs to how="reanchor"'),
        (Linear(1, 0, 20), {"total": 200}, "nothing of it is left"),
        (Linear(1, 0, 20), {"total": 200, "how": "reanchor"}, r"rewarm\(...\)"),
        (InverseSqrt(1, timescale=9), {"total": 200}, "goes on for ever"),
        (InverseSqrt(1, timescale=9), {"total": 99, "how": "stable"}, "for ever"),
        (COSINE, {"total": 99, "how": "stable"}, "of the plateau"),
        (
            Repeat(Cosine(1, 0, 20), 5),
            {"total": 200, "how": "reanchor"},
            "cannot tell how the last phase",
        ),
        (WSD, {"total": 55, "how": "reanchor"}, "the schedule cannot end at 55"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(old, options, message):
    with pytest.raises(ValueError, match=message):
        extend(old, at=50, **options)


def test_other_things_are_no_schedules():
    with pytest.raises(TypeError, match="schedule must be a schedule"):
        extend(0.1, at=1, total=2)
    with pytest.raises(TypeError, match="at must be a number"):
        extend(COSINE, at=None, total=2)


@pytest.mark.parametrize(
    "old",
    [
        Table((1.0, 0.5, 0.25), every=30),
        Noise(0.1, 7, 1.0)[:90],
        warm_restarts(1.0, period=30)[:90],
        Linear(1.0, 0.0, 90.5),
        Window(Cosine(1.0, 0.0, 100), 2.5, 99),
    ],
)
def test_tables_noise_restarts_and_fractions_are_stretched_as_they_are(old):
    new = extend(old, at=45, total=45 + 2 * 50)
    factor = 100 / (old.steps - 45)
    assert new.steps == 145
    for t in range(46, 90, 7):
        later = new(45 + (t - 45) * factor)
        assert later == pytest.approx(old(t), abs=1e-9), t


@pytest.mark.parametrize("total", [1, 2, 3])
def test_many_phases_in_few_updates_add_up_to_the_length(total):
    old = warmup_stable_decay(1.0, warmup=10, decay=30, total=100)
    new = extend(old, at=0, total=total)
    assert new.steps == total
    assert new(total) == 0.0
