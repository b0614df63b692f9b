"""Optimizers with one group for each rate."""

import pytest
import torch


def _optimizer(*rates, kind=torch.optim.SGD, scales=(), **options):
    torch.set_num_threads(1)
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate}
        for rate in rates or (0.1,)
    ]
    for group, scale in zip(groups, scales, strict=False):
        group["lr_scale"] = scale
    if kind is torch.optim.SGD:
        options.setdefault("momentum", 0.9)
    return kind(groups, **options)


@pytest.fixture
def optimizer():
    """Make an optimizer with one group for each rate."""
    return _optimizer
