"""The rules, one module per theme; `RULES` is all of them by code."""

from collections.abc import Mapping

from lehr.linting.base import Rule
from lehr.linting.rules import (
    counting,
    coupling,
    dialects,
    document,
    ends,
    feedback,
    fractions,
    horizon,
    joints,
    live,
    ramps,
    ranges,
    restarts,
    resume,
    seams,
    stepping,
    suppressions,
    units,
    values,
    warmup,
)

MODULES = (
    values,
    horizon,
    counting,
    joints,
    ends,
    warmup,
    coupling,
    ranges,
    units,
    dialects,
    ramps,
    seams,
    fractions,
    restarts,
    stepping,
    feedback,
    resume,
    live,
    document,
    suppressions,
)

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in sorted(
        (rule for module in MODULES for rule in module.RULES), key=lambda r: r.code
    )
}
"""Every rule by its code."""
