"""lehr's own drop-ins are read as what they replace."""

import pytest
import torch

from lehr.importing import from_timm, from_torch

torchs = pytest.importorskip("lehr.dropin.torch")
timms = pytest.importorskip("lehr.dropin.timm")
transformers = pytest.importorskip("lehr.dropin.transformers")


def optimizer(*rates):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates
    ]
    return torch.optim.SGD(groups, momentum=0.9)


def played(scheduler, steps):
    for _ in range(steps):
        yield scheduler.get_last_lr()
        scheduler.optimizer.step()
        scheduler.step()


def test_torchs_drop_ins_are_read_from_their_attributes():
    on = optimizer(0.1)
    parts = [
        torchs.LinearLR(on, 0.5, total_iters=4),
        torchs.OneCycleLR(on, max_lr=0.3, total_steps=30),
    ]
    scheduler = torchs.SequentialLR(on, parts, [5])
    lr = from_torch(scheduler)
    for t, [rate] in enumerate(played(scheduler, 30)):
        assert lr(t) == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize("kind", ["cosine", "polynomial"])
def test_transformers_drop_ins_give_each_group_its_schedule(kind):
    scheduler = transformers.get_scheduler(kind, optimizer(0.1, 0.2), 3, 30)
    both = [from_torch(scheduler, group=i) for i in (0, 1)]
    for t, rates in enumerate(played(scheduler, 30)):
        assert [lr(t) for lr in both] == pytest.approx(rates, rel=1e-12)
        assert "Counted" not in repr(both)


def test_timms_drop_ins_are_read_from_their_attributes():
    on = optimizer(0.1)
    scheduler = timms.CosineLRScheduler(on, t_initial=20, warmup_t=3)
    lr = from_timm(scheduler)
    for t in range(1, 30):
        scheduler.step(t)
        assert lr(t) == pytest.approx(on.param_groups[0]["lr"], rel=1e-12)
