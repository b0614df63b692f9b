"""The traps of what follows a metric, each in a configuration of its own."""

import pytest

from linting.others import codes, nemo, of_config, transformers

PLATEAU = "lr: 1e-3\nlr_scheduler_config: {monitor: %s, scheduler: {name: %s}}"
METRICS = {
    "torch's reward": (PLATEAU % ("reward", "ReduceLROnPlateau, mode: max"), "LH055"),
    "NeMo's likelihood": (
        nemo("ReduceLROnPlateau", "monitor: log_likelihood, mode: max"),
        "LH055",
    ),
    "Keras's accuracy": (
        '{"class_name": "ReduceLROnPlateau", "config": '
        '{"monitor": "val_accuracy", "mode": "min"}}',
        "LH056",
    ),
    "mmengine's mAP": (
        "param_scheduler: {type: ReduceOnPlateauLR, monitor: coco/bbox_mAP}\n"
        "optim_wrapper: {optimizer: {lr: 1e-3}}",
        "LH056",
    ),
    "transformers' f1": (
        transformers("reduce_lr_on_plateau", "metric_for_best_model: eval_f1"),
        "LH056",
    ),
    "transformers' greedy": (transformers("greedy"), "LH058"),
    "fairseq's counters": (
        "--lr-scheduler reduce_lr_on_plateau --lr 1e-3 --warmup-updates 0",
        "LH061",
    ),
    "timm's counters": ("sched: plateau\nlr: 1e-3", "LH061"),
}


@pytest.mark.parametrize("case", METRICS)
def test_a_plateau_on_the_wrong_side_of_its_metric(case):
    config, code = METRICS[case]
    assert code in codes(of_config(config))
