"""Figures as people write them, for whatever prints some."""

import math


def short(value: float) -> str:
    """Return a value as people write rates.

    >>> short(3e-4), short(0.05), short(0.0), short(12345678.0), short(-math.inf)
    ('3e-4', '0.05', '0', '1.235e7', '-inf')
    >>> short(14_461.7)
    '14462'
    """
    if value == 0:
        return "0"
    if 9_999.5 <= abs(value) < 99_999.5:
        return f"{value:.0f}"
    if 0.01 <= abs(value) < 99_999.5 or not math.isfinite(value):
        return f"{value:.4g}"
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def updates(number: float) -> str:
    """Return a number of updates, grouped.

    >>> updates(12_000), updates(2.5), updates(math.inf)
    ('12,000', '2.5', 'endless')
    """
    if number == math.inf:
        return "endless"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.10g}"
