"""Schedules to export, and how their values are compared."""

import math

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
    "table": lehr.Table(tuple(0.1 / (1 + i % 17) for i in range(30))),
    "later restarts": LINEAR.then(lehr.warm_restarts(0.1, period=4, stretch=1.5)),
    "reversed table": lehr.Reverse(lehr.Table((0.1, 0.2, 0.3))),
    "one value": PiecewiseConstant((0.1,), ()),
    "no length": Polynomial(0.2, 0.1, 0, 2.0),
    "root": Polynomial(0.1, 0.0, 31, 0.5),
    "negative": Step(-0.1, 0.5, 7),
    "sawtooth": lehr.Sawtooth(0.1, 0.01, 12, 2.0),
    "staircase": lehr.Staircase(InverseTime(0.1, 0.3, 4), 4),
    "held": lehr.Staircase(COSINE, 7),
    "logarithmic": lehr.Logarithmic(0.0, 0.1, 30),
}
ALL = NATIVE | OTHERS
UPDATES = range(90)


def run(text, **names):
    exec(text, names)
    return names


def agrees(values, schedule, rel=1e-12, updates=UPDATES):
    planned = [schedule(t) for t in updates]
    largest = max(map(abs, planned))
    for t, value in zip(updates, values, strict=True):
        close = math.isclose(value, planned[t], rel_tol=rel, abs_tol=rel * largest)
        assert close, (t, value, planned[t])
