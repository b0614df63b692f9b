"""Each scheduler writes what timm's writes, whatever its arguments and groups."""

import warnings

import pytest

from dropin.timm import configurations as c

CURVES = (
    "CosineLRScheduler",
    "TanhLRScheduler",
    "PolyLRScheduler",
    "StepLRScheduler",
    "MultiStepLRScheduler",
    "WSDLRScheduler",
)
GROUPS = ([0.1], [0.1, 0.1], [0.1, 0.03, 1.0], [0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("seed", range(30))
def test_the_rates_are_timms(name, seed, timm_scheduler):
    (draw,) = c.draws(seed, 1)
    arguments, groups = c.shape(draw, name), draw.choice(GROUPS)
    scales = [draw.choice([None, 0.5, 0.1]) for _ in groups]
    tensors = draw.random() < 0.3
    mine, his = (c.optimizer(groups, scales=scales, tensors=tensors) for _ in "ab")
    ours = c.dropin(name)(mine, **arguments)
    theirs = getattr(timm_scheduler, name)(his, **arguments)
    assert c.close(c.rates(mine), c.rates(his))
    near = c.restarts(arguments)
    for t in c.times(arguments, near.__contains__):
        c.play(ours, t), c.play(theirs, t)
        assert c.close(c.rates(mine), c.rates(his)), (arguments, t)
    if not near:
        cycles = getattr(theirs, "get_cycle_length", lambda: None)()
        assert getattr(ours, "get_cycle_length", lambda: None)() == cycles


@pytest.mark.parametrize("name", CURVES)
def test_the_attributes_and_arguments_are_timms(name, timm_scheduler):
    from inspect import signature

    (draw,) = c.draws(7, 1)
    arguments = c.shape(draw, name)
    theirs = getattr(timm_scheduler, name)
    ours = c.dropin(name)
    mine, his = (
        [(p.name, p.default, p.kind) for p in signature(made).parameters.values()]
        for made in (ours, theirs)
    )
    assert mine == his
    a = ours(c.optimizer([0.1, 0.2]), **arguments)
    b = theirs(c.optimizer([0.1, 0.2]), **arguments)
    for attribute, value in vars(b).items():
        if attribute not in ("optimizer", "warmup_steps"):
            assert getattr(a, attribute) == value, attribute
    assert a.warmup_steps == pytest.approx(b.warmup_steps, rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_the_plateaus_rates_are_timms(seed, timm_scheduler):
    (draw,) = c.draws(seed, 1)
    groups = draw.choice(GROUPS)
    arguments = {
        "decay_rate": draw.choice([0.1, 0.5, 0.9]),
        "patience_t": draw.randint(0, 3),
        "cooldown_t": draw.randint(0, 3),
        "warmup_t": draw.choice([0, 5]),
        "warmup_lr_init": 1e-3,
        "lr_min": draw.choice([0.0, 0.02]),
        "mode": draw.choice(["min", "max"]),
        "noise_range_t": draw.choice([None, 8, (6, 20)]),
        "noise_type": draw.choice(["normal", "uniform"]),
    }
    scales = [draw.choice([None, 0.5]) for _ in groups]
    mine, his = (c.optimizer(groups, scales=scales) for _ in "ab")
    ours = c.dropin("PlateauLRScheduler")(mine, **arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # timm gives it up
        theirs = timm_scheduler.PlateauLRScheduler(his, **arguments)
    for epoch in range(1, 60):
        metric = draw.choice([None, draw.random(), draw.random(), float("nan")])
        ours.step(epoch, metric), theirs.step(epoch, metric)
        assert c.close(c.rates(mine), c.rates(his)), (arguments, epoch)
        assert ours.lr_scheduler.best == theirs.lr_scheduler.best
        assert ours.lr_scheduler.num_bad_epochs == theirs.lr_scheduler.num_bad_epochs


@pytest.mark.parametrize("sched", [*c.FACTORY, "plateau", "none"])
@pytest.mark.parametrize("seed", range(12))
def test_the_factory_makes_what_timms_makes(sched, seed, timm_scheduler):
    (draw,) = c.draws(seed, 1)
    epochs = draw.randint(20, 60)
    arguments = {
        "num_epochs": epochs,
        "decay_epochs": draw.choice([None, 5]),
        "decay_milestones": sorted(draw.sample(range(1, 60), 3)),
        "decay_rate": draw.choice([0.1, 0.5]),
        "min_lr": draw.choice([0.0, 1e-5]),
        "warmup_lr": 1e-4,
        "warmup_epochs": draw.randint(0, 5),
        "warmup_prefix": draw.random() < 0.5,
        "cooldown_epochs": draw.randint(0, 10),
        "noise": draw.choice([None, 0.5, [0.3], [0.2, 0.6]]),
        "cycle_limit": draw.randint(1, 3),
        "k_decay": draw.choice([1.0, 2.0]),
        "stable_timescale": draw.choice([4, 9]),
        "patience_epochs": 2,
        "updates_per_epoch": 3,
        "step_on_epochs": sched == "plateau" or draw.random() < 0.5,
    }
    mine, his = c.optimizer([0.1, 0.2]), c.optimizer([0.1, 0.2])
    make = c.dropin("create_scheduler_v2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # timm's plateau
        theirs, length = timm_scheduler.create_scheduler_v2(his, sched, **arguments)
    ours, found = make(mine, sched, **arguments, exact=True)
    assert found == length
    assert type(ours).__name__ == type(theirs).__name__
    for t in range(1, 120 if ours else 1):
        for scheduler in (ours, theirs):
            scheduler.step(t, 0.5)
            scheduler.step_update(t, 0.5)
        assert c.close(c.rates(mine), c.rates(his)), (arguments, t)


def test_the_configuration_is_read_as_timm_reads_it(timm_scheduler):
    from types import SimpleNamespace

    full = SimpleNamespace(
        sched="poly",
        epochs=7,
        eval_metric="loss",
        lr_noise=[0.1, 0.2],
        seed=3,
        lr_cycle_mul=2.0,
        sched_on_updates=True,
        lr_k_decay=0.5,
    )
    ours = c.dropin("scheduler_kwargs")
    for cfg in (full, SimpleNamespace(sched="wsd")):
        assert ours(cfg) == timm_scheduler.scheduler_kwargs(cfg)
        assert ours(cfg, True) == timm_scheduler.scheduler_kwargs(cfg, True)
    mine, his = c.optimizer([0.1]), c.optimizer([0.1])
    make = c.dropin("create_scheduler")
    one, length = make(full, mine, updates_per_epoch=5)
    other, expected = timm_scheduler.create_scheduler(full, his, updates_per_epoch=5)
    assert (type(one).__name__, length) == (type(other).__name__, expected)
