"""Live schedulers as they are meant to be used: no alarm, and nothing is changed."""

import copy
import functools

import pytest
import torch
from torch.optim import lr_scheduler as of_torch

import lehr
from lehr.bindings.torch import PlateauScheduler, Scheduler, times_base
from lehr.controllers import Plateau
from linting.others import LLM, alarms, of_object

optax = pytest.importorskip("optax")
transformers = pytest.importorskip("transformers.optimization")


def optimizer(kind=torch.optim.SGD, rates=(0.1, 0.2), **more):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates
    ]
    return kind(groups, **more)


def sequence(groups):
    parts = [
        of_torch.LinearLR(groups, total_iters=3),
        of_torch.CosineAnnealingLR(groups, T_max=9),
    ]
    return of_torch.SequentialLR(groups, parts, milestones=[3])


def chain(groups):
    parts = [of_torch.LinearLR(groups), of_torch.ExponentialLR(groups, 0.9)]
    return of_torch.ChainedScheduler(parts)


def of(kind, *arguments, **named):
    return lambda groups: kind(groups, *arguments, **named)


STEPPED = {
    "StepLR": of(of_torch.StepLR, 3),
    "MultiStepLR": of(of_torch.MultiStepLR, [3, 5]),
    "ConstantLR": of(of_torch.ConstantLR),
    "LinearLR": of(of_torch.LinearLR),
    "ExponentialLR": of(of_torch.ExponentialLR, 0.9),
    "PolynomialLR": of(of_torch.PolynomialLR, total_iters=20),
    "CosineAnnealingLR": of(of_torch.CosineAnnealingLR, 30),
    "CosineAnnealingWarmRestarts": of(of_torch.CosineAnnealingWarmRestarts, 4, 2),
    "OneCycleLR": of(of_torch.OneCycleLR, 0.1, 30),
    "CyclicLR": of(of_torch.CyclicLR, 0.01, 0.1),
    "LambdaLR": of(of_torch.LambdaLR, lambda epoch: 0.9**epoch),
    "MultiplicativeLR": of(of_torch.MultiplicativeLR, lambda epoch: 0.9),
    "SequentialLR": sequence,
    "ChainedScheduler": chain,
    "constant": of(transformers.get_constant_schedule),
    "linear": of(transformers.get_linear_schedule_with_warmup, 3, 30),
    "cosine": of(transformers.get_cosine_schedule_with_warmup, 3, 30),
    "inverse sqrt": of(transformers.get_inverse_sqrt_schedule, 3),
    "polynomial": of(transformers.get_polynomial_decay_schedule_with_warmup, 3, 30),
    "wsd": of(transformers.get_wsd_schedule, 3, 5, num_training_steps=30),
    "lehr's": of(Scheduler, lr=times_base(lehr.Cosine(1.0, 0.0, 30))),
}


def shown(scheduler):
    """Return all that a scheduler and its optimizer hold, as it can be compared."""
    groups = [
        {key: copy.deepcopy(value) for key, value in group.items() if key != "params"}
        for group in scheduler.optimizer.param_groups
    ]
    return groups, repr(scheduler.state_dict()), repr(sorted(vars(scheduler)))


@pytest.mark.parametrize("name", STEPPED)
def test_one_that_is_stepped_raises_no_alarm_and_stays_as_it_is(name):
    scheduler = STEPPED[name](optimizer(momentum=0.9))
    for _ in range(7):
        scheduler.optimizer.step()
        scheduler.step()
    before = shown(scheduler)
    assert not alarms(of_object(scheduler))
    assert shown(scheduler) == before
    run = lehr.Plan(batch_size=1, updates=30) if name == "lehr's" else LLM
    assert not alarms(of_object(scheduler, run, per="epoch"))
    assert shown(scheduler) == before


def test_one_that_follows_a_metric_stays_as_it_is():
    plateau = of_torch.ReduceLROnPlateau(optimizer(), patience=2)
    plateau.step(1.0)
    before = shown(plateau)
    assert not alarms(of_object(plateau, metric="val_loss"))
    assert shown(plateau) == before
    ours = PlateauScheduler(optimizer(), Plateau("max"))
    assert not alarms(of_object(ours, metric="reward"))


@pytest.mark.parametrize("name", ["Cosine", "Tanh", "Poly", "Step", "MultiStep", "WSD"])
def test_timms(timm_scheduler, name):
    lengths = {"Step": {"decay_t": 3}, "MultiStep": {"decay_t": [3, 5]}}
    own = lengths.get(name, {"t_initial": 30})
    own |= {"decay_t": 9} if name == "WSD" else {}
    make = getattr(timm_scheduler, f"{name}LRScheduler")
    scheduler = make(optimizer(), **own)
    scheduler.step(3)
    before = shown(scheduler)
    assert not alarms(of_object(scheduler))
    assert shown(scheduler) == before


OPTAX = {
    "constant": optax.constant_schedule(0.1),
    "warmup cosine": optax.warmup_cosine_decay_schedule(0.0, 1.0, 100, 3000, 0.01),
    "no warmup": optax.warmup_cosine_decay_schedule(0.0, 1.0, 0, 3000),
    "exponential": optax.exponential_decay(0.1, 1000, 0.9),
    "line": optax.linear_schedule(0.1, 0.0, 3000),
    "pieces": optax.piecewise_constant_schedule(0.1, {1000: 0.1}),
}


@pytest.mark.parametrize("name", OPTAX)
def test_optaxs(name):
    assert not alarms(of_object(OPTAX[name], LLM))


def test_a_function_that_may_change_is_never_called():
    calls = []

    class Factor:
        def __call__(self, epoch):
            calls.append(epoch)
            return 1.0

    def counted(epoch):
        calls.append(epoch)
        return 1.0

    for function in (Factor(), counted, functools.partial(counted)):
        scheduler = of_torch.LambdaLR(optimizer(), function)
        calls.clear()
        found = of_object(scheduler, LLM)
        assert not calls
        assert any("not called" in each.message for each in found)
