"""A configuration that says too little, or the wrong thing, is told where and what."""

import pytest

from lehr import Plan
from lehr.config import ConfigError
from lehr.importing import from_config

STEP = {"name": "StepLR", "step_size": 3}
SPEED = '{"scheduler": {"type": "WarmupDecayLR", "params": {%s}}}'
SECTIONS = "optimizer: {lr: 1}\nlr_scheduler: {warmup_steps: 3}\n"


@pytest.mark.parametrize(
    ("config", "code", "message"),
    [
        ("", "LH101", "the configuration is empty"),
        ("- 1\n- 2", "LH107", "the document must be a mapping"),
        ("--lr '3", "LH101", "the command line does not parse"),
        ("foo: 1", "LH114", "no library's scheduler is in the configuration"),
        ("name: StepRL", "LH114", 'did you mean "StepLR"'),
        ({"_target_": "my.Own"}, "LH114", '"my.Own" is of no library'),
        ({"name": "cosine"}, "LH114", "is in several libraries(.*\n)*.*library="),
        ({**STEP, "gama": 1}, "LH103", 'did you mean "gamma"'),
        ({"name": "StepLR"}, "LH104", "StepLR needs step_size"),
        ({"name": "CosineAnnealingLR"}, "LH104", "needs T_max(.*\n)*.*plan=Plan"),
        ({**STEP, "step_size": 0}, "LH106", "step_size must be"),
        ({**STEP, "step_size": "3"}, "LH107", "step_size must be"),
        ({**STEP, "last_epoch": 5}, "LH106", "last_epoch must be -1"),
        ({"name": "ReduceLROnPlateau"}, "LH106", "follows a metric"),
        ({"lr_scheduler": {"scheduler": {"lr": 1}}}, "LH114", "no library's"),
        (SPEED % '"warmup_num_steps": "auto"', "LH104", 'warmup_num_steps is "auto"'),
        (SPEED % '"warmup_num_step": 3', "LH103", 'did you mean "warmup_num_steps"'),
        (
            '{"train_batch_size": 1, "scheduler": {"params": {}}}',
            "LH104",
            "the scheduler needs the key type",
        ),
        ('{"zero_optimization": {}}', "LH104", "there is no scheduler, and no lr"),
        ('{"zero_optimization": {}, "scheduler": 3}', "LH104", "needs the key type"),
        (SECTIONS, "LH104", "length of the run is not there(.*\n)*.*training.steps"),
        (
            SECTIONS.replace("1", "big") + "training: {steps: 9}",
            "LH107",
            "lr must be a number, got 'big'",
        ),
        (
            "optimizer: {learning_rate_scheduler: {learning_rate: 1.0}}",
            "LH104",
            "write tokens.train_steps, or pass plan=",
        ),
        ("--lr 1 --lr-warmup-iters 3", "LH104", "write --train-iters, or pass plan="),
        ("--lr 1 --lr-decay-styl x --train-iters 3", "LH103", '"lr_decay_style"'),
        (
            "--lr 1 --train-iters 3 --lr-decay-style x",
            "LH106",
            "lr_decay_style must be",
        ),
        ("--lr 1 --train-samples 3", "LH104", "write --global-batch-size"),
        ("--lr-scheduler fixed --max-update 3", "LH104", "write --lr, or pass base="),
        ("--lr-scheduler fixd --max-update 3 --lr 1", "LH114", 'did you mean "fixed"'),
        ("--lr_scheduler_type linear", "LH104", "write max_steps, or pass plan="),
        ("--lr_scheduler_type linea", "LH106", "did you mean 'linear'"),
        ("--lr_scheduler_type linear --warmup_step 3", "LH103", '"warmup_steps"'),
        (
            "schedulers: {cosine_with_warmup: {t_warmup: 3ba}}\nmax_duration: 3ep",
            "LH104",
            "dataloader_len must be given(.*\n)*.*plan=Plan",
        ),
        ("schedulers: {cosin_with_warmup: {}}", "LH114", '"cosine_with_warmup"'),
        ("schedulers: {}", "LH104", "there is no scheduler"),
        ("schedulers: {constant: 3}", "LH107", "it must be a mapping, got 3"),
        ("param_scheduler: [{gamma: 1}]", "LH104", "a scheduler needs the key type"),
        ("param_scheduler: [{type: StepMomentum}]", "LH104", "none of the learning"),
        ("param_scheduler: [{type: StepLR}]", "LH104", "StepLR needs step_size"),
        (
            "param_scheduler: [{type: StepLR, step_size: 3, end: 9}, {type: LinearLR, "
            "by_epoch: false}]",
            "LH104",
            "count epochs and updates",
        ),
        (
            "SOLVER: {BASE_LR: 1, WARMUP_ITER: 3}",
            "LH103",
            'did you mean "WARMUP_ITERS"',
        ),
        ("SOLVER: {LR_SCHEDULER_NAME: WarmupCosinLR}", "LH114", '"WarmupCosineLR"'),
        ("SOLVER: {MAX_ITER: x}", "LH107", "MAX_ITER must be a number, got 'x'"),
        ("SOLVER: {MAX_ITER: 0}", "LH106", "MAX_ITER must be > 0, got 0"),
        (
            {"name": "OneCycleLR", "max_lr": 1},
            "LH104",
            "total_steps must(.*\n)*.*plan=",
        ),
        ({"class_name": "CosinDecay", "config": {}}, "LH114", '"CosineDecay"'),
        ({"optim": {"sched": {"name": "CosineAnealing"}}}, "LH114", "CosineAnnealing"),
        ({"_CLASS_": "olmo_core.optim.scheduler.WSE"}, "LH114", '"WSD"'),
    ],
)
def test_the_problem_is_named(config, code, message):
    base = None if "max_update" in str(config) or "--lr" in str(config) else 1.0
    if "zero_opt" in str(config) or "big" in str(config):
        base = None
    with pytest.raises(ConfigError, match=message) as caught:
        from_config(config, base=base)
    assert code in {problem.code for problem in caught.value.problems}


def test_the_place_is_told():
    text = (
        "lr_scheduler:\n  class_path: torch.optim.lr_scheduler.StepLR\n  init_args:\n"
    )
    with pytest.raises(ConfigError) as caught:
        from_config(text + "    step_size: 3\n    gama: 1\n", base=0.1)
    [problem] = caught.value.problems
    assert (problem.line, problem.column) == (5, 5)
    assert problem.path == "lr_scheduler.init_args.gama"


def test_all_problems_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        from_config({"name": "StepLR", "gama": 1, "stepsize": 3}, base=1.0)
    assert [problem.code for problem in caught.value.problems] == [
        "LH103",
        "LH103",
        "LH104",
    ]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("--train-iters 9 --lr-decay-style cosine", "write --lr, or pass base="),
        ("param_scheduler: {type: StepLR, step_size: 3}", "pass base="),
        ({**STEP, "optimizer": {"lr": [0.1, 0.2]}}, r"a number, got \[0.1, 0.2\]"),
        (
            {"name": "SequentialLR", "schedulers": [3], "milestones": []},
            "mapping, got 3",
        ),
        ({"name": "SequentialLR", "schedulers": [{}], "milestones": []}, "has no name"),
        ({"lr_scheduler": {"name": "StepLR", "args": 3}}, "must be a mapping, got 3"),
    ],
)
def test_what_is_missing_without_a_rate_is_named(config, message):
    with pytest.raises(ConfigError, match=message):
        from_config(config)


@pytest.mark.parametrize(
    "config",
    [
        {"name": "LambdaLR", "lr_lambda": "os:getcwd"},
        {"name": "LambdaLR", "lr_lambda": ["os:getcwd"]},
        {"name": "CyclicLR", "base_lr": 0, "max_lr": 1, "scale_fn": "math:sqrt"},
        {
            "name": "ChainedScheduler",
            "schedulers": [{"name": "LambdaLR", "lr_lambda": "os:getcwd"}],
        },
        {"_target_": "timm.scheduler.WSDLRScheduler", "decay_fn": "os.path:exists"},
    ],
)
def test_no_function_is_imported_by_its_name(config):
    with pytest.raises(ConfigError, match=r"LH109.*must be a function itself"):
        from_config(config, base=1.0, plan=Plan(batch_size=1, updates=10))


def test_a_function_in_a_mapping_is_taken():
    config = {"name": "LambdaLR", "lr_lambda": lambda t: 0.5**t}
    assert from_config(config, base=1.0)(3) == 0.125


def test_yaml_has_no_tags_and_its_numbers_are_those_of_1_2():
    with pytest.raises(ConfigError, match="LH112"):
        from_config("name: !!python/object/apply:os.getcwd []")
    assert from_config("{name: StepLR, step_size: 3, lr: 1e-3}", base=None)(0) == 1e-3


def test_the_rate_is_asked_for():
    with pytest.raises(ConfigError, match=r"the learning rate is not(.*\n)*.*base="):
        from_config(STEP)


def test_files_are_read_by_their_paths(tmp_path):
    file = tmp_path / "run.json"
    file.write_text('{"name": "StepLR", "step_size": 3}')
    assert from_config(file, base=1.0) == from_config(str(file), base=1.0)
    flags = tmp_path / "run.sh"
    flags.write_text("train --lr 1.0 --train-iters 10  # all of it\n")
    assert from_config(flags)(5) == 0.5
    with pytest.raises(ConfigError, match="cannot read the file"):
        from_config("missing.yaml")


def test_what_is_no_configuration_is_refused():
    with pytest.raises(TypeError, match="config must be a mapping, a text or the path"):
        from_config(3)
    with pytest.raises(
        ValueError, match=r"unknown library 'torhc': did you mean .torch"
    ):
        from_config(STEP, "torhc")
    for library in ("torch", "keras", "olmo", "nemo", "fairseq", "paddle"):
        with pytest.raises(ConfigError, match="LH104"):
            from_config({"foo": 1}, library)
