"""An update that the gradient scaler skips moves no clock."""

import pytest
import torch

from lehr import Linear
from lehr.bindings.torch import Position, Scheduler, step_scaled

FALL = Linear(1.0, 0.0, 10)


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.AdamW])
@pytest.mark.parametrize("fused", [False, True])
def test_only_applied_updates_are_counted(make, kind, fused):
    optimizer = make(None, kind=kind, fused=fused)
    parameter = optimizer.param_groups[0]["params"][0]
    scheduler = Scheduler(optimizer, lr=FALL)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)
    applied = []
    for loss in (1.0, torch.inf, 1.0, torch.nan, torch.nan, 1.0, 1.0):
        optimizer.zero_grad()
        before = parameter.detach().clone()
        scaler.scale((parameter * loss).sum()).backward()
        applied.append(step_scaled(scaler, scheduler, samples=8, tokens=64))
        assert applied[-1] is not torch.equal(parameter, before)
    assert applied == [True, False, True, False, False, True, True]
    assert scheduler.position == Position(updates=4, samples=32, tokens=256)
    assert scheduler.values["lr"] == [FALL(4)]


def test_a_disabled_scaler_applies_each_update(make):
    scheduler = Scheduler(make(), lr=FALL)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    assert step_scaled(scaler, scheduler)
    assert scheduler.last_epoch == 1
