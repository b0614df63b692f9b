"""The rules, one module per theme; `RULES` is all of them by code."""

from collections.abc import Mapping

from lehr.linting.base import Rule
from lehr.linting.rules import suppressions, values

MODULES = (values, suppressions)

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in sorted(
        (rule for module in MODULES for rule in module.RULES), key=lambda r: r.code
    )
}
