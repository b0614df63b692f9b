"""`find_rate` on a function of the rate: where theory says, and when to refuse."""

import math
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from lehr import Exponential, Linear
from lehr.rate_finder import find_rate
from rate_finder.quadratic import descent, valley_shaped


def lowest(found):
    return min(range(len(found.losses)), key=lambda i: found.losses[i])


@pytest.mark.parametrize("curvature", [1e-2, 1.0, 300.0])
def test_without_noise_the_loss_turns_between_the_rates_around_two_over_the_curvature(
    curvature,
):
    found = find_rate(
        descent(curvature), low=1e-3 / curvature, high=100 / curvature, smoothing=0.0
    )
    turn = lowest(found)
    assert found.rates[turn] < 2 / curvature <= found.rates[turn + 1]
    assert found.turning_point == pytest.approx(found.rates[turn])
    assert found.stopped_by == "divergence"


def test_a_linear_sweep_turns_there_too():
    found = find_rate(
        descent(10.0, noise=1e-3), low=0.003, high=0.6, sweep="linear", smoothing=0.0
    )
    # Of noise the turn is a matter of luck by a few updates.
    assert 0.19 < found.rates[-1] < 0.32
    assert found.stopped_by == "divergence"
    assert found.rates[1] - found.rates[0] == pytest.approx(
        found.rates[-1] - found.rates[-2]
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("curvature", [0.1, 50.0])
def test_every_suggestion_is_stable_with_noise_and_smoothing(curvature, seed):
    step = descent(curvature, noise=0.05 * curvature, seed=seed)
    found = find_rate(step, low=1e-4 / curvature, high=1e3 / curvature)
    assert found.suggestions.keys() >= {"steepest", "valley", "minimum"}
    for one in found.suggestions.values():
        assert 1e-3 / curvature < one.rate < 2 / curvature, one.rule
    assert 0.3 < found.turning_point * curvature / 2 < 3


def test_suggestions_scale_with_the_rate_as_the_problem_does():
    one = find_rate(descent(1.0), low=1e-3, high=100.0)
    other = find_rate(descent(1000.0, at=1000**-0.5), low=1e-6, high=0.1)
    for rule, found in one.suggestions.items():
        assert other.suggestions[rule].rate == pytest.approx(found.rate / 1000)


def test_the_sweep_is_a_schedule_and_the_rates_are_its_values():
    asked = []

    def step(rate):
        asked.append(rate)
        return descend(rate)

    descend = descent(1.0)
    found = find_rate(step, low=1e-3, high=10.0, updates=40)
    assert found.sweep == Exponential(1e-3, 10.0, 39)
    assert list(found.rates) == [found.sweep(t) for t in range(len(found.rates))]
    # The loss after an update is what the next step returns.
    assert asked[:-1] == list(found.rates)
    assert found.first == 0.5


def test_a_schedule_of_ones_own_may_be_swept():
    sweep = Exponential(1e-3, 0.1, 20).then(Linear(0.1, 4.0, 40))
    found = find_rate(descent(1.0, noise=0.01), sweep=sweep)
    assert found.sweep is sweep
    assert found.rates[-1] > 2.0


def test_a_loss_that_is_not_finite_ends_the_sweep_and_is_no_point_of_it():
    descend = valley_shaped()

    def step(rate):
        loss = descend(rate)
        return loss if rate < 0.15 else math.nan

    found = find_rate(step, low=1e-5)
    assert found.stopped_by == "non-finite loss"
    assert all(map(math.isfinite, found.losses))
    assert 1e-5 < found.suggestion.rate < 0.5


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_first_loss_that_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="before any update"):
        find_rate(lambda rate: value)


def test_a_loss_that_never_rises_is_no_answer_and_says_what_to_change():
    found = find_rate(descent(1.0), low=1e-4, high=0.5)
    assert (found.stopped_by, found.suggestions) == ("end of the sweep", {})
    with pytest.raises(ValueError, match=r"no upper bound.*high=0\.5.*larger high"):
        _ = found.suggestion


@pytest.mark.parametrize("seed", range(8))
def test_a_loss_of_mere_noise_is_no_answer(seed):
    draw = random.Random(seed)
    found = find_rate(lambda rate: 2.0 + draw.gauss(0.0, 0.3))
    with pytest.raises(ValueError, match="never fell by more than its noise"):
        _ = found.suggestion


def test_a_sweep_that_starts_too_high_is_no_answer():
    found = find_rate(descent(1.0), low=3.0, high=30.0)
    with pytest.raises(ValueError, match="start lower than low=3"):
        _ = found.suggestion


def test_a_loss_may_be_negative():
    descend = descent(1.0, noise=0.05)
    found = find_rate(lambda rate: descend(rate) - 5.0, low=1e-3, high=1e3)
    assert found.stopped_by == "divergence"
    assert found.suggestion.rate < 2.0


def test_the_default_rule_may_be_chosen():
    found = find_rate(descent(1.0), low=1e-3, high=100.0, rule="minimum")
    assert found.suggestion is found.suggestions["minimum"]


def test_a_loss_may_be_a_scalar_of_a_framework():
    torch = pytest.importorskip("torch")
    weight = torch.ones((), requires_grad=True)

    def step(rate):
        loss = 5.0 * weight**2
        (slope,) = torch.autograd.grad(loss, weight)
        weight.data -= rate * slope
        return loss

    found = find_rate(step, low=1e-4, smoothing=0.0)
    assert found.turning_point < 0.2 <= found.rates[lowest(found) + 1]


def test_a_step_that_returns_no_number_is_refused():
    with pytest.raises(TypeError, match="the loss that step returns must be a number"):
        find_rate(lambda rate: None)


def test_random_states_stay():
    def step(rate):
        random.random()
        return descend(rate)

    descend, before = descent(1.0), random.getstate()
    find_rate(step, low=1e-3, high=100.0)
    assert random.getstate() == before


def test_without_torch_it_needs_none_and_keeps_the_random_states():
    code = """
import random, sys
import numpy
from lehr.rate_finder import find_rate
from rate_finder.quadratic import descent
descend = descent(1.0)
def step(rate):
    random.random(), numpy.random.rand()
    return descend(rate)
before = random.getstate(), numpy.random.get_state()[1].tolist()
find_rate(step, low=1e-3, high=100.0)
assert (random.getstate(), numpy.random.get_state()[1].tolist()) == before
assert "torch" not in sys.modules and "matplotlib" not in sys.modules
"""
    here = Path(__file__).parents[1]
    path = os.pathsep.join([str(here.parent / "src"), str(here)])
    subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        check=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"low": 0.0}, "low must be > 0"),
        ({"low": 2.0, "high": 1.0}, "low must be < high"),
        ({"updates": 5}, "updates must be >= 10"),
        ({"smoothing": 1.0}, "smoothing must be < 1"),
        ({"stop": 1.0}, "stop must be > 1"),
        ({"rule": "vally"}, "did you mean 'valley'"),
        ({"sweep": "exponental"}, "did you mean 'exponential'"),
        ({"sweep": Linear(1.0, 0.5, 10)}, "must rise"),
        ({"accumulaton": 2}, "did you mean 'accumulation'"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        find_rate(descent(1.0), **options)


@pytest.mark.parametrize("arguments", [(3.0,), (descent(1.0), 1), (None, None, [1])])
def test_what_fits_no_form_is_refused(arguments):
    with pytest.raises(TypeError, match=r"find_rate\(model, optimizer, data\)"):
        find_rate(*arguments)


def test_a_function_takes_no_option_of_a_model():
    with pytest.raises(TypeError, match="only a model takes it"):
        find_rate(descent(1.0), accumulation=2)
