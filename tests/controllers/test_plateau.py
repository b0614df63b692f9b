"""Plateau: torch's rule where it is sound, the convention of patience, the traps."""

import math
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.controllers import Plateau, PlateauState

nan, inf = math.nan, math.inf


def cuts(metrics, **options):
    """Return the numbers of the evaluations that cut, counted from 1."""
    verdicts = Plateau(**options).replay(metrics)
    return [number for number, verdict in enumerate(verdicts, 1) if verdict.cut]


def torch_factors(metrics, *, floor, **options):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, min_lr=floor, eps=0.0, **options
    )
    factors = []
    for metric in metrics:
        scheduler.step(metric)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


rules = {
    "mode": st.sampled_from(["min", "max"]),
    "factor": st.sampled_from([0.1, 0.5, 0.9]),
    "patience": st.integers(0, 4),
    "threshold": st.sampled_from([0.0, 1e-4, 0.1]),
    "cooldown": st.integers(0, 3),
    "floor": st.sampled_from([0.0, 0.3]),
}
positive = st.floats(1e-3, 1e3) | st.sampled_from([1.0, 0.9, 1.1])


@given(
    st.lists(positive | st.just(nan), max_size=40),
    st.fixed_dictionaries(rules),
    st.sampled_from(["relative", "absolute"]),
)
def test_equals_torch_on_positive_metrics(metrics, options, kind):
    ours = Plateau(threshold_mode=kind, **options).replay(metrics)
    theirs = torch_factors(metrics, threshold_mode=kind[:3], **options)
    assert [verdict.factor for verdict in ours] == pytest.approx(theirs, rel=1e-12)


@given(
    st.lists(st.floats(-1e3, 1e3), max_size=40),
    st.fixed_dictionaries(rules),
)
def test_equals_torch_on_any_metric_where_the_margin_is_absolute(metrics, options):
    ours = Plateau(threshold_mode="absolute", **options).replay(metrics)
    theirs = torch_factors(metrics, threshold_mode="abs", **options)
    assert [verdict.factor for verdict in ours] == pytest.approx(theirs, rel=1e-12)


@given(
    st.lists(positive | positive.map(lambda x: -x) | st.just(nan), max_size=40),
    st.fixed_dictionaries(rules),
)
def test_the_negated_metric_in_the_other_mode_is_judged_alike(metrics, options):
    there = Plateau(**options)
    other = "max" if options["mode"] == "min" else "min"
    back = Plateau(**options | {"mode": other})
    assert [v.factor for v in there.replay(metrics)] == [
        v.factor for v in back.replay([-metric for metric in metrics])
    ]


@pytest.mark.parametrize("level", [1.0, -1.0, 0.0])
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize(
    ("patience", "cooldown", "expected"),
    [
        (0, 0, [2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (1, 0, [3, 5, 7, 9]),
        (3, 0, [5, 9]),
        (0, 2, [2, 5, 8]),
        (1, 2, [3, 7]),
    ],
)
def test_a_flat_metric_is_cut_at_patience_plus_2(
    level, mode, patience, cooldown, expected
):
    options = {"mode": mode, "patience": patience, "cooldown": cooldown}
    assert cuts([level] * 10, factor=0.9, **options) == expected


# What Keras' ReduceLROnPlateau (3.15) and optax' reduce_on_plateau do to a flat metric.
PATIENCE_3_ELSEWHERE = {"torch": 5, "keras": 4, "optax": 4}


@pytest.mark.parametrize(
    ("library", "patience"), [("torch", 3), ("keras", 2), ("optax", 2)]
)
def test_other_conventions_of_patience_are_one_less(library, patience):
    assert cuts([1.0] * 6, patience=patience)[0] == PATIENCE_3_ELSEWHERE[library]


def test_cooldown_of_keras_is_one_more_than_ours():
    # There, patience 1 and cooldown 2 cut a flat metric each second evaluation.
    assert cuts([1.0] * 8, patience=0, cooldown=1) == [2, 4, 6, 8]


def test_a_best_metric_of_the_cooldown_may_not_count():
    metrics = [2.0, 2.0, 1.0, nan, 1.5, 2.0]
    rule = Plateau(patience=0, cooldown=2, watch_cooldown=False, nan="raise")
    blind, seeing = rule.replay(metrics), replace(rule, watch_cooldown=True, nan="bad")
    assert [verdict.best for verdict in blind] == [2.0, 2.0, 2.0, 2.0, 1.5, 1.5]
    assert [verdict.cut for verdict in blind] == [False, True] + [False] * 3 + [True]
    assert [verdict.best for verdict in seeing.replay(metrics)][2:] == [1.0] * 4
    assert blind[2].why == "1 to go of the cooldown"


def test_to_watch_the_cooldown_is_a_yes_or_no():
    with pytest.raises(TypeError, match="watch_cooldown must be True or False, got 0"):
        Plateau(watch_cooldown=0)


@pytest.mark.parametrize(
    ("mode", "falls_short", "suffices"),
    [
        ("min", 9.01, 8.99),
        ("max", 10.99, 11.01),
    ],
)
def test_the_relative_margin_is_a_part_of_the_best(mode, falls_short, suffices):
    for metric, improved in [(falls_short, False), (suffices, True)]:
        plateau = Plateau(mode, threshold=0.1)
        assert plateau.replay([10.0, metric])[-1].improved is improved
        mirrored = Plateau("max" if mode == "min" else "min", threshold=0.1)
        assert mirrored.replay([-10.0, -metric])[-1].improved is improved


def test_the_absolute_margin_is_in_units_of_the_metric():
    plateau = Plateau(threshold=0.5, threshold_mode="absolute")
    assert [v.improved for v in plateau.replay([10.0, 9.6, 9.4, -5.0])] == [
        True,
        False,
        True,
        True,
    ]


def test_an_improvement_begins_the_count_anew():
    assert cuts([5.0, 5.0, 5.0, 4.0, 4.0, 4.0, 4.0], patience=2) == [7]


def test_a_new_best_counts_in_the_cooldown():
    plateau = Plateau(patience=0, cooldown=2, factor=0.5)
    verdicts = plateau.replay([2.0, 2.0, 1.0, 1.5, 1.5])
    assert [v.best for v in verdicts] == [2.0, 2.0, 1.0, 1.0, 1.0]
    assert [v.cut for v in verdicts] == [False, True, False, False, True]


@pytest.mark.parametrize(
    ("policy", "expected"), [("bad", [3, 5, 7]), ("ignore", [5, 7])]
)
def test_nan_is_what_its_policy_says(policy, expected):
    metrics = [1.0, nan, nan, 1.0, 1.0, 1.0, 1.0]
    assert cuts(metrics, patience=1, nan=policy) == expected


def test_an_ignored_nan_spends_no_cooldown():
    metrics = [1.0, 1.0, nan, nan, 1.0, 1.0]
    assert cuts(metrics, patience=0, cooldown=1, nan="ignore") == [2, 6]
    assert cuts(metrics, patience=0, cooldown=1, nan="bad") == [2, 4, 6]


def test_nan_raises_with_its_place_where_asked():
    with pytest.raises(ValueError, match="metric is nan at evaluation 1"):
        Plateau(nan="raise").replay([1.0, nan])


@pytest.mark.parametrize(("mode", "worst"), [("min", inf), ("max", -inf)])
def test_infinity_is_bad_or_unusable_but_never_the_best(mode, worst):
    plateau = Plateau(mode, patience=0)
    assert [v.best for v in plateau.replay([worst, -worst, 1.0])] == [None, None, 1.0]
    with pytest.raises(ValueError, match=r"metric is -?inf"):
        Plateau(mode, nan="raise").replay([-worst])
    assert Plateau(mode, nan="raise", patience=0).replay([worst])[0].cut


def test_the_floor_bounds_the_cumulative_factor_and_ends_the_cuts():
    plateau = Plateau(factor=0.5, patience=0, floor=0.2)
    verdicts = plateau.replay([1.0] * 6)
    assert [v.factor for v in verdicts] == [1.0, 0.5, 0.25, 0.2, 0.2, 0.2]
    assert [v.cut for v in verdicts] == [False, True, True, True, False, False]
    assert verdicts[-1].why.endswith("at the floor")


def test_without_a_floor_the_factor_stays_positive():
    factors = [v.factor for v in Plateau(patience=0).replay([1.0] * 400)]
    assert all(after <= before for before, after in pairwise(factors))
    assert factors[-1] > 0


def test_the_factor_is_computed_from_the_cuts_not_accumulated():
    factors = [v.factor for v in Plateau(factor=0.9, patience=0).replay([1.0] * 50)]
    assert factors == [0.9**n for n in range(50)]
    assert factors != list(accumulate([1.0] + [0.9] * 49, lambda a, b: a * b))


def test_says_why():
    plateau = Plateau(factor=0.5, patience=1, cooldown=1)
    assert [v.why for v in plateau.replay([0.25, 0.5, 0.5, 0.5, nan])] == [
        "0.25 is the best so far",
        "1 bad in a row, 1 tolerated",
        "2 bad in a row, 1 tolerated: cut from 1 to 0.5",
        "0 to go of the cooldown",
        "NaN is bad: 1 bad in a row, 1 tolerated",
    ]
    assert Plateau(nan="ignore").replay([nan])[0].why == "NaN is ignored"


def test_optax_has_the_convention_that_the_table_says():
    optax = pytest.importorskip("optax")
    plateau = optax.contrib.reduce_on_plateau(factor=0.5, patience=3)
    state, scales = plateau.init({}), []
    for _ in range(6):
        _, state = plateau.update({}, state, value=1.0)
        scales.append(float(state.scale))
    assert scales.index(0.5) + 1 == PATIENCE_3_ELSEWHERE["optax"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "auto"},
        {"factor": 1.0},
        {"factor": 0.0},
        {"factor": nan},
        {"patience": -1},
        {"patience": 1.5},
        {"threshold": -1e-4},
        {"threshold": 1.0},
        {"threshold_mode": "rel"},
        {"cooldown": -1},
        {"floor": 1.0},
        {"floor": -0.1},
        {"nan": "stop"},
    ],
)
def test_names_the_argument_it_refuses(wrong):
    [(name, value)] = wrong.items()
    with pytest.raises(ValueError, match=rf"{name} must .* got {value!r}"):
        Plateau(**wrong)


def test_a_count_is_a_number():
    with pytest.raises(TypeError, match="patience must be a number, got '3'"):
        Plateau(patience="3")


def test_an_absolute_margin_may_be_any_size():
    assert Plateau(threshold=5.0, threshold_mode="absolute").threshold == 5.0


def test_the_state_is_counts_and_the_best():
    plateau, state = Plateau(patience=0, cooldown=2), PlateauState()
    for metric in [3.0, 2.0, 2.0]:
        state, _ = plateau.update(state, metric)
    assert state == PlateauState(evaluations=3, best=2.0, bad=0, cooling=2, cuts=1)
