"""Agreement with other libraries where the definitions coincide, and where they do not.

`DIFFERENCES` lists the known exceptions as data: each is asserted to be there, so that
one which disappears from the other library is noticed too.
"""

import math

import pytest

from lehr import (
    Constant,
    Cosine,
    Exponential,
    ExponentialDecay,
    InverseSqrt,
    Linear,
    Polynomial,
    Repeat,
    Step,
    inverse_sqrt,
    multi_step,
    one_cycle,
    warmup_constant,
    warmup_cosine,
    warmup_linear,
    warmup_stable_decay,
)

N = 40


def stepped(build, base=0.5, updates=N):
    """The rates of a torch scheduler that is really stepped."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler = build(torch.optim.lr_scheduler, optimizer)
    rates = []
    for _ in range(updates):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


TORCH = {
    "StepLR": (lambda s, o: s.StepLR(o, 7, 0.3), Step(0.5, 0.3, 7), N),
    "MultiStepLR": (
        lambda s, o: s.MultiStepLR(o, [5, 20], 0.1),
        multi_step(0.5, factor=0.1, milestones=(5, 20)),
        N,
    ),
    "ExponentialLR": (
        lambda s, o: s.ExponentialLR(o, 0.9),
        ExponentialDecay(0.5, factor=0.9),
        N,
    ),
    "LinearLR": (lambda s, o: s.LinearLR(o, 0.2, 1.0, 10), Linear(0.1, 0.5, 10), N),
    "PolynomialLR": (
        lambda s, o: s.PolynomialLR(o, 30, 2.0),
        Polynomial(0.5, 0.0, 30, power=2),
        N,
    ),
    "CosineAnnealingLR": (
        lambda s, o: s.CosineAnnealingLR(o, 30, 0.01),
        Cosine(0.5, 0.01, 30),
        31,
    ),
    "CosineAnnealingWarmRestarts": (
        lambda s, o: s.CosineAnnealingWarmRestarts(o, 5, 2, 0.01),
        Repeat(Cosine(0.5, 0.01, 5), stretch=2),
        N,
    ),
    "SequentialLR": (
        lambda s, o: s.SequentialLR(
            o, [s.LinearLR(o, 0.2, 1.0, 8), s.CosineAnnealingLR(o, 20)], [8]
        ),
        Linear(0.1, 0.5, 8).then(Cosine(0.5, 0.0, 20)),
        28,
    ),
    "OneCycleLR": (
        # Its peak is at pct_start * total - 1, and its end at total - 1.
        lambda s, o: s.OneCycleLR(o, 0.5, 31, pct_start=11 / 31, cycle_momentum=False),
        one_cycle(0.5, total=30, warmup_fraction=1 / 3),
        31,
    ),
}


@pytest.mark.parametrize("name", TORCH)
def test_torch_gives_the_same_curve(name):
    build, ours, updates = TORCH[name]
    theirs = stepped(build, updates=updates)
    assert [ours(t) for t in range(updates)] == pytest.approx(
        theirs, rel=1e-9, abs=1e-15
    )


OPTAX = {
    "linear_schedule": (
        lambda s: s.linear_schedule(1.0, 0.1, 30),
        Linear(1.0, 0.1, 30),
    ),
    "polynomial_schedule": (
        lambda s: s.polynomial_schedule(1.0, 0.1, 3.0, 30),
        Polynomial(1.0, 0.1, 30, power=3),
    ),
    "cosine_decay_schedule": (
        lambda s: s.cosine_decay_schedule(1.0, 30, 0.1, 1.0),
        Cosine(1.0, 0.1, 30),
    ),
    "cosine_decay_schedule with an exponent": (
        lambda s: s.cosine_decay_schedule(1.0, 30, 0.1, 2.0),
        Cosine(1.0, 0.1, 30, exponent=2.0),
    ),
    "exponential_decay": (
        lambda s: s.exponential_decay(1.0, 10, 0.5),
        ExponentialDecay(1.0, factor=0.5, every=10),
    ),
    "exponential_decay in stairs": (
        lambda s: s.exponential_decay(1.0, 10, 0.5, staircase=True),
        Step(1.0, 0.5, 10),
    ),
    "warmup_constant_schedule": (
        lambda s: s.warmup_constant_schedule(0.0, 1.0, 10),
        warmup_constant(1.0, warmup=10, start=0.0),
    ),
    "warmup_cosine_decay_schedule": (
        lambda s: s.warmup_cosine_decay_schedule(0.0, 1.0, 10, 30, 0.1),
        warmup_cosine(1.0, warmup=10, total=30, floor=0.1, start=0.0),
    ),
    "piecewise_constant_schedule": (
        lambda s: s.piecewise_constant_schedule(1.0, {5: 0.1, 20: 0.1}),
        multi_step(1.0, factor=0.1, milestones=(5, 20)),
    ),
    "cosine_onecycle_schedule": (
        lambda s: s.cosine_onecycle_schedule(30, 1.0),
        one_cycle(1.0, total=30),
    ),
}


@pytest.mark.parametrize("name", OPTAX)
def test_optax_gives_the_same_curve(name):
    schedules = pytest.importorskip("optax").schedules
    build, ours = OPTAX[name]
    theirs = build(schedules)
    # optax computes in float32 unless told otherwise.
    assert [ours(t) for t in range(N)] == pytest.approx(
        [float(theirs(t)) for t in range(N)], rel=2e-5, abs=1e-6
    )


def transformed(name, *arguments, **keywords):
    """The rates of a transformers schedule, with its own optimizer."""
    pytest.importorskip("torch")
    optimization = pytest.importorskip("transformers.optimization")
    build = getattr(optimization, name)
    return stepped(lambda s, o: build(o, *arguments, **keywords), base=1.0, updates=31)


TRANSFORMERS = {
    "get_linear_schedule_with_warmup": (
        (10, 30),
        {},
        warmup_linear(1.0, warmup=10, total=30, start=0.0),
    ),
    "get_cosine_schedule_with_warmup": (
        (10, 30),
        {},
        warmup_cosine(1.0, warmup=10, total=30, start=0.0),
    ),
    "get_constant_schedule_with_warmup": (
        (10,),
        {},
        warmup_constant(1.0, warmup=10, start=0.0),
    ),
    "get_polynomial_decay_schedule_with_warmup": (
        (10, 30),
        {"lr_end": 0.1, "power": 2.0},
        Linear(0.0, 1.0, 10).then(Polynomial(1.0, 0.1, 20, power=2)),
    ),
    "get_inverse_sqrt_schedule": ((10,), {}, inverse_sqrt(1.0, warmup=10, start=0.0)),
    "get_wsd_schedule": (
        (5, 10),
        {"num_stable_steps": 15, "min_lr_ratio": 0.1, "decay_type": "1-sqrt"},
        warmup_stable_decay(
            1.0, warmup=5, stable=15, decay=10, floor=0.1, shape="1-sqrt", start=0.1
        ),
    ),
}


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers_gives_the_same_curve(name):
    arguments, keywords, ours = TRANSFORMERS[name]
    theirs = transformed(name, *arguments, **keywords)
    assert [ours(t) for t in range(31)] == pytest.approx(theirs, rel=1e-12, abs=1e-15)


def keras_cosine(t, *, warmup, decay, alpha):
    """CosineDecay of Keras 3, as documented: `decay` excludes the warmup."""
    if t < warmup:
        return t / warmup
    x = min(t - warmup, decay) / decay
    return (1 - alpha) * (0.5 * (1 + math.cos(math.pi * x))) + alpha


def test_keras_counts_its_decay_after_the_warmup():
    ours = warmup_cosine(1.0, warmup=2, total=12, floor=0.1, start=0.0)
    assert [ours(t) for t in range(14)] == pytest.approx(
        [keras_cosine(t, warmup=2, decay=10, alpha=0.1) for t in range(14)]
    )
    # Three of its values as measured: CosineDecay w2 decay10 alpha .1
    assert [ours(t) for t in (3, 4, 12)] == pytest.approx(
        [0.977975, 0.914058, 0.1], abs=1e-6
    )


MEGATRON = {  # Megatron WSD T10 wsd4 exponential: 2 * (1/2)^f - 1
    6: 1.0,
    7: 0.681793,
    8: 0.414214,
    9: 0.189207,
    10: 0.0,
    11: 0.0,
}


def test_megatron_calls_a_shifted_exponential_exponential():
    ours = Constant(1.0, 6).then(2 * Exponential(1.0, 0.5, 4) - 1.0)
    assert {t: ours(t) for t in MEGATRON} == pytest.approx(MEGATRON, abs=1e-6)


# What, the other's curve, ours, the update at which they part, its value and ours.
DIFFERENCES = [
    (
        "torch climbs back after its horizon",
        lambda: stepped(lambda s, o: s.CosineAnnealingLR(o, 10), base=1.0),
        Cosine(1.0, 0.0, 10),
        20,
        1.0,
        0.0,
    ),
    (
        "torch's ConstantLR jumps up when it ends",
        lambda: stepped(lambda s, o: s.ConstantLR(o, 0.5, 5), base=1.0),
        Constant(0.5),
        5,
        1.0,
        0.5,
    ),
    (
        "transformers starts its warmup at 0 and wastes an update",
        lambda: transformed("get_linear_schedule_with_warmup", 10, 30),
        warmup_linear(1.0, warmup=10, total=30),
        0,
        0.0,
        1 / 11,
    ),
    (
        "torch's PolynomialLR has no floor",
        lambda: stepped(lambda s, o: s.PolynomialLR(o, 10), base=1.0),
        Polynomial(1.0, 0.1, 10),
        10,
        0.0,
        0.1,
    ),
    (
        "torch reaches the peak of one cycle an update early",
        lambda: stepped(
            lambda s, o: s.OneCycleLR(o, 1.0, 10, cycle_momentum=False),
            base=1.0,
            updates=10,
        ),
        one_cycle(1.0, total=10),
        2,
        1.0,
        0.76,
    ),
]


@pytest.mark.parametrize(
    ("theirs", "ours", "t", "their_value", "our_value"),
    [pytest.param(*row, id=name) for name, *row in DIFFERENCES],
)
def test_known_differences_are_still_there(theirs, ours, t, their_value, our_value):
    assert theirs()[t] == pytest.approx(their_value, abs=1e-6)
    assert ours(t) == pytest.approx(our_value, abs=1e-6)


def test_inverse_square_root_is_big_vision_rsqrt():
    # B (1 + (t - w) / tau)^-1/2, on the clock after the warmup.
    ours = InverseSqrt(2.0, timescale=50)
    assert [ours(t) for t in (0, 50, 150)] == pytest.approx([2.0, math.sqrt(2), 1.0])
