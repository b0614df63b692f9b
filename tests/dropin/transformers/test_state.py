"""States go to transformers and back; copies, tensors and later groups are right."""

import copy
import io
import pickle
import random

import pytest
import torch

from dropin.transformers import configurations as c

each_function = pytest.mark.parametrize("name", c.FUNCTIONS)
RATES = [0.1, 0.03]


def through_file(state):
    """Return a state as a checkpoint brings it back."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def made(name, where=c.dropin, tensors=False, rates=RATES):
    exact = {"exact": True} if _may_differ(name) and where is c.dropin else {}
    optimizer = c.optimizer(rates, tensors=tensors)
    return where(name)(optimizer, **c.arguments(name, 2), **exact)


def _may_differ(name):
    return "min_lr" in name or "polynomial" in name


@each_function
@pytest.mark.parametrize("optimizer_first", [True, False])
@pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")
def test_states_are_exchanged_both_ways(name, optimizer_first):
    sources = made(name), made(name, c.original)
    for source in sources:
        for _ in range(30):
            c.step(source)
    for source, kind in zip(sources, (c.original, c.dropin), strict=True):
        target = made(name, kind)
        state, rates = through_file(source.state_dict()), source.optimizer.state_dict()
        if optimizer_first:
            target.optimizer.load_state_dict(rates)
        target.load_state_dict(state)
        if kind is c.dropin:  # at once
            held = c.rates(target.optimizer)
            assert held == pytest.approx(c.rates(source.optimizer), rel=1e-9)
        if not optimizer_first:
            target.optimizer.load_state_dict(rates)
        for _ in range(100):
            assert target.get_last_lr() == pytest.approx(
                source.get_last_lr(), rel=1e-9, abs=1e-12
            )
            c.step(source), c.step(target)
    assert sorted(sources[0].state_dict()) == sorted(sources[1].state_dict())


@each_function
@pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")
def test_a_resumed_run_has_the_bits_of_an_uninterrupted_one(name):
    whole, again = made(name), made(name)
    for _ in range(17):
        c.step(whole)
    again.load_state_dict(through_file(whole.state_dict()))
    for _ in range(200):
        assert again.get_last_lr() == whole.get_last_lr()
        c.step(whole), c.step(again)
    late = whole.optimizer
    at = c.dropin(name)(late, **c.arguments(name, 2), last_epoch=whole.last_epoch - 1)
    assert at.last_epoch == whole.last_epoch


def test_a_run_goes_on_from_last_epoch_only_with_starting_rates():
    with pytest.raises(KeyError, match="initial_lr"):
        c.dropin("get_constant_schedule")(c.optimizer([0.1]), last_epoch=5)


def through_pickle(scheduler):
    return pickle.loads(pickle.dumps(scheduler))


@pytest.mark.parametrize("copied", [copy.deepcopy, through_pickle])
@each_function
def test_a_copy_goes_its_own_way(name, copied):
    first = made(name)
    for _ in range(3):
        c.step(first)
    second = copied(first)
    before = first.get_last_lr()
    for _ in range(20):
        c.step(second)
    assert first.get_last_lr() == before
    for _ in range(20):
        c.step(first)
    assert second.get_last_lr() == first.get_last_lr()


@each_function
def test_a_tensor_is_filled_in_place_and_last_rates_are_copies(name):
    numbers, tensors = made(name), made(name, tensors=True)
    held = [group["lr"] for group in tensors.optimizer.param_groups]
    for _ in range(30):
        assert c.rates(tensors.optimizer) == c.rates(numbers.optimizer)
        last = tensors.get_last_lr()
        c.step(numbers), c.step(tensors)
        assert all(a is not b for a, b in zip(last, held, strict=True))
    now = [group["lr"] for group in tensors.optimizer.param_groups]
    assert all(a is b for a, b in zip(now, held, strict=True))


@each_function
def test_a_later_group_is_driven_from_its_first_update_on(name):
    kind = c.dropin(name)
    both = kind(c.optimizer(RATES), **c.arguments(name, 2))
    late = kind(c.optimizer(RATES[:1]), **c.arguments(name, 2))
    for _ in range(9):
        c.step(both), c.step(late)
    weight = torch.nn.Parameter(torch.zeros(1))
    late.optimizer.add_param_group({"params": [weight], "lr": RATES[1]})
    late.optimizer.step()
    assert late.get_last_lr() == both.get_last_lr()
    assert late.base_lrs == RATES
    for _ in range(20):
        c.step(both), c.step(late)
        assert late.get_last_lr() == both.get_last_lr()
    with pytest.raises(ValueError, match="saved with 2 param groups"):
        kind(c.optimizer([0.1]), **c.arguments(name, 2)).load_state_dict(
            both.state_dict()
        )


def test_rates_and_functions_that_the_user_changes_are_followed():
    scheduler = c.dropin("get_linear_schedule_with_warmup")(c.optimizer([0.1]), 0, 10)
    c.step(scheduler), c.step(scheduler)
    scheduler.base_lrs[0] = 1.0
    c.step(scheduler)
    assert scheduler.get_last_lr() == [0.7]
    scheduler.last_epoch = 4
    c.step(scheduler)
    assert scheduler.get_last_lr() == [0.5]
    scheduler.lr_lambdas = [lambda step: step]
    c.step(scheduler)
    assert scheduler.get_last_lr() == [6.0]
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(9)
    assert scheduler.get_last_lr() == [9.0]


@pytest.mark.parametrize("seed", range(30))
def test_greedy_is_transformers_own(seed):
    draw = random.Random(seed)
    given = {
        "mode": draw.choice(["min", "max"]),
        "factor": draw.choice([0.5, 0.9]),
        "patience": draw.randint(0, 3),
        "threshold_mode": draw.choice(["rel", "abs"]),
        "cooldown": draw.randint(0, 3),
        "warmup": draw.randint(0, 3),
        "min_lr": draw.choice([0.02, [0.01, 0.02]]),
        "max_lr": draw.choice([0.2, [0.3, 0.2]]),
        "smooth": draw.random() < 0.5,
        "window_size": 4,
        "reset_start": draw.randint(1, 4),
    }
    ours, theirs, again = (
        where("GreedyLR")(c.optimizer(RATES, tensors=kind), **given)
        for where, kind in ((c.dropin, False), (c.original, False), (c.dropin, True))
    )
    for turn in range(150):
        metric = draw.choice([turn, -turn, draw.random(), 1.0])
        for scheduler in (ours, theirs, again):
            scheduler.step(metric)
        rates = pytest.approx(c.rates(theirs.optimizer), rel=1e-12)
        assert c.rates(ours.optimizer) == rates
        assert c.rates(again.optimizer) == rates
        if turn % 40 == 39:
            states = ours.state_dict(), theirs.state_dict()
            assert states[0].keys() == states[1].keys()
            ours.load_state_dict(states[1]), theirs.load_state_dict(states[0])


def test_greedy_takes_in_later_groups_and_says_what_it_does(capsys):
    optimizer = c.optimizer([0.1])
    greedy = c.dropin("GreedyLR")(optimizer, patience=0, factor=0.5, verbose=True)
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer.add_param_group({"params": [weight], "lr": 0.4})
    for loss in (3.0, 2.0, 5.0, 6.0, *[7.0] * 9):
        greedy.step(loss)
    assert greedy.get_last_lr() == [0.001, 0.001]
    assert "Epoch 1: group 1 has the rate 8.0000e-01." in capsys.readouterr().out
    for arguments in ({"factor": 1.0}, {"mode": "up"}, {"min_lr": [1.0]}):
        with pytest.raises(ValueError, match=r"factor|mode|min_lr"):
            c.dropin("GreedyLR")(optimizer, **arguments)
    with pytest.raises(TypeError, match="optimizer must be a torch optimizer"):
        c.dropin("GreedyLR")("sgd")
