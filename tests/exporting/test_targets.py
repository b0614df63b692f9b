"""Exported code runs where it belongs, and gives the schedule's values."""

import pytest
import torch

import lehr
from exporting.curves import (
    ALL,
    COSINE,
    FLOORED,
    LINEAR,
    NATIVE,
    OTHERS,
    STABLE,
    UPDATES,
    agrees,
    run,
)
from lehr import (
    Constant,
    Cosine,
    Linear,
    Polynomial,
    to_code,
    warmup_cosine,
    warmup_stable_decay,
)

each = pytest.mark.parametrize("name", ALL)


def stepped(scheduler_of, lr, step):
    """Return the rates that an optimizer uses under a torch scheduler."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = scheduler_of(optimizer)
    for t in UPDATES:
        yield optimizer.param_groups[0]["lr"]
        optimizer.step()
        step(scheduler, t + 1)


@each
def test_python(name):
    rate = run(to_code(ALL[name], "python", name="rate"))["rate"]
    agrees([rate(t) for t in UPDATES], ALL[name])


@each
def test_torch(name):
    made = run(to_code(ALL[name], "torch"))
    rates = stepped(made["schedule"], made["LR"], lambda s, _: s.step())
    agrees(rates, ALL[name])


def test_torch_classes_are_used_where_they_hold_their_end():
    def kind(schedule):
        return to_code(schedule, "torch").split("import ")[1].split()[0]

    used = {name: kind(schedule) for name, schedule in NATIVE.items()}
    assert used["step"] == "StepLR"
    assert used["milestones"] == "MultiStepLR"
    assert used["exponential"] == "ExponentialLR"
    assert used["polynomial"] == "PolynomialLR"
    assert used["line"] == "LinearLR"
    assert "LambdaLR" in to_code(COSINE, "torch")


def test_torch_schedulers_are_pickled_with_their_function():
    made = run(to_code(COSINE, "torch"))
    assert made["factor"].__name__ == "factor"  # a lambda could not be
    assert made["factor"](5) == 1.0


@each
def test_lines_are_short_enough_to_read(name):
    for target in ("python", "torch", "optax", "keras", "composer"):
        lines = to_code(ALL[name], target).splitlines()
        assert max(map(len, lines)) <= 100, target


@each
def test_optax(name):
    jax = pytest.importorskip("jax")
    schedule = run(to_code(ALL[name], "optax"))["schedule"]
    values = jax.jit(jax.vmap(schedule))(jax.numpy.arange(len(UPDATES)))
    values = jax.numpy.broadcast_to(values, (len(UPDATES),))
    agrees([float(value) for value in values], ALL[name], rel=3e-6)
    agrees([float(schedule(0))], ALL[name], rel=3e-6, updates=[0])


@each
def test_keras(name):
    pytest.importorskip("keras")
    schedule = run(to_code(ALL[name], "keras"))["schedule"]
    agrees([float(schedule(t)) for t in UPDATES], ALL[name], rel=3e-6)


def test_keras_classes_are_used_where_they_have_the_curve():
    used = {name: to_code(OTHERS[name], "keras") for name in ("sawtooth", "staircase")}
    assert "PolynomialDecay(" in used["sawtooth"]
    assert "cycle=True" in used["sawtooth"]
    assert "InverseTimeDecay(" in used["staircase"]
    assert "staircase=True" in used["staircase"]


@pytest.mark.parametrize("name", sorted(NATIVE.keys() - {"values", "exponential"}))
def test_timm(name, timm_scheduler):
    made = run(to_code(NATIVE[name], "timm"))
    rates = stepped(made["schedule"], made["LR"], lambda s, t: s.step_update(t))
    agrees(rates, NATIVE[name])


@pytest.mark.parametrize(
    "schedule",
    [
        COSINE,
        FLOORED,
        LINEAR,
        STABLE,
        Constant(0.1),
        Polynomial(0.1, 0.01, 30, 2.0),
        lehr.warmup_constant(0.1, warmup=4, start=0.0),
        lehr.inverse_sqrt(0.1, warmup=6, start=0.0),
        warmup_cosine(0.1, warmup=5, total=40),
        warmup_cosine(0.1, warmup=5, total=40, floor=0.01),
        Linear(0.0, 0.1, 5).then(lehr.Repeat(Cosine(0.1, 0.0, 12), count=3)),
        warmup_stable_decay(0.1, warmup=5, decay=12, total=40, start=0.02, floor=0.02),
    ],
    ids=repr,
)
def test_transformers_trains_with_it(schedule, tmp_path):
    optimization = pytest.importorskip("transformers.optimization")
    text = to_code(schedule, "transformers").replace("'output'", repr(str(tmp_path)))
    given = run(text)["schedule"]
    optimizer = torch.optim.SGD(
        [torch.nn.Parameter(torch.zeros(1))], lr=given.learning_rate
    )
    total = given.max_steps if given.max_steps > 0 else 60
    scheduler = optimization.get_scheduler(
        given.lr_scheduler_type,
        optimizer,
        given.get_warmup_steps(total),
        total,
        given.lr_scheduler_kwargs,
    )
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    agrees(rates, schedule, updates=range(total))
