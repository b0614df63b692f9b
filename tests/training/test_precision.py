"""Mixed precision: torch's own recipe, written by hand, is the oracle."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.training import BaseTrainer, NonFiniteError, SkipNonFinite
from lehr.training.precision import SMALLEST_SCALE, Precision
from training import runs

CPU = torch.device("cpu")


def batches(count=8):
    generator = torch.Generator().manual_seed(3)
    inputs = torch.randn(count, 16, 8, generator=generator)
    return [(x, x.sum(1, keepdim=True)) for x in inputs]


def net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))


def optimizer_of(model):
    return torch.optim.AdamW(model.parameters(), lr=0.01)


def trainer(precision, callbacks=(), **options):
    model = net()
    optimizer = optimizer_of(model)
    schedule = Scheduler(optimizer, lr=Linear(0.01, 0.0, 20))
    return BaseTrainer(
        model,
        optimizer,
        schedule,
        loss=functional.mse_loss,
        precision=precision,
        callbacks=callbacks,
        **options,
    )


def test_bf16_is_torch_autocast_to_the_bit():
    ours = trainer("bf16")
    ours.fit(batches(), num_epochs=2)
    model = net()
    optimizer = optimizer_of(model)
    for number, (x, y) in enumerate(batches() * 2):
        optimizer.param_groups[0]["lr"] = Linear(0.01, 0.0, 20)(number)
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
    for mine, theirs in zip(ours.model.parameters(), model.parameters(), strict=True):
        assert mine.dtype == torch.float32
        assert torch.equal(mine, theirs)


class Overflow(torch.autograd.Function):
    """The loss itself, with a gradient that no half-precision number can hold."""

    @staticmethod
    def forward(ctx, loss):
        return loss.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient * float("inf")


def overflowing(data):
    """Return a loss whose gradient overflows for these batches."""
    bad = {id(target) for _, target in data}

    def loss(output, target):
        value = functional.mse_loss(output, target)
        return Overflow.apply(value) if id(target) in bad else value

    return loss


def test_an_update_that_overflows_in_fp16_moves_no_clock():
    rates, data = [], batches(10)
    loss_of = overflowing([data[0], data[3], data[4]])
    ours = trainer("fp16", clip_norm=1.0)
    ours.loop.objective.given = loss_of
    ours.loop.precision.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**12)
    scheduler = ours.scheduler
    step = scheduler.step
    scheduler.step = lambda *args, **kw: (rates.append(1), step(*args, **kw))
    result = ours.fit(data, num_epochs=1)

    model = net()
    optimizer = optimizer_of(model)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**12)
    applied = 0
    for x, y in data:
        optimizer.zero_grad()
        optimizer.param_groups[0]["lr"] = Linear(0.01, 0.0, 20)(applied)
        with torch.autocast("cpu", torch.float16):
            loss = loss_of(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        before = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        applied += scaler.get_scale() >= before

    assert applied == 7
    assert (result.updates, len(rates), ours.loop.skipped) == (7, 7, 3)
    assert scheduler.last_epoch == 7
    assert ours.loop.precision.scaler.state_dict() == scaler.state_dict()
    for mine, theirs in zip(ours.model.parameters(), model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_the_scale_and_when_it_grows_survive_a_resume(tmp_path):
    def one(folder, updates, resume=None):
        run = trainer("fp16", folder=folder)
        run.loop.precision.scaler.set_growth_interval(4)
        run.fit(batches(12), updates=updates, resume=resume)
        return run

    def last(run):
        run.save()
        return run

    whole = one(tmp_path / "a", 11)
    last(one(tmp_path / "b", 6))
    other = one(tmp_path / "b", 11, resume=True)
    assert other.loop.precision.state_dict() == whole.loop.precision.state_dict()
    assert whole.loop.precision.state_dict()["_growth_tracker"] > 0
    assert runs.digest(other) == runs.digest(whole)


def test_a_gradient_that_is_never_finite_ends_the_run():
    ours = trainer("fp16")
    data = batches(40)
    ours.loop.objective.given = overflowing(data)
    with pytest.raises(NonFiniteError, match="gradient norm"):
        ours.fit(data, num_epochs=5)
    assert ours.loop.precision.scaler.get_scale() < SMALLEST_SCALE
    assert ours.updates == 0


def test_a_loss_that_is_no_number_is_no_overflow():
    skip = SkipNonFinite()
    ours = trainer("fp16", [skip])
    ours.loop.precision.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**8)
    data = batches(6)
    data[2] = (data[2][0] * float("nan"), data[2][1])
    ours.fit(data, num_epochs=1)
    assert (skip.skipped, ours.loop.skipped, ours.updates) == (1, 0, 5)
    assert ours.loop.precision.scaler.get_scale() == 2.0**8


def test_an_evaluation_uses_the_precision_too():
    seen = []

    class Spy(nn.Linear):
        def forward(self, x):
            y = super().forward(x)
            seen.append(y.dtype)
            return y

    model = Spy(8, 1)
    one = BaseTrainer(model, optimizer_of(model), precision="bf16")
    one.validate(batches(1))
    assert seen == [torch.bfloat16]


def test_full_precision_leaves_all_as_it_is():
    full = Precision("fp32", CPU)
    with full.context():
        assert not torch.is_autocast_enabled("cpu")
    assert full.state_dict() == {}
    full.load_state_dict({"scale": 3.0})  # of a run in half precision: left out


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="precision must be one of fp32, bf16, fp16"):
        Precision("half", CPU)


class Breaks(nn.Module):
    """Gives a gradient of NaN, and a loss that is finite, in one of its calls."""

    def __init__(self, at):
        super().__init__()
        self.weight, self.calls, self.at = nn.Parameter(torch.ones(1)), 0, at

    def forward(self, x):
        self.calls += 1
        weight = self.weight
        if self.calls == self.at:
            weight = weight + torch.where(weight > 0, 0.0, (weight - 9.0).sqrt())
        return x * weight


@pytest.mark.parametrize("callbacks", [[SkipNonFinite()], []])
def test_a_refused_gradient_leaves_nothing_in_the_way_of_the_next(callbacks):
    model = Breaks(at=3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    one = BaseTrainer(model, optimizer, precision="fp16", callbacks=callbacks)
    # So low a scale is no reason for an overflow.
    scaler = torch.amp.GradScaler("cpu", init_scale=SMALLEST_SCALE / 2)
    one.loop.precision.scaler = scaler
    data = [(torch.ones(4, 1), torch.zeros(4, 1))] * 6
    if not callbacks:
        with pytest.raises(NonFiniteError, match="gradient norm is nan at update 2"):
            one.fit(data, num_epochs=1)
    assert one.fit(data, num_epochs=1).updates == 5
