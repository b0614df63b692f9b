"""ReduceLROnPlateau, metric by metric beside torch's."""

import itertools
import random

import pytest
import torch

from dropin.torch.playing import ours, rates, sgd, theirs

MODES = list(itertools.product(("min", "max"), ("rel", "abs")))


@pytest.mark.parametrize(("mode", "threshold_mode"), MODES)
@pytest.mark.parametrize("seed", range(4))
def test_random_metrics_give_torchs_cuts(mode, threshold_mode, seed):
    rng = random.Random(seed)
    given = {
        "mode": mode,
        "threshold_mode": threshold_mode,
        "threshold": rng.choice([1e-4, 0.1]),
        "patience": rng.randint(0, 3),
        "cooldown": rng.randint(0, 3),
        "factor": 0.5,
        "min_lr": rng.choice([0.0, 0.01, [0.01, 0.02]]),
    }
    a, b = sgd(0.1, 0.2), sgd(0.1, 0.2)
    x, y = theirs.ReduceLROnPlateau(a, **given), ours.ReduceLROnPlateau(b, **given)
    for n in range(60):
        metric = rng.choice([rng.uniform(-2, 2), 0.5, float("nan"), float("inf")])
        x.step(metric)
        y.step(torch.tensor(metric, dtype=torch.float64))
        if n == 20:
            a.param_groups[0]["lr"] = b.param_groups[0]["lr"] = 0.7
        if n == 30:
            x.best = y.best = 0.1
            x.patience = y.patience = 1
        assert rates(a) == rates(b)
        assert x.state_dict() == y.state_dict()


def test_a_missing_floor_of_a_new_group_is_told():
    optimizer = sgd(0.1)
    scheduler = ours.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.01])
    parameters = [torch.nn.Parameter(torch.ones(1))]
    optimizer.add_param_group({"params": parameters})
    scheduler.step(1.0)
    with pytest.raises(RuntimeError, match="number of param groups"):
        scheduler.step(1.0)


def test_it_is_loaded_in_any_order():
    old = ours.ReduceLROnPlateau(sgd(0.5), factor=0.5, patience=0)
    for metric in (1.0, 1.0):
        old.step(metric)
    new = ours.ReduceLROnPlateau(sgd(0.5), factor=0.5, patience=0)
    new.load_state_dict(old.state_dict())
    assert rates(new.optimizer) == [0.25]
    for scheduler in (old, new):
        scheduler.step(1.0)
    assert rates(new.optimizer) == rates(old.optimizer) == [0.125]
