"""torch's CyclicLR and OneCycleLR: torch itself, for the rate and the momentum."""

import math
import random

import pytest
import torch

from dialects.torch_draws import DRAWN
from dialects.torch_oracle import BASES, DIALECTS, of, played
from lehr.dialects.torch import cyclic, cyclic_momentum, one_cycle, one_cycle_momentum

PER_GROUP = ("base_lr", "max_lr", "base_momentum", "max_momentum")
CYCLIC = {"base_lr": 0.0, "max_lr": 1.0, "step_size_up": 2}


def by_group(arguments, group):
    return {
        key: value[group] if key in PER_GROUP and isinstance(value, list) else value
        for key, value in arguments.items()
    }


def close(ours, theirs):
    scale = max(map(abs, theirs))
    return [ours(n) for n in range(len(theirs))] == pytest.approx(
        theirs, abs=1e-12 * scale
    )


def check_both(name, arguments, steps):
    dialect = DIALECTS[name]
    rates = played(of(name, **arguments), steps)
    momenta = played(of(name, **arguments), steps, field="momentum")
    for group, base in enumerate(BASES):
        own = by_group(arguments, group)
        assert close(dialect.curve(base, **own), rates[group]), own
        driven = dialect.others["momentum"](0.5, **own)
        if arguments.get("cycle_momentum", True):
            assert close(driven, momenta[group]), own
        else:
            assert driven is None
            assert set(momenta[group]) == {0.5}


@pytest.mark.parametrize("cycle_momentum", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_cyclic_equals_torch_with_ends_of_each_group(seed, cycle_momentum):
    lists = {
        "base_lr": [0.01, 0.1, 0.0],
        "max_lr": [0.5, 1.0, 2.0],
        "base_momentum": [0.8, 0.1, 0.5],
        "max_momentum": [0.95, 0.9, 0.7],
        "cycle_momentum": cycle_momentum,
    }
    check_both("CyclicLR", DRAWN["CyclicLR"](random.Random(seed)) | lists, 100)


@pytest.mark.parametrize("cycle_momentum", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_one_cycle_equals_torch_with_ends_of_each_group(seed, cycle_momentum):
    lists = {
        "max_lr": [0.5, 1.0, 2.0],
        "base_momentum": [0.8, 0.1, 0.5],
        "max_momentum": [0.95, 0.9, 0.7],
        "cycle_momentum": cycle_momentum,
    }
    drawn = DRAWN["OneCycleLR"](random.Random(seed))
    total = drawn.get("total_steps", drawn.get("epochs"))
    check_both("OneCycleLR", drawn | lists, total - 1)


def test_golden_cycles():
    lr = cyclic(9.0, **CYCLIC, mode="triangular2")
    golden = [0, 0.5, 1, 0.5, 0, 0.25, 0.5, 0.25, 0, 0.125, 0.25, 0.125, 0]
    assert [lr(n) for n in range(13)] == golden
    lr = cyclic(9.0, **CYCLIC, mode="exp_range", gamma=0.9)
    golden = [0, 0.45, 0.81, 0.3645, 0, 0.295245, 0.531441]
    assert [lr(n) for n in range(7)] == pytest.approx(golden, rel=1e-12)
    lr = one_cycle(9.0, max_lr=1.0, total_steps=10)
    golden = [0.04, 0.52, 1, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258, 0.049519]
    assert [lr(n) for n in range(9)] == pytest.approx(golden, abs=1e-6)
    assert lr(9) == pytest.approx(4e-6, rel=1e-12)


def test_one_cycle_holds_its_end_where_torch_goes_past_the_floor_and_raises():
    arguments = {"max_lr": 1.0, "total_steps": 10, "anneal_strategy": "linear"}
    lr = one_cycle(0.1, **arguments)
    assert lr(10) == lr(10**9) == lr(9) == pytest.approx(4e-6)
    (theirs,) = played(of("OneCycleLR", **arguments), 10, bases=[0.1])
    assert theirs[10] < 0
    with pytest.raises(ValueError, match="Tried to step 11 times"):
        played(of("OneCycleLR", **arguments), 11)


def test_a_rise_of_length_0_begins_at_the_peak_where_torch_divides_by_0():
    arguments = {"max_lr": 1.0, "total_steps": 10, "pct_start": 0.1}
    with pytest.raises(ZeroDivisionError):
        played(of("OneCycleLR", **arguments), 1)
    assert one_cycle(0.1, **arguments)(0) == 1.0
    assert one_cycle(0.1, **arguments | {"pct_start": 1.0, "total_steps": 1})(0) == 1.0
    assert one_cycle(0.1, **arguments, three_phase=True)(0) == 0.04


def test_the_groups_own_value_is_used_only_without_a_base_lr():
    assert cyclic(0.3, **CYCLIC | {"base_lr": None})(4) == 0.3
    assert cyclic(0.3, **CYCLIC)(4) == 0.0
    assert one_cycle(0.3, max_lr=1.0, total_steps=5) == one_cycle(
        99.0, max_lr=1.0, total_steps=5
    )


def test_the_momentum_of_adam_is_its_first_beta():
    arguments = {"max_lr": 1.0, "total_steps": 50}
    (theirs,) = played(
        of("OneCycleLR", **arguments), 49, [0.1], "betas", kind=torch.optim.Adam
    )
    assert close(one_cycle_momentum(0.9, **arguments), [betas[0] for betas in theirs])


def test_names_of_functions_are_values_and_print():
    lr = cyclic(0.1, **CYCLIC, scale_fn=math.exp)
    assert lr == cyclic(0.1, **CYCLIC, scale_fn="math:exp")
    assert "Counted(function='math:exp', every=4, first=1)" in repr(lr)


@pytest.mark.parametrize(
    ("curve", "wrong", "message"),
    [
        (cyclic, {"step_size_up": 0}, "step_size_up must be >= 1, got 0"),
        (cyclic, {"step_size_down": -1}, "step_size_down must be >= 0, got -1"),
        (cyclic, {"mode": "triangle"}, "mode must be one of .* mean 'triangular'"),
        (cyclic, {"scale_mode": "x"}, "scale_mode must be one of cycle, iterations"),
        (cyclic, {"gamma": math.nan}, "gamma must be finite"),
        (cyclic, {"max_lr": math.inf}, "max_lr must be finite"),
        (cyclic_momentum, {"last_epoch": 0}, "last_epoch must be -1"),
        (cyclic_momentum, {"base_momentum": math.nan}, "base_momentum must be finite"),
    ],
)
def test_cyclic_names_what_it_refuses(curve, wrong, message):
    with pytest.raises(ValueError, match=message):
        curve(0.1, **CYCLIC | wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "total_steps must be given, or epochs and steps_per_epoch; got epochs=No"),
        ({"epochs": 3}, "got epochs=3, steps_per_epoch=None"),
        ({"total_steps": 0}, "total_steps must be >= 1, got 0"),
        ({"epochs": 0, "steps_per_epoch": 5}, "epochs must be >= 1, got 0"),
        ({"total_steps": 9, "pct_start": 1.2}, r"pct_start must be in \[0, 1\]"),
        ({"total_steps": 9, "anneal_strategy": "cosine"}, "did you mean 'cos'"),
        ({"total_steps": 9, "div_factor": 0}, "div_factor must be .* other than 0"),
        ({"total_steps": 9, "final_div_factor": math.nan}, "final_div_factor must be"),
        ({"total_steps": 9, "last_epoch": 4}, "last_epoch must be -1, got 4"),
    ],
)
def test_one_cycle_names_what_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        one_cycle(0.1, max_lr=1.0, **wrong)


def test_a_list_per_group_is_for_the_caller_to_split():
    with pytest.raises(TypeError, match=r"max_lr must be a number, got \[0.1, 0.2\]"):
        one_cycle(0.1, max_lr=[0.1, 0.2], total_steps=5)
