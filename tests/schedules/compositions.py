"""Random schedules and compositions of them, small enough to check by brute force."""

import math

from hypothesis import strategies as st

from lehr import (
    Blend,
    Chain,
    Clip,
    Constant,
    Cosine,
    Exponential,
    ExponentialDecay,
    Interpolated,
    InverseSqrt,
    InverseTime,
    Linear,
    Logarithmic,
    Logistic,
    Maximum,
    Minimum,
    MirrorCosine,
    NaturalExponential,
    Noise,
    OneMinusSqrt,
    PiecewiseConstant,
    Polynomial,
    Power,
    Product,
    Repeat,
    Reverse,
    Rex,
    Sawtooth,
    Scale,
    Shift,
    Staircase,
    Step,
    Stretch,
    Sum,
    Table,
    Tanh,
    Triangular,
    Window,
)

values = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 1.0, 1.5, 2.0, -0.5, -1.0])
positive = st.sampled_from([0.1, 0.25, 0.5, 1.0, 1.5, 2.0])
exponents = st.sampled_from([0.5, 1.0, 1.5, 2.0])
lengths = st.integers(0, 30) | st.sampled_from([0.5, 2.5, 7.25, 12.1])
durations = st.integers(1, 30) | st.sampled_from([0.5, 2.5, 7.25, 12.1])
ends = st.none() | durations

FADES = (Linear, Cosine, OneMinusSqrt, MirrorCosine, Rex, Tanh, Logistic)
POINTS = st.dictionaries(st.integers(0, 40), values, min_size=1, max_size=5).map(
    lambda points: tuple(sorted(points.items()))
)


def _ended(family):
    """The same family with and without an end."""
    return lambda *given: (
        family(*given[:-1]) if given[-1] is None else family(*given[:-1], given[-1])
    )


def _piecewise(points):
    first, *others = points
    return PiecewiseConstant(
        (first[1], *(value for _, value in others)), tuple(t for t, _ in others)
    )


leaves = st.one_of(
    st.builds(Constant, values, lengths),
    st.one_of([st.builds(fade, values, values, lengths) for fade in FADES]),
    st.builds(Cosine, values, values, lengths, exponents, exponents),
    st.builds(Polynomial, values, values, lengths, exponents),
    st.builds(Exponential, positive, positive, lengths),
    st.builds(Logarithmic, values, values, lengths, durations),
    st.builds(Sawtooth, values, values, st.integers(1, 30), exponents),
    st.builds(
        _ended(ExponentialDecay),
        values,
        st.sampled_from([0.5, 0.97, 1]),
        durations,
        ends,
    ),
    st.builds(_ended(NaturalExponential), values, st.sampled_from([0, 0.1]), ends),
    st.builds(_ended(InverseTime), values, st.sampled_from([0, 0.5]), durations, ends),
    st.builds(_ended(InverseSqrt), values, durations, ends),
    st.builds(_ended(Power), values, st.sampled_from([-1, -0.5, 0]), durations, ends),
    st.builds(_ended(Step), values, st.sampled_from([0, 0.5, 0.9, 1]), durations, ends),
    st.builds(_piecewise, POINTS),
    st.builds(
        Interpolated, POINTS, st.sampled_from(["linear", "cosine", "monotone_cubic"])
    ),
    st.builds(
        Triangular,
        values,
        values,
        durations,
        st.none() | durations,
        st.sampled_from(["triangular", "triangular2", "exp_range"]),
    ),
    st.builds(Table, st.lists(values, min_size=1, max_size=8).map(tuple), durations),
    st.builds(
        Noise,
        st.sampled_from([0.0, 0.1, 0.5]),
        st.integers(0, 2**64 - 1),
        values,
        st.sampled_from(["normal", "uniform"]),
        st.just(3.0),
        durations,
    ),
)


def _combined(inner):
    finite = inner.map(lambda s: s if s.steps < 200 else s[:40])
    filled = finite.map(lambda s: s if s.steps > 0 else Constant(s(0), 3))
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(
            lambda pieces, last: Chain((*pieces, last)),
            st.lists(finite, max_size=3),
            inner,
        ),
        st.builds(Repeat, filled, st.integers(1, 4), positive, positive),
        st.builds(
            Repeat,
            filled,
            st.none(),
            st.sampled_from([1, 1, 1.5, 2]),
            st.sampled_from([1, 0.5]),
        ),
        st.one_of([st.builds(join, several) for join in (Sum, Product)]),
        st.one_of([st.builds(join, several) for join in (Minimum, Maximum)]),
        st.builds(Scale, inner, values),
        st.builds(Clip, inner, st.just(-0.25), st.none() | st.just(0.4)),
        st.builds(Shift, inner, lengths),
        st.builds(Staircase, inner, durations),
        st.builds(Stretch, inner, st.sampled_from([0.3, 0.5, 1.5, 2, 3])),
        st.builds(Reverse, finite),
        st.builds(
            lambda s, a, n: Window(s, a, a + n), inner, lengths, lengths | st.just(1)
        ),
        st.builds(
            Blend, inner, inner, lengths, lengths, st.sampled_from(["linear", "cosine"])
        ),
    )


schedules = st.recursive(leaves, _combined, max_leaves=6)

SEEN = 400  # updates of an endless schedule that brute force looks at


def values_of(schedule):
    """The values of all updates that brute force looks at."""
    return [schedule(t) for t in range(math.ceil(min(schedule.steps, SEEN)) + 2)]


def ended(schedule):
    """The schedule, cut where brute force ends."""
    return schedule if schedule.steps <= SEEN else schedule[:SEEN]
