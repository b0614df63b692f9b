"""torch's ReduceLROnPlateau: torch itself on random metrics, through the contract."""

import math
import random

import pytest
from torch.optim import lr_scheduler

from dialects.torch_oracle import BASES, optimizer_with
from lehr.dialects.torch import reduce_on_plateau

nan, inf = math.nan, math.inf


def followed(driven, bases, metrics):
    """Return the groups' values after each metric, as `MetricDriven` describes them."""
    values, rows = list(bases), []
    floors = driven.minimum
    if not isinstance(floors, tuple):
        floors = (floors,) * len(bases)
    for verdict in driven.controller.replay(metrics):
        if verdict.cut:
            for i, floor in enumerate(floors):
                lower = max(values[i] * driven.controller.factor, floor)
                if values[i] - lower > driven.eps:
                    values[i] = lower
        rows.append(list(values))
    return rows


def random_metrics(rng):
    """Return metrics of one sign, of both, or flat; some of them no numbers."""
    low, high = rng.choice([(0.1, 2), (-2, -0.1), (-1, 1), (1, 1), (-1, -1)])
    metrics, rare = [], [nan, rng.choice([nan, inf])]
    for n in range(rng.randint(1, 60)):
        drift = rng.choice((0, -0.01, 0.01)) * n
        metrics.append(rng.uniform(low, high) + drift)
        if rng.random() < 0.1:
            metrics.append(rng.choice(rare))
        if rng.random() < 0.3:
            metrics.append(metrics[-1])
    return metrics


def test_equals_torch_on_random_metrics_of_any_sign():
    rng = random.Random(0)
    for _ in range(500):
        mode = rng.choice(("min", "max"))
        arguments = {
            "mode": mode,
            "factor": rng.choice((0.1, 0.5, 0.9)),
            "patience": rng.randint(0, 4),
            "threshold": rng.choice((0, 1e-4, 0.1, 0.5)),
            "threshold_mode": rng.choice(("rel", "abs")),
            "cooldown": rng.randint(0, 3),
            "min_lr": rng.choice((0, 1e-3, [1e-2, 1e-4, 0.5])),
            "eps": rng.choice((1e-8, 0, 1e-3)),
        }
        # An infinite metric of merit is the one known difference: only bad ones here.
        metrics = [-m if m == inf and mode == "max" else m for m in random_metrics(rng)]
        optimizer, theirs = optimizer_with(), []
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **arguments)
        for metric in metrics:
            scheduler.step(metric)
            theirs.append([group["lr"] for group in optimizer.param_groups])
        ours = followed(reduce_on_plateau(**arguments), BASES, metrics)
        for mine, row in zip(ours, theirs, strict=True):
            assert mine == pytest.approx(row, rel=1e-12), (arguments, metrics)


def test_defaults_are_torchs():
    optimizer = optimizer_with()
    theirs = lr_scheduler.ReduceLROnPlateau(optimizer)
    driven = reduce_on_plateau()
    ours = driven.controller
    for name in ("mode", "factor", "patience", "threshold", "cooldown"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert (driven.eps, [driven.minimum] * 3) == (theirs.eps, theirs.min_lrs)
    assert (driven.planned, driven.start) == (None, 0)


def test_a_flat_metric_is_cut_at_patience_plus_2_and_a_flat_negative_one_never():
    driven = reduce_on_plateau(patience=3, factor=0.5)
    flat = [v.factor for v in driven.controller.replay([1.0] * 9)]
    assert flat == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]
    assert not any(v.cut for v in driven.controller.replay([-1.0] * 50))
    absolute = reduce_on_plateau(patience=3, threshold_mode="abs")
    assert absolute.controller.replay([-1.0] * 5)[-1].cut


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mode": "auto"}, "mode must be one of min, max, got 'auto'"),
        ({"factor": 1.0}, r"factor must be in \(0, 1\), got 1.0"),
        ({"patience": -1}, "patience must be >= 0, got -1"),
        ({"threshold": -1.0}, "threshold must be >= 0, got -1.0"),
        (
            {"threshold": 1.0},
            r'must be < 1 with .*"rel", got 1.0; .* threshold_mode="abs"',
        ),
        ({"threshold_mode": "relative"}, "threshold_mode must be one of rel, abs"),
        ({"cooldown": 1.5}, "cooldown must be a whole number, got 1.5"),
        ({"min_lr": nan}, "min_lr must be finite, got nan"),
        ({"min_lr": [0.1, inf]}, r"min_lr\[1\] must be finite, got inf"),
        ({"eps": -1e-9}, "eps must be >= 0, got -1e-09"),
    ],
)
def test_names_what_it_refuses(wrong, message):
    with pytest.raises(ValueError, match=message):
        reduce_on_plateau(**wrong)


def test_the_lowest_value_is_a_number():
    with pytest.raises(TypeError, match="min_lr must be a number, got '0"):
        reduce_on_plateau(min_lr="0.1")
