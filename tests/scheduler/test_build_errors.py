"""Every mistake in a configuration: its code, its place, its fix, all at once."""

import re

import pytest
import torch

from lehr import Plan
from lehr.config import ConfigError
from lehr.scheduler import build_scheduler

UNSIZED = Plan(batch_size=1, updates=100)


def problems_of(optimizer, config, **options):
    with pytest.raises(ConfigError) as caught:
        build_scheduler(optimizer, config, **options)
    return caught.value.problems


def parts(*configs, **more):
    return {"name": "ChainedScheduler", "schedulers": list(configs), **more}


STEP = {"name": "StepLR", "step_size": 3}
NO_T = {"name": "timm_CosineLRScheduler"}
TIMM = {"name": "timm_CosineLRScheduler", "t_initial": 9}
CASES = [
    ({"name": "CosineAnnealingLr"}, "LH114", "name", 'mean "CosineAnnealingLR"?'),
    ({"name": "cosine_annealing"}, "LH114", "name", 'mean "CosineAnnealingLR"?'),
    ({"name": "step"[::-1]}, "LH114", "name", "known: "),
    ({"name": "timm_Cosine"}, "LH114", "name", 'mean "timm_CosineLRScheduler"?'),
    ({"name": "warmup-cosine"}, "LH114", "name", 'mean "warmup_cosine"?'),
    ({"name": "None"}, "LH114", "name", "build none"),
    ({"name": "StepLR", "gamma": 0.1}, "LH104", "name", "StepLR needs step_size"),
    ({"name": "CosineAnnealingLR"}, "LH104", "name", "or pass plan=Plan(...)"),
    ({"name": "OneCycleLR", "max_lr": 1.0}, "LH104", "name", "pass plan=Plan(...)"),
    (STEP | {"gama": 0.1}, "LH103", "gama", 'mean "gamma"?'),
    (STEP | {"exact": True}, "LH103", "exact", "has one curve"),
    (STEP | {"verbose": True}, "LH103", "verbose", "no argument"),
    (STEP | {"last_epoch": 3}, "LH106", "last_epoch", "must be -1"),
    (STEP | {"step_size": 0}, "LH106", "step_size", "step_size must be >= 1, got 0"),
    (STEP | {"gamma": "big"}, "LH107", "gamma", "gamma must be a number"),
    (STEP | {"step_size": 0.5}, "LH108", "step_size", "pass plan=Plan(...)"),
    (STEP | {"step_size": "10ep"}, "LH108", "step_size", "pass plan=Plan(...)"),
    (STEP | {"step_size": "10 laps"}, "LH108", "step_size", "unknown unit"),
    (
        {"name": "MultiStepLR", "milestones": [3, "5%"]},
        "LH108",
        "milestones[1]",
        "5% cannot be resolved",
    ),
    (
        {"name": "MultiStepLR", "milestones": [3, -5]},
        "LH106",
        "milestones[1]",
        "milestones[1] must be >= 0",
    ),
    (
        {"name": "OneCycleLR", "max_lr": [1.0, 2.0], "total_steps": 9},
        "LH106",
        "max_lr",
        "max_lr lists 2 values for 1 param groups",
    ),
    (
        {"name": "ReduceLROnPlateau", "min_lr": [0.1, 0.1]},
        "LH106",
        "min_lr",
        "min_lr lists 2 values for 1 param groups",
    ),
    ({"name": "ReduceLROnPlateau", "factor": 2}, "LH106", "factor", "(0, 1)"),
    (parts(), "LH107", "schedulers", "must be a list of schedulers"),
    (parts(STEP, 3), "LH107", "schedulers[1]", "must be a mapping"),
    (
        parts(STEP, {"name": "CosineAnnealingLR", "T_max": 0}),
        "LH106",
        "schedulers[1].T_max",
        "T_max must be",
    ),
    (
        parts(STEP, {"class_name": "StepLR", "args": {"step_sise": 3}}),
        "LH103",
        "schedulers[1].args.step_sise",
        'mean "step_size"?',
    ),
    (
        parts(STEP, {"name": "ReduceLROnPlateau"}),
        "LH106",
        "schedulers[1].name",
        "cannot be one of several",
    ),
    (
        parts(parts(STEP | {"gamma": "x"}), STEP),
        "LH107",
        "schedulers[0].schedulers[0].gamma",
        "gamma must be a number",
    ),
    (
        {
            "name": "SequentialLR",
            "schedulers": [STEP, STEP],
            "milestones": [1, 2],
        },
        "LH106",
        "milestones",
        "one less",
    ),
    (
        {"name": "SequentialLR", "schedulers": [STEP, STEP], "milestones": [2.5]},
        "LH106",
        "milestones[0]",
        "must be a whole number",
    ),
    (NO_T, "LH104", "name", "timm_CosineLRScheduler needs t_initial"),
    (TIMM | {"t_in_epochs": 3}, "LH107", "t_in_epochs", "true or false"),
    (
        {"name": "PolynomialLRDecay", "max_decay_steps": 5, "exact": "yes"},
        "LH107",
        "exact",
        "exact must be true or false, got 'yes'",
    ),
    ({"name": "cosine", "start": 1, "end": 0}, "LH104", "name", "needs steps"),
    (
        {"name": "constant", "value": 1, "times_base": "x"},
        "LH107",
        "times_base",
        "true or false",
    ),
    ({"name": "constant", "value": 1, "kind": "x"}, "LH103", "kind", "no argument"),
    ({"name": "constant", "value": 1, "exact": True}, "LH103", "exact", "no argument"),
    ({"name": "Function", "function": "a:b"}, "LH109", "name", "Python code"),
    (
        {"name": "warmup_cosine", "peak": 1, "warmup": "5%", "total": "x"},
        "LH102",
        "total",
        "unknown name",
    ),
    ({"name": "LambdaLR", "lr_lambda": 3}, "LH107", "lr_lambda", "a function"),
    ({"name": "LambdaLR", "lr_lambda": "half"}, "LH106", "lr_lambda", "module:func"),
    (
        {"name": "LambdaLR", "lr_lambda": ["nowhere:half"]},
        "LH109",
        "lr_lambda[0]",
        'imports=("nowhere",)',
    ),
    (
        {"name": "LambdaLR", "lr_lambda": "sys:path"},
        "LH109",
        "lr_lambda",
        'imports=("sys",)',
    ),
    (
        {"name": "LambdaLR", "lr_lambda": lambda: 0.5},
        "LH106",
        "lr_lambda",
        "lr_lambda fails at the first step: TypeError: ",
    ),
    (STEP | {"gamma": "1e-1"}, "LH107", "gamma", "a point: 1.0e-1"),
    (parts(STEP, step_range=[[0, 3]]), "LH103", "step_range", 'mean "step_ranges"?'),
    (
        parts(STEP, step_ranges=[[0, "x"]]),
        "LH108",
        "step_ranges[0][1]",
        "is not a duration",
    ),
]


@pytest.mark.parametrize(("config", "code", "path", "text"), CASES)
def test_a_mistake_has_its_code_and_place(optimizer, config, code, path, text):
    found = problems_of(optimizer(), config)
    assert [(p.code, p.path) for p in found if p.code == code] == [(code, path)]
    shown = str(next(p for p in found if p.code == code))
    assert text in shown


def test_all_mistakes_are_told_at_once(optimizer):
    config = parts(
        {"name": "StepLR", "step_size": 0, "gamma": "x", "gama": 3},
        {"name": "Nothing"},
        {"name": "LinearLR", "start_factor": 7, "end_factor": -1, "total_iters": "5%"},
        7,
    )
    found = problems_of(optimizer(), config)
    assert {(p.code, p.path.partition("schedulers")[2]) for p in found} >= {
        ("LH103", "[0].gama"),
        ("LH106", "[0].step_size"),
        ("LH114", "[1].name"),
        ("LH108", "[2].total_iters"),
        ("LH107", "[3]"),
    }
    config = {"name": "LinearLR", "start_factor": 7, "end_factor": -1}
    found = problems_of(optimizer(), config)
    assert [p.path for p in found] == ["start_factor", "end_factor"]


def test_a_file_tells_line_and_column(optimizer, tmp_path):
    path = tmp_path / "scheduler.yaml"
    path.write_text("class_name: StepLR\nargs:\n  step_size: 3\n  gamma: big\n")
    [problem] = problems_of(optimizer(), path)
    assert (problem.line, problem.column) == (4, 10)
    assert f"{path}:4:10   at args.gamma" in str(problem)
    path.write_text("name: warmup_cosine\npeak: 1\nwarmup: 5 %%\ntotal: 9\n")
    [problem] = problems_of(optimizer(), path)
    assert problem.line == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"config": None}, ConfigError, "for a run without a scheduler build none"),
        ({"plan": 100}, TypeError, "plan must be a lehr.Plan, got 100"),
        ({"step_per": "batch"}, ValueError, "step_per must be one of update, epoch"),
        ({"imports": "os"}, TypeError, 'imports=("my_module",)'),
        ({"exact": True}, ConfigError, "StepLR has one curve"),
        ({"config": "missing.yaml"}, ConfigError, "LH110"),
        (
            {"config": STEP | {"step_size": "2ep"}, "plan": UNSIZED},
            ConfigError,
            "dataset_size",
        ),
    ],
)
def test_wrong_arguments_are_refused(optimizer, arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        build_scheduler(optimizer(), **{"config": STEP, **arguments})


def test_an_epoch_needs_the_size_of_the_data(optimizer):
    config = {"name": "CosineAnnealingLR"}
    [problem, *_] = problems_of(optimizer(), config, plan=UNSIZED, step_per="epoch")
    assert problem.code == "LH108"
    assert "dataset_size" in problem.message
    config = {"name": "SequentialLR", "schedulers": [STEP, STEP], "milestones": [2]}
    scheduler = build_scheduler(optimizer(), config, plan=UNSIZED, step_per="epoch")
    assert scheduler.position.updates == 0


def test_the_optimizer_comes_first_and_is_one(optimizer):
    with pytest.raises(TypeError, match="the optimizer comes first"):
        build_scheduler(STEP, optimizer())
    with pytest.raises(TypeError, match=r"must be a torch\.optim\.Optimizer"):
        build_scheduler(torch.nn.Linear(1, 1), STEP)


def test_one_absolute_schedule_does_not_fit_differing_groups(optimizer):
    config = {"name": "cosine", "start": 1.0, "end": 0.0, "steps": 10}
    [problem] = problems_of(optimizer(0.1, 0.2), config)
    assert problem.code == "LH106"
    assert "times_base: true" in problem.hint
