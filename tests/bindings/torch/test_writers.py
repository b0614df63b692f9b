"""Tensor values are filled in place: same object, dtype, device; compiled once."""

import pytest
import torch
from torch._dynamo.testing import CompileCounter

from lehr import Chain, Constant, Cosine, Linear
from lehr.bindings.torch import Scheduler, times_base

FALL = Linear(1.0, 0.0, 16)


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16]
)
@pytest.mark.parametrize("shape", [(), (1,)])
def test_a_tensor_keeps_its_identity_dtype_and_device(make, dtype, shape):
    rate = torch.full(shape, 0.1, dtype=dtype)
    optimizer = make(rate)
    scheduler = Scheduler(optimizer, lr=FALL)
    for t in range(20):
        assert optimizer.param_groups[0]["lr"] is rate
        assert (rate.dtype, rate.shape) == (dtype, shape)
        assert rate.item() == torch.tensor(FALL(t), dtype=dtype).item()
        scheduler.step()


def test_groups_that_share_a_tensor_share_its_schedule(make):
    rate = torch.tensor(0.1)
    optimizer = make(None, None, shared=rate)
    scheduler = Scheduler(optimizer, lr=times_base(FALL))
    scheduler.seek(8)
    assert [group["lr"] is rate for group in optimizer.param_groups] == [True, True]
    assert rate.item() == pytest.approx(0.05)
    with pytest.raises(ValueError, match=r"share one lr tensor.*clone\(\)"):
        Scheduler(optimizer, lr=[FALL, Cosine(1.0, 0.0, 16)])


def test_tensors_and_floats_may_be_mixed(make):
    rate = torch.tensor(0.5, dtype=torch.float64)
    optimizer = make(0.1, rate, torch.tensor(0.25, dtype=torch.bfloat16))
    scheduler = Scheduler(optimizer, lr=times_base(FALL))
    scheduler.seek(8)
    assert scheduler.values["lr"] == [0.05, 0.25, 0.125]
    assert optimizer.param_groups[1]["lr"] is rate


def test_tensor_betas_are_filled_in_place(make):
    betas = torch.tensor(0.9), torch.tensor(0.999)
    optimizer = make(
        torch.tensor(0.1), kind=torch.optim.Adam, betas=betas, capturable=False
    )
    Scheduler(optimizer, beta1=Linear(0.5, 0.25, 4)).step()
    assert optimizer.param_groups[0]["betas"][0] is betas[0]
    assert betas[0].item() == 0.4375
    assert betas[1].item() == pytest.approx(0.999)


@pytest.mark.parametrize("how", ["replaced", "moved"])
def test_a_tensor_that_the_user_exchanges_is_followed(make, how):
    rate = torch.tensor(0.1)
    optimizer = make(rate, torch.tensor(0.2))
    scheduler = Scheduler(optimizer, lr=[FALL, Cosine(1.0, 0.0, 16)])
    if how == "replaced":
        optimizer.param_groups[0]["lr"] = torch.tensor(9.0, dtype=torch.float64)
    else:
        rate.data = torch.tensor([9.0, 9.0])[1]
    scheduler.seek(8)
    assert optimizer.param_groups[0]["lr"].item() == 0.5
    if how == "replaced":
        assert rate.item() == 1.0


@pytest.mark.parametrize("rates", [(0.1,), (0.1, 0.2)])
def test_numbers_that_the_user_turns_into_tensors_are_filled_from_then_on(make, rates):
    optimizer = make(*rates)
    scheduler = Scheduler(optimizer, lr=times_base(FALL))
    tensors = [torch.tensor(rate, dtype=torch.float64) for rate in rates]
    for group, tensor in zip(optimizer.param_groups, tensors, strict=True):
        group["lr"] = tensor
    optimizer.step()
    scheduler.step()
    assert all(
        group["lr"] is tensor
        for group, tensor in zip(optimizer.param_groups, tensors, strict=True)
    )
    assert [tensor.item() for tensor in tensors] == [rate * FALL(1) for rate in rates]


def test_a_tensor_set_by_hand_stays_while_the_schedule_is_flat(make):
    optimizer = make()
    scheduler = Scheduler(optimizer, lr=Chain((Constant(1.0, 8), FALL)))
    scheduler.step()
    optimizer.param_groups[0]["lr"] = mine = torch.tensor(0.25)
    for _ in range(6):
        optimizer.step()
        scheduler.step()
        assert optimizer.param_groups[0]["lr"] is mine
        assert mine.item() == 0.25


def test_autograd_sees_the_change_where_it_watches(make):
    rate = torch.tensor(0.1, requires_grad=True)
    optimizer = make(rate)
    version = rate._version
    scheduler = Scheduler(optimizer, lr=FALL)
    scheduler.step()
    assert rate._version > version
    assert rate.requires_grad


def test_get_last_lr_gives_copies_of_tensors(make):
    optimizer = make(torch.tensor(0.1))
    scheduler = Scheduler(optimizer, lr=FALL)
    copy = scheduler.get_last_lr()[0]
    copy.zero_()
    assert optimizer.param_groups[0]["lr"].item() == 1.0


def test_a_tensor_of_whole_numbers_is_no_field(make):
    optimizer = make()
    optimizer.param_groups[0]["lr"] = torch.tensor(1)
    with pytest.raises(ValueError, match=r"holds tensor\(1\)"):
        Scheduler(optimizer, lr=FALL)


def test_a_compiled_update_of_two_groups_compiles_once(make):
    torch._dynamo.reset()
    counter = CompileCounter()
    options = {"kind": torch.optim.AdamW, "foreach": False}
    optimizer = make(torch.tensor(0.1), torch.tensor(0.1), **options)
    by_hand = make(0.1, 0.1, **options)
    scheduler = Scheduler(optimizer, lr=Cosine(0.1, 0.0, 100))
    update = torch.compile(optimizer.step, backend=counter)
    for t in range(100):
        for group in by_hand.param_groups:
            group["lr"] = Cosine(0.1, 0.0, 100)(t)
        by_hand.step()
        update()
        scheduler.step()
    assert counter.frame_count == 1
    ours, theirs = (o.param_groups[1]["params"][0] for o in (optimizer, by_hand))
    assert torch.allclose(ours, theirs, rtol=1e-5)
