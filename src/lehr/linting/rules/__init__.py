"""The rules, one module per theme; `RULES` is all of them by code."""

from collections.abc import Mapping

from lehr.linting.base import Rule
from lehr.linting.rules import (
    counting,
    coupling,
    document,
    ends,
    horizon,
    joints,
    ranges,
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
