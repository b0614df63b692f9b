"""Exported code runs where it belongs, and gives the schedule's values."""

import math
from types import SimpleNamespace

import pytest
import torch

import lehr
from lehr import (
    Constant,
    Cosine,
    ExponentialDecay,
    InverseTime,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Step,
    to_code,
    warmup_cosine,
    warmup_linear,
    warmup_stable_decay,
)

COSINE = warmup_cosine(0.1, warmup=5, total=40, start=0.0)
FLOORED = warmup_cosine(0.1, warmup=5, total=40, start=0.0, floor=0.01)
LINEAR = warmup_linear(0.1, warmup=5, total=40, start=0.0)
STABLE = warmup_stable_decay(0.1, warmup=5, decay=12, total=40, start=0.0)
NATIVE = {
    "constant": Constant(0.1),
    "cosine": COSINE,
    "floored": FLOORED,
    "linear": LINEAR,
    "stable": STABLE,
    "step": Step(0.1, 0.5, 7),
    "milestones": PiecewiseConstant((0.1, 0.01, 0.001), (8, 21)),
    "values": PiecewiseConstant((0.1, 0.07, 0.001), (8, 21)),
    "exponential": ExponentialDecay(0.1, 0.93),
    "polynomial": Polynomial(0.1, 0.0, 30, 2.0),
    "line": Linear(0.1, 0.02, 30),
    "bare cosine": Cosine(0.1, 0.001, 30),
}
OTHERS = {
    "inverse time": InverseTime(0.1, 0.3, 4),
    "restarts": lehr.warm_restarts(0.1, period=6, stretch=2),
    "inverse sqrt": lehr.inverse_sqrt(0.1, warmup=6),
    "one cycle": lehr.one_cycle(0.1, total=40),
    "product": LINEAR * Cosine(1.0, 0.5, 25),
    "shifted": lehr.Shift(COSINE, 3),
    "interpolated": lehr.Interpolated(((0, 0.0), (9, 0.1), (30, 0.02))),
    "sawtooth": lehr.Sawtooth(0.1, 0.01, 12, 2.0),
    "staircase": lehr.Staircase(InverseTime(0.1, 0.3, 4), 4),
    "held": lehr.Staircase(COSINE, 7),
    "logarithmic": lehr.Logarithmic(0.0, 0.1, 30),
    "table": lehr.Table(tuple(0.1 / (1 + i % 17) for i in range(30))),
}
ALL = NATIVE | OTHERS
UPDATES = range(90)
each = pytest.mark.parametrize("name", ALL)


def run(text, **names):
    exec(text, names)
    return names


def agrees(values, schedule, rel=1e-12, updates=UPDATES):
    planned = [schedule(t) for t in updates]
    largest = max(map(abs, planned))
    for t, value in zip(updates, values, strict=True):
        close = math.isclose(value, planned[t], rel_tol=rel, abs_tol=rel * largest)
        assert close, (t, value, planned[t])


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


@each
def test_optax(name):
    jax = pytest.importorskip("jax")
    schedule = run(to_code(ALL[name], "optax"))["schedule"]
    values = jax.jit(jax.vmap(schedule))(jax.numpy.arange(len(UPDATES)))
    values = jax.numpy.broadcast_to(values, (len(UPDATES),))
    agrees([float(value) for value in values], ALL[name], rel=3e-6)


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


@each
def test_composer_by_its_protocol(name):
    text = to_code(ALL[name], "composer")
    if "composer.optim" in text:
        pytest.importorskip("composer.optim", reason="Composer pins another torch")
    made = run(text)

    def state(t):
        return SimpleNamespace(
            timestamp=SimpleNamespace(batch=SimpleNamespace(value=t))
        )

    agrees([made["LR"] * made["schedule"](state(t)) for t in UPDATES], ALL[name])


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
    for _ in range(total + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    agrees(rates, schedule, updates=range(total + 1))
