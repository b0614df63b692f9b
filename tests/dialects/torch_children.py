"""Random schedulers of torch, to be put into others."""

from dialects.torch_oracle import of

FACTORS = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR")
FACTORS += ("PolynomialLR",)
SETTING = ("LambdaLR", "CyclicLR", "CosineAnnealingWarmRestarts")
LEAVES = (*FACTORS, *SETTING, "CosineAnnealingLR", "MultiplicativeLR")


def leaf(rng, kinds=LEAVES, base=0.3):
    """Return a random scheduler of one of these kinds.

    CyclicLR has the group's own value as its lower end: torch makes that the initial
    value of all that are built after it, which the dialect does not.
    """
    total, gamma = rng.choice((1, 5, 30, 70)), rng.choice((0.1, 0.5, 0.97, 1.02, -0.9))
    name = rng.choice(kinds)
    arguments = {
        "StepLR": {"step_size": rng.randint(1, 40), "gamma": gamma},
        "MultiStepLR": {
            "milestones": [rng.randint(0, 80) for _ in range(rng.randint(0, 4))],
            "gamma": gamma,
        },
        "ConstantLR": {"factor": rng.choice((0.1, 1 / 3, 1)), "total_iters": total},
        "LinearLR": {
            "start_factor": rng.choice((0.1, 1.0)),
            "end_factor": rng.choice((1.0, 0.5, 0)),
            "total_iters": total,
        },
        "ExponentialLR": {"gamma": rng.choice((0.9, 0.99, 1.01))},
        "PolynomialLR": {"total_iters": total, "power": rng.choice((0.5, 1, 2))},
        "CosineAnnealingLR": {
            "T_max": rng.choice((1, 2, 7, 20, 45, 90, 300)),
            "eta_min": rng.choice((0, 1e-3, 0.2)),
        },
        "CosineAnnealingWarmRestarts": {
            "T_0": rng.randint(1, 20),
            "T_mult": rng.randint(1, 3),
        },
        "CyclicLR": {
            "base_lr": base,
            "max_lr": 1.0,
            "step_size_up": rng.randint(1, 20),
            "mode": rng.choice(("triangular", "triangular2")),
        },
        "LambdaLR": {"lr_lambda": lambda epoch: 1 / (1 + epoch)},
        "MultiplicativeLR": {"lr_lambda": lambda epoch: 0.95 if epoch % 3 else 1.02},
    }
    return of(name, **arguments[name])


def sequence(rng, kinds=LEAVES, latest=120):
    """Return a random SequentialLR of such schedulers."""
    count = rng.randint(1, 4)
    return of(
        "SequentialLR",
        schedulers=[leaf(rng, kinds) for _ in range(count)],
        milestones=sorted(rng.randint(0, latest) for _ in range(count - 1)),
    )
