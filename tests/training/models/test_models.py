"""The small networks: their shapes, their options, their refusals."""

import pytest
import torch

from lehr.training.models import ConvNet, Mlp


def parameters(model):
    return sum(p.numel() for p in model.parameters())


def test_width_widens_and_layers_deepen():
    assert parameters(ConvNet(width=16)) > 3 * parameters(ConvNet(width=8))
    assert parameters(Mlp(3, 2, width=5, layers=1)) == (3 * 5 + 5) + (5 * 2 + 2)
    assert parameters(Mlp(3, 2, width=5, layers=3)) == 20 + 2 * (5 * 5 + 5) + 12


@pytest.mark.parametrize(
    "build",
    [lambda share: ConvNet(dropout=share), lambda share: Mlp(64, 10, dropout=share)],
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
        (lambda: ConvNet(width=0), "width must be >= 1, got 0"),
        (lambda: ConvNet(dropout=1.0), r"dropout must be in \[0, 1\), got 1.0"),
        (lambda: Mlp(4, 2, layers=0), "layers must be >= 1, got 0"),
        (lambda: ConvNet(side=3), "side must be >= 4, got 3"),
        (lambda: ConvNet(classes=0), "classes must be >= 1, got 0"),
        (lambda: Mlp(4, 0), "outputs must be >= 1, got 0"),
    ],
)
def test_refuses_sizes_that_are_none(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("side", [4, 8, 11, 28])
def test_images_of_any_side_fit(side):
    model = ConvNet(width=2, side=side, classes=3)
    assert model(torch.zeros(5, 1, side, side)).shape == (5, 3)


def test_the_network_for_digits_is_the_one_it_always_was():
    torch.manual_seed(0)
    model = ConvNet(width=4).eval()
    scores = model(torch.linspace(0, 1, 64).view(1, 1, 8, 8))[0]
    known = [0.0570092, 0.0887106, 0.0750774]  # as it was when images were 8 x 8 only
    torch.testing.assert_close(scores[:3], torch.tensor(known), rtol=0, atol=1e-6)
