"""A live timm scheduler's schedule is what stepping it gives."""

import random

import pytest
import torch

from lehr.importing import CannotImport, from_timm

DRAWN = random.Random(7)


def optimizer(*scales):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], **scale}
        for scale in scales or ({},)
    ]
    return torch.optim.SGD(groups, lr=0.1)


def arguments(name):
    warm = {"warmup_t": DRAWN.choice([0, 3]), "warmup_lr_init": 0.001}
    noise = {"noise_range_t": [5, 30], "noise_pct": 0.3, "noise_seed": 9}
    prefix = {"warmup_prefix": DRAWN.random() < 0.5}
    cycles = {
        "t_initial": DRAWN.randint(5, 20),
        "cycle_mul": DRAWN.choice([1, 2]),
        "cycle_decay": DRAWN.choice([1, 0.5]),
        "cycle_limit": DRAWN.randint(1, 3),
        "lr_min": DRAWN.choice([0, 1e-3]),
    }
    own = {
        "CosineLRScheduler": cycles | prefix | {"k_decay": DRAWN.choice([1.0, 1.5])},
        "TanhLRScheduler": cycles | prefix,
        "PolyLRScheduler": cycles | prefix | {"power": DRAWN.choice([0.5, 2])},
        "StepLRScheduler": {"decay_t": DRAWN.randint(1, 9), "decay_rate": 0.7} | prefix,
        "MultiStepLRScheduler": {"decay_t": [4, 9, 20], "decay_rate": 0.7} | prefix,
        "WSDLRScheduler": {
            "t_initial": 40,
            "decay_t": DRAWN.randint(1, 20),
            "decay_fn": DRAWN.choice(["linear", "cosine", "1-sqrt"]),
            "stable_fn": DRAWN.choice(["constant", "rsqrt"]),
            "stable_timescale": 5,
        },
    }[name]
    return own | warm | DRAWN.choice([{}, noise])


NAMES = ("Cosine", "Tanh", "Poly", "Step", "MultiStep", "WSD")


@pytest.mark.parametrize("name", [f"{name}LRScheduler" for name in NAMES])
def test_the_schedule_is_what_stepping_gives(timm_scheduler, name):
    for _ in range(8):
        on = optimizer()
        scheduler = getattr(timm_scheduler, name)(on, **arguments(name))
        scheduler.step(33)
        schedule = from_timm(scheduler)
        for t in range(1, 60):
            scheduler.step(t)
            rate = on.param_groups[0]["lr"]
            assert schedule(t) == pytest.approx(rate, rel=1e-9, abs=1e-12)


def test_a_groups_scale_multiplies_its_schedule(timm_scheduler):
    on = optimizer({"lr_scale": 0.5}, {})
    scheduler = timm_scheduler.CosineLRScheduler(on, t_initial=10)
    with pytest.raises(CannotImport, match="different schedules"):
        from_timm(scheduler)
    scheduler.step(5)
    rates = [group["lr"] for group in on.param_groups]
    assert [from_timm(scheduler, group=i)(5) for i in (0, 1)] == pytest.approx(rates)


def test_what_has_no_schedule_is_refused(timm_scheduler):
    with pytest.warns(FutureWarning):
        plateau = timm_scheduler.PlateauLRScheduler(optimizer())
    with pytest.raises(CannotImport, match="PlateauLRScheduler follows a metric"):
        from_timm(plateau)
    with pytest.raises(TypeError, match=r"one of timm\.scheduler, got 3.*from_torch"):
        from_timm(3)
    cosine = timm_scheduler.CosineLRScheduler(
        optimizer(), t_initial=10, noise_range_t=3
    )
    cosine.noise_type = "uniform"
    with pytest.raises(CannotImport, match="noise_type must be 'normal', got 'unif"):
        from_timm(cosine)

    class Mine(timm_scheduler.CosineLRScheduler):
        def _get_lr(self, t):
            return [0.1]

    with pytest.raises(CannotImport, match=r"Mine has its own _get_lr.*recognize"):
        from_timm(Mine(optimizer(), t_initial=10))
