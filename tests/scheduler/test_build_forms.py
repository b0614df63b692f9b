"""One scheduler, in every form in which people write configurations."""

import copy
import json
import math

import pytest
import torch

from lehr import Plan, warmup_cosine
from lehr.bindings.torch import PlateauScheduler, Scheduler
from lehr.scheduler import build_scheduler
from scheduler.runs import rates, used

FLAT = {"name": "MultiStepLR", "milestones": [3, 6], "gamma": 0.5}
NESTED = {
    "name": "a label",
    "class_name": "MultiStepLR",
    "args": {"milestones": [3, 6], "gamma": 0.5},
}
YAML = """
class_name: MultiStepLR
args:
  milestones: [3, 6]
  gamma: 5e-1
"""
TOML = 'name = "MultiStepLR"\nmilestones = [3, 6]\ngamma = 0.5\n'


def as_omegaconf(_):
    omegaconf = pytest.importorskip("omegaconf")
    return omegaconf.DictConfig(FLAT)


def interpolated(_):
    omegaconf = pytest.importorskip("omegaconf")
    whole = omegaconf.OmegaConf.create(
        {
            "epoch": 6,
            "scheduler": {
                "name": "MultiStepLR",
                "milestones": [3, "${epoch}"],
                "gamma": 0.5,
            },
        }
    )
    return whole.scheduler


def file(ending, text):
    def write(folder):
        path = folder / f"scheduler.{ending}"
        path.write_text(text)
        return path

    return write


FORMS = {
    "flat": lambda _: FLAT,
    "nested": lambda _: NESTED,
    "DictConfig": as_omegaconf,
    "interpolated": interpolated,
    "YAML": file("yaml", YAML),
    "JSON": file("json", json.dumps(FLAT)),
    "TOML": file("toml", TOML),
    "path as text": lambda folder: str(file("yml", YAML)(folder)),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_all_forms_mean_the_same(optimizer, tmp_path, form):
    config = form(tmp_path)
    before = copy.deepcopy(config)
    bound = optimizer(0.1, 0.4)
    scheduler = build_scheduler(bound, config)
    assert isinstance(scheduler, Scheduler)
    expected = [[0.1, 0.4]] * 3 + [[0.05, 0.2]] * 3 + [[0.025, 0.1]] * 4
    assert used(bound, scheduler, 10) == expected
    assert config == before


def test_arguments_may_be_null_and_neutral_ones_are_left_out(optimizer):
    bound = optimizer()
    build_scheduler(bound, {"class_name": "LinearLR", "args": None})
    assert rates(bound) == [pytest.approx(0.1 / 3)]
    config = FLAT | {"last_epoch": -1, "verbose": False}
    build_scheduler(bound, config)
    assert rates(bound) == [0.1]


def test_parts_may_be_flat_or_nested(optimizer):
    warmup = {"name": "LinearLR", "start_factor": 0.5, "total_iters": 2}
    nested = {
        "class_name": "LinearLR",
        "args": {"start_factor": 0.5, "total_iters": 2},
    }
    seen = []
    for first in (warmup, nested):
        config = {"name": "SequentialLR", "schedulers": [first, FLAT]}
        bound = optimizer()
        scheduler = build_scheduler(bound, config | {"milestones": [2]})
        seen.append(used(bound, scheduler, 12))
    assert seen[0] == seen[1]
    assert seen[0][0] == [0.05]
    assert seen[0][5] == [0.05]


def test_parts_one_after_the_other_share_the_run(optimizer):
    plan = Plan(batch_size=1, updates=100)
    config = {
        "name": "SequentialLR",
        "milestones": ["10%"],
        "schedulers": [
            {"name": "ConstantLR", "factor": 0.5, "total_iters": 1.0},
            {"name": "CosineAnnealingLR"},
        ],
    }
    bound = optimizer(1.0)
    scheduler = build_scheduler(bound, config, plan=plan)
    found = [rate for [rate] in used(bound, scheduler, 101)]
    assert found[:11] == [0.5] * 10 + [1.0]
    assert found[55] == pytest.approx(0.5)
    assert found[100] == pytest.approx(0.0, abs=1e-12)


def test_a_part_without_a_length_has_that_of_its_range(optimizer):
    plan = Plan(batch_size=1, updates=10)
    parts = [{"name": "LinearLR", "total_iters": 3}, {"name": "CosineAnnealingLR"}]
    config = {"name": "ChainedScheduler", "schedulers": parts}
    for end in (None, 10, "100%"):
        given = config | {"step_ranges": [[0, 3], [3, end]]}
        scheduler = build_scheduler(optimizer(0.1), given, plan=plan)
        scheduler.seek(9)
        assert rates(scheduler.optimizer)[0] > 1e-3
        scheduler.seek(10)
        assert rates(scheduler.optimizer) == [pytest.approx(0.0, abs=1e-17)]


def test_without_a_plan_only_the_last_part_needs_its_length(optimizer):
    cosine = {"name": "CosineAnnealingLR"}
    config = {
        "name": "SequentialLR",
        "milestones": [4],
        "schedulers": [cosine, cosine | {"T_max": 6}],
    }
    scheduler = build_scheduler(optimizer(1.0), config)
    found = [rate for [rate] in used(scheduler.optimizer, scheduler, 11)]
    angles = [t / 4 for t in range(4)] + [t / 6 for t in range(7)]
    expected = [0.5 + 0.5 * math.cos(math.pi * angle) for angle in angles]
    assert found == pytest.approx(expected, abs=1e-12)


def test_one_cycle_may_be_as_long_as_its_own_epochs_say(optimizer):
    plan = Plan(batch_size=1, updates=100)
    config = {"name": "OneCycleLR", "max_lr": 1.0, "final_div_factor": 4.0}
    for more, end in (({"epochs": 2, "steps_per_epoch": 10}, 19), ({}, 99)):
        bound = optimizer(0.1)
        scheduler = build_scheduler(bound, config | more, plan=plan)
        scheduler.seek(end - 1)
        assert rates(bound)[0] > 0.0101
        scheduler.seek(end)
        assert rates(bound) == [pytest.approx(0.01)]


def test_lehrs_own_names_take_the_arguments_of_its_documents(optimizer):
    plan = Plan(batch_size=1, updates=100)
    config = {"name": "warmup_cosine", "peak": 0.5, "warmup": "5%"}
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config, plan=plan)
    curve = warmup_cosine(0.5, warmup=5, total=100)
    assert used(bound, scheduler, 120) == [[curve(t)] for t in range(120)]
    relative = {"name": "cosine", "start": 1.0, "end": 0.0, "steps": 10}
    bound = optimizer(0.1, 0.4)
    scheduler = build_scheduler(bound, relative | {"times_base": True})
    scheduler.seek(5)
    assert rates(bound) == pytest.approx([0.05, 0.2])


def test_lehrs_own_names_count_epochs_too(optimizer):
    plan = Plan(dataset_size=640, batch_size=64, epochs=10)
    config = {"name": "warmup_cosine", "peak": 0.5, "warmup": "2ep"}
    scheduler = build_scheduler(optimizer(0.1), config, plan=plan, step_per="epoch")
    curve = warmup_cosine(0.5, warmup=2, total=10)
    assert used(scheduler.optimizer, scheduler, 12) == [[curve(t)] for t in range(12)]


def test_one_of_lehrs_own_may_be_a_part(optimizer):
    config = {
        "name": "SequentialLR",
        "milestones": [4],
        "schedulers": [
            {"name": "constant", "value": 0.5, "times_base": True},
            {"name": "constant", "value": 0.3},
        ],
    }
    bound = optimizer(0.1, 0.2)
    scheduler = build_scheduler(bound, config)
    assert rates(bound) == [0.05, 0.1]
    scheduler.seek(4)
    assert rates(bound) == [0.3, 0.3]


def test_exact_may_stand_in_the_configuration_or_beside_it(optimizer):
    config = {"name": "PolynomialLRDecay", "max_decay_steps": 10}
    for given, exact in ((config | {"exact": True}, False), (config, True)):
        bound = optimizer(0.1)
        build_scheduler(bound, given, exact=exact)
        assert rates(bound) == [pytest.approx(0.09001)]
    build_scheduler(bound, config | {"exact": False}, exact=False)
    assert rates(bound) == [0.1]


def test_a_part_may_be_exact_where_the_whole_cannot(optimizer):
    part = {"name": "PolynomialLRDecay", "max_decay_steps": 10}
    config = {"name": "SequentialLR", "milestones": [5], "schedulers": [part, FLAT]}
    bound = optimizer(0.1)
    build_scheduler(bound, config, exact=True)
    assert rates(bound) == [pytest.approx(0.09001)]


def test_a_metric_driven_one_is_bound_as_such(optimizer):
    config = {"name": "ReduceLROnPlateau", "patience": 3.0}
    scheduler = build_scheduler(optimizer(), config)
    assert type(scheduler) is PlateauScheduler
    assert scheduler.patience == 3
    assert isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau)
