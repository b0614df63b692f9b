"""Tensor rates and momenta are filled in place: the same object, dtype and device."""

import pytest
import torch

from dropin.torch.playing import PARTS, arguments, ours, rates, sgd, theirs

DTYPES = (torch.float32, torch.float64, torch.bfloat16)


def adam(lr=0.1, betas=None, **more):
    parameters = [torch.nn.Parameter(torch.ones(3))]
    given = {"betas": betas} if betas else {}
    return torch.optim.Adam(parameters, lr=lr, **given, **more)


@pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PARTS)
def test_a_rate_keeps_its_tensor(name, dtype):
    import random

    given = arguments(name, random.Random(3))
    a, b = sgd(0.1, 0.2, dtype=torch.float64), sgd(0.1, 0.2, dtype=dtype)
    held = [group["lr"] for group in b.param_groups]
    x, y = getattr(theirs, name)(a, **given), getattr(ours, name)(b, **given)
    for _ in range(12):
        for scheduler in (x, y):
            scheduler.optimizer.step()
            scheduler.step()
        assert rates(b) == pytest.approx(rates(a), rel=40 * torch.finfo(dtype).eps)
        assert all(g["lr"] is t for g, t in zip(b.param_groups, held, strict=True))
        assert all(t.dtype is dtype for t in held)
    last = y.get_last_lr()
    assert all(a is not b and a.equal(b) for a, b in zip(last, held, strict=True))


def test_nothing_drifts_in_single_precision():
    optimizer = sgd(0.1, dtype=torch.float32)
    scheduler = ours.ExponentialLR(optimizer, 1 - 1e-4)
    for _ in range(5_000):
        scheduler.optimizer.step()
        scheduler.step()
    assert rates(optimizer) == pytest.approx([0.1 * (1 - 1e-4) ** 5_000], rel=1e-7)


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_edit_in_place_is_gone_on_from(dtype):
    optimizer = sgd(0.5, 0.25, dtype=dtype)
    scheduler = ours.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    optimizer.param_groups[0]["lr"].mul_(4)
    scheduler.step()
    scheduler.step()
    assert rates(optimizer) == [0.25, 0.03125]
    assert [float(rate) for rate in scheduler.get_last_lr()] == [0.25, 0.03125]


def test_a_tensor_in_the_place_of_a_number_is_kept():
    for base in ((0.5,), (0.5, 0.25), (0.5, 0.5)):
        for name, given in (
            ("ExponentialLR", {"gamma": 0.5}),
            ("MultiplicativeLR", {"lr_lambda": lambda epoch: 0.5}),
            ("LambdaLR", {"lr_lambda": lambda epoch: 0.5**epoch}),
        ):
            optimizer = sgd(*base)
            scheduler = getattr(ours, name)(optimizer, **given)
            optimizer.step()
            scheduler.step()
            last = optimizer.param_groups[-1]
            held = last["lr"] = torch.tensor(last["lr"])
            for _ in range(3):
                scheduler.step()
            first = optimizer.param_groups[0]["lr"]
            if name != "LambdaLR" or len(base) == 1:
                assert last["lr"] is held
            assert float(last["lr"]) == base[-1] / 16
            assert float(first) == base[0] / 16


def test_a_number_in_the_place_of_a_tensor_is_taken():
    optimizer = sgd(0.5, dtype=torch.float32)
    scheduler = ours.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    optimizer.param_groups[0]["lr"] = 1.0
    for _ in range(2):
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] == 0.25
    assert scheduler.get_last_lr() == [0.25]


def test_a_tensor_whose_memory_was_exchanged_is_still_written():
    optimizer = sgd(0.5, dtype=torch.float32)
    scheduler = ours.LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    optimizer.step()
    scheduler.step()
    held = optimizer.param_groups[0]["lr"]
    held.data = torch.tensor(7.0)
    scheduler.step()
    assert (held.item(), optimizer.param_groups[0]["lr"] is held) == (0.125, True)


@pytest.mark.parametrize("cycle", [False, True])
def test_momenta_keep_their_tensors_too(cycle):
    def build(optimizer, library):
        if cycle:
            return library.CyclicLR(optimizer, 0.1, 1.0, step_size_up=3)
        return library.OneCycleLR(optimizer, 1.0, total_steps=12)

    first = torch.tensor(0.9)
    tensors = adam(torch.tensor(0.1), (first, torch.tensor(0.99)), capturable=True)
    a, b = build(adam(), theirs), build(tensors, ours)
    rate = tensors.param_groups[0]["lr"]
    for _ in range(10):
        group, expected = tensors.param_groups[0], a.optimizer.param_groups[0]
        assert group["betas"][0] is first
        assert group["lr"] is rate
        assert first.item() == pytest.approx(expected["betas"][0], rel=1e-6)
        for scheduler in (a, b):
            scheduler.optimizer.step = scheduler.optimizer.step
            scheduler.optimizer._opt_called = True
            scheduler.step()


def test_bounds_that_are_tensors_are_not_written_to():
    low, high = torch.tensor(0.85), torch.tensor(0.95)
    optimizer = sgd(0.1)
    scheduler = ours.OneCycleLR(
        optimizer, 1.0, 10, base_momentum=low, max_momentum=high
    )
    for _ in range(5):
        optimizer.step()
        scheduler.step()
    group = optimizer.param_groups[0]
    assert group["max_momentum"].item() == pytest.approx(0.95)
    assert isinstance(group["momentum"], float)


def test_a_compiled_step_is_compiled_once():
    torch._dynamo.reset()
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], torch.tensor(0.5))
    scheduler = ours.CosineAnnealingLR(optimizer, 60)
    compiled = []

    def count(graph, inputs):
        compiled.append(graph)
        return graph

    lr = optimizer.param_groups[0]["lr"]

    @torch.compile(backend=count, fullgraph=True)
    def update(weight):
        return weight - lr

    used = []
    for _ in range(50):
        used.append(-update(torch.zeros(())).item())
        optimizer.step()
        scheduler.step()
    assert len(compiled) == 1
    expected = theirs.CosineAnnealingLR(sgd(0.5), 60)
    found = []
    for _ in range(50):
        found += expected.get_last_lr()
        expected.optimizer.step()
        expected.step()
    assert used == pytest.approx(found, rel=1e-6)


def test_a_plateau_sees_and_cuts_tensors():
    for dtype in DTYPES:
        optimizer = sgd(0.5, dtype=dtype)
        held = optimizer.param_groups[0]["lr"]
        scheduler = ours.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
        for metric in (1.0, 1.0):
            scheduler.step(metric)
        assert (held.item(), scheduler.get_last_lr()[0].item()) == (0.25, 0.25)
        held.mul_(2)
        scheduler.step(0.5)
        assert scheduler.get_last_lr()[0].item() == 0.5


@pytest.mark.parametrize("cycle", [False, True])
def test_a_momentum_keeps_its_tensor(cycle):
    optimizer = sgd(0.1)
    held = optimizer.param_groups[0]["momentum"] = torch.tensor(0.5)
    if cycle:
        scheduler = ours.CyclicLR(optimizer, 0.1, 1.0, step_size_up=2)
    else:
        scheduler = ours.OneCycleLR(optimizer, 1.0, total_steps=10)
    optimizer._opt_called = True
    for _ in range(2):
        scheduler.step()
    assert optimizer.param_groups[0]["momentum"] is held
    assert held.item() == pytest.approx(0.8 if cycle else 0.85)


def test_a_fused_optimizer_reads_the_tensor_that_is_filled():
    optimizer = adam(torch.tensor(0.5), fused=True)
    held, weight = optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["params"]
    scheduler = ours.ExponentialLR(optimizer, 0.5)
    moved = []
    for _ in range(3):
        before = weight[0].detach().clone()
        weight[0].grad = torch.ones(3)
        optimizer.step()
        scheduler.step()
        moved.append((before - weight[0]).mean().item())
    assert optimizer.param_groups[0]["lr"] is held
    assert moved == pytest.approx([0.5, 0.25, 0.125], rel=1e-4)
