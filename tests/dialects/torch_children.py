"""Random schedulers of torch, to be put into others."""

from dialects.torch_oracle import of

FACTORS = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR")
FACTORS += ("PolynomialLR",)
SETTING = ("LambdaLR", "CyclicLR", "CosineAnnealingWarmRestarts")
LEAVES = (*FACTORS, *SETTING, "CosineAnnealingLR", "MultiplicativeLR")
WITH_A_FORM = (*FACTORS, *SETTING, "CosineAnnealingLR")
CHAINS = (
    FACTORS,
    (*FACTORS, "MultiplicativeLR"),
    (*FACTORS, "CosineAnnealingLR"),
    ("LinearLR", "CosineAnnealingLR", "MultiStepLR"),
    WITH_A_FORM,
)


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


def chain(rng):
    """Return a random ChainedScheduler of what has a common curve.

    A sequence is the first of all: built later, torch's undoes what was before it.
    """
    if rng.random() < 0.4:
        first = [sequence(rng, WITH_A_FORM, latest=60)]
        kinds = tuple(kind for kind in WITH_A_FORM if kind != "CyclicLR")
    else:
        kinds = rng.choice(CHAINS)
        first = [leaf(rng, kinds)]
    others = [leaf(rng, kinds) for _ in range(rng.randint(0, 2))]
    return of("ChainedScheduler", schedulers=[*first, *others])


def driving(rng, low=0.85, high=0.95):
    """Return a random scheduler that drives the momentum too, without an end."""
    momentum = {"base_momentum": low, "max_momentum": high}
    if rng.random() < 0.5:
        return of("OneCycleLR", max_lr=1.0, total_steps=2_000, **momentum)
    up = rng.randint(1, 20)
    return of("CyclicLR", base_lr=0.3, max_lr=1.0, step_size_up=up, **momentum)


def driving_sequence(rng):
    """Return a random SequentialLR that drives the momentum.

    All go between the same two: torch keeps those of the last one built, for all.
    """
    count, ends = rng.randint(1, 4), (rng.choice((0.85, 0.5)), rng.choice((0.95, 0.9)))
    children = [driving(rng, *ends)]
    for _ in range(count - 1):
        child = leaf(rng, FACTORS) if rng.random() < 0.5 else driving(rng, *ends)
        children.insert(rng.randint(0, len(children)), child)
    milestones = sorted(rng.sample(range(1, 60), count - 1))
    return of("SequentialLR", schedulers=children, milestones=milestones)


def driving_chain(rng):
    """Return a random ChainedScheduler that drives the momentum."""
    children = [leaf(rng, FACTORS)]
    for _ in range(rng.randint(1, 3)):
        child = driving(rng, rng.choice((0.6, 0.5)), rng.choice((0.95, 0.7)))
        children.insert(rng.randint(0, len(children)), child)
    return of("ChainedScheduler", schedulers=children)
