"""Stopper: each reason to stop, each reason not to, and what it says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr.controllers import Stopper, StopperState

nan, inf = math.nan, math.inf


def stops(metrics, **options):
    """Return the numbers of the evaluations that say stop, counted from 1."""
    verdicts = Stopper(**options).replay(metrics)
    return [number for number, verdict in enumerate(verdicts, 1) if verdict.stop]


@pytest.mark.parametrize("level", [1.0, -1.0, 0.0])
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("kind", ["absolute", "relative"])
@pytest.mark.parametrize(("patience", "first"), [(0, 2), (1, 3), (3, 5)])
def test_a_flat_metric_stops_at_patience_plus_2(level, mode, kind, patience, first):
    options = {"mode": mode, "patience": patience, "delta_mode": kind}
    assert stops([level] * 6, **options)[0] == first


@given(st.lists(st.floats(-10, 10), max_size=30), st.integers(0, 4))
def test_stops_when_no_record_fell_within_the_patience(metrics, patience):
    records = [i for i, x in enumerate(metrics) if x < min(metrics[:i], default=inf)]
    late = (
        number
        for number in range(1, len(metrics) + 1)
        if number - 1 - max(r for r in records if r < number) > patience
    )
    assert next(iter(stops(metrics, patience=patience)), None) == next(late, None)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30))
def test_remembers_the_best_and_where_it_was(metrics):
    for mode, best in [("min", min(metrics)), ("max", max(metrics))]:
        verdict = Stopper(mode).replay(metrics)[-1]
        assert verdict.best == best
        assert verdict.best_evaluation == metrics.index(best)


def test_never_stops_while_improving_even_with_patience_0():
    assert stops([5.0, 4.0, 3.0, 2.0, 3.0], patience=0) == [5]


def test_an_improvement_clears_the_stop():
    assert stops([1.0, 2.0, 0.5, 0.4, 2.0], patience=0) == [2, 5]


@pytest.mark.parametrize(
    ("kind", "delta", "metrics", "improved"),
    [
        ("absolute", 0.5, [10.0, 9.5, 9.4], [True, False, True]),
        ("relative", 0.25, [8.0, 6.0, 5.9], [True, False, True]),
        ("relative", 0.25, [-8.0, -10.0, -10.1], [True, False, True]),
    ],
)
def test_an_improvement_exceeds_the_margin(kind, delta, metrics, improved):
    stopper = Stopper(min_delta=delta, delta_mode=kind)
    assert [v.improved for v in stopper.replay(metrics)] == improved
    mirror = Stopper("max", min_delta=delta, delta_mode=kind)
    assert [v.improved for v in mirror.replay([-m for m in metrics])] == improved


@pytest.mark.parametrize("warmup", [1, 2, 5])
def test_warmup_evaluations_neither_stop_nor_count(warmup):
    assert stops([1.0] * 9, patience=1, warmup=warmup)[0] == warmup + 2


def test_a_warmup_evaluation_may_be_the_best():
    verdict = Stopper(patience=0, warmup=2).replay([1.0, 9.0, 2.0])[-1]
    assert (verdict.stop, verdict.best, verdict.best_evaluation) == (True, 1.0, 0)


@pytest.mark.parametrize(
    ("mode", "divergence", "metrics"),
    [("min", 5.0, [1.0, 5.0, 5.1]), ("max", 0.5, [0.9, 0.5, 0.4])],
)
def test_divergence_stops_at_once_and_only_past_the_threshold(
    mode, divergence, metrics
):
    assert stops(metrics, mode=mode, divergence=divergence) == [3]
    assert stops(metrics, mode=mode, divergence=divergence, warmup=3) == []
    verdict = Stopper(mode, divergence=divergence).replay(metrics)[-1]
    assert verdict.why == f"diverged: {metrics[-1]:g} is worse than {divergence:g}"


def test_infinitely_bad_has_diverged_from_any_threshold_and_is_only_bad_without():
    assert stops([1.0, inf], divergence=1e300) == [2]
    assert stops([1.0, inf, 1.0, 1.0], patience=2) == [4]


@pytest.mark.parametrize(
    ("mode", "target", "metrics"),
    [("min", 0.1, [0.3, 0.11, 0.1]), ("max", 0.97, [0.5, 0.96, 0.98])],
)
def test_a_target_stops_when_it_is_reached(mode, target, metrics):
    assert stops(metrics, mode=mode, target=target) == [3]
    verdict = Stopper(mode, target=target).replay(metrics)[-1]
    assert verdict.improved
    assert verdict.why == f"the target is reached: {metrics[-1]}, wanted {target}"


def test_progress_short_of_the_baseline_is_bad_but_the_best():
    verdicts = Stopper(patience=2, baseline=0.5).replay([0.9, 0.8, 0.7])
    assert [v.stop for v in verdicts] == [False, False, True]
    assert [v.improved for v in verdicts] == [True, True, True]
    assert verdicts[-1].why == (
        "no improvement on the baseline 0.5 for 3 evaluations, 2 tolerated; "
        "best 0.7 at evaluation 2"
    )


def test_once_the_baseline_is_beaten_only_the_best_counts():
    metrics = [0.9, 0.4, 0.45, 0.3, 0.31, 0.31]
    assert stops(metrics, patience=1, baseline=0.5) == [6]
    why = Stopper(patience=1, baseline=0.5).replay(metrics)[-1].why
    assert why.startswith("no improvement for 2 evaluations, 1 tolerated")


def test_the_baseline_too_is_beaten_by_the_margin():
    options = {"patience": 0, "baseline": 0.5, "min_delta": 0.1}
    assert stops([0.45], **options) == [1]
    assert stops([0.35], **options) == []


@pytest.mark.parametrize(
    ("policy", "expected"), [("stop", [2, 3, 5]), ("bad", [3]), ("ignore", [5])]
)
def test_nan_is_what_its_policy_says(policy, expected):
    metrics = [1.0, nan, nan, 0.5, 0.5 if policy == "ignore" else nan]
    patience = 0 if policy == "ignore" else 1
    assert stops(metrics, patience=patience, nan=policy) == expected


def test_nan_raises_with_its_place_where_asked():
    with pytest.raises(ValueError, match="metric is nan at evaluation 2"):
        Stopper(nan="raise", warmup=9).replay([1.0, 1.0, nan])


def test_nan_in_the_warmup_does_not_stop():
    verdicts = Stopper(warmup=1).replay([nan, nan])
    assert [v.stop for v in verdicts] == [False, True]
    assert verdicts[0].why == "NaN in a warmup of 1"
    assert verdicts[1].why == "the metric is NaN"


@pytest.mark.parametrize(("mode", "best_possible"), [("min", -inf), ("max", inf)])
def test_a_metric_of_infinite_merit_is_handled_as_a_nan(mode, best_possible):
    assert stops([1.0, best_possible], mode=mode) == [2]
    assert Stopper(mode, nan="bad").replay([best_possible])[0].best is None


def test_says_why():
    stopper = Stopper(patience=1, warmup=1, nan="bad")
    assert [v.why for v in stopper.replay([0.25, 0.5, nan])] == [
        "0.25 is the best so far; evaluation 0 of a warmup of 1",
        "1 bad in a row, 1 tolerated",
        "no improvement for 2 evaluations, 1 tolerated; best 0.25 at evaluation 0",
    ]
    nans = Stopper(patience=1, nan="bad").replay([nan, nan])
    assert nans[0].why == "NaN is bad: 1 bad in a row, 1 tolerated"
    assert nans[1].why.endswith("none was finite")
    assert Stopper(nan="ignore").replay([nan])[0].why == "NaN is ignored"
    assert "for 1 evaluation, 0" in Stopper(patience=0).replay([1, 1])[1].why


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "less"},
        {"patience": -1},
        {"min_delta": -0.1},
        {"min_delta": inf},
        {"delta_mode": "rel"},
        {"warmup": -1},
        {"baseline": nan},
        {"divergence": inf},
        {"target": nan},
        {"nan": "skip"},
    ],
)
def test_names_the_argument_it_refuses(wrong):
    [(name, value)] = wrong.items()
    with pytest.raises(ValueError, match=rf"{name} must .* got {value!r}"):
        Stopper(**wrong)


@pytest.mark.parametrize("name", ["baseline", "target"])
@pytest.mark.parametrize(("mode", "value"), [("min", 3.0), ("max", 1.0)])
def test_refuses_a_goal_worse_than_divergence(name, mode, value):
    with pytest.raises(ValueError, match=rf"{name} \({value}\) is worse than diverg"):
        Stopper(mode, divergence=2.0, **{name: value})
    assert Stopper(mode, divergence=2.0, **{name: 2.0}).divergence == 2.0


def test_a_relative_margin_of_the_whole_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match='pass delta_mode="absolute"'):
        Stopper(min_delta=1.0, delta_mode="relative")


def test_the_state_is_counts_and_the_best():
    stopper, state = Stopper(), StopperState()
    for metric in [3.0, 2.0, 2.5]:
        state, _ = stopper.update(state, metric)
    assert state == StopperState(evaluations=3, best=2.0, bad=1, best_evaluation=1)
