"""timm's PlateauLRScheduler: timm itself, call by call."""

import math
import random

import pytest
import torch

from lehr.dialects import timm

BASES = (0.1, 3e-4)


def theirs(timm_scheduler, arguments, metrics):
    """Yield timm's values: the constructor's, then those after each step."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": b} for b in BASES]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    with pytest.warns(FutureWarning, match="deprecated"):
        scheduler = timm_scheduler.PlateauLRScheduler(optimizer, **arguments)
    yield [group["lr"] for group in optimizer.param_groups]
    for epoch, metric in enumerate(metrics, start=1):
        scheduler.step(epoch, metric)
        yield [group["lr"] for group in optimizer.param_groups]


def ours(arguments, metrics):
    """Yield what the parts of `plateau` say, by the words of `MetricDriven`."""
    driven = timm.plateau(**arguments)
    controller = driven.controller
    state = controller.start()
    planned = [driven.planned(b) if driven.planned else lambda t, b=b: b for b in BASES]
    for t, metric in enumerate([None, *metrics]):
        if metric is not None and t > driven.start:
            state, _ = controller.update(state, metric)
        values = [curve(t) for curve in planned]
        for _ in range(state.cuts):
            lower = [max(v * controller.factor, driven.minimum) for v in values]
            values = [
                low if v - low > driven.eps else v
                for v, low in zip(values, lower, strict=True)
            ]
        yield values


def drawn(rng):
    arguments = {
        "decay_rate": rng.choice([0.1, 0.5]),
        "patience_t": rng.choice([0, 1, 3]),
        "threshold": rng.choice([1e-4, 0.1]),
        "cooldown_t": rng.choice([0, 2]),
        "mode": rng.choice(["min", "max"]),
    }
    if rng.random() < 0.5:
        arguments |= {"warmup_t": rng.choice([1, 4]), "warmup_lr_init": 1e-5}
    if rng.random() < 0.5:
        arguments["lr_min"] = 1e-4
    elif rng.random() < 0.7:
        arguments |= {
            "noise_range_t": rng.choice([0, 7, [3, 20]]),
            "noise_type": rng.choice(["normal", "uniform"]),
            "noise_seed": rng.choice([None, 1, 99]),
            "noise_pct": rng.choice([0.67, 0.2]),
        }
    return arguments


@pytest.mark.parametrize("seed", range(80))
def test_every_call_gives_what_timm_gives(timm_scheduler, seed):
    rng = random.Random(seed)
    arguments = drawn(rng)
    centre = rng.choice([-1.0, 0.0, 2.0])
    metrics = [round(rng.gauss(centre, 0.3), 2) for _ in range(60)]
    metrics = [None if rng.random() < 0.1 else metric for metric in metrics]
    expected = theirs(timm_scheduler, arguments, metrics)
    for t, (one, two) in enumerate(
        zip(ours(arguments, metrics), expected, strict=True)
    ):
        # Noise decides whether a cut changes a value by more than 1e-8.
        nothing = 1e-7 if "noise_range_t" in arguments else 0.0
        assert one == pytest.approx(two, rel=1e-12, abs=nothing), (arguments, t)


def test_more_is_better_unless_said_otherwise():
    assert timm.plateau().controller.mode == "max"
    assert timm.plateau().planned is None


def test_the_shaken_value_is_cut_off_at_the_lowest():
    driven = timm.plateau(lr_min=0.05, noise_range_t=1)
    assert driven.minimum == 0.05
    assert driven.planned(0.1)(0) == 0.1
    assert driven.planned(0.1)(1) != 0.1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"decay_rate": 1.0}, r"decay_rate must be in \(0, 1\), got 1.0"),
        ({"mode": "auto"}, "mode must be one of min, max, got 'auto'"),
        ({"patience_t": -1}, "patience_t must be >= 0, got -1"),
        ({"threshold": 2.0}, "must be < 1, a part of the best metric, got 2.0$"),
        ({"lr_min": -1}, "lr_min must be >= 0, got -1"),
        ({"warmup_t": math.pi}, "warmup_t must be a whole number, got 3.14"),
    ],
)
def test_names_the_argument_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        timm.plateau(**wrong)


def test_an_unknown_kind_of_noise_is_refused():
    with pytest.raises(ValueError, match="noise_type must be one of normal, uniform"):
        timm.plateau(noise_range_t=1, noise_type="gauss")
