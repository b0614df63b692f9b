"""Schedulers of random configurations, ours and torch's, and optimizers for them."""

import math
import types

import torch
from torch.optim import lr_scheduler, swa_utils

import lehr.dropin.torch as ours

__all__ = ["ours"]

theirs = types.SimpleNamespace(**vars(lr_scheduler), SWALR=swa_utils.SWALR)


def decaying(epoch):
    return 0.9**epoch


def inverse(epoch):
    return 1 / (1 + epoch)


def mixed(epoch):
    return 0.95 if epoch % 3 else 1.02


def arguments(name, random):
    """Return random arguments of a scheduler."""
    n, choice, between = random.randint, random.choice, random.uniform
    match name:
        case "StepLR":
            return {"step_size": n(1, 6), "gamma": choice([0.5, 0.1, 0.9])}
        case "MultiStepLR":
            return {"milestones": sorted(random.choices(range(20), k=n(0, 4)))}
        case "ConstantLR":
            return {"factor": choice([0.1, 0.5, 1.0]), "total_iters": n(1, 8)}
        case "LinearLR":
            ends = {"start_factor": between(0.1, 1), "end_factor": between(0, 1)}
            return {**ends, "total_iters": n(1, 9)}
        case "ExponentialLR":
            return {"gamma": between(0.7, 1.02)}
        case "PolynomialLR":
            return {"total_iters": n(1, 9), "power": choice([1.0, 0.9, 2.0])}
        case "CosineAnnealingLR":
            return {"T_max": n(1, 9), "eta_min": choice([0.0, 0.001])}
        case "MultiplicativeLR":
            return {"lr_lambda": choice([decaying, mixed])}
        case "LambdaLR":
            return {"lr_lambda": choice([decaying, inverse])}
        case "CosineAnnealingWarmRestarts":
            return {"T_0": n(1, 5), "T_mult": n(1, 3), "eta_min": 0.001}
        case "SWALR":
            how = {"anneal_strategy": choice(["cos", "linear"])}
            return {"swa_lr": 0.05, "anneal_epochs": n(0, 6), **how}
        case "CyclicLR":
            return {
                "base_lr": 0.01,
                "max_lr": between(0.05, 0.3),
                "step_size_up": n(1, 5),
                "step_size_down": choice([None, 3]),
                "mode": choice(["triangular", "triangular2", "exp_range"]),
                "gamma": 0.9,
                "cycle_momentum": choice([True, False]),
            }
        case "OneCycleLR":
            return {
                "max_lr": between(0.1, 0.5),
                "total_steps": n(45, 70),
                "anneal_strategy": choice(["cos", "linear"]),
                "three_phase": choice([True, False]),
                "cycle_momentum": choice([True, False]),
            }
    raise ValueError(name)


PARTS = (
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "PolynomialLR",
    "CosineAnnealingLR",
    "MultiplicativeLR",
    "LambdaLR",
    "CosineAnnealingWarmRestarts",
    "SWALR",
)
"""Those that leave the starting rates in the groups alone."""

SINGLE = (*PARTS, "CyclicLR", "OneCycleLR")


def sgd(*rates, dtype=None):
    """Return an optimizer of one group per rate; with a dtype, of tensor rates."""
    groups = [
        {
            "params": [torch.nn.Parameter(torch.ones(1))],
            "lr": torch.tensor(rate, dtype=dtype) if dtype else rate,
        }
        for rate in rates
    ]
    return torch.optim.SGD(groups, momentum=0.9)


def rates(optimizer):
    return [float(group["lr"]) for group in optimizer.param_groups]


def run(scheduler, steps):
    """Return the first group's rate at each step; the optimizer steps as well."""
    optimizer, found = scheduler.optimizer, []
    for _ in range(steps):
        found.append(rates(optimizer)[0])
        optimizer.step()
        scheduler.step()
    return found


def close(a, b, tolerance):
    pairs = zip(a, b, strict=True)
    return all(
        type(x) is type(y)
        and math.isclose(x, y, rel_tol=tolerance, abs_tol=tolerance / 100)
        for x, y in pairs
    )


def agree(a, b, tolerance=1e-8):
    """Whether two optimizers hold the same rates and momenta, of the same kinds."""
    return all(
        close([p["lr"], p["momentum"]], [q["lr"], q["momentum"]], tolerance)
        for p, q in zip(a.param_groups, b.param_groups, strict=True)
    )
