"""A sweep of a torch model or a trainer: its rates, its losses, what it refuses."""

import copy
import math

import pytest
import torch
from torch import nn

from lehr import Linear
from lehr.bindings.torch import Scheduler
from lehr.rate_finder import find_rate
from lehr.training import BaseTrainer
from rate_finder.learners import X, Y, loader, parts, state, trained


def test_it_finds_a_rate_that_trains():
    model, optimizer = parts()
    found = find_rate(model, optimizer, loader(), low=1e-6)
    assert found.stopped_by == "divergence"
    assert found.suggestion.rate < found.turning_point
    before = nn.functional.cross_entropy(model(X), Y).item()
    for group in optimizer.param_groups:
        group["lr"] = found.suggestion.rate
    trained(model, optimizer, 10)
    assert nn.functional.cross_entropy(model(X), Y).item() < 0.9 * before


def test_groups_keep_their_ratios():
    model, _ = parts()
    groups = [
        {"params": model[0].parameters(), "lr": 1e-4},
        {"params": model[5].parameters(), "lr": 1e-3},
    ]
    optimizer, seen = torch.optim.SGD(groups), []
    optimizer.register_step_pre_hook(
        lambda opt, *_: seen.append([g["lr"] for g in opt.param_groups])
    )
    found = find_rate(model, optimizer, loader(), updates=12, low=1e-3, high=1e-2)
    assert [rates[1] for rates in seen[:-1]] == list(found.rates)
    assert all(low == pytest.approx(high / 10) for low, high in seen)


def test_accumulated_batches_are_one_larger_batch():
    model, optimizer = parts(torch.optim.SGD)
    for one in (1, 3, 4):
        model[one] = nn.Identity()  # what would tell one batch from four
    whole = [(X, Y)]
    cut = list(zip(X.split(24), Y.split(24), strict=True))
    one = find_rate(model, optimizer, whole, updates=40, low=1e-3)
    four = find_rate(model, optimizer, cut, updates=40, low=1e-3, accumulation=4)
    assert four.losses == pytest.approx(one.losses, rel=1e-3)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_a_sweep_in_half_precision_sees_the_same_curve(precision):
    full = find_rate(*parts(), loader(), low=1e-5)
    half = find_rate(*parts(), loader(), low=1e-5, precision=precision)
    assert half.first == pytest.approx(full.first, rel=0.02)
    assert 1 / 3 < half.suggestion.rate / full.suggestion.rate < 3


def test_a_trainer_lends_its_parts_and_gets_them_back():
    model, optimizer = parts(torch.optim.SGD)
    scheduler = Scheduler(optimizer, lr=Linear(1e-3, 0.0, 100))
    trainer = BaseTrainer(model, optimizer, scheduler, accumulation=2, clip_norm=1.0)
    trainer.fit(data := loader(), updates=4)
    reference = copy.deepcopy(model)
    before = state(model, optimizer, data, scheduler)
    clock, counts = trainer.loop.clock, (trainer.updates, trainer.samples)
    found = find_rate(trainer, data, low=1e-4, high=1e3)
    assert found.suggestion.rate > 1e-4
    assert state(model, optimizer, data, scheduler) == before
    assert trainer.loop.clock is clock
    assert (trainer.updates, trainer.samples) == counts
    assert all(map(torch.equal, model.parameters(), reference.parameters()))
    trainer.fit(data, updates=6)
    assert trainer.updates == 6


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "said"),
    [
        ((iter([]),), {}, TypeError, "iterator"),
        ((3,), {}, TypeError, "iterable of batches"),
        ((), {}, TypeError, "needs both"),
        (([],), {}, ValueError, "no batch"),
        (([(X, Y)],), {"scaler": object()}, ValueError, "precision='fp16'"),
    ],
)
def test_what_cannot_be_is_refused(arguments, options, kind, said):
    with pytest.raises(kind, match=said):
        find_rate(*parts(), *arguments, **options)


def test_an_optimizer_is_needed_and_a_trainer_needs_only_data():
    model, optimizer = parts()
    with pytest.raises(TypeError, match="must be a torch"):
        find_rate(model, "adam", loader())
    with pytest.raises(TypeError, match=r"pass optimizer\.bind\(model\)"):
        find_rate(model, Unbound(), loader())
    trainer = BaseTrainer(model, optimizer)
    with pytest.raises(TypeError, match="its data only"):
        find_rate(trainer)
    trainer._feed = object()
    with pytest.raises(RuntimeError, match="is training"):
        find_rate(trainer, loader())


class Unbound:
    def bind(self, model):
        """Be an optimizer that is given its parameters later."""


def test_half_precision_that_finds_no_scale_ends_the_sweep():
    def loss(output, target):
        told = nn.functional.cross_entropy(output, target)
        # From some rate on no scale makes the gradient finite.
        return told * (math.inf if len(seen) > 15 else 1.0)

    model, optimizer = parts()
    seen = []
    optimizer.register_step_pre_hook(lambda *_: seen.append(1))
    found = find_rate(
        *(model, optimizer, loader()), loss=loss, precision="fp16", clip_norm=1.0
    )
    assert found.stopped_by == "non-finite loss"


def test_at_rates_of_zero_the_ratios_are_those_that_the_groups_started_with():
    model, _ = parts()
    groups = [
        {"params": model[0].parameters(), "lr": 1e-4},
        {"params": model[5].parameters(), "lr": 1e-3},
    ]
    optimizer, seen = torch.optim.SGD(groups), []
    optimizer.register_step_pre_hook(
        lambda opt, *_: seen.append([g["lr"] for g in opt.param_groups])
    )
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: update / 10)
    find_rate(model, optimizer, loader(), updates=12)
    assert all(low == pytest.approx(high / 10) for low, high in seen)
    for group in optimizer.param_groups:
        del group["initial_lr"]
    with pytest.raises(ValueError, match=r"2 param groups are 0.*seek"):
        find_rate(model, optimizer, loader(), updates=12)
    del optimizer.param_groups[1:]
    assert find_rate(model, optimizer, loader(), updates=12).rates
