"""Optimizers with groups, runs of any scheduler, and timm's own schedulers."""

import importlib.util
import sys
import types

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


@pytest.fixture(scope="session")
def timm_schedulers():
    """Return timm's schedulers, without the torchvision that `import timm` needs."""
    if "timm" not in sys.modules:
        found = importlib.util.find_spec("timm")
        if found is None:
            pytest.skip("timm is not installed")
        empty = types.ModuleType("timm")
        empty.__path__ = list(found.submodule_search_locations)
        empty.__spec__ = found
        sys.modules["timm"] = empty
    return importlib.import_module("timm.scheduler")
