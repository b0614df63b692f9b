"""What is told, when, and how it is silenced; and that nothing else is."""

import warnings

import pytest

from dropin.torch.playing import ours, rates, sgd
from lehr.dropin import PastEndWarning


def steps(scheduler, count):
    for _ in range(count):
        scheduler.optimizer.step()
        scheduler.step()


def test_the_wrong_order_is_told_where_the_user_steps():
    scheduler = ours.StepLR(sgd(0.1), 3)
    with pytest.warns(UserWarning, match="how-to-adjust-learning-rate") as told:
        scheduler.step()
    assert str(told[0].message).startswith("Detected call of `lr_scheduler.step()`")
    assert told[0].filename == __file__
    scheduler.step()  # once


def test_an_optimizer_whose_step_was_replaced_is_told():
    optimizer = sgd(0.1)
    scheduler = ours.StepLR(optimizer, 3)
    optimizer.step = lambda: None
    optimizer.step()
    with pytest.warns(UserWarning, match=r"`optimizer.step\(\)` has been overridden"):
        scheduler.step()


@pytest.mark.parametrize("library", ["first", "second"])
def test_the_order_is_watched_beside_torchs_schedulers(library):
    from torch.optim.lr_scheduler import StepLR

    optimizer = sgd(0.1)
    kinds = [ours.StepLR, StepLR] if library == "first" else [StepLR, ours.StepLR]
    schedulers = [kind(optimizer, 3) for kind in kinds]
    optimizer.step()
    for scheduler in schedulers:
        scheduler.step()


def test_an_epoch_is_told_to_be_deprecated():
    scheduler = ours.StepLR(sgd(0.1), 3)
    scheduler.optimizer.step()
    with pytest.warns(UserWarning, match="The epoch parameter") as told:
        scheduler.step(4)
    assert (len(told), told[0].filename) == (1, __file__)
    plateau = ours.ReduceLROnPlateau(sgd(0.1))
    with pytest.warns(UserWarning, match="The epoch parameter"):
        plateau.step(1.0, 7)
    assert plateau.last_epoch == 7
    ours.CosineAnnealingWarmRestarts(sgd(0.1), 3).step(2.5)  # it is meant there


def test_a_cosine_says_once_that_it_climbs_back():
    scheduler = ours.CosineAnnealingLR(sgd(0.1), 5)
    steps(scheduler, 5)
    with pytest.warns(PastEndWarning, match="climbs back from step 6 on") as told:
        scheduler.step()
    assert told[0].filename == __file__
    assert "its length is 5" in str(told[0].message)
    scheduler.eta_min = 1e-4  # a new writer does not tell again
    steps(scheduler, 20)


def test_the_curve_past_the_end_stays_torchs():
    scheduler = ours.CosineAnnealingLR(sgd(0.1), 5)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=PastEndWarning)
        steps(scheduler, 10)
    assert rates(scheduler.optimizer) == pytest.approx([0.1])


@pytest.mark.parametrize("rate", [(0.1,), (0.1, 0.2)])
def test_the_first_negative_rate_is_told(rate):
    scheduler = ours.LambdaLR(sgd(*rate), lambda epoch: 1 - epoch / 4)
    steps(scheduler, 4)
    with pytest.warns(PastEndWarning, match="turns negative at step 5"):
        scheduler.step()
    steps(scheduler, 3)
    scheduler = ours.MultiplicativeLR(sgd(*rate), lambda epoch: -1.0)
    scheduler.optimizer.step()
    with pytest.warns(PastEndWarning, match="turns negative at step 1"):
        scheduler.step()
    scheduler = ours.ExponentialLR(sgd(*rate), -0.5)
    scheduler.optimizer.step()
    with pytest.warns(PastEndWarning, match="negative"):
        scheduler.step()


def test_nothing_is_told_within_the_horizon():
    optimizer = sgd(0.1)
    rise = ours.LinearLR(optimizer, total_iters=5)
    fall = ours.CosineAnnealingLR(optimizer, 15)
    steps(ours.SequentialLR(optimizer, [rise, fall], [5]), 20)
    strategies = ("cos", "linear")
    for how in strategies:
        cycle = ours.OneCycleLR(sgd(0.1), 1.0, total_steps=9, anneal_strategy=how)
        steps(cycle, 9)
    steps(ours.PolynomialLR(sgd(0.1), 5), 9)
    steps(ours.CosineAnnealingLR(sgd(0.1), 4, eta_min=0.1), 9)  # it stays there


def test_a_resumed_one_tells_again():
    old = ours.CosineAnnealingLR(sgd(0.1), 3)
    steps(old, 3)
    new = ours.CosineAnnealingLR(sgd(0.1), 3)
    new.optimizer.step()
    new.load_state_dict(old.state_dict())
    with pytest.warns(PastEndWarning, match="step 4"):
        new.step()
