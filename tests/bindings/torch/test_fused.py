"""Each kernel of torch's optimizers uses the rates of the schedule."""

import pytest
import torch

from bindings.recorded import recorded, single
from lehr import Cosine, Linear, warmup_cosine
from lehr.bindings.torch import Scheduler

CURVE = warmup_cosine(1e-2, warmup=5, total=30)
DECAY = Cosine(0.04, 0.4, 30)
BETA = Linear(0.8, 0.95, 30)
X = torch.linspace(-1, 1, 24).reshape(8, 3)
KERNELS = [
    (kind, form, tensor)
    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW)
    for form in ("loop", "foreach", "fused")
    for tensor in (False, True)
    # torch refuses this one itself.
    if not (tensor and form == "foreach" and kind is not torch.optim.SGD)
]


def start(kind, form, tensor, seed=0):
    torch.manual_seed(seed)
    model = torch.nn.Linear(3, 2)
    rate = torch.tensor(0.5) if tensor else 0.5
    optimizer = kind(
        model.parameters(), lr=rate, foreach=form == "foreach", fused=form == "fused"
    )
    return model, optimizer


def update(model, optimizer):
    optimizer.zero_grad()
    model(X).square().mean().backward()
    optimizer.step()


def scheduled(optimizer):
    first = "momentum" if "momentum" in optimizer.defaults else "beta1"
    fields = {"lr": CURVE, "weight_decay": DECAY, first: BETA}
    return Scheduler(optimizer, **fields), fields


@pytest.mark.parametrize(("kind", "form", "tensor"), KERNELS)
def test_every_update_has_the_scheduled_values_through_a_resume(kind, form, tensor):
    model, optimizer = start(kind, form, tensor)
    scheduler, fields = scheduled(optimizer)
    seen = recorded(optimizer, *fields)
    for _ in range(12):
        update(model, optimizer)
        scheduler.step()
    saved = model.state_dict(), optimizer.state_dict(), scheduler.state_dict()
    model, optimizer = start(kind, form, tensor, seed=1)
    scheduler, _ = scheduled(optimizer)
    for part, state in zip((model, optimizer, scheduler), saved, strict=True):
        part.load_state_dict(state)
    rest = recorded(optimizer, *fields)
    for _ in range(12, 35):
        update(model, optimizer)
        scheduler.step()
    seen += rest
    rate = (lambda t: single(CURVE(t))) if tensor else CURVE
    assert seen == [(rate(t), DECAY(t), BETA(t)) for t in range(35)]
    assert isinstance(optimizer.param_groups[0]["lr"], torch.Tensor) is tensor

    by_hand, optimizer = start(kind, "loop", False)  # what the kernel made of them
    for t in range(35):
        group = optimizer.param_groups[0]
        group["lr"], group["weight_decay"] = CURVE(t), DECAY(t)
        if "momentum" in group:
            group["momentum"] = BETA(t)
        else:
            group["betas"] = (BETA(t), 0.999)
        update(by_hand, optimizer)
    torch.testing.assert_close(model.state_dict(), by_hand.state_dict())
