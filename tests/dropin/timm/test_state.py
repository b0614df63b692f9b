"""States go to timm and back, and a resumed run goes on as an uninterrupted one."""

import copy
import pickle
import warnings

import pytest
import torch

from dropin.timm import configurations as c

CURVES = (
    "CosineLRScheduler",
    "TanhLRScheduler",
    "PolyLRScheduler",
    "StepLRScheduler",
    "MultiStepLRScheduler",
    "WSDLRScheduler",
)
every_curve = pytest.mark.parametrize("name", CURVES)
RATES = [0.1, 0.02]


def made(name, seed=3):
    (draw,) = c.draws(seed, 1)
    return c.dropin(name)(c.optimizer(RATES), **c.shape(draw, name))


@every_curve
def test_timm_goes_on_from_our_state_and_we_from_timms(name, timm_scheduler):
    (draw, other) = (c.draws(seed, 1)[0] for seed in (3, 4))
    ours = made(name)
    his = c.optimizer(RATES)
    theirs = getattr(timm_scheduler, name)(his, **c.shape(draw, name))
    elsewhere = c.shape(other, name)
    for saved in (ours.state_dict(), theirs.state_dict()):
        a, b = c.optimizer([1.0, 2.0]), c.optimizer([1.0, 2.0])
        mine = c.dropin(name)(a, **elsewhere)
        timms = getattr(timm_scheduler, name)(b, **elsewhere)
        mine.load_state_dict(saved), timms.load_state_dict(saved)
        for t in (1, 2, 5, 40):
            for scheduler in (mine, timms, theirs):
                c.play(scheduler, t)
            assert c.close(c.rates(a), c.rates(b))
            assert c.close(c.rates(a), c.rates(his))


@every_curve
@pytest.mark.parametrize("optimizer_first", [True, False])
def test_a_resumed_run_has_the_bits_of_an_uninterrupted_one(name, optimizer_first):
    whole = made(name)
    for t in range(1, 20):
        c.play(whole, t)
    saved = copy.deepcopy((whole.state_dict(), whole.optimizer.state_dict()))
    again = made(name)
    if optimizer_first:
        again.optimizer.load_state_dict(saved[1])
        again.load_state_dict(saved[0])
    else:
        again.load_state_dict(saved[0])
        assert c.rates(again.optimizer) == c.rates(whole.optimizer)
        again.optimizer.load_state_dict(saved[1])
    assert again.state_dict() == whole.state_dict()
    for t in range(20, 90):
        c.play(whole, t), c.play(again, t)
        assert c.rates(again.optimizer) == c.rates(whole.optimizer)


def plateau(**more):
    made = c.dropin("PlateauLRScheduler")
    given = {"decay_rate": 0.5, "patience_t": 2, "cooldown_t": 1, "noise_range_t": 4}
    return made(c.optimizer(RATES), **given, **more)


METRICS = [0.1, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6] * 3


@pytest.mark.parametrize("stop", range(0, 40, 3))
def test_a_plateau_loses_no_counter(stop):
    whole, again = plateau(warmup_t=3), plateau(warmup_t=3)
    for epoch, metric in enumerate(METRICS, start=1):
        if epoch == stop:
            again.load_state_dict(whole.state_dict())
            assert again.state_dict() == whole.state_dict()
        for scheduler in (whole, again) if 0 < stop <= epoch else (whole,):
            scheduler.step(epoch, metric)
        if 0 < stop <= epoch:
            assert c.rates(again.optimizer) == c.rates(whole.optimizer)


def test_a_plateaus_state_is_exchanged_with_timms(timm_scheduler):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # timm gives it up
        theirs = timm_scheduler.PlateauLRScheduler(
            c.optimizer(RATES), decay_rate=0.5, patience_t=1
        )
    ours = c.dropin("PlateauLRScheduler")(
        c.optimizer(RATES), decay_rate=0.5, patience_t=1
    )
    for epoch in range(1, 9):
        theirs.step(epoch, 0.5)
    ours.load_state_dict(theirs.state_dict())
    ours.optimizer.load_state_dict(theirs.optimizer.state_dict())
    ours.step(9, 0.7)
    assert c.close(c.rates(ours.optimizer), c.rates(theirs.optimizer))
    assert ours.lr_scheduler.cuts == 3
    theirs.load_state_dict(ours.state_dict())
    assert theirs.lr_scheduler.best == 0.7
    for scheduler, rate in ((ours, 0.07), (ours, 0.07)):
        scheduler.load_state_dict({"best": 0.7, "last_epoch": 9})
        for group in scheduler.optimizer.param_groups:
            group["lr"] = rate  # what no number of cuts leads to
        scheduler.step(9, 0.8)
        assert c.rates(scheduler.optimizer) == [rate, rate]


def test_a_plateau_without_warmup_keeps_its_rates_at_step_0():
    scheduler = c.dropin("PlateauLRScheduler")(c.optimizer(RATES))
    scheduler.step(0, 0.5)
    assert c.rates(scheduler.optimizer) == RATES
    scheduler.step_update(7)
    assert c.rates(scheduler.optimizer) == RATES


def through_pickle(scheduler):
    return pickle.loads(pickle.dumps(scheduler))


@pytest.mark.parametrize("copied", [copy.deepcopy, through_pickle])
@pytest.mark.parametrize("name", [*CURVES, "plateau"])
def test_a_copy_goes_its_own_way(name, copied):
    first = build(name, c.optimizer(RATES))
    go(first, 5)
    second = copied(first)
    assert second.optimizer is not first.optimizer
    before = c.rates(first.optimizer)
    for t in range(6, 30):
        go(second, t)
    assert c.rates(first.optimizer) == before
    for t in range(6, 30):
        go(first, t)
    assert c.rates(second.optimizer) == c.rates(first.optimizer)


def build(name, optimizer):
    """Return a scheduler on an optimizer, with the same arguments each time."""
    if name == "plateau":
        given = {"decay_rate": 0.5, "patience_t": 2, "noise_range_t": 4}
        return c.dropin("PlateauLRScheduler")(optimizer, **given)
    (draw,) = c.draws(3, 1)
    return c.dropin(name)(optimizer, **c.shape(draw, name))


def go(scheduler, t):
    scheduler.step(t, 0.1)
    scheduler.step_update(t, 0.1)


@pytest.mark.parametrize("name", [*CURVES, "plateau"])
def test_a_tensor_is_filled_in_place(name):
    one, other = c.optimizer(RATES), c.optimizer(RATES, tensors=True)
    held = [group["lr"] for group in other.param_groups]
    numbers, tensors = build(name, one), build(name, other)
    for t in range(1, 30):
        go(numbers, t), go(tensors, t)
        assert all(g["lr"] is h for g, h in zip(other.param_groups, held, strict=True))
        assert c.rates(other) == c.rates(one)


def test_a_tensor_that_takes_the_place_of_a_number_is_filled():
    made = build("StepLRScheduler", c.optimizer(RATES))
    go(made, 1), go(made, 2)
    for group in made.optimizer.param_groups:
        group["lr"] = held = torch.tensor(0.0)
    go(made, 3)
    assert made.optimizer.param_groups[-1]["lr"] is held
    assert held > 0


@pytest.mark.parametrize("name", [*CURVES, "plateau"])
def test_a_later_group_is_driven_from_its_first_update_on(name):
    both, single = build(name, c.optimizer(RATES)), c.optimizer(RATES[:1])
    late = build(name, single)
    for t in range(1, 8):
        go(both, t), go(late, t)
    weight = torch.nn.Parameter(torch.zeros(1))
    single.add_param_group({"params": [weight], "lr": RATES[1]})
    single.step()
    assert c.rates(single) == pytest.approx(c.rates(both.optimizer), rel=1e-12)
    for t in range(8, 30):
        go(both, t), go(late, t)
        assert c.rates(single) == pytest.approx(c.rates(both.optimizer), rel=1e-12)


@pytest.mark.parametrize("name", [*CURVES, "plateau"])
def test_a_later_group_is_driven_from_the_next_step_on_without_an_update(name):
    both, single = build(name, c.optimizer(RATES)), c.optimizer(RATES[:1])
    late = build(name, single)
    weight = torch.nn.Parameter(torch.zeros(1))
    for t in range(1, 20):
        if t == 5:
            single.add_param_group({"params": [weight], "lr": RATES[1]})
        go(both, t), go(late, t)
    assert c.rates(single) == pytest.approx(c.rates(both.optimizer), rel=1e-12)
    assert late.base_values == RATES


def test_a_group_added_before_the_first_step_warms_up_as_well():
    kind = c.dropin("CosineLRScheduler")
    scheduler = kind(c.optimizer([0.1]), 10, warmup_t=5, warmup_lr_init=0.01)
    weight = torch.nn.Parameter(torch.zeros(1))
    scheduler.optimizer.add_param_group({"params": [weight], "lr": 1.0})
    scheduler.optimizer.step()
    assert c.rates(scheduler.optimizer) == [0.01, 0.01]
