"""What a person may have in a folder."""

import json
import math

RECIPE = "warmup_cosine(3e-4, warmup=1000, total=100000)"
RUN = """\
schema: 1
plan: {dataset_size: 50000, batch_size: 100, epochs: 3}
schedules:
  lr: wsd(3e-4, warmup=5%, decay=1ep)
  weight_decay: {body: 0.1, head: 'linear(0.1, 0, 1000)'}
"""
DEEPSPEED = {
    "optimizer": {"type": "AdamW", "params": {"lr": 1e-3}},
    "scheduler": {
        "type": "WarmupDecayLR",
        "params": {
            "warmup_num_steps": 100,
            "total_num_steps": 1000,
            "warmup_type": "linear",
        },
    },
}
STEP_LR = {"_target_": "torch.optim.lr_scheduler.StepLR", "step_size": 30}
MEGATRON = (
    "--lr 3e-4 --min-lr 3e-5 --lr-decay-style cosine "
    "--lr-warmup-iters 10 --train-iters 100"
)


def logged(t):
    """A warmup of 100 updates to 3e-4 and a cosine to 0 at 1000, by math alone."""
    if t < 100:
        return 3e-4 * t / 100
    return 1.5e-4 * (1 + math.cos(math.pi * (t - 100) / 900))


def history():
    """What transformers' Trainer writes: at step s the rate of update s - 1."""
    rows = [
        {"step": t + 1, "learning_rate": logged(t), "loss": 1.0}
        for t in range(0, 1000, 10)
    ]
    return json.dumps({"log_history": rows})


FILES = {
    "run.yaml": RUN,
    "ds.json": json.dumps(DEEPSPEED),
    "step.yaml": json.dumps(STEP_LR),
    "flags.txt": MEGATRON,
    "lr.lehr": "# a ramp\nlinear(0, 1,\n  10)\n",
    "metrics.csv": "step,loss,lr\n"
    + "".join(f"{t},1.5,{logged(t)!r}\n" for t in range(0, 1000, 10)),
    "noise.csv": "step,lr\n"
    + "".join(f"{t},{(t * 7919 % 101) / 100}\n" for t in range(10)),
    "trainer_state.json": history(),
    "empty.txt": "",
}
