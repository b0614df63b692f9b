"""The names, signatures and attributes are torch's."""

import gc
import inspect
import weakref

import pytest
import torch

from dropin.torch.playing import SINGLE, ours, sgd, theirs

ALL = (*SINGLE, "SequentialLR", "ChainedScheduler", "ReduceLROnPlateau")


def test_every_name_of_torchs_is_there():
    public = {*torch.optim.lr_scheduler.__all__, "_LRScheduler", "SWALR"}
    assert set(ours.__all__) == public


@pytest.mark.parametrize("name", ALL)
def test_the_signatures_are_the_same(name):
    mine, original = getattr(ours, name), getattr(theirs, name)
    assert inspect.signature(mine) == inspect.signature(original)
    for method in ("step", "get_last_lr", "state_dict"):
        names = inspect.signature(getattr(mine, method)).parameters
        assert list(names) == list(
            inspect.signature(getattr(original, method)).parameters
        )


@pytest.mark.parametrize("name", ALL)
def test_they_are_instances_of_torchs_own(name):
    mine, original = getattr(ours, name), getattr(theirs, name)
    assert issubclass(mine, original)
    assert issubclass(mine, torch.optim.lr_scheduler.LRScheduler)
    assert mine.__name__ == original.__name__


def test_the_base_class_is_torchs():
    assert ours.LRScheduler is torch.optim.lr_scheduler.LRScheduler
    assert ours._LRScheduler is torch.optim.lr_scheduler._LRScheduler


def test_torchs_own_formulas_can_be_asked():
    optimizer = sgd(0.1)
    scheduler = ours.StepLR(optimizer, 2)
    with pytest.warns(UserWarning, match="get_last_lr"):
        assert scheduler.get_lr() == [0.1]
    scheduler.last_epoch = 4
    assert scheduler._get_closed_form_lr() == pytest.approx([0.001])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda o: ours.StepLR("optimizer", 3), TypeError),
        (lambda o: ours.StepLR(o, 3, last_epoch=3), KeyError),
        (lambda o: ours.MultiplicativeLR(o, 0.9), TypeError),
        (lambda o: ours.LambdaLR(o, [len, len]), ValueError),
        (lambda o: ours.ConstantLR(o, factor=2), ValueError),
        (lambda o: ours.LinearLR(o, start_factor=0), ValueError),
        (lambda o: ours.CosineAnnealingWarmRestarts(o, T_0=0), ValueError),
        (lambda o: ours.CyclicLR(o, 0.1, 0.2, mode="no"), ValueError),
        (lambda o: ours.OneCycleLR(o, 0.1), ValueError),
        (lambda o: ours.SWALR(o, 0.1, anneal_strategy="no"), ValueError),
        (lambda o: ours.ReduceLROnPlateau(o, factor=1.0), ValueError),
        (lambda o: ours.SequentialLR(o, [], []), ValueError),
        (lambda o: ours.ChainedScheduler([]), ValueError),
        (lambda o: ours.ChainedScheduler([ours.ReduceLROnPlateau(o)]), ValueError),
    ],
)
def test_wrong_arguments_are_refused_as_by_torch(wrong, error):
    with pytest.raises(error):
        wrong(sgd(0.1))


def test_one_cycle_refuses_steps_past_its_end():
    optimizer = sgd(0.1)
    scheduler = ours.OneCycleLR(optimizer, 0.1, total_steps=2)
    optimizer.step()
    scheduler.step()
    scheduler.step()
    with pytest.raises(ValueError, match="2 steps"):
        scheduler.step()


def test_restarts_refuse_a_negative_epoch():
    with pytest.raises(ValueError, match="non-negative"):
        ours.CosineAnnealingWarmRestarts(sgd(0.1), 3).step(-1)


@pytest.mark.parametrize("cyclic", [False, True])
def test_a_scheduler_goes_with_its_last_reference(cyclic):
    optimizer = sgd(0.1)
    if cyclic:
        scheduler = ours.CyclicLR(optimizer, 0.1, 0.2)
    else:
        scheduler = ours.StepLR(optimizer, 3)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    gone = weakref.ref(scheduler)
    gc.disable()
    try:
        del scheduler
        assert gone() is None
        assert not [o for o in gc.get_referrers(optimizer) if isinstance(o, dict)]
    finally:
        gc.enable()


@pytest.mark.parametrize("mode", ["cycle", "iterations"])
def test_a_cycle_is_scaled_by_a_function_of_ones_own(mode):
    found = []
    for library in (ours, theirs):
        optimizer = sgd(0.1, 0.1)
        scheduler = library.CyclicLR(
            optimizer,
            base_lr=[0.1, 0.2],
            max_lr=1.0,
            step_size_up=3,
            scale_fn=lambda x: 1 / (1 + x),
            scale_mode=mode,
            cycle_momentum=False,
        )
        seen = []
        for _ in range(14):
            seen += scheduler.get_last_lr()
            optimizer.step()
            scheduler.step()
        found.append(seen)
    assert found[0] == pytest.approx(found[1], rel=1e-12)
