"""Random numbers by counting: a pure function of a seed and a counter.

Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011,
    doi:10.1145/2063384.2063405 (Threefry-2x32, 20 rounds); Wichura, Algorithm AS 241:
    The Percentage Points of the Normal Distribution, 1988, doi:10.2307/2347330.
"""

from collections.abc import Callable

from lehr._typing import Any

_MASK = 0xFFFFFFFF
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA


def threefry(
    key: tuple[int, int], high: Any, low: Any, word: Callable[[int], Any] = int
) -> tuple[Any, Any]:
    """Return two 32-bit words for a counter of two words, as whole numbers.

    `high` and `low` are Python integers or arrays of 64-bit integers in [0, 2**32), or
    of 32-bit integers that wrap, into which `word` turns a Python integer.
    """
    keys = tuple(word(k) for k in (*key, key[0] ^ key[1] ^ _PARITY))
    mask = word(_MASK)
    x, y = (low + keys[0]) & mask, (high + keys[1]) & mask
    for block in range(5):
        for rotation in _ROTATIONS[block % 2]:
            x = (x + y) & mask
            y = ((y << rotation) | (y >> (32 - rotation))) & mask
            y = y ^ x
        x = (x + keys[(block + 1) % 3]) & mask
        y = (y + keys[(block + 2) % 3] + (block + 1)) & mask
    return x, y


def uniform(seed: int, counter: Any, xp: Any) -> Any:
    """Return a number in (0, 1), the middle of one of 2**32 equal parts."""
    high, low = xp.words(counter)
    drawn, _ = threefry((seed & _MASK, seed >> 32), high, low, xp.word)
    return (xp.real_of(drawn) + 0.5) * 2.0**-32


_CENTRE = (
    (3.387132872796366608, 133.14166789178437745, 1971.5909503065514427),
    (13731.693765509461125, 45921.953931549871457, 67265.770927008700853),
    (33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.1870074920579083),
    (5394.1960214247511077, 21213.794301586595867, 39307.89580009271061),
    (28729.085735721942674, 5226.495278852545925),
)
_MIDDLE = (
    (1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055),
    (3.64784832476320460504, 1.27045825245236838258, 0.24178072517745061177),
    (0.0227238449892691845833, 7.7454501427834140764e-4),
    (1.0, 2.05319162663775882187, 1.6763848301838038494),
    (0.68976733498510000455, 0.14810397642748007459, 0.0151986665636164571966),
    (5.475938084995344946e-4, 1.05075007164441684324e-9),
)
_TAIL = (
    (6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358),
    (0.29656057182850489123, 0.026532189526576123093, 0.0012426609473880784386),
    (2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.59983220655588793769, 0.13692988092273580531),
    (0.0148753612908506148525, 7.868691311456132591e-4, 1.8463183175100546818e-5),
    (1.4215117583164458887e-7, 2.04426310338993978564e-15),
)


def normal_quantile(p: Any, xp: Any) -> Any:
    """Return the z below which a standard normal number falls with probability p."""
    q = p - 0.5
    centre = q * _ratio(_CENTRE, 0.180625 - xp.minimum(q * q, 0.180625))
    r = xp.sqrt(-xp.log(xp.minimum(p, 1.0 - p)))
    middle = _ratio(_MIDDLE, xp.minimum(r, 5.0) - 1.6)
    tail = _ratio(_TAIL, xp.maximum(r, 5.0) - 5.0)
    outer = xp.where(r <= 5.0, middle, tail)
    outer = xp.where(q < 0, -outer, outer)
    return xp.where(q * q <= 0.180625, centre, outer)


def _ratio(table: tuple[tuple[float, ...], ...], x: Any) -> Any:
    return _horner(sum(table[:3], ()), x) / _horner(sum(table[3:], ()), x)


def _horner(coefficients: tuple[float, ...], x: Any) -> Any:
    total = coefficients[-1] + 0.0 * x
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total
