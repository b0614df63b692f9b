"""Schedules looked at before the run: findings, each with a code and a way out."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.linting.base import Rule
    from lehr.linting.checking import lint
    from lehr.linting.findings import Finding, Fix, Place
    from lehr.linting.rules import RULES

__all__ = ["RULES", "Finding", "Fix", "Place", "Rule", "lint"]

_HOMES = {
    "Finding": "findings",
    "Fix": "findings",
    "Place": "findings",
    "Rule": "base",
    "RULES": "rules",
    "lint": "checking",
}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _HOMES.items()}
)


def __dir__() -> list[str]:
    return sorted(__all__)
