"""What counts as an improvement: the three margins, and the trap in one of them."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lehr.controllers import Plateau
from lehr.controllers.improvement import beats

RULES = {
    "mode": st.sampled_from(["min", "max"]),
    "factor": st.sampled_from([0.1, 0.5, 0.9]),
    "patience": st.integers(0, 4),
    "threshold": st.sampled_from([0.0, 1e-4, 0.1, 0.9]),
    "cooldown": st.integers(0, 3),
}


def cuts(metrics, **options):
    """Return the numbers of the evaluations that cut, counted from 1."""
    verdicts = Plateau(**options).replay(metrics)
    return [number for number, verdict in enumerate(verdicts, 1) if verdict.cut]


def torch_factors(metrics, **options):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, eps=0.0, threshold_mode="rel", **options
    )
    factors = []
    for metric in metrics:
        scheduler.step(metric)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


@given(
    st.lists(st.floats(-1e3, 1e3) | st.sampled_from([-1.0, math.nan]), max_size=40),
    st.fixed_dictionaries(RULES),
)
def test_equals_torch_on_any_metric_where_the_margin_is_signed(metrics, options):
    ours = Plateau(threshold_mode="signed", **options).replay(metrics)
    theirs = torch_factors(metrics, **options)
    assert [verdict.factor for verdict in ours] == pytest.approx(theirs, rel=1e-12)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.sampled_from(["min", "max"]))
def test_for_positive_metrics_the_signed_margin_is_the_relative_one(new, best, mode):
    signed, relative = (
        beats(new, best, mode=mode, margin=0.1, margin_mode=kind)
        for kind in ("signed", "relative")
    )
    assert signed is relative


@pytest.mark.parametrize("mode", ["min", "max"])
def test_the_signed_margin_never_cuts_a_flat_negative_metric(mode):
    flat = [-1.0] * 30
    assert cuts(flat, mode=mode, threshold_mode="signed") == []
    assert cuts(flat, mode=mode, threshold_mode="relative") == [12, 23]
    # Even what is worse by less than the margin is an improvement.
    worse = [-1.0, -0.95] if mode == "min" else [-1.0, -1.05]
    plateau = Plateau(mode, threshold=0.1, threshold_mode="signed")
    assert plateau.replay(worse)[-1].improved


@pytest.mark.parametrize("kind", ["relative", "signed"])
def test_a_margin_of_the_whole_is_refused_with_the_way_out(kind):
    message = f'threshold must be < 1 where it is {kind}, got 1.5; .*="absolute"'
    with pytest.raises(ValueError, match=message):
        Plateau(threshold=1.5, threshold_mode=kind)
