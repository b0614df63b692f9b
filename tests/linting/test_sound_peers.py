"""Sound configurations of other libraries, most from their documents: no alarm."""

import pytest

from linting.others import (
    LLM,
    RUN,
    alarms,
    composer,
    deepspeed,
    keras,
    nanotron,
    nemo,
    of_config,
    olmo,
    torchtitan,
    transformers,
)

IN_RUN, PER_UPDATE = {"plan": RUN}, {"plan": LLM}
SGD = "optimizer: {class_path: torch.optim.SGD, init_args: {lr: 0.1, momentum: 0.9}}\n"
LONG = "--train-iters 500000 --lr-decay-style cosine --lr-warmup-fraction .01"
ONE_CYCLE = "name: OneCycleLR\nlr: 0.1\nmax_lr: 0.1\n"
RESNET = "optim_wrapper: {optimizer: {type: SGD, lr: 0.1, momentum: 0.9}}\n"

SOUND = {
    "transformers": [
        transformers(),
        transformers("cosine", "warmup_ratio: 0.03"),
        transformers("constant_with_warmup", "warmup_steps: 100"),
        transformers("inverse_sqrt", "warmup_steps: 100"),
        transformers("polynomial"),
        transformers("cosine_with_restarts", "lr_scheduler_kwargs: {num_cycles: 3}"),
        transformers("cosine_with_min_lr", "lr_scheduler_kwargs: {min_lr_rate: 0.1}"),
        transformers(
            "warmup_stable_decay",
            "warmup_steps: 100\nlr_scheduler_kwargs: {num_decay_steps: 300}",
        ),
        transformers("reduce_lr_on_plateau"),
        "--learning_rate 2e-5 --max_steps 1000 --lr_scheduler_type cosine "
        "--warmup_ratio 0.03 --gradient_accumulation_steps 8",
        (
            "learning_rate: 2e-5\nnum_train_epochs: 30\nlr_scheduler_type: cosine",
            IN_RUN,
        ),
    ],
    "torchtitan": [
        torchtitan(),
        torchtitan("decay_ratio = 0.8\ndecay_type = 'linear'\nmin_lr_factor = 0.1"),
        torchtitan("decay_type = 'cosine'\nmin_lr_factor = 0.1"),
        torchtitan("decay_ratio = 0.1\ndecay_type = 'sqrt'"),
    ],
    "nanotron": [nanotron(10), nanotron(0, start=600)],
    "NeMo": [
        nemo("CosineAnnealing", "warmup_steps: 500, constant_steps: 500, min_lr: 2e-5"),
        nemo("NoamAnnealing", "d_model: 512, warmup_steps: 1000, min_lr: 1e-6", lr=5.0),
        nemo("InverseSquareRootAnnealing"),
        nemo("WarmupAnnealing"),
        nemo("PolynomialHoldDecayAnnealing", "warmup_steps: 100, hold_steps: 500"),
        nemo("ReduceLROnPlateau", "monitor: val_loss, patience: 5"),
    ],
    "Composer": [
        composer("cosine_with_warmup", ", t_warmup: 100ba, alpha_f: 0.1"),
        composer("linear_decay_with_warmup", ", t_warmup: 0.06dur, alpha_f: 0.02"),
        composer("constant_with_warmup", ", t_warmup: 100ba"),
        composer("cosine_with_warmup", ", t_warmup: 100ba", ratio=0.5),
    ],
    "DeepSpeed": [
        deepspeed("WarmupLR", warmup_max_lr=1e-3, warmup_num_steps=1000),
        (
            deepspeed("WarmupDecayLR", warmup_num_steps=100, total_num_steps=3000),
            PER_UPDATE,
        ),
        (
            deepspeed("WarmupCosineLR", warmup_num_steps=100, total_num_steps=3000),
            PER_UPDATE,
        ),
    ],
    "Megatron-LM": [
        f"--lr 6.0e-5 --min-lr 6.0e-6 {LONG} --lr-decay-iters 430000 "
        "--global-batch-size 1536 --adam-beta2 0.95",
        f"--lr 0.00015 --min-lr 1.0e-5 {LONG} --lr-decay-iters 320000",
        "--lr 1e-3 --train-iters 10000 --lr-decay-style WSD --lr-wsd-decay-iters 1000 "
        "--lr-warmup-iters 500 --min-lr 1e-5",
        "--lr 1e-3 --train-iters 10000 --lr-decay-style constant",
    ],
    "fairseq": [
        "--lr 5e-4 --lr-scheduler inverse_sqrt --warmup-updates 4000 "
        "--max-update 100000 --adam-betas '(0.9, 0.98)'",
        "--lr-scheduler polynomial_decay --lr 0.0005 --warmup-updates 10000 "
        "--total-num-update 125000 --max-update 125000",
        "--lr-scheduler tri_stage --lr 3e-5 --max-update 20000 --warmup-steps 2000 "
        "--hold-steps 8000 --decay-steps 10000",
    ],
    "timm": [
        "sched: cosine\nlr: 0.05\nepochs: 300\nwarmup_epochs: 5\nopt: sgd",
        "--sched cosine --lr 5e-4",
        "sched: step\nlr: 0.05\nepochs: 200\ndecay_epochs: 60\nwarmup_epochs: 3",
        "sched: multistep\nlr: 0.1\nepochs: 300",
        "sched: cosine\nlr: 1\nepochs: 100\nwarmup_epochs: 20\nwarmup_prefix: true",
        "sched: poly\nlr: 1e-3\nepochs: 100\nwarmup_epochs: 3\ndecay_rate: 1.0",
        "sched: plateau\nlr: 0.1\nepochs: 100",
        ("sched: cosine\nsched_on_updates: true\nlr: 1e-3\nepochs: 30", IN_RUN),
        "sched: wsd\nlr: 1e-3\nepochs: 100\nwarmup_epochs: 5",
        "sched: tanh\nlr: 1e-3\nepochs: 300\nwarmup_epochs: 5",
        "sched: cosine\nlr: 1\nepochs: 10\nwarmup_epochs: 0\nlr_cycle_limit: 3",
    ],
    "detectron2": [
        "SOLVER: {BASE_LR: 0.02, STEPS: [210000, 250000], MAX_ITER: 270000}",
        "SOLVER: {BASE_LR: 0.001, STEPS: [30000], MAX_ITER: 40000}",
        "SOLVER: {LR_SCHEDULER_NAME: WarmupCosineLR, MAX_ITER: 90000, BASE_LR: 0.02}",
    ],
    "mmengine": [
        f"{RESNET}param_scheduler: {{type: MultiStepLR, milestones: [30, 60, 90]}}\n"
        "train_cfg: {by_epoch: true, max_epochs: 100}",
        (
            f"{RESNET}param_scheduler:\n"
            "  - {type: LinearLR, start_factor: 1e-3, by_epoch: true, end: 5}\n"
            "  - {type: CosineAnnealingLR, by_epoch: true, begin: 5, T_max: 25}\n",
            IN_RUN,
        ),
    ],
    "OLMo-core": [
        olmo("CosWithWarmup", "warmup_steps: 500"),
        olmo("WSD", "warmup: 200, decay: 500, decay_fraction: null"),
        olmo("LinearWithWarmup", "warmup: 200"),
    ],
    "Keras": [
        keras("CosineDecay", decay_steps=1000),
        keras("CosineDecay", decay_steps=1000, warmup_target=1e-2, warmup_steps=100),
        keras("ExponentialDecay", decay_steps=100_000, decay_rate=0.96),
        keras("PolynomialDecay", decay_steps=10_000),
        keras("CosineDecayRestarts", first_decay_steps=1000),
        '{"class_name": "ReduceLROnPlateau", "config": {"monitor": "val_loss", '
        '"factor": 0.2, "patience": 5, "min_lr": 0.001}}',
    ],
    "torch": [
        {"_target_": "torch.optim.lr_scheduler.StepLR", "step_size": 30},
        ("lr: 0.1\nname: CosineAnnealingLR\nT_max: 30", IN_RUN),
        ("lr: 0.1\nname: CosineAnnealingLR\nT_max: 3000", IN_RUN),
        (
            "lr: 0.1\nname: SequentialLR\nmilestones: [5]\nschedulers:\n"
            "  - {name: LinearLR, start_factor: 0.01, total_iters: 5}\n"
            "  - {name: CosineAnnealingLR, T_max: 25}",
            IN_RUN,
        ),
        (f"{ONE_CYCLE}total_steps: 3000", IN_RUN),
        (f"{ONE_CYCLE}epochs: 30\nsteps_per_epoch: 100", IN_RUN),
        "lr: 0.1\nname: ReduceLROnPlateau",
        "lr: 0.1\nname: MultiStepLR\nmilestones: [30, 80]",
        "lr: 0.1\nname: CosineAnnealingWarmRestarts\nT_0: 10\nT_mult: 2",
    ],
    "Lightning": [
        f"{SGD}lr_scheduler: {{class_path: torch.optim.lr_scheduler.CosineAnnealingLR, "
        "init_args: {T_max: 30}}\ntrainer: {max_epochs: 30}",
        (
            "lr: 1e-3\nlr_scheduler_config: {interval: step, scheduler: "
            "{name: OneCycleLR, max_lr: 0.01, total_steps: 3000}}",
            IN_RUN,
        ),
        "lr: 1e-3\nlr_scheduler_config: {monitor: val_loss, scheduler: "
        "{name: ReduceLROnPlateau}}",
    ],
    "optax": [
        (
            "name: warmup_cosine_decay_schedule\ninit_value: 0.0\npeak_value: 1e-3\n"
            "warmup_steps: 100\ndecay_steps: 3000\nend_value: 1e-5",
            {"library": "optax", **PER_UPDATE},
        ),
        (
            "name: linear_schedule\ninit_value: 1e-3\nend_value: 0.0\n"
            "transition_steps: 3000",
            {"library": "optax", **PER_UPDATE},
        ),
    ],
    "pytorch_optimizer": [
        (
            "name: CosineScheduler\nt_max: 3000\nmax_lr: 1e-3\nwarmup_steps: 100",
            {"library": "pytorch_optimizer", **PER_UPDATE},
        ),
    ],
    "Paddle": [
        (
            "name: CosineAnnealingDecay\nargs: {learning_rate: 0.1, T_max: 30}",
            {"library": "paddle", **IN_RUN},
        ),
    ],
}


@pytest.mark.parametrize("library", SOUND)
def test_its_documented_configurations_raise_no_alarm(library):
    found = {}
    for each in SOUND[library]:
        config, known = each if isinstance(each, tuple) else (each, {})
        found[str(config)] = alarms(of_config(config, **known))
    assert not {config: each for config, each in found.items() if each}


def test_there_are_enough_of_them():
    assert sum(map(len, SOUND.values())) >= 60
