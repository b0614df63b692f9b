"""Hypothesis strategies: random schedules of every family, and of every combination."""

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

values = st.floats(-10, 10).map(lambda x: round(x, 3)) | st.sampled_from([0.0, 1.0])
positive = st.floats(1e-3, 10).map(lambda x: round(x, 3))
factors = st.floats(0.1, 1).map(lambda x: round(x, 3))
quarters = st.integers(1, 400).map(lambda n: n / 4)
durations = st.integers(1, 1_000) | quarters | st.just(10**12)
lengths = durations | st.just(0)
seeds = st.integers(0, 2**64 - 1)
times = (
    st.integers(-5, 2_000)
    | st.floats(-5, 2_000)
    | st.floats(allow_nan=False)
    | st.integers(0, 2**53)
)

clocks = times.filter(lambda t: abs(t) <= 2**53)

RAMPS = (Linear, Cosine, OneMinusSqrt, MirrorCosine, Rex, Polynomial, Tanh, Logistic)
RAMPS += (Logarithmic,)


def increasing(count):
    numbers = st.integers(1, 1_000) | quarters
    return st.lists(numbers, min_size=count, max_size=count, unique=True).map(sorted)


@st.composite
def piecewise(draw):
    boundaries = draw(increasing(draw(st.integers(0, 4))))
    drawn = [draw(values) for _ in range(len(boundaries) + 1)]
    return PiecewiseConstant(tuple(drawn), tuple(boundaries))


@st.composite
def interpolated(draw):
    kind = draw(st.sampled_from(["linear", "cosine", "monotone_cubic"]))
    updates = draw(increasing(draw(st.integers(1, 5))))
    return Interpolated(tuple((t, draw(values)) for t in updates), kind)


ramps = st.one_of(
    *(st.builds(family, values, values, lengths) for family in RAMPS),
    st.builds(Cosine, values, values, lengths, exponent=positive, k=positive),
    st.builds(Polynomial, values, values, lengths, power=positive),
    st.builds(Exponential, positive, positive, lengths),
    st.builds(Logarithmic, values, values, lengths, timescale=durations | positive),
    st.builds(
        Tanh, values, values, lengths, low=st.floats(-9, 0), high=st.floats(0.5, 9)
    ),
    st.builds(
        Logistic, values, values, lengths, steepness=positive, midpoint_fraction=factors
    ),
)
decays = st.one_of(
    st.builds(ExponentialDecay, values, factors, durations),
    st.builds(NaturalExponential, values, positive),
    st.builds(InverseTime, values, positive, durations),
    st.builds(InverseSqrt, values, positive),
    st.builds(Power, values, positive.map(lambda x: -x), durations),
    st.builds(Step, values, factors, durations),
    st.builds(Triangular, values, values, quarters),
    st.builds(Triangular, values, values, quarters, mode=st.just("triangular2")),
    st.builds(Sawtooth, values, values, st.integers(1, 400), power=positive),
    st.builds(Noise, positive, seeds, values, st.sampled_from(["normal", "uniform"])),
)
families = st.one_of(
    st.builds(Constant, values, lengths),
    st.builds(Table, st.lists(values, min_size=1, max_size=9).map(tuple), quarters),
    ramps,
    decays,
    piecewise(),
    interpolated(),
)


def ended(schedule, length=17):
    """Return the schedule, cut off if it is endless, and longer if it is empty."""
    if schedule.steps == float("inf"):
        return Window(schedule, 0, length)
    return schedule if schedule.steps else Chain((Linear(0.0, 1.0, length), schedule))


@st.composite
def chains(draw, inner):
    pieces = draw(st.lists(inner, min_size=1, max_size=3))
    return Chain((*(ended(piece) for piece in pieces[:-1]), pieces[-1]))


@st.composite
def repeats(draw, inner):
    count = draw(st.none() | st.integers(1, 5))
    stretch = draw(st.sampled_from([1, 1.25, 1.5, 2, 3] + [0.5] * (count is not None)))
    return Repeat(ended(draw(inner)), count, stretch, draw(factors | st.just(1.0)))


@st.composite
def windows(draw, inner):
    schedule, start, length = draw(inner), draw(lengths), draw(lengths)
    return Window(schedule, start, start + length)


def combinations(inner):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    joined = [st.builds(kind, several) for kind in (Product, Sum, Minimum, Maximum)]
    return st.one_of(
        *joined,
        chains(inner),
        repeats(inner),
        windows(inner),
        st.builds(Scale, inner, values),
        st.builds(Clip, inner, low=values.map(lambda x: x - 10)),
        st.builds(Shift, inner, lengths),
        st.builds(Stretch, inner, st.sampled_from([0.25, 0.3, 1, 2, 7.5])),
        st.builds(Staircase, inner, quarters | st.sampled_from([0.1, 0.3, 10**9])),
        st.builds(lambda schedule: Reverse(ended(schedule)), inner),
        st.builds(
            Blend, inner, inner, lengths, lengths, st.sampled_from(["linear", "cosine"])
        ),
    )


schedules = st.recursive(families, combinations, max_leaves=6)
