"""Lists, composites, command lines and files of other libraries, read as they are."""

import pytest

from lehr import Plan
from lehr.config import ConfigError
from lehr.dialects import mmengine, named
from lehr.importing import from_config

PLAN = Plan(dataset_size=640, batch_size=64, epochs=3)


def test_mmengines_list_is_played_as_one():
    config = """
    param_scheduler:
      - {type: LinearLR, start_factor: 0.1, by_epoch: false, begin: 0, end: 5}
      - {type: mmengine.optim.MultiStepLR, begin: 0, end: 12, milestones: [2]}
      - {type: LinearMomentum, start_factor: 0.1}
    optim_wrapper: {optimizer: {type: SGD, lr: 0.02}}
    """
    rise = {"start_factor": 0.1, "by_epoch": False, "begin": 0, "end": 5}
    drops = {"begin": 0, "end": 12, "milestones": [2]}
    parts = [
        named(mmengine.SCHEDULERS, "LinearLR", **rise),
        named(mmengine.SCHEDULERS, "MultiStepLR", **drops),
    ]
    whole = mmengine.param_scheduler(0.02, schedulers=parts, epoch_length=10)
    assert from_config(config, plan=PLAN) == whole
    one = {"param_scheduler": {"type": "ExponentialLR", "gamma": 0.5}}
    assert from_config(one, base=1.0)(3) == 0.125


def test_detectron2s_solver_is_a_warmup_times_steps():
    text = (
        "SOLVER: {BASE_LR: 0.02, STEPS: [60, 80, 99], MAX_ITER: 90, WARMUP_ITERS: 10}"
    )
    lr = from_config(text)
    assert [lr(t) for t in (0, 10, 59, 60, 80)] == pytest.approx(
        [2e-5, 0.02, 0.02, 0.002, 0.0002]
    )
    cosine = {"LR_SCHEDULER_NAME": "WarmupCosineLR", "MAX_ITER": 100, "WARMUP_ITERS": 0}
    assert from_config({"SOLVER": cosine}, base=1.0)(50) == pytest.approx(0.5)
    drops = {"LR_SCHEDULER_NAME": "WarmupStepWithFixedGammaLR", "MAX_ITER": 80}
    lr = from_config({"SOLVER": {**drops, "WARMUP_ITERS": 0}}, base=1.0)
    assert lr(21) == pytest.approx(0.1)


def test_a_composite_holds_others_by_name():
    text = """
    name: SequentialLR
    milestones: [3]
    schedulers:
      - {name: LinearLR, start_factor: 0.5, total_iters: 3}
      - _target_: torch.optim.lr_scheduler.StepLR
        step_size: 3
    """
    lr = from_config(text, base=1.0)
    assert [lr(t) for t in (0, 3, 5, 6)] == pytest.approx([0.5, 1.0, 1.0, 0.1])


def test_megatrons_command_line_is_its_curve():
    text = """torchrun --nproc_per_node 8 pretrain_gpt.py --num-layers 12 \\
      --lr 3e-4 --min-lr 3e-5 --lr-decay-style cosine --lr-warmup-iters 10 \\
      --train-iters 100 --bf16"""
    lr = from_config(text)
    assert [lr(t) for t in (0, 5, 10, 55, 100, 999)] == pytest.approx(
        [0.0, 1.5e-4, 3e-4, 1.65e-4, 3e-5, 3e-5]
    )
    held = from_config("--lr 1.0 --lr-decay-style constant --lr-warmup-iters 4")
    assert (held(2), held(10**6)) == (0.5, 1.0)
    samples = "--lr 1.0 --lr-warmup-samples 40 --train-samples 80 --global-batch-size 4"
    assert from_config(samples)(5) == 0.5


def test_another_library_is_read_by_its_name():
    config = {"name": "PiecewiseDecay", "boundaries": [3], "values": [1.0, 0.1]}
    assert from_config(config, "paddle")(3) == 0.1
    config = {"name": "linear", "num_warmup_steps": 0, "num_training_steps": 10}
    assert from_config(config, "transformers", base=1.0)(5) == 0.5
    inner = {"scheduler": {"type": "StepLR", "params": {"step_size": 3}}, "lr": 1.0}
    assert from_config(inner)(3) == pytest.approx(0.1)
    with pytest.raises(ConfigError, match="one of composer, ignite"):
        from_config({"name": "CosineAnnealingScheduler"}, base=1.0, plan=PLAN)
    annealed = from_config(
        {"name": "CosineAnnealingScheduler"}, "composer", base=1.0, plan=PLAN
    )
    assert annealed(0) == 1.0
    inside = {
        "lr_scheduler": {"type": "StepLR", "step_size": 3},
        "optimizer": {"lr": 1},
    }
    assert from_config(inside, "torch")(3) == pytest.approx(0.1)


def test_a_rate_that_is_passed_counts_in_place_of_the_one_that_is_written():
    config = {"scheduler": {"name": "StepLR", "step_size": 3}, "optimizer": {"lr": 1.0}}
    assert from_config(config)(0) == 1.0
    assert from_config(config, base=0.5)(0) == 0.5


def test_the_original_is_given_where_it_is_asked_for():
    text = """
    optimizer: {learning_rate_scheduler: {learning_rate: 1.0, lr_warmup_steps: 2,
      lr_decay_starting_step: 6, min_decay_lr: 0}}
    tokens: {train_steps: 10}
    """
    assert from_config(text)(8) == 0.5
    assert from_config(text, exact=True)(8) == 0.0


def test_a_plan_says_what_a_command_line_leaves_to_the_run():
    text = "--lr 1.0 --lr-decay-style linear --lr-warmup-iters 3"
    assert from_config(text, plan=PLAN)(30) == 0.0
    flags = "--learning_rate 1.0 --warmup_ratio 0.5 --lr_scheduler_type linear"
    assert from_config(flags, base=2.0, plan=PLAN)(15) == 2.0
    fixed = {"lr_scheduler": "fixed", "warmup_updates": 3, "lr": 0.5}
    assert from_config(fixed, "fairseq", base=1.0, plan=PLAN)(5) == 1.0
    text = "optimizer: {learning_rate_scheduler: {learning_rate: 1.0, min_decay_lr: 0}}"
    assert from_config(text, base=0.5, plan=PLAN)(15) == 0.25


def test_olmo_cores_run_counts_if_it_is_in_the_schedulers_unit():
    text = """
    train_module:
      scheduler: {_CLASS_: olmo_core.optim.scheduler.CosWithWarmup, units: %s,
        warmup: 2, alpha_f: 0.0}
      optim: {lr: 1.0}
    trainer: {max_duration: {value: 20, unit: tokens}}
    """
    assert from_config(text % "tokens")(19) == 0.0
    assert from_config(text % "steps", plan=PLAN)(29) == 0.0
    with pytest.raises(ConfigError, match="counts tokens, and not the run"):
        from_config((text % "tokens").replace("tokens}}", "epochs}}"), plan=PLAN)
    with pytest.raises(ConfigError, match="max_steps must be given"):
        from_config(text % "steps")


def test_a_run_of_samples_and_tokens_is_converted_by_what_the_file_says():
    text = """
    schedulers: {linear_decay_with_warmup: {t_warmup: 5120tok, alpha_f: 0.0}}
    global_train_batch_size: 64
    max_seq_len: 8
    max_duration: 15360tok
    lr: 1.0
    """
    lr = from_config(text)
    assert [lr(t) for t in (0, 5, 10, 20, 30)] == [0.0, 0.5, 1.0, 0.5, 0.0]
