"""A small regression whose data may hold a batch that no run should meet."""

import math
from pathlib import Path

import torch
from torch import nn

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import (
    BaseTrainer,
    Checkpointing,
    JsonLines,
    LoggingCallback,
    RollBack,
    WarmupStepLR,
    read_json_lines,
)


def batch(number, scale=1.0):
    generator = torch.Generator().manual_seed(number)
    x = torch.randn(4, 8, generator=generator)
    return x, scale * x.sum(1, keepdim=True) + 1.0


GOOD = [batch(number) for number in range(20)]
NAN = (torch.full((4, 8), math.nan), torch.zeros(4, 1))
HUGE = batch(99, scale=1e3)

SCHEDULERS = {
    "bound": lambda o: Scheduler(o, lr=warmup_cosine(0.02, warmup=4, total=40)),
    "by epoch": lambda o: WarmupStepLR(0.02, 1, 2, 0.5, start_lr=0.01),
    "counting epochs": lambda o: torch.optim.lr_scheduler.StepLR(o, 1, 0.5),
}


def trainer(folder, *callbacks, every=4, keep=1, scheduler="bound", **options):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Linear(6, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0)
    return BaseTrainer(
        model,
        optimizer,
        SCHEDULERS[scheduler](optimizer),
        callbacks=[
            LoggingCallback(1, [JsonLines(Path(folder, "log.jsonl"))]),
            Checkpointing(every_updates=every, every_epochs=None, keep_last=keep),
            *callbacks,
        ],
        folder=folder,
        **options,
    )


def back_of(**options):
    return RollBack(**{"window": 4, "patience": 0, "spike_factor": 20.0, **options})


def same(one, other):
    models = one.model.state_dict(), other.model.state_dict()
    equal = all(torch.equal(models[0][name], models[1][name]) for name in models[0])
    moments = [
        [state[key] for state in each.optimizer.state.values() for key in state]
        for each in (one, other)
    ]
    return (
        equal
        and all(torch.equal(a, b) for a, b in zip(*moments, strict=True))
        and one.clock.state_dict() == other.clock.state_dict()
        and (one.updates, one.samples) == (other.updates, other.samples)
    )


def updates_in(folder):
    return [record["update"] for record in read_json_lines(Path(folder, "log.jsonl"))]
