"""Drawn tables: what they promise, and the same for the same seed."""

import pytest
import torch

from lehr.training.data import make_classes, make_regression


def test_a_target_is_linear_but_for_its_noise():
    for noise in (0.0, 0.5):
        x, y = make_regression(4_000, 6, noise=noise, seed=3)
        weight = torch.linalg.lstsq(x, y).solution
        assert weight.norm() == pytest.approx(1, abs=0.05)
        assert (y - x @ weight).std() == pytest.approx(noise, abs=0.03)


def test_clouds_lie_where_they_should():
    parts = make_classes(3_000, 8, classes=3, distance=5, seed=1)
    centres = [parts.train.inputs[parts.train.labels == c].mean(0) for c in range(3)]
    assert [c.norm().item() for c in centres] == pytest.approx([5, 5, 5], abs=0.3)
    apart = torch.cdist(parts.test.inputs, torch.stack(centres)).argmin(1)
    assert (apart == parts.test.labels).float().mean() > 0.9


def test_the_seed_is_all_that_matters():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    x, _ = make_regression(10, 2, seed=1)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(x, make_regression(10, 2, seed=1)[0])
    assert not torch.equal(x, make_regression(10, 2, seed=2)[0])
    with pytest.raises(ValueError, match="noise must be >= 0"):
        make_regression(10, 2, noise=-1)
    with pytest.raises(ValueError, match="at least 4 samples"):
        make_classes(9, 2, classes=3)
