"""Each library's own configuration gives the curve of its dialect."""

import pytest

from lehr import Constant, Plan
from lehr.dialects import dialect
from lehr.importing import from_config

PLAN = Plan(dataset_size=640, batch_size=64, epochs=3)


def curve(library, name, base, **arguments):
    return dialect(library, name).curve(base, **arguments)


COSINE = curve("torch", "CosineAnnealingLR", 0.1, T_max=10)
STEP = curve("torch", "StepLR", 0.1, step_size=3)
WARM = curve(
    "composer",
    "CosineAnnealingWithWarmupScheduler",
    1e-4,
    t_warmup="10ba",
    alpha_f=0.1,
    max_duration="30ba",
)
FAIRSEQ = dialect("fairseq", "inverse_sqrt").curve(
    lr=5e-4, warmup_updates=40, warmup_init_lr=1e-7
)
KERAS = {
    "module": "keras.optimizers.schedules",
    "class_name": "CosineDecay",
    "config": {"initial_learning_rate": 0.1, "decay_steps": 100, "name": "x"},
    "registered_name": None,
}
CONFIGS = {
    "Hydra": (
        {
            "_target_": "torch.optim.lr_scheduler.CosineAnnealingLR",
            "_partial_": True,
            "T_max": 10,
            "last_epoch": -1,
        },
        COSINE,
    ),
    "LightningCLI": (
        """
        optimizer: {class_path: torch.optim.SGD, init_args: {lr: 1e-1}}
        lr_scheduler:
          class_path: torch.optim.lr_scheduler.StepLR
          init_args: {step_size: 3}
        """,
        STEP,
    ),
    "Lightning's lr_scheduler_config": (
        """
        lr: 0.1
        lr_scheduler_config: {interval: epoch, scheduler: {name: StepLR, step_size: 3}}
        """,
        STEP,
    ),
    "a template's": ({"class_name": "StepLR", "args": {"step_size": 3}}, STEP),
    "transformers' function": (
        {
            "_target_": "transformers.get_cosine_schedule_with_warmup",
            "num_warmup_steps": 3,
            "num_training_steps": 30,
        },
        curve("transformers", "cosine", 0.1, num_warmup_steps=3, num_training_steps=30),
    ),
    "timm's class": (
        {"name": "CosineLRScheduler", "t_initial": 30},
        curve("timm", "CosineLRScheduler", 0.1, t_initial=30),
    ),
    "DeepSpeed": (
        """{"optimizer": {"type": "Adam", "params": {"lr": 0.001}}, "scheduler":
        {"type": "WarmupDecayLR", "params": {"warmup_num_steps": 10,
        "total_num_steps": 100}}}""",
        curve(
            "deepspeed",
            "WarmupDecayLR",
            1e-3,
            warmup_num_steps=10,
            total_num_steps=100,
        ),
    ),
    "DeepSpeed without a scheduler": (
        {"train_batch_size": 8, "optimizer": {"params": {"lr": 1e-3}}},
        Constant(1e-3),
    ),
    "torchtitan": (
        '[optimizer]\nlr = 3e-4\n[lr_scheduler]\nwarmup_steps = 10\ndecay_type = "sqrt"'
        "\n[training]\nsteps = 100",
        curve(
            "torchtitan",
            "lr_scheduler",
            3e-4,
            training_steps=100,
            warmup_steps=10,
            decay_type="sqrt",
        ),
    ),
    "nanotron": (
        """
        optimizer:
          learning_rate_scheduler:
            {learning_rate: 3e-4, lr_warmup_steps: 10, lr_decay_style: cosine}
        tokens: {train_steps: 100}
        """,
        curve(
            "nanotron",
            "lr_scheduler_builder",
            3e-4,
            total_training_steps=100,
            lr_warmup_steps=10,
            lr_decay_style="cosine",
        ),
    ),
    "Composer": (
        """
        schedulers: {cosine_with_warmup: {t_warmup: 10ba, alpha_f: 0.1}}
        optimizers: {decoupled_adamw: {lr: 1.0e-4}}
        max_duration: 30ba
        """,
        WARM,
    ),
    "llm-foundry": (
        """
        scheduler: {name: cosine_with_warmup, t_warmup: 10ba, alpha_f: 0.1}
        optimizer: {name: decoupled_adamw, lr: 1e-4}
        max_duration: 3ep
        """,
        WARM,
    ),
    "several of Composer's": (
        {
            "schedulers": {"constant": {"alpha": 0.5}, "LinearScheduler": {}},
            "max_duration": "30ba",
        },
        0.5 * curve("composer", "LinearScheduler", 0.1, max_duration="30ba"),
    ),
    "NeMo": (
        """
        model:
          optim: {name: adam, lr: 1e-3, sched: {name: CosineAnnealing, min_lr: 1e-5,
            warmup_steps: 10, monitor: val_loss}}
        trainer: {max_steps: 100}
        """,
        curve(
            "nemo",
            "CosineAnnealing",
            1e-3,
            max_steps=100,
            warmup_steps=10,
            min_lr=1e-5,
        ),
    ),
    "fairseq": (
        "fairseq-train data --lr 5e-4 --lr-scheduler inverse_sqrt --warmup-updates 40 "
        "--max-update 300 --warmup-init-lr 1e-7 --adam-betas '(0.9, 0.98)'",
        FAIRSEQ,
    ),
    "fairseq by Hydra": (
        """
        lr_scheduler: {_name: inverse_sqrt, warmup_updates: 40, warmup_init_lr: 1e-7}
        optimization: {lr: [0.0005], max_update: 300}
        """,
        FAIRSEQ,
    ),
    "Keras": (KERAS, dialect("keras", "CosineDecay").curve(**KERAS["config"])),
    "Keras in an optimizer": (
        {"class_name": "SGD", "module": "k", "config": {"learning_rate": KERAS}},
        dialect("keras", "CosineDecay").curve(**KERAS["config"]),
    ),
    "OLMo-core": (
        """
        train_module:
          optim: {lr: 1e-3}
          scheduler:
            {_CLASS_: olmo_core.optim.scheduler.CosWithWarmup, warmup_steps: 10}
        trainer: {max_duration: {value: 100, unit: steps}}
        """,
        curve("olmo", "CosWithWarmup", 1e-3, warmup_steps=10, max_steps=100),
    ),
    "transformers' JSON": (
        '{"learning_rate": 1e-3, "lr_scheduler_type": "linear", "max_steps": 100}',
        curve(
            "transformers", "linear", 1e-3, num_warmup_steps=0, num_training_steps=100
        ),
    ),
    "transformers' flags": (
        "run.py --learning_rate 1e-3 --lr_scheduler_type linear --num_train_epochs 3",
        curve(
            "transformers", "linear", 1e-3, num_warmup_steps=0, num_training_steps=30
        ),
    ),
}


@pytest.mark.parametrize("form", CONFIGS)
def test_a_configuration_is_its_librarys_curve(form):
    config, expected = CONFIGS[form]
    base = None if "DeepSpeed" in form or not isinstance(config, dict) else 0.1
    given = from_config(config, base=base, plan=PLAN)
    for t in (0, 1, 2, 3, 9, 10, 11, 29, 30, 41, 100, 150):
        assert given(t) == pytest.approx(expected(t), rel=1e-12, abs=1e-18), t
