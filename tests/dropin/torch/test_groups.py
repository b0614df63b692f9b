"""Groups that are added while the scheduler runs are taken along."""

import pytest
import torch

from dropin.torch.playing import ours, rates, sgd, theirs


def add(optimizer, rate, **more):
    parameters = [torch.nn.Parameter(torch.ones(1))]
    optimizer.add_param_group({"params": parameters, "lr": rate, **more})


def steps(scheduler, count):
    for _ in range(count):
        scheduler.optimizer.step()
        scheduler.step()


RECURSIVE = [
    ("StepLR", {"step_size": 2}),
    ("MultiStepLR", {"milestones": [4, 6]}),
    ("LinearLR", {"total_iters": 9}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {"total_iters": 9}),
    ("SWALR", {"swa_lr": 0.01}),
]


@pytest.mark.parametrize(("name", "given"), RECURSIVE)
def test_where_torch_takes_them_along_the_numbers_are_its(name, given):
    a, b = sgd(0.1), sgd(0.1)
    x, y = getattr(theirs, name)(a, **given), getattr(ours, name)(b, **given)
    for scheduler in (x, y):
        steps(scheduler, 3)
        add(scheduler.optimizer, 0.4, **({"swa_lr": 0.01} if name == "SWALR" else {}))
        steps(scheduler, 5)
    assert rates(b) == pytest.approx(rates(a), rel=1e-12)
    assert y.get_last_lr() == rates(b)
    assert len(y.base_lrs) == 2


def test_a_cosine_turns_for_a_new_group_too():
    optimizer = sgd(0.1)
    scheduler = ours.CosineAnnealingLR(optimizer, 4)
    steps(scheduler, 1)
    add(optimizer, 0.4)
    steps(scheduler, 3)
    assert rates(optimizer) == pytest.approx([0.0, 0.0], abs=1e-12)
    with pytest.warns(UserWarning, match="climbs back from step 5"):
        steps(scheduler, 4)
    assert rates(optimizer) == pytest.approx([0.1, 0.4])


def test_a_new_group_of_lambda_starts_from_its_own_rate():
    optimizer = sgd(0.1)
    scheduler = ours.LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    steps(scheduler, 1)
    add(optimizer, 0.4)
    steps(scheduler, 1)
    assert rates(optimizer) == [0.025, 0.1]
    assert (optimizer.param_groups[1]["initial_lr"], scheduler.base_lrs[1]) == (
        0.4,
    ) * 2
    assert len(scheduler.state_dict()["lr_lambdas"]) == 2


@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
def test_nobody_guesses_the_function_of_a_new_group(name):
    optimizer = sgd(0.1, 0.2)
    scheduler = getattr(ours, name)(optimizer, [lambda n: 0.5, lambda n: 0.9])
    steps(scheduler, 1)
    add(optimizer, 0.4)
    with pytest.raises(ValueError, match="lr_lambda must have one value per"):
        steps(scheduler, 1)


def test_a_new_group_cycles_like_the_others():
    optimizer = sgd(0.1)
    scheduler = ours.CyclicLR(optimizer, 0.0, 1.0, step_size_up=4)
    steps(scheduler, 1)
    add(optimizer, 0.7)
    steps(scheduler, 1)
    assert rates(optimizer) == [0.5, 0.5]
    assert optimizer.param_groups[1]["momentum"] == pytest.approx(0.85)


def test_a_new_group_follows_the_same_one_cycle():
    optimizer = sgd(0.1)
    scheduler = ours.OneCycleLR(optimizer, 1.0, total_steps=10)
    steps(scheduler, 1)
    add(optimizer, 0.7)
    steps(scheduler, 1)
    assert rates(optimizer) == [1.0, 1.0]
    differing = ours.OneCycleLR(sgd(0.1, 0.1), [1.0, 2.0], total_steps=10)
    add(differing.optimizer, 0.7)
    with pytest.raises(ValueError, match="initial_lr differs"):
        steps(differing, 1)


def test_a_new_group_is_annealed_to_the_same_rate():
    optimizer = sgd(0.1)
    scheduler = ours.SWALR(optimizer, 0.05, anneal_epochs=2, anneal_strategy="linear")
    steps(scheduler, 1)
    add(optimizer, 0.4)
    steps(scheduler, 2)
    assert rates(optimizer) == pytest.approx([0.05, 0.05])


def test_restarts_take_a_new_group_along():
    optimizer = sgd(0.1)
    scheduler = ours.CosineAnnealingWarmRestarts(optimizer, 4)
    steps(scheduler, 1)
    add(optimizer, 0.4)
    steps(scheduler, 1)
    assert rates(optimizer) == pytest.approx([0.05, 0.2])


def test_containers_take_a_new_group_along():
    optimizer = sgd(0.1)
    parts = [ours.LinearLR(optimizer), ours.ExponentialLR(optimizer, 0.5)]
    scheduler = ours.SequentialLR(optimizer, parts, [3])
    steps(scheduler, 1)
    add(optimizer, 0.4)
    steps(scheduler, 3)
    assert rates(optimizer) == pytest.approx([0.05, 0.2])
    assert scheduler.get_last_lr() == rates(optimizer)


def test_a_plateau_cuts_a_new_group_too():
    optimizer = sgd(0.1)
    scheduler = ours.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.02)
    scheduler.step(1.0)
    add(optimizer, 0.4)
    scheduler.step(1.0)
    assert rates(optimizer) == pytest.approx([0.02, 0.04])
    assert scheduler.get_last_lr() == rates(optimizer)


def test_a_cycle_of_differing_bounds_asks_for_a_new_groups_own():
    optimizer = sgd(0.1, 0.2)
    scheduler = ours.CyclicLR(optimizer, 0.1, [0.5, 0.9])
    add(optimizer, 0.4)
    with pytest.raises(ValueError, match="max_lr must have one value per"):
        steps(scheduler, 1)
