"""Random arguments of torch's schedulers, and the updates at which they change."""

import math

GAMMAS = (0.0, 0.1, 0.5, 0.97, 1.0, 1, 1.3, -0.5, -1.1)
LENGTHS = (1, 2, 5, 13, 30, 47)


def total_iters(rng):
    return rng.choice((0, *LENGTHS, rng.randint(1, 60)))


def step(rng):
    return {"step_size": rng.randint(1, 60), "gamma": rng.choice(GAMMAS)}


def multi_step(rng):
    milestones = [rng.randint(0, 60) for _ in range(rng.randint(0, 5))]
    return {"milestones": milestones, "gamma": rng.choice(GAMMAS)}


def constant(rng):
    return {"factor": rng.choice((1, 1 / 3, 0.01)), "total_iters": total_iters(rng)}


def linear(rng):
    return {
        "start_factor": rng.choice((1, 1 / 3, rng.uniform(1e-6, 1))),
        "end_factor": rng.choice((0, 1.0, rng.uniform(0, 1))),
        "total_iters": total_iters(rng),
    }


def exponential(rng):
    return {"gamma": rng.choice((*GAMMAS, rng.uniform(0.8, 1.05)))}


def polynomial(rng):
    power = rng.choice((0, 0.5, 1, 1.0, 2.5, 3))
    return {"total_iters": total_iters(rng), "power": power}


def cosine(rng):
    half = rng.choice((1, 2, 3, rng.randint(1, 60)))
    return {"T_max": half, "eta_min": rng.choice((0, 1e-6, 0.2))}


def restarts(rng):
    drawn = {"T_0": rng.randint(1, 40), "T_mult": rng.choice((1, 2, 3, 10))}
    return drawn | {"eta_min": rng.choice((0, 1e-6, 0.2))}


def cyclic(rng):
    """Return arguments for one group; the functions take whole numbers only."""
    table = [1 / (1 + n) for n in range(999)].__getitem__
    return {
        "base_lr": rng.choice((0.01, 0.1, 0.0)),
        "max_lr": rng.choice((1.0, 0.001, 0.5)),
        "step_size_up": rng.randint(1, 30),
        "step_size_down": rng.choice((None, 0, rng.randint(1, 30))),
        "mode": rng.choice(("triangular", "triangular2", "exp_range")),
        "gamma": rng.choice((1.0, 0.99, 0.5, 1.02, -0.9)),
        "scale_fn": rng.choice((None, None, lambda x: 1 / (1 + x), table)),
        "scale_mode": rng.choice(("cycle", "iterations")),
        "base_momentum": rng.choice((0.8, 0.1, 0.5)),
        "max_momentum": rng.choice((0.95, 0.9, 0.7)),
    }


def one_cycle(rng):
    """Return arguments for one group."""
    total = rng.choice((2, 3, 7, rng.randint(4, 200)))
    drawn = {
        "max_lr": rng.choice((1.0, 0.5, 2.0)),
        "pct_start": rng.choice((0.3, 0.0, 0.999, rng.uniform(0, 1))),
        "anneal_strategy": rng.choice(("cos", "linear")),
        "base_momentum": rng.choice((0.85, 0.1, 0.5)),
        "max_momentum": rng.choice((0.95, 0.9, 0.7)),
        "div_factor": rng.choice((25.0, 10, 1.0)),
        "final_div_factor": rng.choice((1e4, 10, math.inf)),
        "three_phase": rng.choice((True, False)),
    }
    if rng.random() < 0.5:
        return drawn | {"total_steps": total}
    return drawn | {"epochs": total, "steps_per_epoch": 1}


def function(rng):
    """Return a function of the epoch, which takes whole numbers only."""
    rate, every = rng.choice((0.95, 0.5, 1.01)), rng.randint(1, 30)
    table = [0.5, 0.9, 1.1, 1.0, 0.7, *[0.99] * 999]
    return {
        "lr_lambda": rng.choice(
            (
                lambda epoch: 1 / (1 + epoch),
                lambda epoch: rate**epoch,
                lambda epoch: 1 if epoch % every else rate,
                table.__getitem__,
            )
        )
    }


DRAWN = {
    "StepLR": step,
    "MultiStepLR": multi_step,
    "ConstantLR": constant,
    "LinearLR": linear,
    "ExponentialLR": exponential,
    "PolynomialLR": polynomial,
    "CosineAnnealingLR": cosine,
    "CosineAnnealingWarmRestarts": restarts,
    "CyclicLR": cyclic,
    "OneCycleLR": one_cycle,
    "LambdaLR": function,
    "MultiplicativeLR": function,
}


def joints(arguments):
    """Return the updates at which something changes; the largest is the end."""
    up = arguments.get("step_size_up", 0)
    cycle = up + (arguments.get("step_size_down") or up)
    found = {0, up, cycle, 2 * cycle, *arguments.get("milestones", ())}
    for name in ("step_size", "total_iters", "T_max", "T_0"):
        length = arguments.get(name, 0)
        found |= {length, length * (1 + arguments.get("T_mult", 1))}
    for child in arguments.get("schedulers", ()):
        found |= joints(child.arguments)
    return found
