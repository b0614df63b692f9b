"""Random arguments of transformers' schedules, and optimizers to try them on."""

import random
from importlib import import_module

import torch

FUNCTIONS = (
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_linear_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_inverse_sqrt_schedule",
    "get_cosine_with_min_lr_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
    "get_wsd_schedule",
)
WARMS, RUNS = ("num_warmup_steps",), ("num_warmup_steps", "num_training_steps")


def arguments(name, seed):
    """Return random arguments of a function, whole or broken lengths."""
    draw = random.Random(f"{name}{seed}")
    warmup = draw.choice([0, 1, draw.randint(0, 40), draw.randint(0, 40) + 0.5])
    found = {"num_warmup_steps": warmup, "num_training_steps": draw.randint(41, 150)}
    cycles = draw.choice([0.5, 1.0, 1.25, 2.0])
    floor = draw.choice([{"min_lr": 1e-3}, {"min_lr_rate": 0.1}])
    match name.removeprefix("get_").split("_schedule")[0]:
        case "constant":
            found = {} if name == "get_constant_schedule" else {WARMS[0]: warmup}
        case "inverse_sqrt":
            found = {WARMS[0]: warmup, "timescale": draw.choice([None, 7, 1000])}
        case "cosine":
            found["num_cycles"] = cycles
        case "cosine_with_hard_restarts":
            found["num_cycles"] = draw.choice([1, 2, 3, 7])
        case "polynomial_decay":
            found |= {"lr_end": 1e-4, "power": draw.choice([0.5, 1.0, 2.0])}
        case "cosine_with_min_lr":
            found |= {"num_cycles": cycles, **floor}
            if name.endswith("lr_rate"):
                found["warmup_lr_rate"] = draw.choice([None, 0.01])
                found["num_warmup_steps"] = int(warmup)
        case "wsd":
            found |= {
                "num_decay_steps": draw.randint(0, 30),
                "warmup_type": draw.choice(["linear", "cosine", "1-sqrt"]),
                "decay_type": draw.choice(["linear", "cosine", "1-sqrt"]),
                "min_lr_ratio": draw.choice([0.0, 0.1]),
                "num_cycles": draw.choice([0.5, 1.5]),
            }
    return found


def restarts(name, found):
    """Tell at which times transformers' rounding may miss a restart."""
    if "hard_restarts" not in name:
        return lambda t: False
    begin, cycles = found["num_warmup_steps"], found["num_cycles"]
    length = found["num_training_steps"] - begin
    return lambda t: abs((t - begin) * cycles % length) < 1e-6


def optimizer(rates, *, tensors=False):
    groups = [
        {
            "params": [torch.nn.Parameter(torch.zeros(1))],
            "lr": torch.tensor(rate, dtype=torch.float64) if tensors else rate,
        }
        for rate in rates
    ]
    return torch.optim.SGD(groups, lr=0.1)


def rates(made):
    return [float(group["lr"]) for group in made.param_groups]


def dropin(name):
    return getattr(import_module("lehr.dropin.transformers"), name)


def original(name):
    return getattr(import_module("transformers.optimization"), name)


def step(scheduler):
    """Take an update, and count it."""
    scheduler.optimizer.step()
    scheduler.step()
