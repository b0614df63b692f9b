"""The decays without an end: exponentials, inverse time, inverse root, power."""

from math import exp, inf, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lehr import (
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    NaturalExponential,
    Power,
)

ENDLESS = [
    ExponentialDecay(0.5, factor=0.9),
    ExponentialDecay(0.5, factor=0.9, every=7),
    NaturalExponential(0.5, rate=0.1),
    InverseTime(0.5, rate=0.3, every=2),
    InverseSqrt(0.5, timescale=10),
    Power(0.5, exponent=-0.51, timescale=3),
]
each = pytest.mark.parametrize("decay", ENDLESS, ids=repr)


@each
def test_begins_at_its_first_value_and_goes_to_0(decay):
    assert decay.steps == inf
    assert decay(-1) == decay(0) == decay.maximum == 0.5
    assert decay.minimum == 0.0
    assert 0 <= decay(10**15) < 1e-4


@each
def test_falls_for_ever(decay):
    curve = [decay(t) for t in range(200)]
    assert curve == sorted(curve, reverse=True)
    assert len(set(curve)) == len(curve)


@each
def test_an_end_holds_the_value_there(decay):
    given = {name: getattr(decay, name) for name in decay.__dataclass_fields__}
    ended = type(decay)(**given | {"steps": 25})
    assert [ended(t) for t in (0, 10, 25, 26, 10**9)] == [
        decay(0),
        decay(10),
        decay(25),
        decay(25),
        decay(25),
    ]
    assert ended.minimum == decay(25)


@given(st.integers(0, 500))
def test_exponential_decay_is_repeated_multiplication(t):
    value = 2.0
    for _ in range(t):
        value *= 0.97
    assert ExponentialDecay(2.0, factor=0.97)(t) == pytest.approx(value, rel=1e-12)


def test_exponential_decay_gives_a_factor_per_some_updates():
    # Keras ExponentialDecay(1.0, 100, 0.5): the rate halves every 100 steps.
    lr = ExponentialDecay(1.0, factor=0.5, every=100)
    assert [lr(t) for t in (0, 50, 100, 300)] == pytest.approx(
        [1, sqrt(0.5), 0.5, 0.125]
    )


@given(st.floats(0, 1e4))
def test_natural_exponential_is_the_limit_of_compounding(t):
    assert NaturalExponential(1.0, rate=1e-3)(t) == pytest.approx(
        exp(-t / 1e3), rel=1e-13
    )


def test_inverse_time_halves_thirds_and_quarters():
    lr = InverseTime(1.2, rate=1.0, every=10)
    assert [lr(t) for t in (0, 10, 20, 30)] == pytest.approx([1.2, 0.6, 0.4, 0.3])


def test_inverse_square_root_continues_a_warmup_as_fairseq_does():
    # HF inv-sqrt w4, from update 4 on: 1 .894427 .816497 .755929 .707107
    lr = InverseSqrt(1.0, timescale=4)
    assert [lr(t) for t in range(5)] == pytest.approx(
        [1, 0.894427, 0.816497, 0.755929, 0.707107], abs=1e-6
    )


@given(st.floats(0, 1e12))
def test_a_power_of_minus_one_half_is_the_inverse_square_root(t):
    root, power = InverseSqrt(0.3, timescale=7), Power(0.3, exponent=-0.5, timescale=7)
    assert power(t) == pytest.approx(root(t), rel=1e-13)


@given(st.floats(0, 1e12))
def test_a_power_of_minus_one_is_inverse_time(t):
    inverse, power = InverseTime(0.3, rate=1.0, every=7), Power(0.3, -1, timescale=7)
    assert power(t) == pytest.approx(inverse(t), rel=1e-13)


def test_growth_needs_an_end():
    assert ExponentialDecay(1.0, factor=2.0, steps=10)(10**9) == 1024
    assert NaturalExponential(1.0, rate=-1.0, steps=2)(3) == pytest.approx(exp(2))
    assert Power(1.0, exponent=2.0, timescale=10, steps=20)(99) == pytest.approx(9.0)


GROWTH = "steps must be given: these values grow without end"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ExponentialDecay(1.0, factor=1.01), GROWTH),
        (lambda: NaturalExponential(1.0, rate=-0.1), GROWTH),
        (lambda: Power(1.0, exponent=0.1), GROWTH),
        (
            lambda: ExponentialDecay(1.0, 2.0, steps=5_000),
            "steps is too large: .* 5000",
        ),
        (
            lambda: ExponentialDecay(1.0, factor=0),
            "factor must be > 0 and finite, got 0",
        ),
        (lambda: ExponentialDecay(1.0, 0.5, every=0), "every must be > 0 .*, got 0"),
        (lambda: ExponentialDecay(nan, 0.5), "start must be finite, got nan"),
        (lambda: ExponentialDecay(1.0, 0.5, steps=-1), "steps must be >= 0, got -1"),
        (lambda: NaturalExponential(1.0, rate=inf), "rate must be finite, got inf"),
        (lambda: InverseTime(1.0, rate=-1), "rate must be >= 0, got -1"),
        (lambda: InverseTime(1.0, rate=1, every=-2), "every must be >= 0 .*, got -2"),
        (lambda: InverseSqrt(1.0, timescale=0), "timescale must be > 0 .*, got 0"),
        (lambda: InverseSqrt(nan, timescale=1), "peak must be finite, got nan"),
        (lambda: Power(1.0, exponent=nan), "exponent must be finite, got nan"),
        (lambda: Power(1.0, -1, timescale=0), "timescale must be > 0 .*, got 0"),
    ],
)
def test_names_the_argument_it_refuses(build, message):
    with pytest.raises(ValueError, match=message):
        build()
