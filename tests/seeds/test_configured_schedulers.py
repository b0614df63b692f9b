"""The scheduler API reference: each of its examples, with the root package renamed."""

import pytest
import torch
import torch.nn as nn
from omegaconf import DictConfig
from torch.optim import lr_scheduler as peers

from lehr.optimizer.build import build_optimizer
from lehr.scheduler.build import build_scheduler

BASE = 0.001


def fresh(**changes):
    return build_optimizer(nn.Linear(10, 1), {"name": "AdamW", "lr": BASE, **changes})


def rates_of(scheduler, optimizer, n=200):
    used = []
    for _ in range(n):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


def configured(config, n=200):
    optimizer = fresh()
    return rates_of(build_scheduler(optimizer, config), optimizer, n)


def original(make, n=200):
    optimizer = torch.optim.AdamW(nn.Linear(10, 1).parameters(), lr=BASE)
    return rates_of(make(optimizer), optimizer, n)


def test_building_a_scheduler():
    model = nn.Linear(10, 1)
    optimizer = build_optimizer(model, {"name": "AdamW", "lr": 0.001})

    # Configuration for scheduler
    scheduler_config = DictConfig(
        {
            "name": "CosineAnnealingWarmRestarts",
            "T_0": 10,
            "T_mult": 2,
            "eta_min": 1e-6,
        }
    )

    scheduler = build_scheduler(optimizer, scheduler_config)

    assert isinstance(optimizer, torch.optim.AdamW)
    assert isinstance(scheduler, peers.LRScheduler)
    assert rates_of(scheduler, optimizer) == pytest.approx(
        original(
            lambda o: peers.CosineAnnealingWarmRestarts(
                o, T_0=10, T_mult=2, eta_min=1e-6
            )
        ),
        rel=1e-12,
    )


step_config = DictConfig({"name": "StepLR", "step_size": 30, "gamma": 0.1})

multistep_config = DictConfig(
    {"name": "MultiStepLR", "milestones": [30, 60, 90], "gamma": 0.1}
)

cosine_config = DictConfig({"name": "CosineAnnealingLR", "T_max": 100, "eta_min": 1e-6})

chained_config = DictConfig(
    {
        "name": "ChainedScheduler",
        "schedulers": [
            {"name": "LinearLR", "start_factor": 0.1, "total_iters": 10},
            {"name": "CosineAnnealingLR", "T_max": 90, "eta_min": 1e-6},
        ],
    }
)


@pytest.mark.parametrize(
    ("config", "make"),
    [
        (step_config, lambda o: peers.StepLR(o, step_size=30, gamma=0.1)),
        (multistep_config, lambda o: peers.MultiStepLR(o, [30, 60, 90], gamma=0.1)),
        (cosine_config, lambda o: peers.CosineAnnealingLR(o, T_max=100, eta_min=1e-6)),
        (
            chained_config,
            lambda o: peers.ChainedScheduler(
                [
                    peers.LinearLR(o, start_factor=0.1, total_iters=10),
                    peers.CosineAnnealingLR(o, T_max=90, eta_min=1e-6),
                ]
            ),
        ),
    ],
    ids=["StepLR", "MultiStepLR", "CosineAnnealingLR", "ChainedScheduler"],
)
def test_pytorch_native_schedulers(config, make):
    assert configured(config) == pytest.approx(original(make), rel=1e-12, abs=1e-15)


def test_polynomial_decay():
    # Polynomial LR Decay
    poly_config = DictConfig(
        {
            "name": "PolynomialLRDecay",
            "max_decay_steps": 1000,
            "end_learning_rate": 1e-6,
            "power": 0.9,
        }
    )
    used = configured(poly_config, 1_200)
    assert used[0] == BASE
    assert used[500] == pytest.approx((BASE - 1e-6) * 0.5**0.9 + 1e-6, rel=1e-12)
    assert set(used[1_000:]) == {1e-6}


def test_cosine_annealing_with_warmup_and_restarts():
    # Cosine Annealing with Warmup and Restarts
    cosine_warmup_config = DictConfig(
        {
            "name": "CosineAnnealingWarmupReduceRestarts",
            "T_0": 10,
            "T_mult": 2,
            "eta_min": 1e-6,
            "T_up": 2,
            "gamma": 0.5,
        }
    )
    used = configured(cosine_warmup_config, 71)
    # Each cycle starts at the floor, and its peak is half of the one before.
    for start, peak in ((0, BASE), (10, BASE / 2), (30, BASE / 4), (70, None)):
        assert used[start] == pytest.approx(1e-6, rel=1e-12)
        if peak is not None:
            assert used[start + 1] == pytest.approx((peak + 1e-6) / 2, rel=1e-12)
            assert used[start + 2] == pytest.approx(peak, rel=1e-12)
    assert used[6] == pytest.approx((BASE + 1e-6) / 2, rel=1e-12)  # half-way down


timm_cosine_config = DictConfig(
    {
        "name": "timm_CosineLRScheduler",
        "t_initial": 100,
        "lr_min": 1e-6,
        "cycle_limit": 1,
        "t_in_epochs": True,
    }
)

timm_poly_config = DictConfig(
    {
        "name": "timm_PolyLRScheduler",
        "t_initial": 100,
        "lr_min": 1e-6,
        "power": 0.9,
        "t_in_epochs": True,
    }
)


@pytest.mark.parametrize("config", [timm_cosine_config, timm_poly_config])
def test_timm_schedulers(config, timm_scheduler):
    name = config.name.removeprefix("timm_")
    arguments = {key: value for key, value in config.items() if key != "name"}
    optimizer = torch.optim.AdamW(nn.Linear(10, 1).parameters(), lr=BASE)
    peer = getattr(timm_scheduler, name)(optimizer, **arguments)
    used = []
    for epoch in range(150):
        used.append(optimizer.param_groups[0]["lr"])
        peer.step(epoch + 1)
    assert configured(config, 150) == pytest.approx(used, rel=1e-12)


def test_scheduler_usage_in_training(capsys):
    def train_one_epoch(model, dataloader, optimizer):
        for x in dataloader:
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()

    num_epochs = 3
    model = nn.Linear(10, 1)
    dataloader = torch.ones(2, 4, 10)
    optimizer = build_optimizer(model, {"name": "AdamW", "lr": 0.001})
    scheduler = build_scheduler(optimizer, {"name": "ExponentialLR", "gamma": 0.5})

    # Training loop with scheduler
    for epoch in range(num_epochs):
        train_one_epoch(model, dataloader, optimizer)

        # Step the scheduler
        if hasattr(scheduler, "step"):
            scheduler.step()

        # Log learning rate
        current_lr = optimizer.param_groups[0]["lr"]
        print(f"Epoch {epoch}, LR: {current_lr}")

    assert capsys.readouterr().out.splitlines() == [
        "Epoch 0, LR: 0.0005",
        "Epoch 1, LR: 0.00025",
        "Epoch 2, LR: 0.000125",
    ]


def test_reduce_on_plateau():
    # Scheduler that reduces LR based on validation metric
    plateau_config = DictConfig(
        {
            "name": "ReduceLROnPlateau",
            "mode": "min",
            "factor": 0.5,
            "patience": 10,
            "threshold": 1e-4,
        }
    )
    losses = [1.0, 0.5, *[0.5] * 30]
    num_epochs = len(losses)
    train_one_epoch = lambda *_: None  # noqa: E731  (a stand-in of the document's)
    validation = iter(losses)
    validate = lambda *_: next(validation)  # noqa: E731
    model, train_loader, val_loader = nn.Linear(10, 1), [], []
    optimizer = build_optimizer(model, {"name": "AdamW", "lr": 0.001})
    scheduler = build_scheduler(optimizer, plateau_config)
    used = []

    # Usage with validation loss
    for _epoch in range(num_epochs):
        train_one_epoch(model, train_loader, optimizer)
        val_loss = validate(model, val_loader)

        # Step with validation metric
        scheduler.step(val_loss)
        used.append(optimizer.param_groups[0]["lr"])

    peer_optimizer = torch.optim.AdamW(nn.Linear(10, 1).parameters(), lr=0.001)
    peer = peers.ReduceLROnPlateau(
        peer_optimizer, mode="min", factor=0.5, patience=10, threshold=1e-4
    )
    expected = []
    for loss in losses:
        peer.step(loss)
        expected.append(peer_optimizer.param_groups[0]["lr"])
    assert used == expected
    assert used[-1] == 0.00025
