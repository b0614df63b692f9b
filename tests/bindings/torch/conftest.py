"""Real optimizers, small ones."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

Make = Callable[..., torch.optim.Optimizer]


def _make(
    *rates: Any,
    kind: Any = torch.optim.SGD,
    names: str = "",
    shared: Any = 0.1,
    **options: Any,
) -> torch.optim.Optimizer:
    groups: list[dict[str, Any]] = []
    for index, rate in enumerate(rates or (None,)):
        parameter = torch.nn.Parameter(torch.ones(2))
        parameter.grad = torch.full((2,), 0.5)
        groups.append({"params": [parameter]})
        if rate is not None:
            groups[-1]["lr"] = rate
        if names:
            groups[-1]["name"] = names.split()[index]
    return kind(groups, lr=shared, **options)


@pytest.fixture
def make() -> Make:
    """Make an optimizer with one group for each rate, `None` for the shared one."""
    torch.set_num_threads(1)
    return _make
