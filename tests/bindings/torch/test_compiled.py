"""A compiled update, or train step, is compiled once and sees the schedule move."""

import sys
from types import ModuleType

import pytest
import torch
from torch._dynamo.testing import CompileCounter

from lehr import Chain, Constant, Linear
from lehr.bindings.torch import Scheduler

RATE = Linear(1e-2, 1e-3, 100)
BETA = Linear(0.8, 0.95, 100)
DECAY = Linear(0.04, 0.4, 100)
LATE = Chain((Constant(0.04, 50), Linear(0.04, 0.4, 50)))
X = torch.linspace(-1, 1, 12).reshape(4, 3)
Adam, AdamW, SGD = torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD


def tensors(*values):
    return tuple(torch.tensor(value) for value in values)


def gradients(model, optimizer):
    optimizer.zero_grad()
    model(X).square().mean().backward()


def compiled_run(kind, fields, *, dynamic=None, whole=False, lr=None, **options):
    """Train for 100 updates; return the weights, and how often was compiled by when."""
    torch._dynamo.reset()
    torch.manual_seed(0)
    counter, counts = CompileCounter(), []
    model = torch.nn.Linear(3, 2)
    rate = torch.tensor(0.5) if lr is None else lr
    optimizer = kind(model.parameters(), lr=rate, **options)
    scheduler = Scheduler(optimizer, only_applied=whole, **fields)

    def train():
        gradients(model, optimizer)
        optimizer.step()

    update = torch.compile(
        train if whole else optimizer.step, backend=counter, dynamic=dynamic
    )
    for t in range(100):
        if not whole:
            gradients(model, optimizer)
        update()
        scheduler.step()
        if t == 60:  # an import in the middle is no reason to compile again
            sys.modules["made_up"] = ModuleType("made_up")
        counts.append(counter.frame_count)
    del sys.modules["made_up"]
    assert scheduler.position.updates == 100
    return model.state_dict(), counts


def weights_by_hand(kind, fields):
    """Return the weights after these updates, not compiled, with plain numbers."""
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    optimizer = kind(model.parameters(), lr=0.5)
    (group,) = optimizer.param_groups
    for t in range(100):
        for name, schedule in fields.items():
            if name.startswith("beta"):
                first, second = group["betas"]
                new = schedule(t)
                group["betas"] = (new, second) if name == "beta1" else (first, new)
            else:
                group[name] = schedule(t)
        gradients(model, optimizer)
        optimizer.step()
    return model.state_dict()


RATES = {"lr": RATE}
BETAS = {"lr": RATE, "beta1": BETA, "beta2": BETA}
TENSORS = {
    "sgd": (SGD, RATES, {}),
    "sgd, foreach": (SGD, RATES, {"foreach": True}),
    "adam": (Adam, RATES, {}),
    "betas": (AdamW, BETAS, {"capturable": True}),
    "betas, foreach": (Adam, BETAS, {"capturable": True, "foreach": True}),
}


@pytest.mark.parametrize(
    ("case", "whole"),
    [(case, case in ("adam", "betas, foreach")) for case in TENSORS],
)
def test_tensors_compile_once(case, whole):
    kind, fields, options = TENSORS[case]
    if "beta1" in fields:
        options = options | {"betas": tensors(0.5, 0.5)}
    weights, counts = compiled_run(kind, fields, whole=whole, **options)
    # Forward and backward are a graph of their own.
    assert set(counts) == {2 if whole else 1}
    torch.testing.assert_close(weights, weights_by_hand(kind, fields))


NUMBERS = {
    "rate": (Adam, RATES, {"lr": 0.5}),
    "decay": (AdamW, {"lr": RATE, "weight_decay": DECAY}, {}),
    "all": (AdamW, BETAS | {"weight_decay": DECAY}, {"lr": 0.5}),
}


@pytest.mark.parametrize(("case", "whole"), [(case, case == "all") for case in NUMBERS])
def test_numbers_compile_once_if_they_may_vary(case, whole):
    kind, fields, options = NUMBERS[case]
    weights, counts = compiled_run(kind, fields, whole=whole, dynamic=True, **options)
    assert set(counts) == {counts[0]}
    torch.testing.assert_close(weights, weights_by_hand(kind, fields))


@pytest.mark.parametrize("decay", [DECAY, LATE], ids=["at once", "later"])
def test_numbers_compile_again_when_they_first_change(decay):
    fields = {"lr": RATE, "weight_decay": decay}
    weights, counts = compiled_run(AdamW, fields)
    change = 51 if decay is LATE else 1
    assert len({*counts[:change]}) == len({*counts[change:]}) == 1
    assert counts[0] < counts[-1]
    torch.testing.assert_close(weights, weights_by_hand(AdamW, fields))


def on_the_gpu(replayed):
    """Train for 100 updates, from the fourth on by replays of a graph or without."""
    torch.manual_seed(0)
    x, model = X.cuda(), torch.nn.Linear(3, 2).cuda()
    optimizer = Adam(
        model.parameters(),
        lr=torch.tensor(0.5, device="cuda"),
        betas=tuple(beta.cuda() for beta in tensors(0.5, 0.5)),
        capturable=True,
    )
    scheduler = Scheduler(optimizer, **BETAS)

    def train():
        optimizer.zero_grad(set_to_none=False)
        model(x).square().mean().backward()
        optimizer.step()

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):  # where torch wants what comes before a capture
        for _ in range(3):
            train()
            scheduler.step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    if replayed:
        with torch.cuda.graph(graph):  # which runs nothing
            train()
    for _ in range(3, 100):
        (graph.replay if replayed else train)()
        scheduler.step()
    return model.state_dict()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_replayed_cuda_graph_sees_the_schedule_move():
    torch.testing.assert_close(on_the_gpu(True), on_the_gpu(False))
