"""A loop of one's own may step after each try: only applied updates are counted."""

import copy

import pytest
import torch

from bindings.recorded import recorded
from lehr import Linear
from lehr.bindings.torch import Scheduler

FALL = Linear(1.0, 0.0, 10)
LOSSES = [
    torch.inf,
    1.0,
    torch.inf,
    1.0,
    torch.nan,
    torch.nan,
    1.0,
    1.0,
    torch.inf,
    1.0,
]


def start(make, kind, fused):
    optimizer = make(None, kind=kind, fused=fused)
    scheduler = Scheduler(optimizer, lr=FALL, only_applied=True)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)
    return optimizer, scheduler, scaler, recorded(optimizer)


def train(losses, optimizer, scheduler, scaler, seen):
    """Return the rate of each update that has changed the parameter."""
    parameter, rates = optimizer.param_groups[0]["params"][0], []
    for loss in losses:
        optimizer.zero_grad()
        before = parameter.detach().clone()
        scaler.scale((parameter * loss).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
        if not torch.equal(parameter, before):
            rates.append(seen[-1])
    return rates


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.AdamW])
@pytest.mark.parametrize("fused", [False, True])
def test_a_skipped_update_moves_no_clock_through_a_resume(make, kind, fused):
    parts = start(make, kind, fused)
    rates = train(LOSSES[:6], *parts)
    saved = [part.state_dict() for part in parts[:3]]
    parts = start(make, kind, fused)
    for part, state in zip(parts, saved, strict=False):
        part.load_state_dict(state)
    rates += train(LOSSES[6:], *parts)
    assert rates == [FALL(t) for t in range(5)]
    assert parts[1].position.updates == 5


def test_each_step_counts_unless_told_otherwise(make):
    scheduler = Scheduler(make(), lr=FALL)
    for _ in range(3):
        scheduler.step()
    assert scheduler.position.updates == 3


def test_one_update_is_counted_once_and_a_step_before_it_not(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=FALL, only_applied=True)
    scheduler.step()
    assert scheduler.position.updates == 0
    optimizer.step()
    optimizer.step()  # as in an epoch, where a step is one
    scheduler.step(samples=8)
    scheduler.step(samples=8)
    assert scheduler.position.updates == 1
    assert scheduler.position.samples == 8


def test_a_copy_knows_what_was_pending(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=FALL, only_applied=True)
    optimizer.step()
    twin = copy.deepcopy(scheduler)
    for each in (scheduler, twin):
        each.step()
        each.step()
        assert each.position.updates == 1
