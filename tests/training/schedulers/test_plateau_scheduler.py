"""The plateau scheduler cuts on the patience-th bad evaluation, as the original did."""

import json
import math
from dataclasses import FrozenInstanceError

import pytest

from lehr.training.schedulers import LRScheduler, ReduceLROnPlateau


def rates_of(metrics, *arguments):
    scheduler = ReduceLROnPlateau(*arguments)
    return [scheduler.step(metric) for metric in metrics], scheduler


@pytest.mark.parametrize(
    ("arguments", "metrics", "expected", "bad"),
    [
        ((1.0, "min", 0.5, 3), (0.5, 0.4), (1, 1), 0),
        ((1.0, "min", 0.5, 2), (0.5, 0.6), (1, 1), 1),
        ((1.0, "min", 0.5, 2), (0.5, 0.6, 0.7), (1, 1, 0.5), 0),
        ((1.0, "max", 0.5, 2), (0.5, 0.6), (1, 1), 0),
        ((1.0, "max", 0.5, 2), (0.5, 0.4, 0.3), (1, 1, 0.5), 0),
        (
            (1.0, "min", 0.5, 2),
            (0.5, 0.6, 0.7, 0.8, 0.9),
            (1, 1, 0.5, 0.5, 0.25),
            0,
        ),
        ((1.0, "min", 0.5, 2), (0.5, 0.6, 0.7, 0.4), (1, 1, 0.5, 0.5), 0),
        ((1.0, "min", 1.0, 1), (0.5, 0.6, 0.7), (1, 1, 1), 0),
        ((1.0, "min", 0.5, 0), (0.5, 0.6), (1, 0.5), 0),
        ((1.0, "min", 0.1, 0), (0.5, 0.6, 0.7, 0.8), (1, 0.1, 0.01, 0.001), 0),
    ],
)
def test_the_rates_are_those_of_the_original(arguments, metrics, expected, bad):
    rates, scheduler = rates_of(metrics, *arguments)
    assert rates == pytest.approx(expected)
    assert scheduler.epochs_without_improvement == bad


def test_a_realistic_run_is_that_of_the_original():
    metrics = [0.5, 0.4, 0.35, 0.36, 0.37, 0.38, 0.34, 0.35, 0.36, 0.37]
    rates, scheduler = rates_of(metrics, 0.01, "min", 0.5, 3)
    assert rates == [0.01] * 5 + [0.005] * 4 + [0.0025]
    assert scheduler.best_metric == 0.34
    assert [scheduler.get_lr(epoch) for epoch in (0, 10, 100)] == [0.0025] * 3


def test_a_nan_is_a_bad_evaluation_and_a_flat_metric_is_no_improvement():
    assert rates_of([0.5, math.nan, math.nan], 1.0, "min", 0.5, 2)[0] == [1, 1, 0.5]
    assert rates_of([0.5, 0.5], 1.0, "max", 0.5, 1)[0] == [1, 0.5]
    tiny = rates_of([1.0, 1.0 - 1e-12], 1.0, "min", 0.5, 1)[0]
    assert tiny == [1, 1], "any strict improvement is one"


def test_it_goes_on_where_it_was_saved():
    metrics = [0.5, 0.6, 0.7, 0.4, 0.5, 0.6, 0.6, 0.6]
    straight, whole = rates_of(metrics, 1.0, "min", 0.5, 3)
    for cut in range(len(metrics)):
        _, first = rates_of(metrics[:cut], 1.0, "min", 0.5, 3)
        state = json.loads(json.dumps(first.state_dict(), allow_nan=False))
        again = ReduceLROnPlateau(1.0, "min", 0.5, 3)
        again.load_state_dict(state)
        assert again.get_lr() == first.get_lr()
        assert [again.step(metric) for metric in metrics[cut:]] == straight[cut:]
        assert again.state_dict() == whole.state_dict()


def test_a_state_of_another_configuration_needs_a_policy():
    _, first = rates_of([0.5, 0.6], 1.0, "min", 0.5, 0)
    state = first.state_dict()
    other = ReduceLROnPlateau(1.0, "min", 0.1, 0)
    with pytest.raises(ValueError, match=r"factor was 0\.5 and is 0\.1"):
        other.load_state_dict(state)
    assert other.get_lr() == 1.0, "a load that is refused changes nothing"
    other.load_state_dict(state, on_change="override")
    assert (other.get_lr(), other.factor) == (0.1, 0.1)
    other.load_state_dict(state, on_change="keep")
    assert (other.get_lr(), other.factor) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"current_lr": 0.7}, "current_lr is 0.7, but 1 cuts"),
        ({"cuts": -1}, "cuts must be a whole number >= 0"),
        ({"base_lr": -1.0}, "base_lr must be > 0"),
        ({"extra": 1}, "which has no extra"),
    ],
)
def test_a_damaged_state_is_refused(change, message):
    _, scheduler = rates_of([0.5, 0.6], 1.0, "min", 0.5, 0)
    with pytest.raises(ValueError, match=message):
        scheduler.load_state_dict({**scheduler.state_dict(), **change})


def test_it_is_printed_and_its_settings_cannot_be_changed():
    scheduler = ReduceLROnPlateau(0.1)
    assert repr(scheduler) == (
        "ReduceLROnPlateau(base_lr=0.1, mode='min', factor=0.1, patience=10)"
    )
    with pytest.raises(FrozenInstanceError):
        scheduler.factor = 0.5
    assert not isinstance(scheduler, LRScheduler)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0,), "base_lr must be > 0"),
        ((0.1, "mini"), "did you mean 'min'"),
        ((0.1, "min", 0.0), r"factor must be in \(0, 1\]"),
        ((0.1, "min", 1.1), r"factor must be in \(0, 1\]"),
        ((0.1, "min", 0.1, -1), "patience must be >= 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ReduceLROnPlateau(*arguments)
    with pytest.raises(ValueError, match="epoch must be >= 0"):
        ReduceLROnPlateau(0.1).get_lr(-1)
