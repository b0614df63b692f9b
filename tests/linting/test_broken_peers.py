"""The traps of other libraries, each in a configuration of its own, are flagged."""

import pytest

from lehr import Plan
from linting.others import (
    LLM,
    RUN,
    codes,
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

LONGER = {"plan": Plan(batch_size=64, updates=4000)}
OF_OPTIMIZER = {"library": "pytorch_optimizer", "plan": LLM}
PER_EPOCH = {"plan": RUN, "per": "epoch"}
COSINE = "lr: 0.1\nname: CosineAnnealingLR\nT_max: %d"
ONE_CYCLE = "name: OneCycleLR, max_lr: 0.01, total_steps"
OLMO_DECAY = "warmup: 200, decay: 500, decay_fraction: null, max_steps: 4000"
JOINED = (
    "lr: 0.1\nname: SequentialLR\nmilestones: [50]\nschedulers: "
    "[{name: LinearLR, total_iters: %d}, {name: CosineAnnealingLR, T_max: 2950}]"
)

BELOW_0 = {
    "torchtitan's line": (torchtitan("total_steps = 800"), {}),
    "torchtitan's root": (torchtitan("total_steps = 800\ndecay_type = 'sqrt'"), {}),
    "OLMo's WSD": (olmo("WSD", OLMO_DECAY), {}),
    "pytorch_optimizer's": (
        "name: LinearScheduler\nt_max: 2000\nmax_lr: 1e-3",
        OF_OPTIMIZER,
    ),
    "fvcore's": (
        "name: LinearParamScheduler\nnum_updates: 2000\nstart_value: 1\nend_value: 0",
        {"library": "fvcore", "plan": LLM},
    ),
    "fastai's": (
        "name: SchedLin\nnum_updates: 2000\nstart: 1\nend: 0",
        {"library": "fastai", "plan": LLM},
    ),
}
CLIMBING = {
    "transformers'": (transformers("cosine"), LONGER),
    "transformers' with a floor": (
        transformers("cosine_with_min_lr", "lr_scheduler_kwargs: {min_lr_rate: 0.1}"),
        LONGER,
    ),
    "torch's": (COSINE % 20, PER_EPOCH),
    "torchtitan's": (torchtitan("total_steps = 700\ndecay_type = 'cosine'"), {}),
    "Paddle's": (
        "name: CosineAnnealingDecay\nargs: {learning_rate: 0.1, T_max: 20}",
        {"library": "paddle", **PER_EPOCH},
    ),
    "pytorch_optimizer's": (
        "name: CosineScheduler\nt_max: 2000\nmax_lr: 1e-3",
        OF_OPTIMIZER,
    ),
    "fvcore's": (
        "name: CosineParamScheduler\nnum_updates: 2000\nstart_value: 1\nend_value: 0",
        {"library": "fvcore", "plan": LLM},
    ),
}
JUMPING = {
    "timm's warmup": (
        "sched: cosine\nlr: 1\nepochs: 10\nwarmup_epochs: 5\nwarmup_lr: 0",
        {},
        "LH044",
    ),
    "NeMo's root": (nemo("SquareRootAnnealing"), {}, "LH045"),
    "NeMo's hold": (nemo("WarmupHoldAnnealLinear"), {}, "LH045"),
    "pytorch_optimizer's WSD": (
        "name: get_wsd_schedule\nlr: 1\nnum_warmup_steps: 200\nnum_stable_steps: 1800\n"
        "num_decay_steps: 900\nmin_lr_ratio: 0.5",
        OF_OPTIMIZER,
        "LH045",
    ),
    "Megatron's root": (
        "--lr 1e-3 --min-lr 1e-5 --lr-decay-style inverse-square-root "
        "--lr-warmup-iters 200 --train-iters 5000 --lr-decay-iters 4000",
        {},
        "LH045",
    ),
    "transformers' WSD": (
        transformers(
            "warmup_stable_decay",
            "warmup_steps: 2000\nlr_scheduler_kwargs: {num_decay_steps: 2000}",
        ),
        {},
        "LH046",
    ),
    "torch's sequence": (JOINED % 200, {}, "LH046"),
    "Composer's": (
        composer(
            "cosine_with_warmup", ", t_warmup: 100ba, scale_warmup: true", ratio=2.0
        ),
        {},
        "LH048",
    ),
}
WARMUPS_OF_0 = {
    "optax's": (
        "name: warmup_constant_schedule\ninit_value: 0.0\npeak_value: 1e-3\n"
        "warmup_steps: 0",
        {"library": "optax"},
        "LH043",
    ),
    "torch's": ("lr: 0.1\nname: LinearLR\ntotal_iters: 0", {}, "LH043"),
    "torch's in a sequence": (JOINED % 0, {}, "LH043"),
    "fairseq's": (
        "--lr-scheduler inverse_sqrt --lr 1 --warmup-updates 0",
        {},
        "LH040",
    ),
    "DeepSpeed's": (deepspeed("WarmupLR", warmup_num_steps=0), {}, "LH040"),
    "OLMo's": (olmo("WSD", "warmup: 0, decay: 500, decay_fraction: null"), {}, "LH040"),
}
READ_OTHERWISE = {
    "accelerate's steps": (
        "lr: 1\naccelerate: {num_processes: 4}\ntrainer: {max_steps: 3000}\n"
        "scheduler: {name: CosineAnnealingLR, T_max: 3000}",
        {},
        "LH051",
    ),
    "nanotron's warmup": (nanotron(200, start=600), {}, "LH047"),
    "a whole of 1": (transformers("linear", "warmup_ratio: 1"), {}, "LH069"),
    "a part of a run": (transformers("linear", "warmup_steps: 0.5"), {}, "LH070"),
    "timm's part": (
        "sched: wsd\nlr: 1e-3\nepochs: 100\nwarmup_epochs: 5\ndecay_epochs: 0.9",
        {},
        "LH070",
    ),
    "timm's logarithm": (
        "sched: cosine\nlr: 1\nepochs: 1\nwarmup_epochs: 0\nlr_cycle_mul: 3\n"
        "lr_cycle_limit: 6",
        {},
        "LH071",
    ),
    "fastai's sum of thirds": (
        "name: combine_scheds\nnum_updates: 100\npcts: [0.2, 0.7, 0.1]\nscheds: []",
        {"library": "fastai"},
        "LH040",
    ),
    "a milestone passed": (
        "lr: 1\nname: MultiStepLR\nmilestones: [30]\nlast_epoch: 50",
        {},
        "LH040",
    ),
    "Keras's clock": (keras("CosineDecay", decay_steps=2**24 + 1), {}, "LH053"),
    "optax's clock": (
        "name: cosine_decay_schedule\ninit_value: 1e-3\ndecay_steps: 15e12",
        {"library": "optax"},
        "LH053",
    ),
    "Lightning's epochs": (
        f"lr: 1\nlr_scheduler_config: {{scheduler: {{{ONE_CYCLE}: 3000}}}}",
        {"plan": RUN},
        "LH050",
    ),
    "Lightning's warmup": (
        "lr: 1\ntrainer: {max_epochs: 9}\n"
        "lr_scheduler_config: {scheduler: {name: LinearLR, total_iters: 500}}",
        {},
        "LH052",
    ),
    "fvcore's tolerance": (
        "name: StepParamScheduler\nnum_updates: 1000000\nvalues: [1, 0.1]",
        {"library": "fvcore"},
        "LH040",
    ),
    "fairseq's second wave": (
        "--lr-scheduler cosine --lr 1e-3 --warmup-updates 100 --max-update 3000 "
        "--lr-period-updates 1000",
        {},
        "LH072",
    ),
    "DeepSpeed's beta2": (
        deepspeed("OneCycle", cycle_min_lr=1e-4, cycle_max_lr=1e-3),
        {},
        "LH065",
    ),
    "a first update without a rate": (
        "name: CosineScheduler\nt_max: 3000\nmax_lr: 1e-3",
        OF_OPTIMIZER,
        "LH004",
    ),
    "an old T_max": (COSINE % 60, {"state": {"T_max": 30}}, "LH062"),
    "beta1 cycled": (
        "optimizer: {class_path: torch.optim.Adam}\nlr: 1\n"
        f"scheduler: {{{ONE_CYCLE}: 10}}",
        {},
        "LH065",
    ),
    "a polynomial upwards": (
        "name: PolyScheduler\nt_max: 100\nmax_lr: 1e-3",
        {"library": "pytorch_optimizer"},
        "LH049",
    ),
}


@pytest.mark.parametrize("case", BELOW_0)
def test_a_line_that_goes_on_below_0(case):
    config, known = BELOW_0[case]
    assert "LH042" in codes(of_config(config, **known))


@pytest.mark.parametrize("case", CLIMBING)
def test_a_cosine_that_climbs_back(case):
    config, known = CLIMBING[case]
    assert "LH041" in codes(of_config(config, **known))


@pytest.mark.parametrize(
    ("config", "known", "code"),
    [*JUMPING.values(), *WARMUPS_OF_0.values(), *READ_OTHERWISE.values()],
    ids=[*JUMPING, *(f"no {k}" for k in WARMUPS_OF_0), *READ_OTHERWISE],
)
def test_a_trap(config, known, code):
    assert code in codes(of_config(config, **known))
