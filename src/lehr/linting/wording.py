"""Numbers as messages have them: short, with what they are of."""

from collections.abc import Iterable

_HUGE = 10**15


def value(x: float) -> str:
    """Return a value with four digits.

    >>> value(3e-4), value(0.123456)
    ('0.0003', '0.1235')
    """
    return f"{x:.4g}"


def count(n: float, noun: str = "update") -> str:
    """Return a number of things.

    >>> count(1), count(12_000)
    ('1 update', '12,000 updates')
    """
    return f"{at(n)} {noun}" if n == 1 else f"{at(n)} {noun}s"


def at(t: float) -> str:
    """Return an update's number, with commas.

    >>> at(1_000.0), at(10.5), at(1e300)
    ('1,000', '10.5', '1e+300')
    """
    if abs(t) >= _HUGE:
        return f"{t:.4g}"
    return f"{int(t):,}" if t == int(t) else f"{t:,.6g}"


def share(part: float, whole: float) -> str:
    """Return a part of a whole in percent, with two digits.

    >>> share(1, 3), share(9_999, 10_000), share(1, 10**6)
    ('33 %', '99.99 %', '0.0001 %')
    """
    percent = 100 * part / whole
    if 99 < percent < 100:
        return f"{percent:.4g} %"
    return f"{percent:.2g} %" if percent < 99.5 else f"{percent:,.0f} %"


def times(x: float) -> str:
    """Return a factor.

    >>> times(10.0), times(2.718), times(10_000)
    ('10x', '2.7x', '10,000x')
    """
    return f"{x:.2g}x" if x < 99.5 else f"{x:,.0f}x"


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
