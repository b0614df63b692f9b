"""build_scheduler gives torch's schedulers, through saving and loading half-way."""

import copy
import random

import pytest
import torch
from torch.optim import lr_scheduler as peers

from lehr.bindings.torch import PlateauScheduler
from lehr.scheduler import build_scheduler
from scheduler.runs import rates, resumed

STEPS = 200


def simple(draw):
    """Return a random scheduler that multiplies, with its arguments."""
    return draw.choice(
        [
            lambda: ("StepLR", {"step_size": draw.randint(1, 80), "gamma": 0.7}),
            lambda: (
                "MultiStepLR",
                {"milestones": sorted(draw.choices(range(1, 210), k=4)), "gamma": 0.5},
            ),
            lambda: (
                "ConstantLR",
                {"factor": draw.uniform(0.1, 1), "total_iters": draw.randint(1, 250)},
            ),
            lambda: (
                "LinearLR",
                {
                    "start_factor": draw.uniform(0.05, 1),
                    "end_factor": draw.uniform(0.05, 1),
                    "total_iters": draw.randint(1, 250),
                },
            ),
            lambda: ("ExponentialLR", {"gamma": draw.uniform(0.95, 1.001)}),
            lambda: (
                "PolynomialLR",
                {"total_iters": draw.randint(1, 250), "power": draw.choice([1, 0.5])},
            ),
        ]
    )()


def cosine(draw):
    floor = draw.choice([0.0, 1e-6, 1e-2])
    return draw.choice(
        [
            ("CosineAnnealingLR", {"T_max": draw.randint(2, 250), "eta_min": floor}),
            (
                "CosineAnnealingWarmRestarts",
                {
                    "T_0": draw.randint(1, 80),
                    "T_mult": draw.randint(1, 3),
                    "eta_min": floor,
                },
            ),
        ]
    )


def cycle(draw, groups):
    peak = draw.choice([1.0, [0.5 + i for i in range(groups)]])
    momentum = draw.choice([True, False])
    if draw.random() < 0.5:
        return "OneCycleLR", {
            "max_lr": peak,
            "total_steps": STEPS + draw.randint(1, 50),
            "three_phase": draw.choice([True, False]),
            "anneal_strategy": draw.choice(["cos", "linear"]),
            "cycle_momentum": momentum,
        }
    return "CyclicLR", {
        "base_lr": 0.01,
        "max_lr": peak,
        "step_size_up": draw.randint(1, 60),
        "step_size_down": draw.choice([None, 7]),
        "mode": draw.choice(["triangular", "triangular2", "exp_range"]),
        "gamma": 0.99,
        "cycle_momentum": momentum,
    }


def config_of(drawn):
    name, arguments = drawn
    return {"name": name, **arguments}


def random_config(seed, groups):
    draw = random.Random(seed)
    kind = seed % 6
    if kind < 2:
        return config_of(simple(draw))
    if kind == 2:
        return config_of(cosine(draw))
    if kind == 3:
        return config_of(cycle(draw, groups))
    parts = [config_of(simple(draw)) for _ in range(draw.randint(2, 3))]
    if kind == 4:
        if draw.random() < 0.3:
            parts[0] = config_of(cosine(draw))
        return {"name": "ChainedScheduler", "schedulers": parts}
    parts[-1] = config_of(cosine(draw))
    places = sorted(draw.sample(range(1, 190), len(parts) - 1))
    return {"name": "SequentialLR", "schedulers": parts, "milestones": places}


def theirs(optimizer, config):
    arguments = {key: value for key, value in config.items() if key != "name"}
    kind = getattr(peers, config["name"])
    if "schedulers" in arguments:
        parts = [theirs(optimizer, part) for part in arguments.pop("schedulers")]
        if kind is peers.ChainedScheduler:
            return kind(parts)
        return kind(optimizer, parts, **arguments)
    return kind(optimizer, **arguments)


def stepped(optimizer, scheduler, fields):
    """Return what each field holds, step by step, group by group."""
    found = {name: [] for name in fields}
    for _ in range(STEPS):
        for name in fields:
            found[name].append(rates(optimizer, name))
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.filterwarnings("ignore:Seems like `optimizer.step:UserWarning")
@pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")
@pytest.mark.parametrize("seed", range(300))
def test_the_rates_are_those_of_torch(optimizer, seed):
    """To 1e-12 of the curve's largest value.

    torch makes most values of the one before, so that its rounding errors add up, and
    near a floor of 0 they are not small beside the value.
    """
    draw = random.Random(seed)
    values = [0.1, 0.03, 1.0][: draw.randint(1, 3)]
    kind = draw.choice([torch.optim.SGD, torch.optim.AdamW])
    config = random_config(seed, len(values))
    before = copy.deepcopy(config)

    def make():
        return optimizer(*values, kind=kind)

    def build(bound):
        return build_scheduler(bound, config)

    fields = ("lr", "momentum" if kind is torch.optim.SGD else "beta1")
    peer = make()
    expected = stepped(peer, theirs(peer, copy.deepcopy(config)), fields)
    largest = {
        name: [max(map(abs, group)) for group in zip(*rows, strict=True)]
        for name, rows in expected.items()
    }
    bound = make()
    scheduler = build(bound)
    for step in range(STEPS):
        for name in fields:
            triples = rates(bound, name), expected[name][step], largest[name]
            held = zip(*triples, strict=True)
            for ours, value, scale in held:
                assert abs(ours - value) <= 1e-12 * scale, (config, step, name)
        if step == STEPS // 2:
            bound, scheduler = resumed(make, build, scheduler.state_dict())
        bound.step()
        scheduler.step()
    assert config == before


@pytest.mark.parametrize("seed", range(20))
def test_functions_are_used_as_they_are(optimizer, seed):
    factor = random.Random(seed).uniform(0.9, 0.999)

    def first(step):
        return factor**step

    def second(step):
        return 1 / (1 + step)

    functions = (first, [first, second])[seed % 2]
    name = ("LambdaLR", "MultiplicativeLR")[seed // 2 % 2]
    bound, peer_optimizer = optimizer(0.1, 0.2), optimizer(0.1, 0.2)
    scheduler = build_scheduler(bound, {"name": name, "lr_lambda": functions})
    peer = getattr(peers, name)(peer_optimizer, functions)
    for _ in range(50):
        assert rates(bound) == pytest.approx(rates(peer_optimizer), rel=1e-12)
        for each in (bound, scheduler, peer_optimizer, peer):
            each.step()


def test_a_plateau_with_a_minimum_per_group(optimizer):
    arguments = {"patience": 0, "factor": 0.5, "min_lr": [0.04, 0.001], "cooldown": 1}
    bound, peer_optimizer = optimizer(0.1, 0.2), optimizer(0.1, 0.2)
    scheduler = build_scheduler(bound, {"name": "ReduceLROnPlateau", **arguments})
    peer = peers.ReduceLROnPlateau(peer_optimizer, **arguments)
    assert isinstance(scheduler, PlateauScheduler)
    for loss in [1.0, 0.5, *[0.7] * 30]:
        scheduler.step(loss)
        peer.step(loss)
        assert rates(bound) == rates(peer_optimizer)
        assert scheduler.num_bad_epochs == peer.num_bad_epochs


def test_without_momentum_the_cycle_of_it_must_be_left_out(optimizer):
    config = {"name": "OneCycleLR", "max_lr": 1.0, "total_steps": 10}
    bound = optimizer(0.1, kind=torch.optim.Adagrad)
    with pytest.raises(ValueError, match="write cycle_momentum: false"):
        build_scheduler(bound, config)
    with pytest.raises(ValueError, match="momentum"):
        peers.OneCycleLR(bound, max_lr=1.0, total_steps=10)
    build_scheduler(bound, config | {"cycle_momentum": False})
    assert rates(bound) == [pytest.approx(0.04)]
