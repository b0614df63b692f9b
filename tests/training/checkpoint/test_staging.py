"""What is steady is copied later, by the thread; all else before the save returns."""

import gc
import threading
import tracemalloc

import pytest
import torch
from torch import nn

from lehr.training import CheckpointStore, Retention
from lehr.training.checkpoint import staging
from lehr.training.checkpoint.folder import take_apart
from lehr.training.checkpoint.staging import SERIAL, Staging

BIG = SERIAL * 2


@pytest.fixture
def held(monkeypatch):
    """Let the thread's copies wait until they are let go on."""
    go, fill = threading.Event(), staging._fill

    def wait(buffer, source):
        assert go.wait(30)
        fill(buffer, source)

    monkeypatch.setattr(staging, "_fill", wait)
    yield go
    go.set()


def test_what_is_not_steady_may_change_at_once_and_the_rest_after_the_wait(
    tmp_path, held
):
    norm = nn.BatchNorm1d(4)
    store = CheckpointStore(tmp_path)
    saving = store.save_async(
        {"model": norm.state_dict()}, updates=1, steady=norm.parameters()
    )
    norm(torch.randn(8, 4))  # moves the buffers
    threading.Timer(0.05, held.set).start()
    store.wait_for_copy()
    assert held.is_set()
    with torch.no_grad():
        norm.weight.fill_(9)
    model = store.load(saving.wait().path)["model"]
    fresh = nn.BatchNorm1d(4).state_dict()
    assert all(torch.equal(model[name], value) for name, value in fresh.items())


@pytest.mark.parametrize("call", ["wait", "close", "newest", "entries", "sweep"])
def test_whatever_waits_for_the_disk_waits_for_the_copy(tmp_path, held, call):
    weight, store = torch.ones(BIG), CheckpointStore(tmp_path)
    store.save({"model": {}}, updates=0)
    saving = store.save_async({"model": {"w": weight}}, updates=1, steady=[weight])
    threading.Timer(0.05, held.set).start()
    getattr(store, call)()
    weight.fill_(2)
    assert store.load(saving.path)["model"]["w"].max() == 1


def test_loading_waits_for_the_copy_and_not_for_the_disk(tmp_path, held):
    weight, store = torch.ones(BIG), CheckpointStore(tmp_path)
    path = store.save({"model": {}}, updates=0).path
    store.save_async({"model": {"w": weight}}, updates=1, steady=[weight])
    threading.Timer(0.05, held.set).start()
    store.load(path)
    weight.fill_(2)
    assert store.load(store.wait().path)["model"]["w"].max() == 1


@pytest.mark.parametrize("write", [torch.Tensor.zero_, lambda t: t[1:].add_(1)])
def test_a_steady_tensor_that_is_written_too_soon_is_named(tmp_path, held, write):
    weight, store = torch.ones(BIG), CheckpointStore(tmp_path)
    state = {"model": {"w": weight}}
    store.save_async(state, updates=1, steady=[weight])
    write(weight)
    held.set()
    store.wait_for_copy()  # ends, and leaves the failure to be raised
    with pytest.raises(RuntimeError, match="'model: w' changed while"):
        store.save_async(state, updates=2)
    assert store.entries() == []
    assert store.save_async(state, updates=2, steady=[weight]).wait().updates == 2


def rest_of(tensor, *steady):
    parts = take_apart({"model": {"t": tensor}})
    copied, rest = Staging().begin(parts, steady)
    at_once = not len(rest)
    rest.copy()
    assert torch.equal(copied["model"].tensors["t"], tensor.detach())
    return at_once


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.complex64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (BIG,), (2, BIG)])
def test_all_kinds_are_copied_to_the_bit(dtype, shape):
    tensor = torch.randn(shape).to(dtype)
    assert rest_of(tensor)
    assert not rest_of(tensor, tensor)


def test_views_are_copied_as_what_they_show():
    table = torch.randn(300, 400)
    for view in (table.T, table[:, ::2], table.to(torch.complex64).conj()):
        assert not rest_of(view, view)


def test_only_what_is_the_very_same_tensor_is_steady():
    table = torch.zeros(4, 4)
    for other in (table[0], table.clone(), torch.zeros(0)):
        assert rest_of(table, other)
    with torch.inference_mode():
        silent = torch.zeros(4)  # does not note when it is written
    assert rest_of(silent, silent)
    assert not rest_of(nn.Parameter(table).detach(), nn.Parameter(table))


def test_a_hundred_overlapped_saves_take_no_more_memory(tmp_path):
    weight, store = torch.ones(1000), CheckpointStore(tmp_path)
    state = {"model": {"w": weight}}
    sizes = []
    tracemalloc.start()
    for number in range(100):
        store.save_async(
            state, updates=number, retention=Retention(best=0), steady=[weight]
        )
        store.wait_for_copy()
        weight += 1
        if number in (30, 99):
            store.wait()
            gc.collect()
            own = tracemalloc.Filter(True, "*/lehr/*")
            snapshot = tracemalloc.take_snapshot().filter_traces([own])
            sizes.append(sum(trace.size for trace in snapshot.traces))
    tracemalloc.stop()
    store.close()
    assert sizes[1] < sizes[0] + 5_000
    assert len(list(tmp_path.iterdir())) == 2
