"""timm's names: timm's rates, timm's two methods, timm's scales of layers."""

import random
import warnings

import pytest
import torch

from lehr import Plan
from lehr.bindings.torch import PlateauScheduler, Scheduler
from lehr.scheduler import TimmPlateauScheduler, TimmScheduler, build_scheduler
from scheduler.runs import rates, resumed

STEPS = 200


def random_config(seed):
    draw = random.Random(seed)
    name = ("Cosine", "Tanh", "Poly", "Step", "MultiStep")[seed % 5] + "LRScheduler"
    config = {"warmup_t": draw.choice([0, 5]), "warmup_lr_init": 1e-3}
    config["warmup_prefix"] = draw.choice([True, False])
    if name.startswith("Step"):
        config |= {"decay_t": draw.randint(5, 50), "decay_rate": 0.7}
    elif name.startswith("Multi"):
        config |= {"decay_t": sorted(draw.sample(range(6, 190), 3)), "decay_rate": 0.3}
    else:
        config |= {"t_initial": draw.randint(20, 90), "lr_min": 1e-4}
        config |= {"cycle_limit": draw.choice([1, 3]), "cycle_decay": 0.5}
    if draw.random() < 0.3:
        config |= {"noise_range_t": [20, 150], "noise_seed": draw.randrange(100)}
    return name, config


@pytest.mark.parametrize("seed", range(60))
def test_the_rates_are_those_of_timm(optimizer, timm_scheduler, seed):
    name, config = random_config(seed)
    values = [0.1, 0.03, 1.0][: 1 + seed % 3]
    scales = [(), (0.5, 0.25, 1.0)][seed // 2 % 2]
    in_epochs = seed % 4 != 3

    def make():
        return optimizer(*values, scales=scales[: len(values)])

    def build(bound):
        given = {"name": f"timm_{name}", "t_in_epochs": in_epochs, **config}
        return build_scheduler(bound, given)

    peer_optimizer = make()
    kind = getattr(timm_scheduler, name)
    peer = kind(peer_optimizer, t_in_epochs=in_epochs, **config)
    bound = make()
    scheduler = build(bound)
    assert isinstance(scheduler, TimmScheduler)
    for step in range(STEPS):
        expected = pytest.approx(rates(peer_optimizer), rel=1e-12)
        assert rates(bound) == expected, (name, config, step)
        if step == STEPS // 2:
            bound, scheduler = resumed(make, build, scheduler.state_dict())
        for each in (scheduler, peer):
            if in_epochs:
                each.step(step + 1, 0.5)
                each.step_update(7 * step, metric=0.5)
            else:
                each.step_update(step + 1, 0.5)
                each.step(epoch=step // 7)


def test_a_bare_step_advances_by_one(optimizer):
    for in_epochs in (True, False):
        bound = optimizer()
        config = {"name": "CosineLRScheduler", "t_initial": 10}
        scheduler = build_scheduler(bound, config | {"t_in_epochs": in_epochs})
        for _ in range(5):
            scheduler.step()
        assert rates(bound) == [pytest.approx(0.05)]
        assert scheduler.position.updates == 5


def test_a_state_is_that_of_a_scheduler(optimizer):
    config = {"name": "timm_CosineLRScheduler", "t_initial": 10}
    scheduler = build_scheduler(optimizer(0.1), config)
    scheduler.step(4)
    bound = optimizer(0.1)
    curve = scheduler._fields["lr"].value[0]
    Scheduler(bound, lr=curve).load_state_dict(scheduler.state_dict())
    assert rates(bound) == scheduler.get_last_lr()


@pytest.mark.parametrize("seed", range(12))
def test_a_plateau_is_that_of_timm(optimizer, timm_scheduler, seed):
    draw = random.Random(seed)
    config = {
        "decay_rate": 0.5,
        "patience_t": draw.randrange(4),
        "cooldown_t": draw.randrange(3),
        "warmup_t": draw.choice([0, 5]),
        "warmup_lr_init": 0.01,
        "lr_min": 1e-3,
        "mode": draw.choice(["min", "max"]),
    }
    scales = [(), (0.5, 0.1)][seed % 2]

    def make():
        return optimizer(0.1, 0.3, scales=scales)

    def build(bound):
        return build_scheduler(bound, {"name": "timm_PlateauLRScheduler", **config})

    peer_optimizer = make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        peer = timm_scheduler.PlateauLRScheduler(peer_optimizer, **config)
    bound = make()
    scheduler = build(bound)
    assert isinstance(scheduler, TimmPlateauScheduler | PlateauScheduler)
    for epoch in range(1, 80):
        assert rates(bound) == pytest.approx(rates(peer_optimizer), rel=1e-12), epoch
        if epoch == 40:
            bound, scheduler = resumed(make, build, scheduler.state_dict())
        metric = draw.choice([0.5, 0.6, draw.random()])
        for each in (scheduler, peer):
            each.step(epoch, metric)
            each.step_update(100 * epoch)


def test_a_plateau_without_a_metric_goes_to_the_epoch(optimizer):
    config = {"name": "PlateauLRScheduler", "warmup_t": 4, "patience_t": 0}
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config)
    scheduler.step(2)
    assert rates(bound) == [0.05]
    scheduler.step(9)
    assert (rates(bound), scheduler.memory.evaluations) == ([0.1], 0)
    with pytest.raises(TypeError, match="needs the metric"):
        scheduler.step()
    scheduler.step(metric=0.5)
    scheduler.step(metric=0.5)
    assert rates(bound) == [pytest.approx(0.01)]
    assert scheduler.position.updates == 11


def test_the_horizon_is_the_plan_in_the_unit_that_t_in_epochs_says(optimizer):
    plan = Plan(dataset_size=640, batch_size=64, epochs=20)
    config = {"name": "timm_CosineLRScheduler", "lr_min": 0.0, "warmup_t": "10%"}
    for in_epochs, end in ((True, 20), (False, 200)):
        bound = optimizer(0.1)
        given = config | {"t_in_epochs": in_epochs}
        scheduler = build_scheduler(bound, given, plan=plan)
        scheduler.seek(end // 10)
        assert rates(bound)[0] == pytest.approx(0.1, rel=0.03)
        scheduler.seek(end - 1)
        assert rates(bound)[0] > 0
        scheduler.seek(end)
        assert rates(bound) == [0.0]


def test_a_plateau_takes_a_metric_alone_as_torchs_does(optimizer):
    config = {"name": "timm_PlateauLRScheduler", "patience_t": 0, "mode": "min"}
    bound = optimizer(0.1)
    scheduler = build_scheduler(bound, config)
    for metric in (0.5, torch.tensor(0.5), 1.0):
        scheduler.step(metric)
    assert rates(bound) == [pytest.approx(0.001)]
    assert scheduler.memory.evaluations == scheduler.position.updates == 3


@pytest.mark.parametrize(("in_epochs", "per"), [(True, "update"), (False, "epoch")])
def test_a_contradiction_of_clocks_is_refused(optimizer, in_epochs, per):
    config = {"name": "timm_CosineLRScheduler", "t_initial": 9}
    with pytest.raises(ValueError, match=f"t_in_epochs is {in_epochs} and step_per is"):
        build_scheduler(optimizer(), config | {"t_in_epochs": in_epochs}, step_per=per)
    assert build_scheduler(optimizer(), config, step_per="update").t_in_epochs is False
