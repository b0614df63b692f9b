"""The small networks: their shapes, their options, their refusals."""

import pytest
import torch

from lehr.training.models import DigitNet, Mlp


def parameters(model):
    return sum(p.numel() for p in model.parameters())


def test_width_widens_and_layers_deepen():
    assert parameters(DigitNet(width=16)) > 3 * parameters(DigitNet(width=8))
    assert parameters(Mlp(3, 2, width=5, layers=1)) == (3 * 5 + 5) + (5 * 2 + 2)
    assert parameters(Mlp(3, 2, width=5, layers=3)) == 20 + 2 * (5 * 5 + 5) + 12


@pytest.mark.parametrize(
    "build",
    [lambda share: DigitNet(dropout=share), lambda share: Mlp(64, 10, dropout=share)],
)
def test_dropout_acts_in_training_alone(build):
    torch.manual_seed(0)
    images = torch.rand(8, 1, 8, 8)
    model = build(0.5)
    assert not torch.equal(model(images), model(images))
    model.eval()
    assert torch.equal(model(images), model(images))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DigitNet(width=0), "width must be >= 1, got 0"),
        (lambda: DigitNet(dropout=1.0), r"dropout must be in \[0, 1\), got 1.0"),
        (lambda: Mlp(4, 2, layers=0), "layers must be >= 1, got 0"),
        (lambda: Mlp(4, 0), "classes must be >= 1, got 0"),
    ],
)
def test_refuses_sizes_that_are_none(build, message):
    with pytest.raises(ValueError, match=message):
        build()
