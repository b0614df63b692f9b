"""Configurations of other libraries, and live objects, for the tests of lint."""

import json

from lehr import Plan
from lehr.linting.checking import check
from lehr.linting.subjects.foreign import of_foreign
from lehr.linting.subjects.live import of_live

RUN = Plan(dataset_size=6400, batch_size=64, epochs=30)
"""3,000 updates, 100 an epoch."""
LLM = Plan(batch_size=64, updates=3000)


def of_config(config, library=None, **known):
    return check(of_foreign(config, library, **known))


def of_object(scheduler, plan=None, **known):
    return check(of_live(scheduler, plan, **known))


def codes(findings):
    return {finding.code for finding in findings}


def alarms(findings):
    """Return the findings that a person has to act on."""
    return [str(each) for each in findings if each.severity != "note"]


def transformers(kind="linear", more="", steps=3000):
    text = f"learning_rate: 5e-5\nlr_scheduler_type: {kind}\nmax_steps: {steps}\n"
    return text + more


def torchtitan(more="", steps=1000):
    return (
        f"[optimizer]\nlr = 8e-4\n[lr_scheduler]\nwarmup_steps = 200\n{more}\n"
        f"[training]\nsteps = {steps}\n"
    )


def nemo(name, more="warmup_steps: 100, min_lr: 1e-6", lr=1e-3):
    return (
        f"model: {{optim: {{name: adamw, lr: {lr}, betas: [0.9, 0.98], "
        f"sched: {{name: {name}, {more}}}}}}}\n"
        "trainer: {max_steps: 3000, devices: 8}\n"
    )


def composer(name, more="", ratio=1.0):
    return (
        f"scheduler: {{name: {name}{more}}}\noptimizer: {{name: adamw, lr: 1e-4}}\n"
        "max_duration: 3000ba\nglobal_train_batch_size: 64\n"
        f"scale_schedule_ratio: {ratio}\n"
    )


def deepspeed(kind, **params):
    optimizer = {"type": "AdamW", "params": {"lr": 1e-4}}
    scheduler = {"type": kind, "params": params}
    return json.dumps(
        {"train_batch_size": 64, "optimizer": optimizer, "scheduler": scheduler}
    )


def keras(name, **config):
    return json.dumps(
        {
            "module": "keras.optimizers.schedules",
            "class_name": name,
            "config": {"initial_learning_rate": 1e-3, **config},
        }
    )


def nanotron(warmup, start="null"):
    return (
        "optimizer: {learning_rate_scheduler: {learning_rate: 3e-4, "
        f"lr_warmup_steps: {warmup}, lr_warmup_style: linear, "
        f"lr_decay_style: linear, lr_decay_starting_step: {start}, "
        "min_decay_lr: 1e-5}}\n"
        "tokens: {train_steps: 1000, micro_batch_size: 2}\n"
    )


def olmo(name, more, steps=5000):
    return (
        "train_module: {optim: {lr: 4e-4}, scheduler: {_CLASS_: "
        f"olmo_core.optim.scheduler.{name}, {more}}}}}\n"
        f"trainer: {{max_duration: {{value: {steps}, unit: steps}}}}\n"
    )
