"""Paddle's schedulers: known values, edges, the sawtooth, and what is refused.

Its own figures are compared in tests/agreement.
"""

import json
import math

import pytest
import torch as pytorch

from dialects.recorded_signatures import differences
from lehr import Constant, Linear
from lehr.bindings.torch import PlateauScheduler
from lehr.dialects import dialect, named, schedulers
from lehr.dialects.paddle import (
    SCHEDULERS,
    cosine_annealing_decay,
    cosine_annealing_warm_restarts,
    cyclic,
    exponential_decay,
    inverse_time_decay,
    lambda_decay,
    linear_warmup,
    multi_step_decay,
    natural_exp_decay,
    noam_decay,
    one_cycle,
    piecewise_decay,
    polynomial_decay,
    reduce_on_plateau,
    step_decay,
)

SAW = polynomial_decay(
    learning_rate=1.0, decay_steps=4, end_lr=0.1, power=2.0, cycle=True
)


def test_parameters_and_defaults_are_paddles():
    assert differences("paddle") == []
    assert all(entry.absolute for entry in SCHEDULERS)
    assert len(schedulers("paddle")) == 17


def test_noam_begins_at_0():
    lr = noam_decay(d_model=512, warmup_steps=1)
    assert [lr(0), lr(1), lr(4)] == pytest.approx([0, 512**-0.5, 512**-0.5 / 2])


def test_a_cosine_climbs_back():
    lr = cosine_annealing_decay(learning_rate=1.0, T_max=5, eta_min=0.2)
    assert [lr(t) for t in (5, 10, 15)] == pytest.approx([0.2, 1.0, 0.2])


def test_one_cycle_has_an_absolute_end_which_is_held():
    lr = one_cycle(max_learning_rate=1.0, total_steps=10, anneal_strategy="linear")
    assert [lr(t) for t in (0, 2, 9, 10, 10**9)] == pytest.approx(
        [0.04, 1.0, 1e-4, 1e-4, 1e-4]
    )
    ended = one_cycle(max_learning_rate=1.0, total_steps=10, end_learning_rate=0.0)
    assert ended(9) == 0.0
    steep = one_cycle(max_learning_rate=1.0, total_steps=10, phase_pct=0.1)
    assert steep(0) == 1.0


def test_a_warmup_hands_over_to_another_schedulers_begin():
    given = {"warmup_steps": 3, "start_lr": 0.0, "end_lr": 0.6}
    restarts = named(
        SCHEDULERS, "CosineAnnealingWarmRestarts", learning_rate=1.0, T_0=1, T_mult=3
    )
    lr = linear_warmup(learning_rate=restarts, **given)
    assert [lr(t) for t in (0, 1, 2, 3)] == pytest.approx([0.0, 0.2, 0.4, 1.0])
    assert lr(3 + 121) == 1.0  # where a logarithm's floor misses the restart
    plain = linear_warmup(learning_rate=0.5, **given)
    assert [plain(t) for t in (2, 3, 10**9)] == pytest.approx([0.4, 0.5, 0.5])
    own = linear_warmup(learning_rate=Linear(1.0, 0.0, 10), **given)
    assert [own(3), own(8), own(13)] == pytest.approx([1.0, 0.5, 0.0])
    assert linear_warmup(learning_rate=Linear(1.0, 0.25, 0), **given)(3) == 0.25


def test_a_milestone_at_0_changes_the_first_value():
    lr = multi_step_decay(learning_rate=1.0, milestones=[0, 4], gamma=0.5)
    assert [lr(0), lr(3), lr(4)] == [0.5, 0.5, 0.25]


@pytest.mark.parametrize("t", [0, 1, 4, 5, 8, 9, 12, 13, 4_001])
def test_a_sawtooth_puts_off_its_end(t):
    k = max(1, math.ceil(t / 4))
    assert SAW(t) == pytest.approx(0.1 + 0.9 * (1 - t / (4 * k)) ** 2)


def test_a_cut_sawtooth_is_the_plain_decay():
    plain = polynomial_decay(learning_rate=1.0, decay_steps=4, end_lr=0.1, power=2.0)
    assert [SAW(t) for t in range(5)] == [plain(t) for t in range(5)]
    assert plain(9) == 0.1


def paddle_rule(metrics, factor, patience, cooldown, threshold=1e-4):
    """Yield the factor after each metric, by Paddle's rule written out."""
    best, bad, resting, value = math.inf, 0, 0, 1.0
    for metric in metrics:
        if resting:
            resting -= 1
        else:
            better = metric < best - best * threshold if best < math.inf else True
            best, bad = (metric, 0) if better else (best, bad + 1)
            if bad > patience:
                resting, bad, value = cooldown, 0, value * factor
        yield value


@pytest.mark.parametrize("patience", [0, 1, 3])
@pytest.mark.parametrize("cooldown", [0, 1, 2, 5])
def test_no_metric_is_looked_at_in_the_cooldown(patience, cooldown):
    metrics = [3, 3, 3, 1, 2, 2, 2, 2, 0.5, 2, 2, 0.4, 0.6, 0.6, 0.6, 0.6, 0.6] * 2
    driven = reduce_on_plateau(
        learning_rate=0.3, factor=0.5, patience=patience, cooldown=cooldown
    )
    found = [verdict.factor for verdict in driven.controller.replay(metrics)]
    assert found == list(paddle_rule(metrics, 0.5, patience, cooldown))
    assert driven.planned(7.0) == Constant(0.3)


@pytest.mark.parametrize("cooldown", [0, 2])
def test_a_plateau_goes_on_from_its_saved_state(cooldown):
    def begun():
        weights = pytorch.nn.Parameter(pytorch.zeros(1))
        optimizer = pytorch.optim.SGD([weights], lr=1.0)
        driven = reduce_on_plateau(
            learning_rate=0.5, factor=0.5, patience=1, cooldown=cooldown
        )
        scheduler = PlateauScheduler(
            optimizer, driven.controller, planned=driven.planned(1.0)
        )
        return optimizer, scheduler

    def rates(optimizer, scheduler, metrics):
        for metric in metrics:
            optimizer.step()
            scheduler.step(metric)
            yield optimizer.param_groups[0]["lr"]

    metrics = [1.0, 2.0, 2.0, 0.1, 0.2, 0.5, 0.6, 0.6, 0.6, 0.6]
    whole = list(rates(*begun(), metrics))
    assert whole == [0.5 * f for f in paddle_rule(metrics, 0.5, 1, cooldown)]
    optimizer, scheduler = begun()
    first = list(rates(optimizer, scheduler, metrics[:4]))
    state = json.loads(json.dumps(scheduler.state_dict()))
    optimizer, scheduler = begun()
    scheduler.load_state_dict(state)
    assert [*first, *rates(optimizer, scheduler, metrics[4:])] == whole


def test_the_metrics_limits_are_paddles():
    driven = dialect("paddle", "ReduceOnPlateau").metric_driven(
        learning_rate=0.3, mode="max", threshold_mode="abs", min_lr=0.01, epsilon=1e-3
    )
    assert (driven.minimum, driven.eps) == (0.01, 1e-3)
    assert driven.controller.mode == "max"
    assert driven.controller.threshold_mode == "absolute"


WARM = {"learning_rate": 1.0, "start_lr": 0.0, "end_lr": 1.0}
RATE = {"learning_rate": 1.0}
CYCLE = {"base_learning_rate": 0.0, "max_learning_rate": 1.0}
PEAK = {"max_learning_rate": 1.0, "total_steps": 10}


@pytest.mark.parametrize(
    ("curve", "given", "message"),
    [
        (noam_decay, {"d_model": 8, "warmup_steps": 0}, "warmup_steps must be >= 1"),
        (piecewise_decay, {"boundaries": [], "values": [1.0]}, "at least one update"),
        (natural_exp_decay, {**RATE, "gamma": 0}, "gamma must be > 0"),
        (natural_exp_decay, {"learning_rate": -1, "gamma": 1}, "learning_rate must be"),
        (inverse_time_decay, {**RATE, "gamma": -1}, "gamma must be >= 0"),
        (exponential_decay, {**RATE, "gamma": 1.0}, r"gamma must be in \(0, 1\)"),
        (polynomial_decay, {**RATE, "decay_steps": 0}, "decay_steps must be >= 1"),
        (polynomial_decay, {**RATE, "decay_steps": 2, "power": 0}, "power must be > 0"),
        (multi_step_decay, {**RATE, "milestones": [4, 2]}, "milestones must increase"),
        (step_decay, {**RATE, "step_size": 2, "gamma": 1.0}, "gamma must be < 1"),
        (linear_warmup, {**WARM, "warmup_steps": 0}, "warmup_steps must be >= 1"),
        (linear_warmup, {**WARM, "warmup_steps": 1, "end_lr": 0.0}, "end_lr must be >"),
        (one_cycle, {**PEAK, "end_learning_rate": -1}, "end_learning_rate must be >="),
        (one_cycle, {**PEAK, "three_phase": True, "phase_pct": 0.5}, "must be < 0.5"),
        (cyclic, {**CYCLE, "step_size_up": 2, "step_size_down": 0}, "step_size_down"),
        (
            cyclic,
            {"base_learning_rate": 0, "max_learning_rate": -1, "step_size_up": 2},
            "max_learning_rate must be >= 0",
        ),
        (cosine_annealing_warm_restarts, {**RATE, "T_0": 0}, "T_0 must be >= 1"),
        (lambda_decay, {**RATE, "lr_lambda": abs, "last_epoch": 2}, "last_epoch"),
    ],
)
def test_what_cannot_work_is_refused(curve, given, message):
    with pytest.raises(ValueError, match=message):
        curve(**given)
