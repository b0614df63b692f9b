"""Rates measured in PyTorch-Project-Template's own trainer, one per epoch."""

import pytest

from lehr import Plan
from lehr.scheduler import build_scheduler
from scheduler.runs import rates, used

TEN = Plan(dataset_size=640, batch_size=64, epochs=10)
"""Ten epochs of ten updates."""


def numbers(text):
    return [float(word) for word in text.split()]


CHAINED = {
    "class_name": "ChainedScheduler",
    "args": {
        "schedulers": [
            {
                "class_name": "LinearLR",
                "args": {"start_factor": 0.1, "end_factor": 1.0, "total_iters": 3},
            },
            {
                "class_name": "MultiStepLR",
                "args": {"milestones": [0.5, 0.75], "gamma": 0.1},
            },
        ],
        "step_ranges": [[0, 3], [3, None]],
    },
}
RESTARTS = {
    "name": "CosineAnnealingWarmupReduceRestarts",
    "first_cycle_steps": 10,
    "cycle_mult": 1,
    "max_lr": 0.1,
    "min_lr": 0.001,
    "warmup_steps": 3,
    "gamma": 0.5,
}
CASES = {
    "step": (
        {"name": "StepLR", "step_size": 0.7, "gamma": 0.1},
        [*[0.1] * 7, 0.01],
    ),
    "step of the whole run": (
        {"name": "StepLR", "step_size": 1.0, "gamma": 0.1},
        [*[0.1] * 10, 0.01],
    ),
    "step of one": (
        {"name": "StepLR", "step_size": 1, "gamma": 0.1},
        [0.1, 0.01, 0.001],
    ),
    "multi step": (
        {"name": "MultiStepLR", "milestones": [0.5, 0.75], "gamma": 0.1},
        [*[0.1] * 5, *[0.01] * 3, 0.001],
    ),
    "multi step, twice at once": (
        {"name": "MultiStepLR", "milestones": [0.5, 0.5], "gamma": 0.1},
        [*[0.1] * 5, 0.001],
    ),
    "linear": (
        {"name": "LinearLR", "start_factor": 0.00066667, "total_iters": 1.0},
        numbers(
            "6.6667e-5 0.01006 0.0200533 0.0300466 0.04004 0.0500333 "
            "0.0600267 0.07002 0.0800133 0.0900067 0.1 0.1"
        ),
    ),
    "warm restarts": (
        {"name": "CosineAnnealingWarmRestarts", "T_0": 4, "T_mult": 2, "eta_min": 1e-6},
        numbers(
            "0.1 0.0853554855 0.0500005 0.0146455145 0.1 0.0961940147 "
            "0.0853554855 0.0691344803 0.0500005 0.0308665197 "
            "0.0146455145 0.0038069853 0.1"
        ),
    ),
    "warmup, reduced restarts": (
        RESTARTS | {"exact": True},
        numbers(
            "0.001 0.034 0.067 0.1 0.095097959 0.0813627452 0.0615147862 "
            "0.0394852138 0.0196372548 0.005902041 0.001 0.0173333 "
            "0.0336667 0.05 0.0475737373"
        ),
    ),
    "polynomial": (
        {"name": "PolynomialLRDecay", "end_learning_rate": 0.01, "exact": True},
        numbers(
            "0.091 0.091 0.082 0.073 0.064 0.055 0.046 0.037 0.028 0.019 0.01 0.01"
        ),
    ),
    "polynomial, as documented": (
        {"name": "PolynomialLRDecay", "end_learning_rate": 0.01},
        [0.1, 0.091, 0.082, 0.073, 0.064, 0.055, 0.046, 0.037, 0.028, 0.019, 0.01],
    ),
    "polynomial, power 0.9": (
        {
            "name": "PolynomialLRDecay",
            "end_learning_rate": 1e-4,
            "power": 0.9,
            "exact": True,
        },
        numbers(
            "0.0909623044 0.0909623044 0.0818234094 0.0725692429 "
            "0.0631814422 0.0536350845 0.0438944907 0.0339045078 "
            "0.0235688865 0.0126766649 0.0001"
        ),
    ),
    "ranges": (
        CHAINED | {"args": CHAINED["args"] | {"exact": True}},
        [0.01, 0.04, *[0.07] * 5, *[0.007] * 3, 0.0007],
    ),
    "timm cosine": (
        {
            "name": "timm_CosineLRScheduler",
            "lr_min": 1e-6,
            "warmup_t": 2,
            "warmup_lr_init": 1e-4,
        },
        numbers(
            "0.0001 0.05005 0.0904509452 0.0793894687 0.0654511952 "
            "0.0500005 0.0345498048 0.0206115313 0.0095500548 "
            "0.0024481497 1e-6"
        ),
    ),
    "timm polynomial": (
        {"name": "timm_PolyLRScheduler", "lr_min": 1e-6},
        numbers(
            "0.1 0.0948683811 0.0894428247 0.083666166 0.0774598923 "
            "0.070710971 0.0632459207 0.054772708 0.0447219123 "
            "0.0316234604 1e-6"
        ),
    ),
    "timm step": (
        {"name": "timm_StepLRScheduler", "decay_t": 0.3, "decay_rate": 0.5},
        [*[0.1] * 3, *[0.05] * 3, *[0.025] * 3, *[0.0125] * 3, 0.00625],
    ),
    "timm multi step": (
        {"name": "timm_MultiStepLRScheduler", "decay_t": [3, 6], "decay_rate": 0.1},
        [*[0.1] * 2, *[0.01] * 3, 0.001],
    ),
    "timm tanh": (
        {"name": "timm_TanhLRScheduler", "lr_min": 1e-6},
        numbers(
            "0.1 0.0999993856 0.0999954603 0.0999664653 0.0997527402 "
            "0.098201397 0.088079827 0.0500005 0.011921173 0.001799603 "
            "1e-6"
        ),
    ),
}


@pytest.mark.parametrize(("config", "expected"), CASES.values(), ids=CASES)
def test_the_rates_are_those_that_were_measured(optimizer, config, expected):
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config, plan=TEN, step_per="epoch")
    found = [rate for [rate] in used(bound, scheduler, len(expected))]
    assert found == pytest.approx(expected, rel=3e-6)


def test_a_flat_metric_is_cut_after_patience(optimizer):
    config = {"name": "ReduceLROnPlateau", "patience": 2, "factor": 0.5}
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config)
    found = used(bound, scheduler, 10, lambda s, _: s.step(1.0))
    assert found == [[0.1]] * 4 + [[0.05]] * 3 + [[0.025]] * 3


def test_ranges_as_documented_begin_at_their_own_zero(optimizer):
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, CHAINED, plan=TEN, step_per="epoch")
    found = [rate for [rate] in used(bound, scheduler, 12)]
    assert found == pytest.approx(
        [0.01, 0.04, 0.07, *[0.1] * 5, *[0.01] * 3, 0.001], rel=1e-12
    )


@pytest.mark.parametrize(
    "ranges",
    [[[0, "3ep"], ["3ep", None]], [[0, 0.3], [0.3, 1.0]], [[0, "30%"], ["30%", "10"]]],
)
@pytest.mark.parametrize("exact", [True, False])
def test_ranges_may_be_parts_of_the_run(optimizer, ranges, exact):
    seen = []
    for given in ([[0, 3], [3, 10]], ranges):
        bound = optimizer(0.1)
        config = {"args": CHAINED["args"] | {"step_ranges": given, "exact": exact}}
        options = {"plan": TEN, "step_per": "epoch"}
        scheduler = build_scheduler(bound, CHAINED | config, **options)
        seen.append(used(bound, scheduler, 10))
    assert seen[0] == seen[1]


def test_the_same_run_in_updates_is_ten_times_as_long(optimizer):
    config = {"name": "MultiStepLR", "milestones": [0.5, 0.75], "gamma": 0.1}
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config, plan=TEN)
    found = [rate for [rate] in used(bound, scheduler, 101)]
    assert [t for t in range(1, 101) if found[t] != found[t - 1]] == [50, 75]


def test_a_run_that_is_lengthened_follows_its_new_length(optimizer):
    config = {"name": "MultiStepLR", "milestones": [0.5, 0.75], "gamma": 0.1}
    longer = Plan(dataset_size=640, batch_size=64, epochs=20)
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config, plan=TEN, step_per="epoch")
    for _ in range(7):
        scheduler.step()
    state, again = scheduler.state_dict(), optimizer(0.1)
    other = build_scheduler(again, config, plan=longer, step_per="epoch")
    with pytest.raises(ValueError, match="another configuration"):
        other.load_state_dict(state)
    other.load_state_dict(state, on_change="override")
    assert rates(again) == [0.1]


@pytest.mark.parametrize(("exact", "restarts"), [(False, [10, 30]), (True, [10, 25])])
def test_longer_cycles_begin_where_they_were_measured(optimizer, exact, restarts):
    """As documented, and as step(epoch) has it; by step() there, `exact`ly."""
    config = RESTARTS | {"cycle_mult": 2, "max_lr": 1e-3, "min_lr": 1e-6}
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config | {"warmup_steps": 5}, exact=exact)
    found = [rate for [rate] in used(bound, scheduler, 41)]
    low = [t for t in range(1, 41) if found[t] == pytest.approx(1e-6, rel=1e-12)]
    assert low == restarts
    first, second = restarts
    assert found[5] == pytest.approx(1e-3, rel=1e-12)
    assert found[first + 5] == max(found[first:second]) == pytest.approx(5e-4, rel=1e-9)
    assert found[second + 5] == max(found[second:]) == pytest.approx(2.5e-4, rel=1e-9)


def test_a_restart_far_on_is_a_restart(optimizer):
    bound = optimizer(0.1)
    config = RESTARTS | {"cycle_mult": 3, "gamma": 1.0}
    scheduler = build_scheduler(bound, config)
    scheduler.seek(1210 - 1)
    near_the_end = rates(bound)[0]
    scheduler.seek(1210)
    assert near_the_end < 0.0011
    assert rates(bound) == [0.001]
    scheduler.seek(1213)
    assert rates(bound) == [pytest.approx(0.1)]
