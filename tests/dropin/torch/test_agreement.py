"""Random configurations in random interleavings do what torch's own do."""

import random

import pytest
import torch

from dropin.torch.playing import (
    PARTS,
    SINGLE,
    agree,
    arguments,
    close,
    ours,
    sgd,
    theirs,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

TRIALS = 100
CLOSED = (
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "PolynomialLR",
    "CosineAnnealingLR",
    "LambdaLR",
    "CyclicLR",
)


def act(what, schedulers, optimizer):
    """Make one random act of a user on an optimizer and its schedulers."""
    kind, which, number = what
    if kind == "step":
        schedulers[which].step()
    elif kind == "epoch":
        schedulers[which].step(number)
    elif kind == "edit":
        group = optimizer.param_groups[0]
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(number / 40)
        else:
            group["lr"] = number / 40
    else:
        optimizer.load_state_dict(optimizer.state_dict())


def acts(rng, names):
    for _ in range(40):
        which = rng.randrange(len(names))
        kinds = ["step"] * 16 + ["edit", "load"]
        kinds += ["epoch"] * (names[which] in CLOSED)
        yield rng.choice(kinds), which, rng.randint(1, 30)


@pytest.mark.parametrize("seed", range(TRIALS))
def test_alone_or_several_stepped_in_turns(seed):
    rng = random.Random(seed)
    dtype = rng.choice([None, None, torch.float64, torch.float32])
    tolerance = 1e-4 if dtype is torch.float32 else 1e-8
    start = rng.choice([(0.1,), (0.3, 0.3), (0.1, 0.4, 0.2)])
    a, b = sgd(*start, dtype=dtype), sgd(*start, dtype=dtype)
    names = [rng.choice(SINGLE) for _ in range(rng.choice([1, 1, 2, 3]))]
    given = [arguments(name, rng) for name in names]
    pairs = list(zip(names, given, strict=True))
    original = [getattr(theirs, name)(a, **kwargs) for name, kwargs in pairs]
    chosen = [rng.choice([ours, ours, ours, theirs]) for _ in names]
    dropped = [
        getattr(library, name)(b, **kwargs)
        for library, (name, kwargs) in zip(chosen, pairs, strict=True)
    ]
    assert agree(a, b, tolerance), pairs
    for what in acts(rng, names):
        a.step()
        b.step()
        try:
            act(what, original, a)
        except ZeroDivisionError:
            break  # torch's own fault
        act(what, dropped, b)
        assert agree(a, b, tolerance), (pairs, what)
        for x, y in zip(original, dropped, strict=True):
            assert close(x.get_last_lr(), y.get_last_lr(), tolerance), (pairs, what)
            assert x.last_epoch == y.last_epoch
            assert x._step_count == y._step_count


def compose(plan, optimizer, libraries):
    """Build a plan: (name, arguments), or a container's name and its parts."""
    name, given, *milestones = plan
    library = next(libraries)
    if name == "SequentialLR":
        parts = [compose(part, optimizer, libraries) for part in given]
        return library.SequentialLR(optimizer, parts, *milestones)
    if name == "ChainedScheduler":
        parts = [compose(part, optimizer, libraries) for part in given]
        return library.ChainedScheduler(parts)
    return getattr(library, name)(optimizer, **given)


def part(rng, names=PARTS):
    name = rng.choice(names)
    return name, arguments(name, rng)


def plans(rng):
    def sequence(count):
        milestones = sorted(rng.choices(range(20), k=count - 1))
        return "SequentialLR", [part(rng) for _ in range(count)], milestones

    if rng.random() < 0.6:
        name, parts, milestones = sequence(rng.randint(1, 3))
        if rng.random() < 0.3:  # torch can not play a chain later, nor begin others
            simple = ("StepLR", "ConstantLR", "LinearLR")
            parts[0] = "ChainedScheduler", [part(rng, simple) for _ in range(2)]
        return name, parts, milestones
    parts = [part(rng) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.3:
        parts.append(sequence(2))
    return "ChainedScheduler", parts


def mixed(rng, ratio):
    while True:
        yield ours if rng.random() < ratio else theirs


@pytest.mark.parametrize("seed", range(TRIALS))
def test_in_containers_of_ours_and_of_theirs(seed):
    rng = random.Random(seed)
    dtype = rng.choice([None, None, torch.float64])
    start = rng.choice([(0.1,), (0.3, 0.3), (0.1, 0.4)])
    a, b = sgd(*start, dtype=dtype), sgd(*start, dtype=dtype)
    plan, ratio = plans(rng), rng.choice([1.0, 0.5])
    x = compose(plan, a, mixed(rng, 0))
    y = compose(plan, b, mixed(rng, ratio))
    swapped = rng.randrange(80)
    for n in range(40):
        assert agree(a, b), (plan, n)
        assert close(x.get_last_lr(), y.get_last_lr(), 1e-8), (plan, n)
        a.step()
        b.step()
        try:
            x.step()
        except ZeroDivisionError:
            break  # torch's own fault
        y.step()
        if n == swapped:  # torch goes on from our state, and we from torch's
            states = [z.state_dict() for z in (x, y, a, b)]
            a, b = sgd(*start, dtype=dtype), sgd(*start, dtype=dtype)
            x = compose(plan, a, mixed(rng, 0))
            y = compose(plan, b, mixed(rng, ratio))
            y.load_state_dict(states[0])
            x.load_state_dict(states[1])
            b.load_state_dict(states[2])
            a.load_state_dict(states[3])
