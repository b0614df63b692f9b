"""What each schedule should be: its definition, in exact and 60-digit arithmetic.

Written from the docstrings, in the plainest form: no nearer end, no half angles.
"""

import math
from fractions import Fraction
from functools import singledispatch
from itertools import islice, pairwise

import mpmath
from mpmath import mpf

import lehr

DIGITS = 60
WIDE = 400  # where differences cancel: tanh(300) is 1 to 260 digits
ULP = 2.0**-52


def true(schedule, t):
    """Return the value at `t` that exact arithmetic gives."""
    with mpmath.workdps(DIGITS):
        return +definition(schedule, _held(schedule, Fraction(t)))


def error(value, truth, scale=0.0):
    """Return the relative error in ulp; of a value that passes 0, to the `scale`."""
    with mpmath.workdps(DIGITS):
        size = max(abs(truth), mpf(scale), mpf(2) ** -1022)
        return float(abs(mpf(float(value)) - truth) / size / ULP)


def cycle_begins(length, stretch, horizon):
    """Yield exactly where cycles of `length`, `length` s, ... begin."""
    begin, length, stretch = Fraction(0), Fraction(length), Fraction(stretch)
    while begin <= horizon:
        yield begin
        begin, length = begin + length, length * stretch


def real(x):
    """Return a fraction or a float as it is, to 60 digits."""
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


def _held(schedule, t):
    steps = schedule.steps
    return max(Fraction(0), t if steps == math.inf else min(t, Fraction(steps)))


def _part(schedule, t):
    """Return t / steps; a ramp of length 0 is at its end."""
    return real(t / Fraction(schedule.steps)) if schedule.steps else mpf(1)


def _between(schedule, w):
    """Return w start + (1 - w) end."""
    return w * mpf(schedule.start) + (1 - w) * mpf(schedule.end)


@singledispatch
def definition(schedule, t):
    raise NotImplementedError(f"no definition of {type(schedule).__name__}")


@definition.register
def _(s: lehr.Constant, t):
    return mpf(s.value)


@definition.register
def _(s: lehr.Linear, t):
    return _between(s, 1 - _part(s, t))


@definition.register
def _(s: lehr.Cosine, t):
    with mpmath.workdps(WIDE):
        wave = (1 + mpmath.cospi(_part(s, t) ** mpf(s.k))) / 2
        return _between(s, wave ** mpf(s.exponent))


@definition.register
def _(s: lehr.Polynomial, t):
    return _between(s, (1 - _part(s, t)) ** mpf(s.power))


@definition.register
def _(s: lehr.Exponential, t):
    return mpf(s.start) * (mpf(s.end) / mpf(s.start)) ** _part(s, t)


@definition.register
def _(s: lehr.ExponentialDecay, t):
    return mpf(s.start) * mpf(s.factor) ** real(t / Fraction(s.every))


@definition.register
def _(s: lehr.NaturalExponential, t):
    return mpf(s.start) * mpmath.exp(-mpf(s.rate) * real(t))


@definition.register
def _(s: lehr.InverseTime, t):
    return mpf(s.start) / (1 + mpf(s.rate) * real(t / Fraction(s.every)))


@definition.register
def _(s: lehr.InverseSqrt, t):
    scale = Fraction(s.timescale)
    return mpf(s.peak) * mpmath.sqrt(real(scale / (scale + t)))


@definition.register
def _(s: lehr.Step, t):
    return mpf(s.start) * mpf(s.factor) ** (t // Fraction(s.every))


@definition.register
def _(s: lehr.PiecewiseConstant, t):
    return mpf(s.values[sum(Fraction(b) <= t for b in s.boundaries)])


@definition.register
def _(s: lehr.Table, t):
    return mpf(s.values[min(t // Fraction(s.every), len(s.values) - 1)])


def _tanh_weight(x, low, high):
    z = low + (high - low) * x
    tanh = mpmath.tanh
    return (tanh(high) - tanh(z)) / (tanh(high) - tanh(low))


@definition.register
def _(s: lehr.Tanh, t):
    with mpmath.workdps(WIDE):
        return _between(s, _tanh_weight(_part(s, t), mpf(s.low), mpf(s.high)))


@definition.register
def _(s: lehr.Logistic, t):
    with mpmath.workdps(WIDE):
        k, middle = mpf(s.steepness), mpf(s.midpoint_fraction)

        def curve(x):
            return 1 / (1 + mpmath.exp(k * (x - middle)))

        return _between(s, (curve(_part(s, t)) - curve(1)) / (curve(mpf(0)) - curve(1)))


@definition.register
def _(s: lehr.OneMinusSqrt, t):
    return _between(s, 1 - mpmath.sqrt(_part(s, t)))


@definition.register
def _(s: lehr.MirrorCosine, t):
    x = _part(s, t)
    return _between(s, 2 * (1 - x) - (1 + mpmath.cospi(x)) / 2)


@definition.register
def _(s: lehr.Rex, t):
    x = _part(s, t)
    return _between(s, (1 - x) / (1 - x / 2))


@definition.register
def _(s: lehr.Power, t):
    return mpf(s.start) * (1 + real(t / Fraction(s.timescale))) ** mpf(s.exponent)


@definition.register
def _(s: lehr.Triangular, t):
    up = Fraction(s.up)
    down = Fraction(s.up if s.down is None else s.down)
    cycle, e = divmod(t, up + down)
    height = e / up if e <= up else (up + down - e) / down
    factor = {
        "triangular": mpf(1),
        "triangular2": mpf(2) ** -cycle,
        "exp_range": mpf(s.factor) ** real(t),
    }[s.mode]
    return mpf(s.low) + (mpf(s.high) - mpf(s.low)) * real(height) * factor


@definition.register
def _(s: lehr.Logarithmic, t):
    scale = Fraction(s.timescale)
    whole = mpmath.log(real(1 + Fraction(s.steps) / scale))
    return _between(s, 1 - mpmath.log(real(1 + t / scale)) / whole if s.steps else 0)


@definition.register
def _(s: lehr.Sawtooth, t):
    k = max(1, math.ceil(t / s.every))
    if t > s.every and t - (k - 1) * s.every < 1:  # the end before it lasts an update
        return mpf(s.end)
    return _between(s, real(1 - t / (k * s.every)) ** mpf(s.power))


@definition.register
def _(s: lehr.Staircase, t):
    every = Fraction(s.every)
    return definition(s.schedule, _held(s.schedule, t // every * every))


@definition.register
def _(s: lehr.Interpolated, t):
    points = [(Fraction(a), Fraction(x)) for a, x in s.points]
    after = sum(a <= t for a, _ in points)
    if after in (0, len(points)):
        return real(points[min(after, len(points) - 1)][1])
    (a, x), (b, y) = points[after - 1 : after + 1]
    part = (t - a) / (b - a)
    if s.method == "linear":
        return real(x + part * (y - x))
    if s.method == "cosine":
        return real(x) + real(y - x) * (1 - mpmath.cospi(real(part))) / 2
    d, e = _slope(points, after - 1), _slope(points, after)
    return real(
        (1 + 2 * part) * (1 - part) ** 2 * x
        + part**2 * (3 - 2 * part) * y
        + (b - a) * part * (1 - part) * ((1 - part) * d - part * e)
    )


def _slope(points, i):
    """Return Fritsch and Butland's slope at a point, and the usual one at an end."""
    secant = [(y - x) / (b - a) for (a, x), (b, y) in pairwise(points)]
    length = [b - a for (a, _), (b, _) in pairwise(points)]
    if len(points) == 2:
        return secant[0]
    if 0 < i < len(points) - 1:
        d, e, h, k = secant[i - 1], secant[i], length[i - 1], length[i]
        if d * e <= 0:
            return Fraction(0)
        return 3 * (h + k) / ((2 * k + h) / d + (k + 2 * h) / e)
    if i:
        secant, length = secant[::-1], length[::-1]
    (d, e), (h, k) = secant[:2], length[:2]
    slope = ((2 * h + k) * d - h * e) / (h + k)
    if slope * d <= 0:
        return Fraction(0)
    return 3 * d if d * e <= 0 and abs(slope) > 3 * abs(d) else slope


@definition.register
def _(s: lehr.Chain, t):
    begin = Fraction(0)
    for piece in s.pieces[:-1]:
        if t < begin + Fraction(piece.steps):
            return definition(piece, t - begin)
        begin += Fraction(piece.steps)
    last = s.pieces[-1]
    return definition(last, _held(last, t - begin))


@definition.register
def _(s: lehr.Repeat, t):
    inner, length, begin = s.schedule, Fraction(s.schedule.steps), Fraction(0)
    if s.stretch == 1:
        i = t // length if s.count is None else min(t // length, s.count - 1)
        begin = i * length
    else:
        begins = islice(cycle_begins(length, s.stretch, t), s.count)
        *_, (i, begin) = enumerate(begins)
    e = (t - begin) / Fraction(s.stretch) ** i
    return mpf(s.decay) ** i * definition(inner, _held(inner, e))


@definition.register
def _(s: lehr.Scale, t):
    return mpf(s.factor) * definition(s.schedule, t)


@definition.register
def _(s: lehr.Sum, t):
    return mpmath.fsum(definition(term, _held(term, t)) for term in s.terms)


@definition.register
def _(s: lehr.Product, t):
    return mpmath.fprod(definition(term, _held(term, t)) for term in s.terms)


@definition.register
def _(s: lehr.Minimum, t):
    return min(definition(term, _held(term, t)) for term in s.terms)


@definition.register
def _(s: lehr.Maximum, t):
    return max(definition(term, _held(term, t)) for term in s.terms)


@definition.register
def _(s: lehr.Clip, t):
    value = definition(s.schedule, t)
    if s.low is not None:
        value = max(value, mpf(s.low))
    return value if s.high is None else min(value, mpf(s.high))


@definition.register
def _(s: lehr.Shift, t):
    return definition(s.schedule, _held(s.schedule, t - Fraction(s.by)))


@definition.register
def _(s: lehr.Stretch, t):
    return definition(s.schedule, _held(s.schedule, t / Fraction(s.factor)))


@definition.register
def _(s: lehr.Reverse, t):
    return definition(s.schedule, _held(s.schedule, Fraction(s.steps) - t))


@definition.register
def _(s: lehr.Window, t):
    return definition(s.schedule, _held(s.schedule, t + Fraction(s.start)))


@definition.register
def _(s: lehr.Blend, t):
    first = definition(s.first, _held(s.first, t))
    second = definition(s.second, _held(s.second, t))
    e = max(Fraction(0), t - Fraction(s.begin))
    x = real(min(Fraction(1), e / Fraction(s.length))) if s.length else mpf(e >= 0)
    if t < Fraction(s.begin):
        return first
    w = 1 - x if s.fade == "linear" else (1 + mpmath.cospi(x)) / 2
    return w * first + (1 - w) * second
